import { jobId } from '../src/domain/job.ts';
import type { Database } from '../src/storage/database.ts';
import { newRow } from '../src/storage/job-row.ts';
import { newJob } from '../test/contracts/jobs.ts';

const batch = 500;

/** Puts waiting jobs into an empty database, as if `people` had asked in turn, each for as many; their holds too. */
export async function fillQueue({ db }: Database, count: number, people: number): Promise<void> {
  const jobs = Array.from({ length: count }, (_, n) => newJob(`p${n % people}`, n));
  const held = jobs[0]?.held ?? 0;
  const accounts = jobs.slice(0, people).map(({ person }) => person.id);
  for (let at = 0; at < accounts.length; at += batch) {
    const rows = accounts
      .slice(at, at + batch)
      .map((person) => ({ person, available: 0, held: held * (count / people) }));
    await db.insertInto('accounts').values(rows).execute();
  }
  for (let at = 0; at < count; at += batch) {
    const some = jobs.slice(at, at + batch);
    const turnOf = (n: number) => Math.floor((at + n) / people) + 1;
    const rows = some.map((job, n) => ({ ...newRow(job), turn: turnOf(n), lease_owner: null, lease_until: 0 }));
    await db.insertInto('jobs').values(rows).execute();
    const holds = some.map(({ id, person: { id: person }, createdAt: time }) => ({
      ...{ key: `hold:${id}`, kind: 'hold', source: person, target: `held:${person}`, amount: held },
      ...{ person, job: jobId('console', id.replace('console-', '')), at: time },
    }));
    await db.insertInto('entries').values(holds).execute();
  }
}
