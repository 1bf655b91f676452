import type { ChatRequest, Said } from '../../domain/chat-platform.ts';
import type { Bot } from './bot.ts';
import { hostedRefs, pictureRefs, type SlackFile, type SlackFileRef } from './file-ref.ts';
import type { NamedTeams } from './members.ts';
import type { SlackPeople } from './people.ts';
import { type SlackPlace, type ToldMessage, threadAround } from './place.ts';
import { askedBy, personOf, personText, readable } from './receive.ts';

/**
 * A message as an event tells of it: `message`, and for one that names Easel `app_mention` too.
 * Source: docs.slack.dev, "message", "app_mention" and "Message subtypes", read 2026-11.
 */
export interface SaidEvent extends ToldMessage {
  readonly type: 'message' | 'app_mention';
  readonly subtype?: string;
  readonly channel: string;
  readonly channel_type?: string;
  readonly bot_id?: string;
  /** The team of whoever wrote it; the first two in channels that several teams share. */
  readonly user_team?: string;
  readonly source_team?: string;
  readonly team?: string;
  readonly text?: string;
  readonly files?: readonly SlackFile[];
  readonly edited?: object;
}

/** What people write, and not what Slack writes about messages. */
const subtypes: readonly (string | undefined)[] = [undefined, 'file_share', 'thread_broadcast'];
const namesMax = 10;

/** The same for both events of one message, and when they come again. */
export const saidId = ({ channel, ts }: SaidEvent): string => `${channel}-${ts}`;

/** Whether it may be meant for Easel. Runs for every message of every channel that Easel is in. Pure. */
export function concernsEasel(event: SaidEvent, bot: Bot): boolean {
  const { user, bot_id, subtype, edited, thread_ts } = event;
  const byPerson = user !== undefined && user !== bot.user && !bot_id;
  // A correction is no second request, also where it names Easel for the first time.
  if (!byPerson || edited || !subtypes.includes(subtype)) return false;
  return thread_ts !== undefined || isToEasel(event, bot);
}

export const isToEasel = (event: SaidEvent, bot: Bot): boolean => event.channel_type === 'im' || isNamed(event, bot);

const isNamed = ({ type, text = '' }: SaidEvent, { user }: Bot): boolean =>
  type === 'app_mention' || text.includes(`<@${user}>`) || text.includes(`<@${user}|`);

/** People, groups of them, and everybody. */
const beginsWithSomebody = /^\s*<(?:@|!(?:subteam\^|here\b|channel\b|everyone\b))/;

/**
 * The teams that are named for whoever wrote it. None are outside of shared channels where Slack leaves them out.
 * @param isShared whether people of other companies read the channel too; undefined where Slack does not say
 */
export function teamsOf({ user_team, source_team, team }: SaidEvent, bot: Bot, isShared?: boolean): NamedTeams {
  const named = [user_team, source_team, team].filter(Boolean);
  return named.length === 0 && !isShared ? [bot.team] : named;
}

export function saidRequest(event: SaidEvent, bot: Bot, people: SlackPeople, seconds: number): ChatRequest {
  const { channel, user = '', text = '' } = event;
  const { team } = bot;
  const home = [event.user_team, event.team].find((one) => one?.startsWith('T')) ?? team;
  const person = personOf(home, user, undefined);
  const place: SlackPlace = {
    ...{ platform: 'slack', team, channel, since: seconds, ...askedBy(person) },
    ...threadAround(event, bot),
  };
  const said: Said = {
    words: () => wordsOf(text, bot, people),
    toEasel: isToEasel(event, bot),
    toOthers: beginsWithSomebody.test(text) && !isNamed(event, bot),
    direct: event.channel_type === 'im',
    messages: [],
    files: filesFor(event, bot),
    withheld: false,
    unseen: false,
  };
  return { id: saidId(event), person, admin: undefined, place, missing: [], ask: { said } };
}

/** Pictures; where words for Easel came with other files only, those, so that the person hears what they are. */
function filesFor(event: SaidEvent, bot: Bot): SlackFileRef[] {
  const pictures = pictureRefs(event.files, bot.team);
  return pictures.length === 0 && isToEasel(event, bot) ? hostedRefs(event.files, bot.team) : pictures;
}

/** Without the name of Easel, everybody else as a typed line names them. */
async function wordsOf(text: string, { team, user: bot }: Bot, people: SlackPeople): Promise<string> {
  const spoken = text
    .replace(new RegExp(`^\\s*<@${bot}(?:\\|[^<>]*)?>\\s*(?:[,:](?=\\s))?`), '')
    .replaceAll(new RegExp(`\\s*<@${bot}(?:\\|[^<>]*)?>`, 'g'), '');
  const unnamed = new Set([...spoken.matchAll(/<@([A-Z0-9]+)>/g)].map(([, user = '']) => user));
  const asked = [...unnamed].slice(0, namesMax).map(async (user) => [user, (await people(user))?.name] as const);
  const called = new Map(await Promise.all(asked));
  const token = personText(team);
  return readable(spoken, team, (user, label) => token(user, label || called.get(user) || user)).trim();
}
