import { sql } from 'kysely';
import { beforeEach, expect, test } from 'vitest';
import type { Database } from '../../src/storage/database.ts';
import { countedMost, openJobsStatement, readOpenJobs } from '../../src/storage/open-jobs.ts';
import { onEveryDatabase } from './databases.ts';

/** So many jobs in a state, the first of them asked for at 1000. */
async function jobs({ db }: Database, state: string, count: number, leader: string | null = null): Promise<void> {
  const row = (n: number) => ({
    ...{ id: `${state}-${leader}-${n}`, person: `console:p${n}`, person_name: 'ann', workspace: 'console:here' },
    ...{ platform: 'console', place: '{}', request: '{}', quote: 1, held: 1, notes: '[]', state, attempt: 0 },
    ...{ turn: count - n, lease_until: 0, posting: 0, cancel: 0, told: 0, created_at: 1_000 + n, lane: 'normal' },
    ...{ family: '', leader },
  });
  for (let from = 0; from < count; from += 500) {
    const some = Array.from({ length: Math.min(500, count - from) }, (_, at) => row(from + at));
    await db.insertInto('jobs').values(some).execute();
  }
}

onEveryDatabase((current) => {
  beforeEach(() => current().empty());

  test('an empty queue has nobody who waits', async () => {
    const none = { queued: 0, running: 0, made: 0, following: 0, oldestAt: undefined };
    expect(await readOpenJobs(current().database.db)).toEqual(none);
  });

  test('jobs that have not ended are counted by state, and the oldest that waits is found', async () => {
    const { database } = current();
    await jobs(database, 'queued', 5);
    await jobs(database, 'queued', 2, 'queued-null-0');
    await jobs(database, 'running', 3);
    await jobs(database, 'made', 1);
    await jobs(database, 'delivered', 4);
    const open = { queued: 7, running: 3, made: 1, following: 2, oldestAt: 1_000 };
    expect(await readOpenJobs(database.db)).toEqual(open);
  });

  test('a queue without end is counted up to a limit', async () => {
    const { database } = current();
    await jobs(database, 'queued', countedMost + 10);
    expect(await readOpenJobs(database.db)).toMatchObject({ queued: countedMost });
  }, 60_000);

  test('what has ended is never read: every part is a search of an index', async () => {
    const { engine, db } = current().database;
    const statement = sql.raw(openJobsStatement.compile(db).sql);
    if (engine === 'sqlite') {
      const { rows } = await sql<{ detail: string }>`explain query plan ${statement}`.execute(db);
      const plans = rows.map(({ detail }) => detail).filter((detail) => / jobs\b/.test(detail));
      expect(plans).toHaveLength(5);
      for (const plan of plans) expect(plan).toMatch(/^SEARCH jobs USING (COVERING )?INDEX/);
      return;
    }
    await jobs(current().database, 'delivered', 5_000);
    await sql`analyze jobs`.execute(db);
    const { rows } = await sql<{ 'QUERY PLAN': string }>`explain ${statement}`.execute(db);
    expect(rows.map((row) => row['QUERY PLAN']).filter((plan) => plan.includes('Seq Scan on jobs'))).toEqual([]);
  });
});
