import type { Clock } from '../../src/domain/clock.ts';

/** A clock that stands still until a test moves it. Nothing here ever waits for real. */
export interface ManualClock extends Clock {
  /** Moves on by `ms`, waking whoever sleeps until then in order; resolves when they have had their turn. */
  advance(ms: number): Promise<void>;
  /** How many sleep now. */
  sleepers(): number;
  /** Resolves as soon as at least `count` sleep. */
  untilSleeping(count?: number): Promise<void>;
}

interface Sleeper {
  readonly wakesAt: number;
  readonly wake: () => void;
}

/** @param start ms since 1970; unset: noon on the day this was begun */
export function manualClock(start: number = Date.UTC(2026, 10, 20, 12)): ManualClock {
  let now = start;
  let sleeping: readonly Sleeper[] = [];
  let watching: readonly { readonly count: number; readonly resolve: () => void }[] = [];

  function changed(): void {
    const seen = watching.filter(({ count }) => sleeping.length >= count);
    watching = watching.filter((watch) => !seen.includes(watch));
    for (const { resolve } of seen) resolve();
  }

  function sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.reject(signal.reason);
    return new Promise((resolve, reject) => {
      const leave = () => {
        sleeping = sleeping.filter((other) => other !== sleeper);
        signal?.removeEventListener('abort', abort);
      };
      const abort = () => {
        leave();
        reject(signal?.reason);
      };
      const wake = () => {
        leave();
        resolve();
      };
      const sleeper: Sleeper = { wakesAt: now + ms, wake };
      if (ms <= 0) return resolve();
      signal?.addEventListener('abort', abort, { once: true });
      sleeping = [...sleeping, sleeper];
      changed();
    });
  }

  async function advance(ms: number): Promise<void> {
    // Whatever has just begun begins before the time moves.
    await turn();
    const end = now + ms;
    for (let next = earliest(sleeping, end); next; next = earliest(sleeping, end)) {
      now = next.wakesAt;
      next.wake();
      await turn();
    }
    now = end;
    await turn();
  }

  return {
    now: () => now,
    sleep,
    advance,
    sleepers: () => sleeping.length,
    untilSleeping(count = 1) {
      return new Promise((resolve) => {
        watching = [...watching, { count, resolve }];
        changed();
      });
    },
  };
}

function earliest(sleeping: readonly Sleeper[], end: number): Sleeper | undefined {
  return sleeping.filter(({ wakesAt }) => wakesAt <= end).sort((a, b) => a.wakesAt - b.wakesAt)[0];
}

/** Everything that is ready to run has run. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
