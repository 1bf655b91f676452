import type { Platform } from './people.ts';
import { patienceMs, type Town } from './town.ts';
import { bringsFile, isEdit, type Wish } from './wishes.ts';

/** A moment to die in: right after the world outside has seen this of Easel. */
export interface Moment {
  readonly name: string;
  /** Where it shows. */
  readonly on: Platform | 'openai' | 'links';
  /** Whether this wish brings it. */
  readonly comesOf: (wish: Wish) => boolean;
  /** How often it has come so far. */
  count(town: Town): number;
}

type DiscordRequest = ReturnType<Town['discord']['requests']>[number];
type SlackRequest = ReturnType<Town['slack']['requests']>[number];
type Call = ReturnType<Town['openai']['calls']>[number];

const every = () => true;

const onDiscord = (name: string, count: Moment['count'], fits: (wish: Wish) => boolean = every): Moment => ({
  ...{ name: `Discord: ${name}`, on: 'discord', count },
  comesOf: (wish) => wish.platform === 'discord' && fits(wish),
});

const discord = (
  name: string,
  method: string,
  path: RegExp,
  fits: (seen: DiscordRequest) => boolean = every,
  comesOf?: (wish: Wish) => boolean,
): Moment => {
  const isThis = (seen: DiscordRequest) => seen.method === method && path.test(seen.path) && fits(seen);
  return onDiscord(name, (town) => town.discord.requests().filter(isThis).length, comesOf);
};

const onSlack = (name: string, count: Moment['count'], fits: (wish: Wish) => boolean = every): Moment => ({
  ...{ name: `Slack: ${name}`, on: 'slack', count },
  comesOf: (wish) => wish.platform === 'slack' && fits(wish),
});

const slack = (
  name: string,
  method: string,
  fits: (seen: SlackRequest) => boolean = every,
  comesOf?: (wish: Wish) => boolean,
): Moment => onSlack(name, (town) => town.slack.requests(method).filter(fits).length, comesOf);

const openai = (name: string, fits: (call: Call) => boolean, comesOf: (wish: Wish) => boolean = every): Moment => ({
  ...{ name: `OpenAI: ${name}`, on: 'openai', comesOf },
  count: (town) => town.openai.calls().filter(fits).length,
});

const asksToChange = ({ json }: DiscordRequest) => JSON.stringify(json ?? {}).includes(' asked to change ');
const isResult = ({ json }: DiscordRequest) => JSON.stringify(json ?? {}).includes('"again:');
const isVersion = ({ json }: DiscordRequest) => JSON.stringify(json ?? {}).includes('"undo:');
const role = (wanted: string) => (seen: SlackRequest) =>
  JSON.stringify(seen.given.metadata ?? '').includes(`"${wanted}"`);
const hasUndo = ({ given }: SlackRequest) => JSON.stringify(given.blocks ?? '').includes('easel:undo');
const isEditing = ({ endpoint }: Call) => endpoint === 'edits';
const isMade = ({ pictures }: Call) => pictures.length > 0;
const isForm = ({ way }: Wish) => way === 'form';
const isOfOurs = (wish: Wish) => isEdit(wish) && !(wish.way === 'edit' || wish.way === 'mention');

/** Every arrow of a request's journey, on both platforms. */
export const moments: readonly Moment[] = [
  onDiscord('somebody asks', (town) => town.discord.interactions().length),
  discord('a form opens', 'POST', /\/callback$/, ({ json }) => (json as { type?: number }).type === 9, isForm),
  onDiscord('an input is downloaded', (town) => town.discord.downloads(), bringsFile),
  discord('the root message is there', 'POST', /\/callback$/),
  discord('a change is announced', 'POST', /\/(callback|messages)$/, asksToChange, isEdit),
  discord('the thread is there', 'POST', /\/threads$/),
  discord('the card is there', 'POST', /\/messages$/, (seen) => !isResult(seen)),
  discord('the card is updated', 'PATCH', /\/messages\/\d+$/),
  discord('the pictures are there', 'POST', /\/messages$/, isResult),
  discord('a version is there', 'POST', /\/messages$/, isVersion, isOfOurs),
  onSlack('somebody asks', (town) => town.slack.outcomes().length),
  onSlack('it is acknowledged', (town) => town.slack.outcomes().filter(({ state }) => state === 'acknowledged').length),
  slack('a form opens', 'views.open', every, isForm),
  slack('an input is downloaded', 'download', every, ({ way }) => way === 'mention' || way === 'form'),
  {
    ...{ name: 'Slack: a link is followed', on: 'links', count: (town) => town.links.fetched() },
    comesOf: ({ platform, way }) => platform === 'slack' && way === 'edit',
  },
  slack('the root message is there', 'chat.postMessage', role('root')),
  slack('the card is there', 'chat.postMessage', role('card')),
  slack('the card is updated', 'chat.update'),
  slack('an upload is asked for', 'files.getUploadURLExternal'),
  slack('the bytes are there', 'upload'),
  slack('the upload is completed', 'files.completeUploadExternal', ({ given }) => given.channel_id !== undefined),
  slack('the pictures are looked at', 'files.info'),
  slack('the words and buttons are there', 'chat.postMessage', role('result')),
  slack('a version is there', 'chat.postMessage', hasUndo, isOfOurs),
  openai('a call begins', every),
  openai('an edit begins', isEditing, isEdit),
  openai('the pictures are made', isMade),
  openai('an edit is made', (call) => isEditing(call) && isMade(call), isEdit),
  openai('the answer is given', ({ endedAt }) => endedAt !== null),
];

/** The most dangerous of them, for a short run: what was done there, nobody has written down yet. */
export const gravest: readonly Moment[] = moments.filter(({ name }) =>
  [
    'Discord: an input is downloaded',
    'Discord: the pictures are there',
    'Slack: the upload is completed',
    'Slack: the root message is there',
    'Slack: a version is there',
    'OpenAI: an edit begins',
    'OpenAI: an edit is made',
  ].includes(name),
);

/** Resolves when the moment has come `times` in all, or the signal says that it is too late for it. */
export async function comes(moment: Moment, times: number, town: Town, over: AbortSignal): Promise<void> {
  const come = () => over.aborted || moment.count(town) >= times;
  if (moment.on === 'openai' || moment.on === 'links') await town[moment.on].until(come);
  else await town[moment.on].until(come, patienceMs);
}
