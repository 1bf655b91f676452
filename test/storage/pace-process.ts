import type { Clock } from '../../src/domain/clock.ts';
import type { Limits } from '../../src/domain/pace.ts';
import { openPace } from '../../src/providers/pace.ts';
import { withLimits } from '../../src/providers/with-limits.ts';
import { openDatabase } from '../../src/storage/database.ts';
import { postgresTally } from '../../src/storage/postgres-tally.ts';
import { newJob } from '../contracts/jobs.ts';
import { nothingMade, scriptedProvider } from '../fakes/provider.ts';
import { watched } from '../fakes/watched-tally.ts';
import { movedTime } from './moved-time.ts';

/** What a process is told as its only argument, as JSON. */
export interface CallOrder {
  readonly url: string;
  readonly limits: Limits;
  /** How many pictures each call is for. */
  readonly counts: readonly number[];
}

/** `wake`: whoever sleeps has slept enough. `quiet`: say so when nobody looks any more. `answer`: ends this call. */
export type Told = { readonly wake: true } | { readonly quiet: true } | { readonly answer: number };
/** `call`: goes out to the service now. */
export type Said =
  | { readonly quiet: true }
  | { readonly done: true }
  | { readonly call: number; readonly count: number };

/** A second machine, until it is killed: sends its calls to the service that its parent plays, and sleeps until that wakes it. */
async function callFrom({ url, limits, counts }: CallOrder): Promise<void> {
  const say = (said: Said) => process.send?.(said);
  let wakes: readonly (() => void)[] = [];
  const answers = new Map<number, () => void>();
  const clock: Clock = {
    now: () => 0,
    sleep: (_, signal) =>
      new Promise((resolve, reject) => {
        wakes = [...wakes, resolve];
        signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
      }),
  };
  const { db } = await openDatabase(url, '');
  const { tally, quiet } = watched(postgresTally(db, movedTime));
  const { provider } = scriptedProvider({
    concurrency: limits.concurrency,
    start: ({ words, count }) => {
      const call = Number(words);
      say({ call, count });
      return new Promise((resolve) => answers.set(call, () => resolve(nothingMade)));
    },
  });
  const limited = withLimits(provider, openPace(tally, clock, { shared: true }), limits.imagesPerMinute);

  process.on('message', (told: Told) => {
    if ('quiet' in told) void quiet().then(() => say({ quiet: true }));
    else if ('answer' in told) answers.get(told.answer)?.();
    else {
      const asleep = wakes;
      wakes = [];
      for (const wake of asleep) wake();
    }
  });
  const { signal } = new AbortController();
  const { id, request } = newJob('ann', 1);
  const order = { ...request, inputPictures: [], maskPicture: undefined };
  await Promise.all(
    counts.map((count, nth) => limited.start({ ...order, words: `${nth}`, count }, id, signal, () => undefined)),
  );
  await quiet();
  say({ done: true });
}

await callFrom(JSON.parse(process.argv[2] ?? '') as CallOrder);
