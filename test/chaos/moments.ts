import { patienceMs, type Town } from './town.ts';
import type { Platform } from './wishes.ts';

/** A moment to die in: right after the world outside has seen this of Easel. */
export interface Moment {
  readonly name: string;
  /** Where it shows. */
  readonly on: Platform | 'openai';
  /** How often it has come so far. */
  count(town: Town): number;
}

type DiscordRequest = ReturnType<Town['discord']['requests']>[number];

const discord = (name: string, method: string, path: RegExp, fits = (_: DiscordRequest) => true): Moment => ({
  ...{ name: `Discord: ${name}`, on: 'discord' },
  count: (town) =>
    town.discord.requests().filter((seen) => seen.method === method && path.test(seen.path) && fits(seen)).length,
});

type SlackRequest = ReturnType<Town['slack']['requests']>[number];

const slack = (name: string, method: string, fits = (_: SlackRequest) => true): Moment => ({
  ...{ name: `Slack: ${name}`, on: 'slack' },
  count: (town) => town.slack.requests(method).filter(fits).length,
});

const openai = (name: string, count: (town: Town) => number): Moment => ({
  name: `OpenAI: ${name}`,
  on: 'openai',
  count,
});

const isResult = ({ json }: DiscordRequest) => JSON.stringify(json ?? {}).includes('"again:');
const role = (wanted: string) => (seen: SlackRequest) =>
  JSON.stringify(seen.given.metadata ?? '').includes(`"${wanted}"`);

/** Every arrow of a request's journey, on both platforms. */
export const moments: readonly Moment[] = [
  { name: 'Discord: somebody asks', on: 'discord', count: (town) => town.discord.interactions().length },
  discord('the root message is there', 'POST', /\/callback$/),
  discord('the thread is there', 'POST', /\/threads$/),
  discord('the card is there', 'POST', /\/messages$/, (seen) => !isResult(seen)),
  discord('the card is updated', 'PATCH', /\/messages\/\d+$/),
  discord('the pictures are there', 'POST', /\/messages$/, isResult),
  { name: 'Slack: somebody asks', on: 'slack', count: (town) => town.slack.outcomes().length },
  {
    name: 'Slack: it is acknowledged',
    on: 'slack',
    count: (town) => town.slack.outcomes().filter(({ state }) => state === 'acknowledged').length,
  },
  slack('the root message is there', 'chat.postMessage', role('root')),
  slack('the card is there', 'chat.postMessage', role('card')),
  slack('the card is updated', 'chat.update'),
  slack('an upload is asked for', 'files.getUploadURLExternal'),
  slack('the bytes are there', 'upload'),
  slack('the upload is completed', 'files.completeUploadExternal', ({ given }) => given.channel_id !== undefined),
  slack('the pictures are looked at', 'files.info'),
  slack('the words and buttons are there', 'chat.postMessage', role('result')),
  openai('a call begins', (town) => town.openai.calls().length),
  openai('the pictures are made', (town) => town.openai.calls().filter(({ pictures }) => pictures.length > 0).length),
  openai('the answer is given', (town) => town.openai.calls().filter(({ endedAt }) => endedAt !== null).length),
];

/** The most dangerous of them, for a short run: what was done there, nobody has written down yet. */
export const gravest: readonly Moment[] = moments.filter(({ name }) =>
  [
    'Discord: the pictures are there',
    'Slack: the upload is completed',
    'OpenAI: the pictures are made',
    'Slack: the root message is there',
  ].includes(name),
);

/** Resolves when the moment has come `times` in all, or the signal says that it is too late for it. */
export async function comes(moment: Moment, times: number, town: Town, over: AbortSignal): Promise<void> {
  const come = () => over.aborted || moment.count(town) >= times;
  if (moment.on === 'openai') await town.openai.until(come);
  else await town[moment.on].until(come, patienceMs);
}
