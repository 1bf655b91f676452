import type { Shown } from '../../domain/gallery.ts';
import type { Json, Place } from '../../domain/job.ts';
import type { PersonId } from '../../domain/person.ts';
import type { Bot } from './bot.ts';

/** Where a job is shown on Slack, as plain JSON. What is missing has not been posted, or not been heard of. */
export interface SlackPlace extends Place {
  readonly platform: 'slack';
  readonly team: string;
  readonly channel: string;
  /** Seconds since 1970: nothing of the job is older, so a search through the channel ends there. */
  readonly since: number;
  /** The only person who can be pinged here. */
  readonly asker?: PersonId;
  /** What to call them without a ping where others read: their id until it is known. */
  readonly askerName?: string;
  /** The thread it was asked in: Slack has no threads in threads, so everything is posted there. */
  readonly thread?: string;
  /**
   * Set where `thread` was one person's message without an answer when it was asked: until there is one, Slack shows
   * nothing in it that is for one person only. Source: docs.slack.dev, "chat.postEphemeral", read 2026-11.
   */
  readonly newThread?: true;
  /** Set where `thread` begins with a message of Easel's. */
  readonly ownThread?: true;
  readonly root?: string;
  readonly card?: string;
  /** The file with the small picture that the card shows; empty: none. */
  readonly preview?: string;
  /** The uploaded pictures, known before they are posted. */
  readonly files?: readonly string[];
  /** The message with the words and buttons. */
  readonly result?: string;
}

/** What can be learnt about a place as a job goes on. */
export type Learnt = Partial<Pick<SlackPlace, 'root' | 'card' | 'preview' | 'files' | 'result'>>;

/** @throws RangeError when the place belongs to another platform. */
export function slackPlace(place: Place): SlackPlace {
  const { platform, team, channel } = place as Record<string, Json | undefined>;
  if (platform !== 'slack' || typeof team !== 'string' || typeof channel !== 'string')
    throw new RangeError(`no place on Slack: ${JSON.stringify(place)}`);
  return place as SlackPlace;
}

/** The thread that everything but the root goes to; undefined: right into the channel. */
export const threadOf = ({ thread, root }: SlackPlace): string | undefined => thread ?? root;

/** A message as payloads tell of it. Source: docs.slack.dev, "message" and "Retrieving messages", read 2026-11. */
export interface ToldMessage {
  readonly ts: string;
  readonly thread_ts?: string;
  readonly user?: string;
  /** Who wrote the message that its thread begins with. */
  readonly parent_user_id?: string;
}

/** The thread that a message stands in, else the one that an answer to it begins. */
export function threadAround(
  { ts, thread_ts, user, parent_user_id }: ToldMessage,
  bot: Bot,
): Pick<SlackPlace, 'thread' | 'newThread' | 'ownThread'> {
  const beganBy = thread_ts === undefined || thread_ts === ts ? user : parent_user_id;
  return {
    ...(thread_ts ? { thread: thread_ts } : { thread: ts, newThread: true }),
    ...(beganBy === bot.user ? { ownThread: true } : {}),
  };
}

/** Keys of what people see there, made of Slack's own ids. @throws RangeError when the place belongs to another platform. */
export function shown(place: Place): Shown {
  const at = slackPlace(place);
  const { team, channel, result, files = [] } = at;
  const thread = threadOf(at);
  return {
    thread: thread ? messageKey(team, channel, thread) : `slack:${team}/${channel}`,
    channel: `slack:${team}/${channel}`,
    // What was asked for in a thread of people is shown in it; else the thread begins with Easel's root.
    own: at.thread === undefined || at.ownThread === true,
    messages: [...(result ? [messageKey(team, channel, result)] : []), ...files.map((id) => fileKey(team, id))],
  };
}

export const messageKey = (team: string, channel: string, ts: string): string => `slack:${team}/${channel}/${ts}`;
export const fileKey = (team: string, file: string): string => `slack:${team}/${file}`;
