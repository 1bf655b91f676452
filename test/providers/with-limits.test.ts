import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { slidingWindow } from '../../src/providers/sliding-window.ts';
import { withLimits } from '../../src/providers/with-limits.ts';
import { failureOf, make } from '../contracts/image-provider.ts';
import { manualClock } from '../fakes/clock.ts';
import { nothingMade, scriptedProvider } from '../fakes/provider.ts';

const never = new AbortController().signal;

describe('concurrency', () => {
  test('no more calls run at a time than the service takes; the rest follow in order', async () => {
    const { provider, calls, untilCalled } = scriptedProvider({ concurrency: 2 });
    const limited = withLimits(provider, manualClock());
    const making = Promise.allSettled(['a', 'b', 'c'].map((words) => make(limited, { words })));
    await untilCalled(2);
    expect(calls.map(({ order }) => order.words)).toEqual(['a', 'b']);
    calls[0]?.reject(new Error('failed'));
    const third = await untilCalled(3);
    expect(third.order.words).toBe('c');
    for (const call of calls) call.resolve(nothingMade);
    expect((await making).map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled']);
  });

  test('who is cancelled while waiting goes at once and never gets a turn', async () => {
    const { provider, calls, untilCalled } = scriptedProvider({ concurrency: 1 });
    const limited = withLimits(provider, manualClock());
    const first = make(limited, { words: 'a' });
    const controller = new AbortController();
    const second = failureOf(make(limited, { words: 'b' }, controller.signal));
    const third = make(limited, { words: 'c' });
    await untilCalled(1);
    const reason = new Error('cancelled');
    controller.abort(reason);
    expect(await second).toBe(reason);
    calls[0]?.resolve(nothingMade);
    (await untilCalled(2)).resolve(nothingMade);
    await Promise.all([first, third]);
    expect(calls.map(({ order }) => order.words)).toEqual(['a', 'c']);
  });

  test('who is cancelled before asks for nothing', async () => {
    const { provider, calls } = scriptedProvider();
    const reason = new Error('cancelled');
    expect(await failureOf(make(withLimits(provider, manualClock()), {}, AbortSignal.abort(reason)))).toBe(reason);
    expect(calls).toHaveLength(0);
  });
});

describe('images per minute', () => {
  test('hold a call back until the minute has passed', async () => {
    const clock = manualClock();
    const { provider, calls, untilCalled } = scriptedProvider({ concurrency: 8 });
    const limited = withLimits(provider, clock, 5);
    expect(limited.imagesPerCallMax).toBe(4);
    const making = [make(limited, { count: 3 }), make(limited, { count: 3 })];
    await untilCalled(1);
    await clock.untilSleeping();
    await clock.advance(59_999);
    expect(calls).toHaveLength(1);
    await clock.advance(1);
    await untilCalled(2);
    for (const call of calls) call.resolve(nothingMade);
    await Promise.all(making);
  });

  test('limit how many one call may ask for', () => {
    expect(withLimits(scriptedProvider().provider, manualClock(), 2).imagesPerCallMax).toBe(2);
  });
});

describe('the sliding window', () => {
  test('never lets more through in any window, keeps the order, and waits no longer than it must', async () => {
    const wish = fc.record({ count: fc.integer({ min: 1, max: 4 }), afterMs: fc.integer({ min: 0, max: 40_000 }) });
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 4, max: 7 }), fc.array(wish, { maxLength: 20 }), async (most, wishes) => {
        const clock = manualClock(0);
        const take = slidingWindow(most, 60_000, clock);
        const starts: { at: number; asked: number; count: number; nth: number }[] = [];
        for (const [nth, { count, afterMs }] of wishes.entries()) {
          await clock.advance(afterMs);
          const asked = clock.now();
          void take(count, never).then(() => starts.push({ at: clock.now(), asked, count, nth }));
        }
        while (starts.length < wishes.length) await clock.advance(1_000);
        expect(starts.map(({ nth }) => nth)).toEqual(wishes.map((_, nth) => nth));
        for (const [nth, start] of starts.entries()) {
          const within = (end: number) => starts.slice(0, nth).filter(({ at }) => at > end - 60_000 && at <= end);
          const images = (end: number) => within(end).reduce((sum, { count }) => sum + count, start.count);
          expect(images(start.at)).toBeLessThanOrEqual(most);
          const soonest = Math.max(start.asked, starts[nth - 1]?.at ?? 0);
          if (start.at > soonest) expect(images(start.at - 1)).toBeGreaterThan(most);
        }
      }),
      { numRuns: 50 },
    );
  });

  test('gives a cancelled place to the next', async () => {
    const clock = manualClock();
    const take = slidingWindow(2, 60_000, clock);
    await take(2, never);
    const controller = new AbortController();
    const [second, third] = [failureOf(take(2, controller.signal)), take(1, never)];
    await clock.untilSleeping();
    const reason = new Error('cancelled');
    controller.abort(reason);
    expect(await second).toBe(reason);
    await clock.untilSleeping();
    await clock.advance(60_000);
    await third;
    await take(1, never);
  });

  test('does not wait for a count that never fits', async () => {
    expect(await failureOf(slidingWindow(2, 60_000, manualClock())(3, never))).toBeInstanceOf(RangeError);
  });
});
