import { createHash } from 'node:crypto';
import { pino } from 'pino';
import { onTestFinished } from 'vitest';
import type { Card, Result } from '../../../src/domain/card.ts';
import type { ChatPlatform, ChatRequest, Opening, Remember, Responder } from '../../../src/domain/chat-platform.ts';
import { type Command, imageCommand } from '../../../src/domain/command.ts';
import { type JobId, jobId, type Place } from '../../../src/domain/job.ts';
import { noMeter } from '../../../src/domain/metrics.ts';
import { guardedFetch } from '../../../src/http/guarded-fetch.ts';
import { type DiscordOptions, discordPlatform } from '../../../src/platforms/discord/discord.ts';
import { manualClock } from '../../fakes/clock.ts';
import { type FakeDiscordOptions, fakeDiscord } from '../../fakes/discord/server.ts';

export const imagine: Command = {
  name: 'imagine',
  ...imageCommand({
    summary: 'Make pictures',
    options: {
      prompt: { kind: 'text', summary: 'What to draw', required: true, maxLength: 2000 },
      shape: { kind: 'word', summary: 'Outline', suggestions: ['square', 'wide', 'tall'], maxLength: 12 },
      model: {
        kind: 'word',
        summary: 'Which model',
        suggestions: ['gpt-image-2.5-flare', 'gpt-image-2'],
        maxLength: 64,
      },
      fresh: { kind: 'flag', summary: 'Anew' },
    },
    plan: () => ({ refused: 'stopping' }),
  }),
};

export const edit: Command = {
  name: 'edit',
  ...imageCommand({
    summary: 'Change a picture',
    options: {
      prompt: { kind: 'text', summary: 'What to change', required: true, maxLength: 2000 },
      image: { kind: 'image', summary: 'The picture to change' },
      mask: { kind: 'image', summary: 'Where it may change' },
    },
    plan: () => ({ refused: 'stopping' }),
  }),
};

export interface Asked {
  readonly request: ChatRequest;
  readonly respond: Responder;
}

/** A fake Discord and the means to run bots on it; all is closed when the test is over. */
export async function discordStage(options: FakeDiscordOptions = {}) {
  const discord = await fakeDiscord({ rateLimits: false, editIntervalMsMin: 0, ...options });
  onTestFinished(() => discord.close());
  const clock = manualClock();

  const bot = (more: Partial<DiscordOptions> = {}): ChatPlatform =>
    discordPlatform({
      token: discord.token,
      apiUrl: discord.api,
      guild: undefined,
      clock,
      fetchTo: guardedFetch({ allowedOrigins: [discord.url] }),
      log: pino({ level: 'silent' }),
      meter: noMeter,
      ...more,
    });

  async function start(more: Partial<DiscordOptions> = {}, commands: readonly Command[] = [imagine]) {
    const platform = bot(more);
    const waiting: ((asked: Asked) => void)[] = [];
    await platform.start(commands, async (request, respond) => {
      waiting.shift()?.({ request, respond });
      return { answered: true };
    });
    onTestFinished(() => platform.stop());
    /** What the platform makes of the next thing that somebody does. */
    const next = () => new Promise<Asked>((resolve) => waiting.push(resolve));
    const asked = async (where: Parameters<typeof discord.command>[2] = {}): Promise<Asked> => {
      const received = next();
      discord.command('imagine', { prompt: 'a red fox' }, where);
      return received;
    };
    const heard = async (act: () => unknown): Promise<Asked> => {
      const received = next();
      act();
      return received;
    };
    /** A job whose pictures people see, and the message that shows them. */
    const posted = async (where: Parameters<typeof asked>[0] = {}, count = 1) => {
      const first = await asked(where);
      const show = showing(platform, first, await first.respond.announce('Someone asked for a red fox'));
      await show.thread().open(show.opening);
      await show.thread().post(result(show.job, count), false);
      const picture = discord.messages().findLast(({ author, attachments }) => author.bot && attachments.length > 0);
      if (!picture) throw new Error('nothing was posted');
      return { show, picture, first };
    };
    return { platform, next, asked, heard, posted };
  }

  return { discord, clock, bot, start };
}

/** A job's place as the database keeps it: as JSON, from one process to the next. */
export function showing(platform: ChatPlatform, { request }: Pick<Asked, 'request'>, first: Place = request.place) {
  const job = jobId('discord', request.id);
  const saved: string[] = [JSON.stringify(first)];
  let untilDeath = Number.POSITIVE_INFINITY;
  const remember: Remember = async (place) => {
    if (--untilDeath === 0) throw new Error('the process died');
    saved.push(JSON.stringify(place));
  };
  return {
    job,
    opening: opening(job),
    /** The place as it was after so many steps; left out, now. */
    place: (steps = saved.length - 1): Place => JSON.parse(saved[steps] ?? 'null') as Place,
    steps: () => saved.length - 1,
    /** Fails to save the nth place from now on. */
    dieAt(nth: number) {
      untilDeath = nth;
    },
    thread: (by = platform, from = saved.length - 1) => by.thread(JSON.parse(saved[from] ?? 'null'), remember),
  };
}

const opening = (job: JobId): Opening => ({
  job,
  title: 'a red fox',
  root: 'Someone asked for a red fox',
  card: card(job, 'Waiting'),
});

export const card = (job: JobId, text: string, more: Partial<Card> = {}): Card => ({
  stage: 'waiting',
  text,
  bar: undefined,
  preview: undefined,
  buttons: [{ action: 'cancel', job, label: 'Cancel', disabled: false }],
  ...more,
});

export const bytes = (seed: number, length = 4_000): Uint8Array =>
  Uint8Array.from({ length }, (_, at) => (at * 31 + seed * 7) % 256);

export const sha256 = (data: Uint8Array): string => createHash('sha256').update(data).digest('hex');

export const result = (job: JobId, count = 1): Result => ({
  job,
  text: 'Here it is',
  pictures: Array.from({ length: count }, (_, at) => ({
    bytes: bytes(at),
    format: 'png' as const,
    fileName: `easel-${at + 1}.png`,
    alt: `Picture ${at + 1}: a red fox`,
  })),
  buttons: [
    { action: 'again', job, label: 'Again', disabled: false },
    { action: 'edit', job, label: 'Edit', disabled: true },
    { action: 'details', job, label: 'Details', disabled: false },
    { action: 'delete', job, label: 'Delete', disabled: false },
  ],
});
