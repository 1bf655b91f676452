import path from 'node:path';
import { sql } from 'kysely';
import { beforeEach, describe, expect, test } from 'vitest';
import type { WishKey } from '../../src/domain/answers.ts';
import type { BlobStore } from '../../src/domain/blob-store.ts';
import { credits } from '../../src/domain/credits.ts';
import type { JobId } from '../../src/domain/job.ts';
import type { Claim } from '../../src/domain/job-queue.ts';
import type { Store } from '../../src/domain/store.ts';
import { fileBlobs } from '../../src/storage/blobs.ts';
import { diagnose } from '../../src/storage/doctor.ts';
import { sqlStore } from '../../src/storage/store.ts';
import { finished, newJob, picture, place } from '../contracts/jobs.ts';
import { manualClock } from '../fakes/clock.ts';
import { onEveryDatabase } from './databases.ts';

const wish = 'ab'.repeat(32) as WishKey;
const idOf = (who: string) => newJob(who, 1).id;

onEveryDatabase((current) => {
  let store: Store;
  let blobs: BlobStore;
  let blob: string;

  /** Ann's is made and delivered, Bob got the same, and Cas waits for the one that Dee's is followed by. */
  beforeEach(async () => {
    await current().empty();
    store = sqlStore(current().database, manualClock(), credits(1_000));
    blobs = fileBlobs(path.join(current().folder, 'blobs'));
    blob = await blobs.put(new TextEncoder().encode('a picture'));
    await ask('ann', undefined);
    await ask('bob', wish);
    await deliver(100);
    await deliver(0);
    await ask('dee', wish);
    await ask('cas', wish);
  });

  /** With a wish it follows whom it can; Bob follows Ann. */
  async function ask(who: string, shared: WishKey | undefined): Promise<void> {
    const leader = who === 'bob' ? idOf('ann') : undefined;
    await store.transaction(async ({ queue, ledger }) => {
      await queue.add({ ...newJob(who, 1), wish: shared, leader }, 'host');
      if (!leader) await queue.follow(idOf(who));
      await ledger.hold(idOf(who), newJob(who, 1).person.id, credits(120));
    });
    await store.queue.announced(idOf(who), place);
  }

  async function claim(): Promise<Claim> {
    const claimed = await store.queue.claim('host', ['console'], true, 9);
    if (!claimed) throw new RangeError('there was nothing to claim');
    return claimed;
  }

  async function deliver(charged: number): Promise<void> {
    const claimed = await claim();
    const { id } = claimed.job;
    const cost = credits(charged);
    await store.queue.made(claimed, { ...finished, charged: cost, pictures: [{ ...picture, blob }] });
    await store.ledger.settle(id, cost);
    await store.queue.delivered(claimed);
    await store.gallery.posted(id, { thread: 't', channel: 'c', messages: [id], own: true }, 5);
  }

  const run = (statement: string) => sql.raw(statement).execute(current().database.db);
  const findings = async () =>
    (await diagnose(current().database.db, blobs)).findings.map(({ check, subject, what }) => ({
      check,
      said: `${subject} ${what}`,
    }));
  const follower = (who: string, what: string) => ({ check: 'follower', said: `job ${idOf(who)} ${what}` });

  describe('the doctor', () => {
    test('is content with what was shared and with who waits for it', async () => {
      expect((await store.queue.find(idOf('bob')))?.leader).toBe(idOf('ann'));
      expect((await store.queue.find(idOf('cas')))?.leader).toBe(idOf('dee'));
      expect(await findings()).toEqual([]);
    });

    test('names who waits for a job that nobody knows', async () => {
      await run(`update jobs set leader = 'console-nobody-1' where id = '${idOf('cas')}'`);
      expect(await findings()).toEqual([follower('cas', 'waits for job console-nobody-1, which nobody knows')]);
    });

    test('names who waits for one another', async () => {
      await run(`update jobs set leader = '${idOf('cas')}' where id = '${idOf('dee')}'`);
      const waits = (who: string, whom: JobId) =>
        follower(who, `waits for job ${whom}, which waits for another itself`);
      expect(await findings()).toEqual([waits('cas', idOf('dee')), waits('dee', idOf('cas'))]);
    });

    test('names who got other pictures than were made', async () => {
      const other = await blobs.put(new TextEncoder().encode('another picture'));
      await run(`update pictures set blob = '${other}' where job = '${idOf('bob')}'`);
      expect(await findings()).toEqual([follower('bob', `has other pictures than job ${idOf('ann')}, whose it got`)]);
    });

    test('names who was charged for the pictures of another', async () => {
      await run(`update jobs set leader = '${idOf('bob')}' where id = '${idOf('ann')}'`);
      expect(await findings()).toEqual([
        follower('ann', `is charged 100 credits for the pictures of job ${idOf('bob')}`),
      ]);
    });
  });
});
