import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Limits, Pace, Slot } from '../../src/domain/pace.ts';
import { failureOf } from './image-provider.ts';

export interface PaceUnderTest {
  readonly pace: Pace;
  /** Moves everybody's time; resolves when whoever that wakes has looked. */
  advance(ms: number): Promise<void>;
  /** Resolves as soon as so many asks were answered with no. */
  refused(count: number): Promise<void>;
  close(): Promise<void>;
}

export const never = new AbortController().signal;
export const atOnce = (concurrency: number): Limits => ({ concurrency, imagesPerMinute: undefined });
export const perMinute = (imagesPerMinute: number): Limits => ({ concurrency: 100, imagesPerMinute });

/** What every pace promises. @param windowMs how long a picture counts there: a minute, or safely more */
export function paceContract(name: string, windowMs: number, open: () => Promise<PaceUnderTest>): void {
  describe(`${name} as a pace`, () => {
    let under: PaceUnderTest;
    let pace: Pace;
    let out: string[];
    beforeEach(async () => {
      under = await open();
      pace = under.pace;
      out = [];
    });
    afterEach(() => under.close());

    /** Asks, and says in `out` when it was let out. */
    async function ask(who: string, limits: Limits, count = 1, signal = never): Promise<Slot> {
      const slot = await pace.take('a', count, limits, signal);
      out.push(who);
      return slot;
    }

    test('no more calls are out at a time than the service takes; the rest follow in the order of asking', async () => {
      const [first, second] = await Promise.all([ask('1', atOnce(2)), ask('2', atOnce(2))]);
      const [third, fourth] = [ask('3', atOnce(2)), ask('4', atOnce(2))];
      await under.refused(1);
      expect(out).toEqual(['1', '2']);
      second.free();
      const freed = await third;
      await under.refused(2);
      expect(out).toEqual(['1', '2', '3']);
      first.free();
      freed.free();
      (await fourth).free();
      expect(out).toEqual(['1', '2', '3', '4']);
    });

    test('what is given back twice is given to one', async () => {
      const slots = [await ask('1', atOnce(2)), await ask('2', atOnce(2))];
      const waiting = [ask('3', atOnce(2)), ask('4', atOnce(2))];
      await under.refused(1);
      slots[0]?.free();
      slots[0]?.free();
      await waiting[0];
      await under.refused(2);
      expect(out).toEqual(['1', '2', '3']);
      slots[1]?.free();
      await waiting[1];
    });

    test('whoever is cancelled while waiting goes at once and never gets a turn', async () => {
      const first = await ask('1', atOnce(1));
      const controllers = [new AbortController(), new AbortController()];
      const gone = controllers.map(({ signal }, n) => failureOf(ask(`gone ${n}`, atOnce(1), 1, signal)));
      const third = ask('3', atOnce(1));
      await under.refused(1);
      const reason = new Error('cancelled');
      // The one behind before the one in front.
      controllers[1]?.abort(reason);
      expect(await gone[1]).toBe(reason);
      controllers[0]?.abort(reason);
      expect(await gone[0]).toBe(reason);
      first.free();
      (await third).free();
      await ask('4', atOnce(1));
      expect(out).toEqual(['1', '3', '4']);
    });

    test('whoever is cancelled while asking leaks nothing', async () => {
      for (const n of [1, 2, 3]) {
        const controller = new AbortController();
        const gone = failureOf(ask(`gone ${n}`, atOnce(1), 1, controller.signal));
        await Promise.resolve();
        controller.abort(new Error('cancelled'));
        expect(await gone).toBe(controller.signal.reason);
      }
      (await ask('last', atOnce(1))).free();
      expect(out).toEqual(['last']);
    });

    test('whoever is cancelled before asks for nothing', async () => {
      const reason = new Error('cancelled');
      expect(await failureOf(ask('1', perMinute(1), 1, AbortSignal.abort(reason)))).toBe(reason);
      await ask('2', perMinute(1));
    });

    test('no more pictures are asked for in any minute than the service takes', async () => {
      await ask('1', perMinute(5), 3);
      await under.advance(windowMs / 2);
      await ask('2', perMinute(5), 2);
      const third = ask('3', perMinute(5), 4);
      await under.refused(1);
      await under.advance(windowMs / 2);
      expect(out).toEqual(['1', '2']);
      await under.advance(windowMs / 2 - 1);
      expect(out).toEqual(['1', '2']);
      await under.advance(1);
      await under.advance(500);
      await third;
    });

    test('pictures count from when they were asked for, however soon the call is over', async () => {
      (await ask('1', perMinute(1))).free();
      const second = ask('2', perMinute(1));
      await under.refused(1);
      expect(out).toEqual(['1']);
      await under.advance(windowMs);
      await second;
    });

    test('whoever is cancelled while pictures are too many leaves them to the next', async () => {
      await ask('1', perMinute(2), 2);
      const controller = new AbortController();
      const gone = failureOf(ask('gone', perMinute(2), 2, controller.signal));
      await under.refused(1);
      const third = ask('3', perMinute(2), 2);
      controller.abort(new Error('cancelled'));
      expect(await gone).toBe(controller.signal.reason);
      await under.refused(2);
      await under.advance(windowMs);
      await third;
      expect(out).toEqual(['1', '3']);
    });

    test('what never fits is a bug, not a wait', async () => {
      expect(await failureOf(ask('1', perMinute(2), 3))).toBeInstanceOf(RangeError);
    });

    test('services have nothing to do with one another', async () => {
      await ask('1', { concurrency: 1, imagesPerMinute: 1 });
      await pace.take('b', 1, { concurrency: 1, imagesPerMinute: 1 }, never);
      expect([pace.room('a'), pace.room('b'), pace.room('c')]).toEqual([false, false, true]);
    });

    test('a task keeps its slot until it is released', async () => {
      const first = await ask('1', atOnce(1));
      await pace.hold('a', 'task');
      first.free();
      const second = ask('2', atOnce(1));
      await under.refused(1);
      await under.advance(30_000);
      await pace.hold('a', 'task');
      await under.advance(40_000);
      expect(out).toEqual(['1']);
      pace.release('a', 'task');
      await second;
    });

    test('a task has a slot whether or not there is room, and one however often that is said', async () => {
      const first = await ask('1', atOnce(1));
      await pace.hold('a', 'task');
      await pace.hold('a', 'task');
      const second = ask('2', atOnce(1));
      await under.refused(1);
      first.free();
      await under.refused(2);
      expect(out).toEqual(['1']);
      pace.release('a', 'task');
      await second;
    });

    test('a task that nobody asks about any more loses its slot after a minute', async () => {
      await pace.hold('a', 'task');
      const first = ask('1', atOnce(1));
      await under.refused(1);
      await under.advance(59_999);
      expect(out).toEqual([]);
      await under.advance(500);
      await first;
    });

    test('what is released without being held needs nothing', async () => {
      pace.release('a', 'task');
      await ask('1', atOnce(1));
    });

    test('there is room until a call has to wait, and again when it would not', async () => {
      expect(pace.room('a')).toBe(true);
      const first = await ask('1', atOnce(2));
      expect(pace.room('a')).toBe(true);
      const second = await ask('2', atOnce(2));
      expect(pace.room('a')).toBe(false);
      const third = ask('3', atOnce(2));
      await under.refused(1);
      expect(pace.room('a')).toBe(false);
      first.free();
      await third;
      expect(pace.room('a')).toBe(false);
      second.free();
      await ask('4', atOnce(3));
      await ask('5', { concurrency: 9, imagesPerMinute: 1 });
      expect(pace.room('a')).toBe(false);
      await under.advance(windowMs);
      expect(pace.room('a')).toBe(true);
    });
  });
}
