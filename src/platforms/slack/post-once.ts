import type { WebClient } from '@slack/web-api';
import { Fault } from '../../domain/fault.ts';
import type { JobId } from '../../domain/job.ts';
import { type SlackPlace, threadOf } from './place.ts';
import type { Words } from './render.ts';
import { asWritten, noPreviews, type SlackApi } from './slack-api.ts';

type Role = 'root' | 'card' | 'result';

export interface Posting {
  readonly role: Role;
  readonly job: JobId;
  readonly place: SlackPlace;
  readonly words: Words;
  /** Said along with the message, for whoever finds it later. */
  readonly note?: Readonly<Record<string, string>>;
}

export interface Posted {
  readonly ts: string;
  readonly note: Readonly<Record<string, unknown>>;
}

const eventType = 'easel';
const triesMax = 3;
const pauseMs = 500;
const pagesMax = 5;
const pageSize = 200;
/** Our clock and Slack's may differ. */
const clockSkewSeconds = 120;

/**
 * Posts a message of a job once: Slack has no key for that, so every message carries job and role as metadata, and is
 * looked for before it is posted a second time. Source: docs.slack.dev, "Message metadata", read 2026-11.
 * @param lookFirst true when it may be there from an earlier try
 * @throws Fault
 */
export async function postOnce(slack: SlackApi, posting: Posting, lookFirst: boolean): Promise<Posted> {
  const { role, job, place, words, note = {} } = posting;
  const there = lookFirst ? await findPosted(slack, posting) : undefined;
  if (there) return there;
  const thread = threadFor(posting);
  const message = {
    channel: place.channel,
    ...(thread ? { thread_ts: thread } : {}),
    ...words,
    ...asWritten,
    ...noPreviews,
    metadata: { event_type: eventType, event_payload: { ...note, job, role } },
  };
  const post = () => slack.call(`posting the ${role}`, (web: WebClient) => web.chat.postMessage(message));
  for (let tries = 1; ; tries++) {
    try {
      const { ts } = await slack.inside(place.channel, post);
      if (ts) return { ts, note };
      throw new Fault('unreachable', `posting the ${role}: no timestamp came back`);
    } catch (error) {
      if (!(error instanceof Fault) || error.code !== 'unreachable' || tries >= triesMax) throw error;
      slack.log.warn({ role, err: error }, 'posting failed, looking whether it is there');
      await slack.clock.sleep(pauseMs * tries);
      const found = await findPosted(slack, posting);
      if (found) return found;
    }
  }
}

/** A root starts the thread, unless it was asked for inside of one. */
const threadFor = ({ role, place }: Pick<Posting, 'role' | 'place'>): string | undefined =>
  role === 'root' ? place.thread : threadOf(place);

/** Looks for a message of a job where it would have been posted. @throws Fault */
export async function findPosted(
  slack: SlackApi,
  wanted: Pick<Posting, 'role' | 'job' | 'place'>,
): Promise<Posted | undefined> {
  const { role, job, place } = wanted;
  const thread = threadFor(wanted);
  const { channel, since } = place;
  const oldest = thread ? {} : { oldest: String(since - clockSkewSeconds) };
  let cursor: string | undefined;
  for (let page = 0; page < pagesMax; page++) {
    const range = { channel, limit: pageSize, include_all_metadata: true, ...oldest, ...(cursor ? { cursor } : {}) };
    const { messages = [], response_metadata } = await slack.inside(channel, () =>
      thread
        ? slack.call('looking through the thread', (web) => web.conversations.replies({ ...range, ts: thread }))
        : slack.call('looking through the channel', (web) => web.conversations.history(range)),
    );
    for (const { ts, metadata } of messages) {
      const payload = (metadata?.event_payload ?? {}) as Record<string, unknown>;
      if (ts && metadata?.event_type === eventType && payload.job === job && payload.role === role)
        return { ts, note: payload };
    }
    cursor = response_metadata?.next_cursor;
    if (!cursor) return undefined;
  }
  return undefined;
}
