import fc from 'fast-check';
import { expect, test } from 'vitest';
import { memoryTally } from '../../src/providers/memory-tally.ts';
import { localPace, openPace } from '../../src/providers/pace.ts';
import { atOnce, never, paceContract, perMinute } from '../contracts/pace.ts';
import { manualClock } from '../fakes/clock.ts';
import { watched } from '../fakes/watched-tally.ts';

paceContract('the only process', 60_000, async () => {
  const clock = manualClock();
  const { tally, refused } = watched(memoryTally(clock));
  const pace = openPace(tally, clock, { shared: false });
  return { pace, refused, advance: (ms) => clock.advance(ms), close: async () => undefined };
});

test('never lets more pictures out in any minute, keeps the order, and waits no longer than it must', async () => {
  const wish = fc.record({ count: fc.integer({ min: 1, max: 4 }), afterMs: fc.integer({ min: 0, max: 40_000 }) });
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 4, max: 7 }), fc.array(wish, { maxLength: 20 }), async (most, wishes) => {
      const clock = manualClock(0);
      const pace = localPace(clock);
      const starts: { at: number; asked: number; count: number; nth: number }[] = [];
      for (const [nth, { count, afterMs }] of wishes.entries()) {
        await clock.advance(afterMs);
        const asked = clock.now();
        void pace
          .take('a', count, perMinute(most), never)
          .then(() => starts.push({ at: clock.now(), asked, count, nth }));
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

test('waiting for a slot sets no alarm: whoever gives one back wakes the next', async () => {
  const clock = manualClock();
  const pace = localPace(clock);
  const first = await pace.take('a', 1, atOnce(1), never);
  const second = pace.take('a', 1, atOnce(1), never);
  await clock.advance(1);
  expect(clock.sleepers()).toBe(0);
  first.free();
  await second;
});
