import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { credits } from '../../src/domain/credits.ts';
import { fileBlobs } from '../../src/storage/blobs.ts';
import { openDatabase } from '../../src/storage/database.ts';
import { diagnose } from '../../src/storage/doctor.ts';
import { sqlStore } from '../../src/storage/store.ts';
import { newJob, person, place } from '../contracts/jobs.ts';
import { manualClock } from '../fakes/clock.ts';
import { onEveryDatabase } from './databases.ts';
import type { WorkDone, WorkOrder } from './worker-process.ts';

const run = promisify(execFile);
const people = ['ann', 'bob', 'cas', 'dee', 'eve'];

async function workIn(order: WorkOrder): Promise<WorkDone> {
  const { stdout } = await run(process.execPath, [
    path.join(import.meta.dirname, 'worker-process.ts'),
    JSON.stringify(order),
  ]);
  return JSON.parse(stdout) as WorkDone;
}

onEveryDatabase((current) => {
  test('two processes share the work: every job once, nobody above the most per person, no lock in the way', async () => {
    const { at, database, folder } = current();
    const store = sqlStore(database, manualClock(), credits(1_200));
    const jobs = people.flatMap((who) => Array.from({ length: 10 }, (_, n) => newJob(who, n)));
    for (const job of jobs) {
      await store.transaction(async ({ queue, ledger }) => {
        await queue.add(job, 'host');
        await ledger.hold(job.id, job.person.id, job.held);
      });
      await store.queue.announced(job.id, place);
    }

    const orders = ['one', 'two'].map((owner) => ({ at, owner, loops: 4, runningMax: 2 }));
    const done = await Promise.all(orders.map(workIn));

    expect(done.flatMap(({ claimed }) => claimed).toSorted()).toEqual(jobs.map(({ id }) => id).toSorted());
    for (const { mostRunningOfOnePerson } of done) expect(mostRunningOfOnePerson).toBeLessThanOrEqual(2);
    for (const who of people) expect(await store.ledger.balance(person(who).id)).toEqual({ available: 200, held: 0 });
    const { findings } = await diagnose(database.db, fileBlobs(folder));
    expect(findings.filter(({ check }) => check !== 'blob')).toEqual([]);
  });

  test('two pools on the same database never give the same job twice', async () => {
    await current().empty();
    const { at, engine, database } = current();
    // In one process the second SQLite connection would block the thread that the first one needs: see above instead.
    const other = engine === 'postgres' ? await openDatabase(at.url, at.file) : database;
    const queues = [database, other].map((each) => sqlStore(each, manualClock(), credits(0)).queue);
    for (const who of people)
      for (let n = 0; n < 4; n++) {
        await queues[0]?.add(newJob(who, n), 'host');
        await queues[1]?.announced(newJob(who, n).id, place);
      }
    const claims = await Promise.all(
      Array.from({ length: 16 }, (_, n) => queues[n % 2]?.claim(`host-${n}`, ['console'], true, 2)),
    );
    const got = claims.filter((claim) => claim !== undefined).map(({ job }) => job.id);
    expect(got).toHaveLength(10);
    expect(new Set(got).size).toBe(10);
    if (other !== database) await other.db.destroy();
  });
});
