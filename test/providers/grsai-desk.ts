import { onTestFinished } from 'vitest';
import type { ImageOrder, Progress } from '../../src/domain/image-provider.ts';
import type { Json } from '../../src/domain/job.ts';
import { guardedFetch } from '../../src/http/guarded-fetch.ts';
import { longCalls } from '../../src/http/long-calls.ts';
import { type GrsaiOptions, grsaiProvider } from '../../src/providers/grsai.ts';
import { job, orderFor, termsFor } from '../contracts/image-provider.ts';
import { type ManualClock, manualClock } from '../fakes/clock.ts';
import { type FakeGrsai, fakeGrsai } from '../fakes/grsai/server.ts';

/** A provider in the hands of a test: it looks when it is told to, and time stands still meanwhile. */
export interface Desk {
  readonly fake: FakeGrsai;
  readonly clock: ManualClock;
  readonly told: readonly Progress[];
  start(more?: Partial<ImageOrder>, signal?: AbortSignal): ReturnType<ReturnType<typeof grsaiProvider>['start']>;
  /** The ticket of a start that gives one, as the queue keeps it. */
  ticket(more?: Partial<ImageOrder>): Promise<Json>;
  check(ticket: Json, signal?: AbortSignal): ReturnType<ReturnType<typeof grsaiProvider>['check']>;
  /** Checks until something comes of it. */
  end(ticket: Json): Promise<unknown>;
  /** Another process, over the same service. */
  again(more?: Partial<GrsaiOptions>): Desk;
}

const never = new AbortController().signal;

export async function desk(more: Partial<GrsaiOptions> = {}): Promise<Desk> {
  const fake = await fakeGrsai();
  onTestFinished(() => fake.close());
  return deskOver(fake, manualClock(), more);
}

function deskOver(fake: FakeGrsai, clock: ManualClock, more: Partial<GrsaiOptions>): Desk {
  const told: Progress[] = [];
  const { apiKey, url: baseUrl } = fake;
  const download = guardedFetch({ allowedOrigins: [fake.filesUrl] });
  const ways = { fetch: longCalls(), download, clock };
  const provider = grsaiProvider({ ...termsFor('grsai'), apiKey, baseUrl, reply: 'poll', ...ways, ...more });
  const start: Desk['start'] = (order, signal = never) =>
    provider.start(orderFor(order), job, signal, (step) => void told.push(step));
  const check: Desk['check'] = (ticket, signal = never) => provider.check(ticket, signal);
  return {
    ...{ fake, clock, told, start, check },
    async ticket(order) {
      const answer = await start(order);
      if (!('ticket' in answer)) throw new Error(`It gave no ticket: ${JSON.stringify(answer)}`);
      return JSON.parse(JSON.stringify(answer.ticket)) as Json;
    },
    async end(ticket) {
      for (let checks = 0; checks < 20; checks++) {
        const state = await check(ticket);
        if (!('percent' in state)) return state;
      }
      throw new Error('It does not end.');
    },
    again: (other = {}) => deskOver(fake, clock, { ...more, ...other }),
  };
}
