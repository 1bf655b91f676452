import type { ChatRequest } from '../../domain/chat-platform.ts';
import { fileRefs, type SlackFile } from './file-ref.ts';
import type { SlackNames } from './names.ts';
import type { SlackPlace } from './place.ts';
import { askedBy, personOf, readable } from './receive.ts';

/**
 * A message as an event tells of it: `message`, and for one that names Easel `app_mention` too.
 * Source: docs.slack.dev, "message", "app_mention" and "Message subtypes", read 2026-11.
 */
export interface SaidEvent {
  readonly type: 'message' | 'app_mention';
  readonly subtype?: string;
  readonly channel: string;
  readonly channel_type?: string;
  readonly ts: string;
  readonly thread_ts?: string;
  readonly user?: string;
  readonly bot_id?: string;
  /** The team of whoever wrote it. */
  readonly user_team?: string;
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
export function concernsEasel(event: SaidEvent, bot: string): boolean {
  const { user, bot_id, subtype, edited, thread_ts } = event;
  const byPerson = user !== undefined && user !== bot && !bot_id;
  // A correction is no second request, also where it names Easel for the first time.
  if (!byPerson || edited || !subtypes.includes(subtype)) return false;
  return thread_ts !== undefined || isToEasel(event, bot);
}

const isToEasel = ({ type, channel_type, text = '' }: SaidEvent, bot: string): boolean =>
  type === 'app_mention' || channel_type === 'im' || text.includes(`<@${bot}>`) || text.includes(`<@${bot}|`);

/** @param workspace the team that the event was sent for */
export async function saidRequest(
  event: SaidEvent,
  { workspace, bot, names }: { readonly workspace: string; readonly bot: string; readonly names: SlackNames },
  seconds: number,
): Promise<ChatRequest> {
  const { channel, ts, thread_ts, user = '', text = '', files } = event;
  const team = [event.user_team, event.team].find((one) => one?.startsWith('T')) ?? workspace;
  const [name, words] = await Promise.all([names(user), wordsOf(text, workspace, bot, names)]);
  const person = personOf(team, user, name);
  const place: SlackPlace = {
    ...{ platform: 'slack', team: workspace, channel, since: seconds, ...askedBy(person) },
    ...(thread_ts ? { thread: thread_ts } : { thread: ts, newThread: true }),
  };
  const to = { toEasel: isToEasel(event, bot), direct: event.channel_type === 'im' };
  const said = { words, ...to, messages: [], files: fileRefs(files), withheld: false };
  return { id: saidId(event), person, admin: undefined, place, missing: [], ask: { said } };
}

/** Without the name of Easel, everybody else as `@name`. */
async function wordsOf(text: string, team: string, bot: string, names: SlackNames): Promise<string> {
  const spoken = text
    .replace(new RegExp(`^\\s*<@${bot}(?:\\|[^<>]*)?>\\s*(?:[,:](?=\\s))?`), '')
    .replaceAll(new RegExp(`\\s*<@${bot}(?:\\|[^<>]*)?>`, 'g'), '');
  const unnamed = new Set([...spoken.matchAll(/<@([A-Z0-9]+)>/g)].map(([, user = '']) => user));
  const asked = [...unnamed].slice(0, namesMax).map(async (user) => [user, await names(user)] as const);
  const called = new Map(await Promise.all(asked));
  return readable(spoken, team, (user, label) => `@${label || called.get(user) || user}`).trim();
}
