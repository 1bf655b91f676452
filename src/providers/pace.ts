import { randomUUID } from 'node:crypto';
import type { Clock } from '../domain/clock.ts';
import type { Pace, Tally, Waits } from '../domain/pace.ts';
import { leases } from './leases.ts';
import { memoryTally } from './memory-tally.ts';
import { orAborted } from './or-aborted.ts';

/** How often whoever waits looks whether another process has made room. */
const lookMs = 500;

/** Those who wait for one service in this process, and what it knows of it. */
interface Line {
  /** Resolves when everybody has had their turn. */
  turn: Promise<void>;
  waiting: number;
  /** Until when, by our clock, there is no room. */
  fullUntil: { slot: number; images: number };
  /** How often a slot was given back here. */
  freed: number;
  /** Has whoever is first look again. */
  wake: () => void;
}

/** The pace of the only process. */
export const localPace = (clock: Clock): Pace => openPace(memoryTally(clock), clock, { shared: false });

/** @param shared whether other processes take from the same tally */
export function openPace(tally: Tally, clock: Clock, { shared }: { readonly shared: boolean }): Pace {
  const lines = new Map<string, Line>();
  const held = leases(tally, clock, shared);

  function lineOf(service: string): Line {
    const known = lines.get(service);
    if (known) return known;
    const fullUntil = { slot: 0, images: 0 };
    const line: Line = { turn: Promise.resolve(), waiting: 0, fullUntil, freed: 0, wake: () => undefined };
    lines.set(service, line);
    return line;
  }

  /** What others do is not known for long, and what was given back since is not in there. */
  function note(line: Line, { slotMs, imagesMs }: Waits, freed: number): void {
    const now = clock.now();
    const known = shared ? Math.min(slotMs, lookMs) : slotMs;
    line.fullUntil = { slot: line.freed === freed ? now + known : 0, images: now + imagesMs };
  }

  async function free(service: string, id: string): Promise<void> {
    await held.free(id);
    const line = lineOf(service);
    line.fullUntil.slot = 0;
    line.freed += 1;
    line.wake();
  }

  /** Until somebody here gives a slot back, or time may have made room. */
  async function change(line: Line, { slotMs, imagesMs }: Waits, freed: number, signal: AbortSignal): Promise<void> {
    if (line.freed !== freed) return;
    const woken = new AbortController();
    line.wake = () => woken.abort();
    const ms = Math.min(Math.max(slotMs, imagesMs), shared ? lookMs : Number.POSITIVE_INFINITY);
    const asleep = ms === Number.POSITIVE_INFINITY ? never(woken.signal) : clock.sleep(ms, woken.signal);
    await orAborted(
      asleep.catch(() => undefined),
      signal,
    ).finally(line.wake);
  }

  return {
    async take(service, count, limits, signal) {
      if (count > (limits.imagesPerMinute ?? count))
        throw new RangeError(`${count} pictures never fit where ${limits.imagesPerMinute} a minute are the most`);
      signal.throwIfAborted();
      const line = lineOf(service);
      const id = randomUUID();
      const before = line.turn;
      const mine = Promise.withResolvers<void>();
      // Whoever comes next waits for all before, also when this one leaves early.
      line.turn = before.then(() => mine.promise);
      line.waiting += 1;
      let asking: Promise<unknown> | undefined;
      try {
        await orAborted(before, signal);
        for (;;) {
          const { freed } = line;
          const answer = tally.take({ service, id, count, limits });
          asking = answer.catch(() => undefined);
          const { taken, waits } = await orAborted(answer, signal);
          note(line, waits, freed);
          if (taken) return held.slot(service, id, () => void free(service, id));
          await change(line, waits, freed, signal);
        }
      } catch (error) {
        void asking?.then(() => free(service, id));
        throw error;
      } finally {
        line.waiting -= 1;
        mine.resolve();
      }
    },
    hold: (service, task) => held.hold(service, task),
    release: (service, task) => void free(service, held.release(service, task)),
    room(service) {
      const line = lines.get(service);
      if (!line) return true;
      const { slot, images } = line.fullUntil;
      return line.waiting === 0 && clock.now() >= Math.max(slot, images);
    },
  };
}

const never = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
