import { expect, test } from 'vitest';
import { credits } from '../../src/domain/credits.ts';
import type { JobQueue, PastCall } from '../../src/domain/job-queue.ts';
import { openStandings } from '../../src/pipeline/standings.ts';
import { sqlStore } from '../../src/storage/store.ts';
import { newJob, nothingBooked, request } from '../contracts/jobs.ts';
import { manualClock } from '../fakes/clock.ts';
import { onEveryDatabase } from '../storage/databases.ts';

const flare = 'gpt-image-2.5-flare';

/** Standings over what a test says has happened. */
function standing(calls: readonly (Partial<PastCall> & { outcome: string })[]) {
  const clock = manualClock();
  const asked: number[] = [];
  const queue: Pick<JobQueue, 'pastCalls'> = {
    async pastCalls(since) {
      asked.push(since);
      return calls.map((call) => ({ provider: 'relay', model: flare, tookMs: 20_000, ...call }));
    },
  };
  return { clock, asked, standings: openStandings(queue, clock) };
}

const made = (tookMs: number) => ({ outcome: 'made', tookMs });
const times = <T>(count: number, value: T): T[] => Array.from({ length: count }, () => value);

test('nothing is known of whom nobody asked, nor before anybody looked', async () => {
  const { standings } = standing([made(1)]);
  const nothing = { p90Ms: undefined, errorRate: 0 };
  expect(standings.of('relay', flare)).toEqual(nothing);
  await standings.refresh();
  expect(standings.of('another', flare)).toEqual(nothing);
  expect(standings.of('relay', 'another')).toEqual(nothing);
  expect(standings.whole('another')).toEqual(nothing);
});

test.each([
  [[5], 5],
  [[9, 1], 9],
  [[10, 9, 8, 7, 6, 5, 4, 3, 2, 1], 9],
  [[...times(17, 20), 900, 800, 700], 700],
  [[...times(18, 20), 900, 800], 20],
])('of %j ms nine in ten took no longer than %i', async (durations, p90Ms) => {
  const { standings } = standing(durations.map(made));
  await standings.refresh();
  expect(standings.of('relay', flare)).toEqual({ p90Ms, errorRate: 0 });
});

test('calls that made nothing say nothing of the pace', async () => {
  const { standings } = standing([{ outcome: 'timeout', tookMs: 240_000 }, made(10)]);
  await standings.refresh();
  expect(standings.of('relay', flare)).toEqual({ p90Ms: 10, errorRate: 0.5 });
});

test.each(['throttled', 'overloaded', 'unreachable', 'broken-answer', 'timeout', 'rejected'])(
  '%s counts against a service',
  async (outcome) => {
    const { standings } = standing([{ outcome }, made(1), made(1), made(1)]);
    await standings.refresh();
    expect(standings.of('relay', flare).errorRate).toBe(0.25);
  },
);

test.each(['refused', 'cancelled', 'cut off', 'not kept', 'account', 'storage', 'bug'])(
  '%s does not',
  async (outcome) => {
    const { standings } = standing([{ outcome }, made(1)]);
    await standings.refresh();
    expect(standings.of('relay', flare).errorRate).toBe(0);
  },
);

test('each model of a service stands for itself, the service for all of them', async () => {
  const { standings } = standing([made(10), { ...made(40), model: 'slow' }, { outcome: 'timeout', model: 'slow' }]);
  await standings.refresh();
  expect(standings.of('relay', flare)).toEqual({ p90Ms: 10, errorRate: 0 });
  expect(standings.of('relay', 'slow')).toEqual({ p90Ms: 40, errorRate: 0.5 });
  expect(standings.whole('relay')).toEqual({ p90Ms: 40, errorRate: 1 / 3 });
});

test('are looked up at most every 15 s, by all who ask together once', async () => {
  const { clock, asked, standings } = standing([made(1)]);
  await Promise.all([standings.refresh(), standings.refresh()]);
  await clock.advance(14_999);
  await standings.refresh();
  expect(asked).toEqual([clock.now() - 14_999 - 60 * 60_000]);
  await clock.advance(1);
  await standings.refresh();
  expect(asked).toHaveLength(2);
});

onEveryDatabase((current) => {
  async function scene() {
    await current().empty();
    const clock = manualClock();
    const { queue } = sqlStore(current().database, clock, credits(0));
    const record = (outcome: string, tookMs: number) => {
      const { model, quality, size, count } = request;
      const job = newJob('ann', 1).id;
      const at = { startedAt: clock.now() - tookMs, endedAt: clock.now() };
      return queue.record({
        ...nothingBooked,
        ...{ job, attempt: 1, provider: 'relay', model, quality, size, count, outcome, ...at },
      });
    };
    return { clock, record, standings: openStandings(queue, clock) };
  }

  test('only the last hour counts', async () => {
    const { clock, record, standings } = await scene();
    await record('timeout', 240_000);
    await clock.advance(30 * 60_000);
    await record('made', 20_000);
    await standings.refresh();
    expect(standings.of('relay', flare)).toEqual({ p90Ms: 20_000, errorRate: 0.5 });
    await clock.advance(30 * 60_000);
    await standings.refresh();
    expect(standings.of('relay', flare)).toEqual({ p90Ms: 20_000, errorRate: 0 });
    await clock.advance(30 * 60_000);
    await standings.refresh();
    expect(standings.of('relay', flare)).toEqual({ p90Ms: undefined, errorRate: 0 });
  });

  test('a database that fails leaves them as they were', async () => {
    const { clock, record, standings } = await scene();
    await record('made', 20_000);
    await standings.refresh();
    const { schema } = current().database.db;
    await schema.alterTable('calls').renameTo('away').execute();
    await clock.advance(15_000);
    await standings.refresh();
    await schema.alterTable('away').renameTo('calls').execute();
    expect(standings.of('relay', flare)).toEqual({ p90Ms: 20_000, errorRate: 0 });
  });
});
