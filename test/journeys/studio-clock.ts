import type { Clock } from '../../src/domain/clock.ts';

/** Real time that a test can move on: everybody in a studio, Easel and the fakes, lives by it. */
export interface StudioClock extends Clock {
  /** Calls later; answers how to cancel. For the fakes. */
  after(ms: number, run: () => void): () => void;
  /** Goes on by `ms` at once, waking whoever sleeps until then in order. */
  pass(ms: number): Promise<void>;
  /** Time flies, from one wake-up to the next, until `work` has ended; resolves or rejects as it does. */
  flyUntil<T>(work: Promise<T>): Promise<T>;
}

interface Sleeper {
  readonly wakesAt: number;
  readonly wake: () => void;
}

/** A day on which the models of the catalogue are as young as the tests take them to be. */
const start = Date.UTC(2026, 10, 20, 12);

/** @param passed told of every jump, for clocks beside this one */
export function studioClock(passed: (ms: number) => void): StudioClock {
  const sleepers = new Set<Sleeper>();
  const begun = performance.now();
  let jumped = 0;
  const now = () => Math.floor(start + performance.now() - begun + jumped);

  function after(ms: number, run: () => void): () => void {
    const cancel = () => {
      clearTimeout(timer);
      sleepers.delete(sleeper);
    };
    const wake = () => {
      cancel();
      run();
    };
    const sleeper = { wakesAt: now() + ms, wake };
    const timer = setTimeout(wake, ms);
    sleepers.add(sleeper);
    return cancel;
  }

  function sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.reject(signal.reason);
    return new Promise((resolve, reject) => {
      const abort = () => {
        cancel();
        reject(signal?.reason);
      };
      const cancel = after(ms, () => {
        signal?.removeEventListener('abort', abort);
        resolve();
      });
      signal?.addEventListener('abort', abort, { once: true });
    });
  }

  const next = (): Sleeper | undefined => [...sleepers].sort((a, b) => a.wakesAt - b.wakesAt)[0];

  function jumpTo(time: number): void {
    const ms = Math.max(0, Math.ceil(time - now()));
    jumped += ms;
    if (ms > 0) passed(ms);
  }

  async function pass(ms: number): Promise<void> {
    const end = now() + ms;
    for (let sleeper = next(); sleeper && sleeper.wakesAt <= end; sleeper = next()) {
      jumpTo(sleeper.wakesAt);
      sleeper.wake();
      await turn();
    }
    jumpTo(end);
    await turn();
  }

  async function flyUntil<T>(work: Promise<T>): Promise<T> {
    let over = false;
    const end = () => {
      over = true;
    };
    work.then(end, end);
    while (!over) {
      const sleeper = next();
      if (sleeper) {
        jumpTo(sleeper.wakesAt);
        sleeper.wake();
      }
      await wire();
    }
    return work;
  }

  return { now, sleep, after, pass, flyUntil };
}

const wireMs = 4;
const wiresMost = 25;

/**
 * What is on the wire arrives in real time, so that the time of a call on this machine stays short. On a machine that is
 * busy with other things it is given more of it.
 */
async function wire(): Promise<void> {
  for (let waits = 0; waits < wiresMost; waits++) {
    const before = performance.now();
    await new Promise((resolve) => setTimeout(resolve, wireMs));
    if (performance.now() - before < 2 * wireMs) return;
  }
}

/** Everything that is ready to run has run. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
