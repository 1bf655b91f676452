import type { Clock } from '../domain/clock.ts';
import { orAborted } from './or-aborted.ts';

/** Waits until `count` more fit, in the order of asking. Rejects with the signal's reason, and then takes nothing. */
export type SlidingWindow = (count: number, signal: AbortSignal) => Promise<void>;

/**
 * Never lets more than `most` through in any `windowMs`, wherever that begins. (A count that starts anew every minute
 * would let twice as many through around its turn.)
 */
export function slidingWindow(most: number, windowMs: number, clock: Clock): SlidingWindow {
  let taken: readonly { readonly at: number; readonly count: number }[] = [];
  let turn: Promise<void> = Promise.resolve();

  /** How long `count` more have to wait. A clock that was set back must not make it longer than the window. */
  function waitMs(count: number): number {
    const now = clock.now();
    taken = taken.filter(({ at }) => now - at < windowMs && at <= now);
    let surplus = taken.reduce((sum, each) => sum + each.count, count) - most;
    let ms = 0;
    for (const oldest of taken) {
      if (surplus <= 0) break;
      surplus -= oldest.count;
      ms = oldest.at + windowMs - now;
    }
    return ms;
  }

  return async (count, signal) => {
    if (count > most) throw new RangeError(`${count} never fit where ${most} are the most`);
    const before = turn;
    const mine = Promise.withResolvers<void>();
    // Whoever comes next waits for all before, also when this one leaves early.
    turn = before.then(() => mine.promise);
    try {
      await orAborted(before, signal);
      for (let ms = waitMs(count); ms > 0; ms = waitMs(count)) await clock.sleep(ms, signal);
      signal.throwIfAborted();
      taken = [...taken, { at: clock.now(), count }];
    } finally {
      mine.resolve();
    }
  };
}
