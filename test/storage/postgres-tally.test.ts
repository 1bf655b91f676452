import { beforeEach, expect, test } from 'vitest';
import type { Slot } from '../../src/domain/pace.ts';
import { openPace } from '../../src/providers/pace.ts';
import { faulty } from '../../src/storage/faulty.ts';
import { postgresTally } from '../../src/storage/postgres-tally.ts';
import { failureOf } from '../contracts/image-provider.ts';
import { atOnce, never, paceContract, perMinute } from '../contracts/pace.ts';
import { manualClock } from '../fakes/clock.ts';
import { watched } from '../fakes/watched-tally.ts';
import { onPostgres } from './databases.ts';
import { movedTime, moveTime, startTime } from './moved-time.ts';

const noon = Date.UTC(2026, 10, 20, 12);

onPostgres((current) => {
  const db = () => current().database.db;
  beforeEach(async () => {
    await current().empty();
    await startTime(db(), noon);
  });

  /** A process as the database sees it, with a clock of its own. */
  function process() {
    const clock = manualClock(noon);
    const { tally, refused, quiet } = watched(postgresTally(db(), movedTime));
    return { clock, refused, quiet, pace: openPace(tally, clock, { shared: true }) };
  }

  paceContract('the database', 61_000, async () => {
    const { clock, refused, quiet, pace } = process();
    const advance = async (ms: number) => {
      await quiet();
      await moveTime(db(), ms);
      await clock.advance(ms);
      await quiet();
    };
    return { pace, refused, advance, close: async () => undefined };
  });

  test('processes take turns, in the order of asking', async () => {
    const [one, two] = [process(), process()];
    const first = await one.pace.take('a', 1, atOnce(1), never);
    const out: string[] = [];
    const ask = async ({ pace }: typeof one, who: string): Promise<Slot> => {
      const slot = await pace.take('a', 1, atOnce(1), never);
      out.push(who);
      return slot;
    };
    const second = ask(two, 'two');
    await two.refused(1);
    await moveTime(db(), 1);
    const third = ask(one, 'one');
    await one.refused(1);
    first.free();
    // It looks at once, and lets the other go first.
    await one.refused(2);
    expect(out).toEqual([]);
    await two.clock.advance(500);
    (await second).free();
    await two.pace.take('b', 1, atOnce(1), never);
    while (out.length < 2) await one.clock.advance(500);
    await third;
    expect(out).toEqual(['two', 'one']);
  });

  test('a slot is kept for as long as its process lives, and comes back when it is dead', async () => {
    const [living, dead, other] = [process(), process(), process()];
    await living.pace.take('a', 1, atOnce(2), never);
    await dead.pace.take('a', 1, atOnce(2), never);
    const third = other.pace.take('a', 1, atOnce(2), never);
    await other.refused(1);
    const slots = () => db().selectFrom('pace_slots').select('lease_until').where('waiting', '=', 0).execute();
    for (const seconds of [5, 10]) {
      await moveTime(db(), 5_000);
      await living.clock.advance(5_000);
      const kept = noon + seconds * 1_000 + 15_000;
      while (!(await slots()).some(({ lease_until }) => lease_until === kept));
    }
    await moveTime(db(), 4_999);
    await other.clock.advance(500);
    await other.refused(2);
    await moveTime(db(), 1);
    await other.clock.advance(500);
    await third;
    await moveTime(db(), 9_999);
    const fourth = other.pace.take('a', 1, atOnce(2), never);
    await other.refused(3);
    await moveTime(db(), 1);
    await other.clock.advance(500);
    await fourth;
  });

  test('a dead process that was first in line is passed after five seconds', async () => {
    const [dead, other] = [process(), process()];
    const first = await other.pace.take('a', 1, atOnce(1), never);
    void dead.pace.take('a', 1, atOnce(1), never);
    await dead.refused(1);
    await moveTime(db(), 1);
    const second = other.pace.take('a', 1, atOnce(1), never);
    await other.refused(1);
    first.free();
    await other.refused(2);
    await moveTime(db(), 4_999);
    await other.clock.advance(500);
    await second;
  });

  test('a task that was begun by a process that died has one slot, whoever asks about it', async () => {
    const [dead, next] = [process(), process()];
    await dead.pace.hold('a', 'task');
    await moveTime(db(), 30_000);
    await next.pace.hold('a', 'task');
    expect(await db().selectFrom('pace_slots').select('lease_until').execute()).toEqual([
      { lease_until: noon + 90_000 },
    ]);
  });

  test('a clock that was set back keeps nobody waiting', async () => {
    const { pace, clock, refused } = process();
    await pace.take('a', 1, { concurrency: 1, imagesPerMinute: 1 }, never);
    const second = pace.take('a', 1, { concurrency: 1, imagesPerMinute: 1 }, never);
    await refused(1);
    await moveTime(db(), -3_600_000);
    await clock.advance(500);
    await second;
  });

  test('the time is the database’s own', async () => {
    const tally = postgresTally(db());
    const ask = { service: 'a', count: 1, limits: perMinute(1) };
    expect((await tally.take({ ...ask, id: '1' })).taken).toBe(true);
    const { taken, waits } = await tally.take({ ...ask, id: '2' });
    expect(taken).toBe(false);
    expect(waits.imagesMs).toBeGreaterThan(0);
    expect(waits.imagesMs).toBeLessThanOrEqual(61_000);
  });

  test('many at the same time are let out as far as it goes, and no further', async () => {
    const tally = postgresTally(db(), movedTime);
    const limits = { concurrency: 7, imagesPerMinute: 9 };
    const asks = Array.from({ length: 20 }, (_, n) => tally.take({ service: 'a', id: `${n}`, count: 2, limits }));
    expect((await Promise.all(asks)).filter(({ taken }) => taken)).toHaveLength(4);
    const others = Array.from({ length: 20 }, (_, n) =>
      tally.take({ service: 'b', id: `b${n}`, count: 1, limits: atOnce(7) }),
    );
    expect((await Promise.all(others)).filter(({ taken }) => taken)).toHaveLength(7);
  });

  test('a database that fails is a fault of storage, and nobody is let out', async () => {
    const broken = faulty(postgresTally(db().withSchema('nowhere'), movedTime));
    const pace = openPace(broken, manualClock(), { shared: true });
    const why = await failureOf(pace.take('a', 1, atOnce(1), never));
    expect(why).toMatchObject({ name: 'Fault', code: 'storage', maybeBilled: false });
    await pace.hold('a', 'task');
  });
});
