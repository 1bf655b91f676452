import { setTimeout } from 'node:timers/promises';
import type { Clock } from './domain/clock.ts';

/** The machine's time. Waits do not keep the process alive: what runs does. */
export const systemClock: Clock = {
  now: () => Date.now(),
  async sleep(ms, signal) {
    try {
      await setTimeout(ms, undefined, signal ? { signal } : {});
    } catch (error) {
      throw signal?.aborted ? signal.reason : error;
    }
  },
};
