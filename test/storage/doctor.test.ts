import { rmSync } from 'node:fs';
import path from 'node:path';
import { sql } from 'kysely';
import { beforeEach, describe, expect, test } from 'vitest';
import type { BlobStore } from '../../src/domain/blob-store.ts';
import { credits } from '../../src/domain/credits.ts';
import type { JobId } from '../../src/domain/job.ts';
import type { Claim } from '../../src/domain/job-queue.ts';
import type { Store } from '../../src/domain/store.ts';
import { fileBlobs } from '../../src/storage/blobs.ts';
import { diagnose, openJobs } from '../../src/storage/doctor.ts';
import { sqlStore } from '../../src/storage/store.ts';
import { finished, newJob, person, picture, place } from '../contracts/jobs.ts';
import { manualClock } from '../fakes/clock.ts';
import { onEveryDatabase } from './databases.ts';

const [waiting, running, delivered, failed, refunded] = [1, 2, 3, 4, 5].map((n) => newJob('ann', n).id) as [
  JobId,
  JobId,
  JobId,
  JobId,
  JobId,
];

onEveryDatabase((current) => {
  let store: Store;
  let blobs: BlobStore;
  let blob: string;

  /** One job of every kind: the last to be added waits, the one before runs. */
  beforeEach(async () => {
    await current().empty();
    store = sqlStore(current().database, manualClock(), credits(1_000));
    blobs = fileBlobs(path.join(current().folder, 'blobs'));
    blob = await blobs.put(new TextEncoder().encode('a picture'));
    await endWith(3, deliver);
    await endWith(5, async ({ ledger, queue }, claim) => {
      await queue.end(claim, { fault: 'no-access' });
      await ledger.refund(claim.job.id, 'nowhere to post it');
    });
    const broken = await start(4);
    await store.queue.end(broken, { fault: 'timeout' });
    await store.ledger.release(failed);
    await store.ledger.absorb(failed, credits(14), 'possibly billed', 'job 4');
    await start(2);
    await add(1);
  });

  async function add(n: number): Promise<void> {
    const job = newJob('ann', n);
    await store.queue.add(job, 'host');
    await store.ledger.hold(job.id, job.person.id, job.held);
    await store.queue.announced(job.id, place);
  }

  async function start(n: number): Promise<Claim> {
    await add(n);
    const claim = await store.queue.claim('host', ['console'], true, 9);
    if (!claim) throw new RangeError('there was nothing to claim');
    return claim;
  }

  async function deliver({ queue, gallery }: Store, claim: Claim): Promise<void> {
    await queue.delivered(claim);
    await gallery.posted(claim.job.id, { thread: 't', channel: 'c', messages: [claim.job.id], own: true }, 1);
  }

  async function endWith(n: number, post: (store: Store, claim: Claim) => Promise<void>): Promise<void> {
    const claim = await start(n);
    await store.queue.made(claim, { ...finished, pictures: [{ ...picture, blob }] });
    await store.ledger.settle(claim.job.id, finished.charged);
    await post(store, claim);
  }

  const run = (statement: string) => sql.raw(statement).execute(current().database.db);
  const findings = async () =>
    (await diagnose(current().database.db, blobs)).findings.map(({ check, subject, what }) => [check, subject, what]);

  test('finds nothing where all adds up, and says what it counted', async () => {
    expect(await diagnose(current().database.db, blobs)).toEqual({
      counted: { accounts: 1, entries: 13, jobs: 5, pictures: 2 },
      credits: { issued: 1_000, available: 660, held: 240, charged: 100, house: 14 },
      findings: [],
    });
    expect(await openJobs(current().database.db)).toBe(2);
  });

  test('finds nothing where nothing has ever happened', async () => {
    await current().empty();
    expect(await diagnose(current().database.db, blobs)).toEqual({
      counted: { accounts: 0, entries: 0, jobs: 0, pictures: 0 },
      credits: { issued: 0, available: 0, held: 0, charged: 0, house: 0 },
      findings: [],
    });
  });

  test('does not take work in progress for damage', async () => {
    const work = async (who: string) => {
      for (let n = 0; n < 60; n++) {
        const job = newJob(who, n);
        await store.transaction(async ({ queue, ledger }) => {
          await queue.add(job, 'host');
          await ledger.hold(job.id, person(who).id, credits(120));
        });
        await store.transaction(async ({ queue, ledger }) => {
          if ((await queue.cancel(job.id)) === 'ended') await ledger.release(job.id);
        });
      }
    };
    const workers = ['bob', 'cas', 'dee'].map(work);
    const found = [];
    for (let n = 0; n < 15; n++) found.push(...(await findings()));
    await Promise.all(workers);
    expect(found).toEqual([]);
  });

  describe('names', () => {
    test('an account that has more or less than its entries say', async () => {
      await run(`update accounts set available = available + 7`);
      expect(await findings()).toEqual([['balance', 'console:ann', 'has 667 available, its entries say 660']]);
    });

    test('an account that holds something else than its entries say', async () => {
      await run(`update accounts set held = held - 40`);
      expect(await findings()).toEqual([['balance', 'console:ann', 'has 200 held, its entries say 240']]);
    });

    test('an account that is gone although it has entries', async () => {
      await run(`delete from accounts`);
      expect(await findings()).toEqual([
        ['balance', 'console:ann', 'has 0 available, its entries say 660'],
        ['balance', 'console:ann', 'has 0 held, its entries say 240'],
      ]);
    });

    test('an entry that is gone', async () => {
      await run(`delete from entries where kind = 'start'`);
      expect(await findings()).toEqual([['balance', 'console:ann', 'has 660 available, its entries say -340']]);
    });

    test('an entry that was changed', async () => {
      await run(`update entries set amount = 1 where key = 'end:${delivered}'`);
      expect(await findings()).toEqual([
        ['balance', 'console:ann', 'has 240 held, its entries say 339'],
        ['charge', `job ${delivered}`, 'is delivered for 100 credits, its entries say 1'],
      ]);
    });

    test('credits held for a job that has ended', async () => {
      await run(`update jobs set state = 'failed' where id = '${running}'`);
      expect(await findings()).toEqual([
        ['hold', `job ${running}`, '120 credits are held for it although it is failed'],
      ]);
    });

    test('credits held for a job that nobody knows', async () => {
      await run(`delete from jobs where id = '${waiting}'`);
      expect(await findings()).toEqual([
        ['hold', `job ${waiting}`, '120 credits are held for it although it is unknown'],
      ]);
    });

    test('a job at work that nothing is held for', async () => {
      await run(`delete from entries where key = 'hold:${running}'`);
      await run(`update accounts set available = available + 120, held = held - 120`);
      expect(await findings()).toEqual([['hold', `job ${running}`, 'is running and nothing is held for it']]);
    });

    test('a job at work whose hold has ended already', async () => {
      await store.ledger.release(waiting);
      expect(await findings()).toEqual([['hold', `job ${waiting}`, 'is queued and nothing is held for it']]);
    });

    test('a hold of another amount than the job says', async () => {
      await run(`update jobs set held = 50 where id = '${running}'`);
      expect(await findings()).toEqual([['hold', `job ${running}`, '120 credits are held for it instead of 50']]);
    });

    test('a job that says it cost something else than was charged', async () => {
      await run(`update jobs set charged = 90 where id = '${delivered}'`);
      expect(await findings()).toEqual([
        ['charge', `job ${delivered}`, 'is delivered for 90 credits, its entries say 100'],
      ]);
    });

    test('a job without a picture that was charged', async () => {
      await run(`delete from entries where kind = 'refund'`);
      await run(`update accounts set available = available - 100`);
      expect(await findings()).toEqual([['charge', `job ${refunded}`, 'is failed for 0 credits, its entries say 100']]);
    });

    test('a charge for a job that nobody knows', async () => {
      await run(`delete from jobs where id = '${delivered}'`);
      expect(await findings()).toEqual([
        ['charge', `job ${delivered}`, 'is unknown for 0 credits, its entries say 100'],
      ]);
    });

    test('a delivered job without a picture', async () => {
      await run(`delete from pictures where job = '${delivered}'`);
      expect(await findings()).toEqual([['picture', `job ${delivered}`, 'is delivered and has no picture']]);
    });

    test('a picture whose bytes are gone', async () => {
      await run(`delete from pictures where job = '${refunded}'`);
      rmSync(path.join(current().folder, 'blobs', blob.slice(0, 2), blob));
      expect(await findings()).toEqual([
        ['blob', `job ${delivered}`, `its picture ${blob.slice(0, 12)}… is not in the blob store`],
      ]);
    });
  });
});
