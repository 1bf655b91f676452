import type { ChatRequest, Responder } from '../../domain/chat-platform.ts';
import { Fault } from '../../domain/fault.ts';
import { jobId } from '../../domain/job.ts';
import type { Text } from '../../domain/text.ts';
import { directChannel } from './direct.ts';
import { type NameAsker, privately, quietly, userOf } from './naming.ts';
import { openForm } from './open-form.ts';
import type { SlackPlace } from './place.ts';
import { postOnce } from './post-once.ts';
import { words } from './render.ts';
import { asWritten, forJob, noPreviews, type SlackApi } from './slack-api.ts';

/** Slack gives three seconds; an answer that takes longer than this comes later, by itself. */
export const ackWaitMs = 1_500;
const answerDeadlineMs = 10_000;

export interface Ways {
  /** Acknowledges, once, with an answer in it. Undefined when that has been done, for want of a place for an answer. */
  readonly ack?: (answer?: Record<string, unknown>) => Promise<void>;
  /** Good for five answers in half an hour. */
  readonly responseUrl?: string | undefined;
  /** Opens one form, within three seconds. */
  readonly trigger?: string | undefined;
  /** The place with what its asker is called. */
  readonly named: NameAsker;
  /** Told of every root that is posted. */
  readonly announced: (place: SlackPlace) => void;
}

export interface SlackResponder extends Responder {
  /** Acknowledges without a word, if nothing has. */
  acknowledge(): Promise<void>;
  /** Nothing more comes in time: stops the clock. */
  end(): void;
}

/**
 * Answers one request. The first verb acknowledges; when none has come in time, silence does.
 * Source: docs.slack.dev, "Slash commands" and "Handling user interaction", read 2026-11.
 */
export function slackResponder(slack: SlackApi, request: ChatRequest, ways: Ways): SlackResponder {
  const place = request.place as SlackPlace;
  const waiting = new AbortController();
  let acknowledged = ways.ack ? undefined : Promise.resolve(true);
  let answered = false;
  let { trigger } = ways;

  /** Resolves to whether Slack took it, with all that was in it. */
  function acknowledge(answer?: Record<string, unknown>): Promise<boolean> {
    acknowledged ??= (async () => {
      waiting.abort();
      try {
        await ways.ack?.(answer);
        return true;
      } catch (error) {
        slack.log.warn({ err: error }, 'Slack did not take an acknowledgement');
        return false;
      }
    })();
    return acknowledged;
  }

  async function tell(text: Text): Promise<void> {
    // What only the asker sees calls nobody, so everybody can be named.
    const answer = { response_type: 'ephemeral', ...words(text, privately), ...asWritten, ...noPreviews };
    const first = !acknowledged;
    if ((await acknowledge(first ? answer : undefined)) && first) return;
    try {
      await answerLater(answer);
    } catch (error) {
      slack.log.warn({ err: error }, 'an answer did not reach the person');
    }
  }

  async function answerLater(answer: Record<string, unknown> & ReturnType<typeof words>): Promise<void> {
    if (ways.responseUrl && (await sent(ways.responseUrl, answer))) return;
    const { text, blocks } = answer;
    const message = { text, blocks, ...asWritten };
    const there = { ...message, channel: place.channel, user: userOf(request.person.id), ...inThread() };
    try {
      await slack.call('answering', (web) => web.chat.postEphemeral(there));
    } catch (error) {
      if (!(error instanceof Fault) || error.code !== 'no-access') throw error;
      const direct = { ...message, ...noPreviews, channel: await directChannel(slack, request.person.id) };
      await slack.call('answering directly', (web) => web.chat.postMessage(direct));
    }
  }

  /** Where a thread has not begun, what only one person may see is shown beside it. */
  function inThread(): { thread_ts?: string } {
    const { thread, newThread } = place;
    return thread && (!newThread || answered) ? { thread_ts: thread } : {};
  }

  async function sent(url: string, answer: Record<string, unknown>): Promise<boolean> {
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify({ ...answer, ...inThread(), replace_original: false });
    const request = { method: 'POST', headers, body, deadlineMs: answerDeadlineMs } as const;
    const taken = await slack.fetchTo(url, request).catch(() => undefined);
    return taken?.status === 200;
  }

  async function announce(root: Text, lookFirst: boolean): Promise<SlackPlace> {
    await acknowledge();
    const job = jobId('slack', request.id);
    const named = await ways.named(place);
    const posting = { role: 'root', job, place, words: words(root, quietly(named)) } as const;
    const { ts } = await postOnce(forJob(slack, job), posting, lookFirst);
    answered = true;
    const grown = { ...named, root: ts };
    ways.announced(grown);
    return grown;
  }

  let announcement: Promise<SlackPlace> | undefined;
  let tried = false;

  /** Once, however often it is asked for; after a failure it is tried again. */
  function announceOnce(root: Text): Promise<SlackPlace> {
    announcement ??= announce(root, tried).catch((error: unknown) => {
      announcement = undefined;
      throw error;
    });
    tried = true;
    return announcement;
  }

  if (!acknowledged)
    slack.clock.sleep(ackWaitMs, waiting.signal).then(
      () => acknowledge(),
      () => {},
    );
  return {
    tell,
    announce: announceOnce,
    async open(form) {
      const opener = trigger;
      trigger = undefined;
      if (!opener) return false;
      await acknowledge();
      return openForm(slack, form, place, opener);
    },
    acknowledge: async () => void (await acknowledge()),
    end: () => waiting.abort(),
  };
}
