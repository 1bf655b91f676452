import { createHash } from 'node:crypto';
import pino from 'pino';
import type { Card, Result } from '../../../src/domain/card.ts';
import type { ChatRequest, Responder } from '../../../src/domain/chat-platform.ts';
import type { Clock } from '../../../src/domain/clock.ts';
import { type JobId, jobId, type Place } from '../../../src/domain/job.ts';
import { noMeter } from '../../../src/domain/metrics.ts';
import { guardedFetch } from '../../../src/http/guarded-fetch.ts';
import { loadCommands } from '../../../src/load-commands.ts';
import { slackManifest } from '../../../src/platforms/slack/register.ts';
import { ackWaitMs } from '../../../src/platforms/slack/respond.ts';
import { type SlackOptions, type SlackPlatform, slackPlatform } from '../../../src/platforms/slack/slack.ts';
import { type FakeSlack, type FakeSlackOptions, fakeSlack } from '../../fakes/slack/server.ts';

export const commands = await loadCommands([]);
const appToken = 'xapp-1-A0FAKEAPP01-1-fake';

/** Skips every wait at once, except the one before an acknowledgement, which ends when a test says so. */
export interface ImpatientClock extends Clock {
  /** Slack has waited long enough for an acknowledgement. */
  letAckWaitEnd(): void;
  moveOn(ms: number): void;
}

function impatientClock(): ImpatientClock {
  let skippedMs = 0;
  let waiting: (() => void)[] = [];
  return {
    now: () => Date.now() + skippedMs,
    sleep(ms, signal) {
      if (signal?.aborted) return Promise.reject(signal.reason);
      return new Promise((resolve, reject) => {
        signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
        if (ms === ackWaitMs && signal) return void waiting.push(resolve);
        skippedMs += ms;
        setImmediate(resolve);
      });
    },
    letAckWaitEnd() {
      for (const end of waiting) end();
      waiting = [];
    },
    moveOn(ms) {
      skippedMs += ms;
    },
  };
}

/** A request in the pipeline's hands, which it keeps until `done`. */
export interface Asked {
  readonly request: ChatRequest;
  readonly respond: Responder;
  done(): void;
}

export type Scene = Awaited<ReturnType<typeof scene>>;

/** A Slack with Easel installed from its own manifest, and one bot. */
export async function scene(options: FakeSlackOptions = {}) {
  const manifest = slackManifest(commands, { socketMode: true });
  const slack = await fakeSlack({ rateLimits: false, appToken, manifest, ...options });
  const clock = impatientClock();
  const bots: SlackPlatform[] = [];
  const open = new Set<Asked>();

  /** The bot as one process has it. */
  function bot(more: Partial<SlackOptions> = {}) {
    const made = slackPlatform({
      ...{ botToken: slack.botToken, appToken, apiUrl: slack.apiUrl, clock },
      log: pino({ level: 'silent' }),
      meter: noMeter,
      fetchTo: guardedFetch({ allowedOrigins: [slack.url] }),
      ...more,
    });
    bots.push(made);
    return made;
  }

  /** Starts a bot whose pipeline is the test. */
  async function listening(more: Partial<SlackOptions> = {}) {
    const platform = bot(more);
    const inbox: Asked[] = [];
    const waiting: ((asked: Asked) => void)[] = [];
    await platform.start(commands, async (request, respond) => {
      const over = Promise.withResolvers<void>();
      const asked = { request, respond, done: over.resolve };
      open.add(asked);
      const wanted = waiting.shift();
      if (wanted) wanted(asked);
      else inbox.push(asked);
      await over.promise;
      return { answered: true };
    });
    /** The next request that comes in. */
    const next = async (): Promise<Asked> => inbox.shift() ?? new Promise((resolve) => void waiting.push(resolve));
    return { platform, next };
  }

  async function close(): Promise<void> {
    for (const { done } of open) done();
    await Promise.all(bots.map((one) => one.stop()));
    await slack.close();
  }

  return { slack, clock, bot, listening, close };
}

export const ada = { user: 'ada', channel: '#studio' };

export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Bytes that a picture could have: a png's beginning, and everything after it different for each seed. */
export const pictureBytes = (seed: number): Uint8Array =>
  Buffer.concat([
    Buffer.from('89504e470d0a1a0a0000000d49484452000000400000004008060000', 'hex'),
    Uint8Array.from({ length: 5000 + seed }, (_, at) => (at * 31 + seed) % 256),
  ]);

/** Files as people attach them to a message or to a form. */
export const attached = (files: readonly Uint8Array[]) =>
  files.map((bytes, at) => ({ name: `photo-${at + 1}.png`, bytes }));

export const card = (job: JobId, text: string, more: Partial<Card> = {}): Card => ({
  stage: 'running',
  text,
  bar: undefined,
  preview: undefined,
  buttons: [{ action: 'cancel', job, label: 'Cancel', disabled: false }],
  ...more,
});

export const result = (job: JobId, count = 2): Result => ({
  job,
  text: 'Here they are',
  pictures: Array.from({ length: count }, (_, at) => ({
    bytes: pictureBytes(at + 1),
    format: 'png',
    fileName: `easel-${at + 1}.png`,
    alt: `Picture ${at + 1} of a red fox`,
  })),
  buttons: [
    { action: 'again', job, label: 'Again', disabled: false },
    { action: 'edit', job, label: 'Edit', disabled: false },
  ],
});

export const opening = (job: JobId) => ({ job, title: 'a red fox', root: 'A red fox', card: card(job, 'Waiting') });

export const jobOf = ({ request }: Asked): JobId => jobId('slack', request.id);

/** A place as the database keeps it: as JSON, the last one that was saved. */
export function kept(place: Place) {
  let stored = JSON.stringify(place);
  return {
    place: (): Place => JSON.parse(stored) as Place,
    remember: async (grown: Place) => {
      stored = JSON.stringify(grown);
    },
  };
}

/** What the app has posted for everybody, oldest first, with the role it was given. */
export function posted(slack: FakeSlack, channel?: string) {
  return slack
    .messages(channel)
    .filter(({ fromApp, visibleTo }) => fromApp && visibleTo === undefined)
    .map((message) => ({
      ...message,
      role: roleOf(message.metadata) ?? (message.files.length > 0 ? 'pictures' : undefined),
    }));
}

const roleOf = (metadata: Record<string, unknown> | undefined): string | undefined =>
  (metadata?.event_payload as { role?: string } | undefined)?.role;
