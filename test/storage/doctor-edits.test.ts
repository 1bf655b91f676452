import { rmSync } from 'node:fs';
import path from 'node:path';
import { sql } from 'kysely';
import { beforeEach, describe, expect, test } from 'vitest';
import type { BlobStore } from '../../src/domain/blob-store.ts';
import { credits } from '../../src/domain/credits.ts';
import type { InputPicture } from '../../src/domain/image.ts';
import type { NewJob } from '../../src/domain/job.ts';
import type { Claim } from '../../src/domain/job-queue.ts';
import type { Store } from '../../src/domain/store.ts';
import { fileBlobs } from '../../src/storage/blobs.ts';
import { diagnose } from '../../src/storage/doctor.ts';
import { sqlStore } from '../../src/storage/store.ts';
import { finished, newEdit, newJob, picture, pictureOf, place } from '../contracts/jobs.ts';
import { manualClock } from '../fakes/clock.ts';
import { onEveryDatabase } from './databases.ts';

onEveryDatabase((current) => {
  let store: Store;
  let blobs: BlobStore;
  let made: string;
  let edited: NewJob;
  let waiting: NewJob;
  const parent = newJob('ann', 1);

  /** A delivered picture; a delivered edit of it with a mask and a picture that had to be made smaller; one that waits. */
  beforeEach(async () => {
    await current().empty();
    store = sqlStore(current().database, manualClock(), credits(1_000));
    blobs = fileBlobs(path.join(current().folder, 'blobs'));
    made = await blobs.put(new TextEncoder().encode('a picture'));
    await deliver(parent);

    const base = newEdit('ann', 2, pictureOf(parent));
    const [input] = base.request.inputs;
    if (!input) throw new RangeError('an edit begins with a picture');
    const first: InputPicture = { ...input, blob: made, original: made };
    const smaller: InputPicture = { ...picture, blob: await put('smaller'), original: await put('as it was given') };
    const mask: InputPicture = { ...picture, blob: await put('a mask'), original: await put('a black and white mask') };
    edited = { ...base, request: { ...base.request, inputs: [first, smaller], mask } };
    waiting = { ...newEdit('ann', 3, pictureOf(parent)), request: { ...base.request, inputs: [first] } };
    await deliver(edited);
    await accept(waiting);
  });

  const put = (words: string) => blobs.put(new TextEncoder().encode(words));

  async function accept(job: NewJob): Promise<void> {
    await store.queue.add(job, 'host');
    await store.ledger.hold(job.id, job.person.id, job.held);
    await store.queue.announced(job.id, place);
  }

  async function claim(): Promise<Claim> {
    const claimed = await store.queue.claim('host', ['console'], true, 9);
    if (!claimed) throw new RangeError('there was nothing to claim');
    return claimed;
  }

  async function deliver(job: NewJob): Promise<void> {
    await accept(job);
    const claimed = await claim();
    await store.queue.made(claimed, { ...finished, pictures: [{ ...picture, blob: made }] });
    await store.ledger.settle(job.id, finished.charged);
    await store.queue.delivered(claimed);
    await store.gallery.posted(job.id, { thread: 't', channel: 'c', messages: [job.id], own: true }, job.createdAt);
  }

  const run = (statement: string) => sql.raw(statement).execute(current().database.db);
  const findings = async () =>
    (await diagnose(current().database.db, blobs)).findings.map(({ check, subject, what }) => [check, subject, what]);
  const lose = (blob: string) => rmSync(path.join(current().folder, 'blobs', blob.slice(0, 2), blob));
  const blobOf = (role: 'input' | 'mask', which: 'blob' | 'original'): string => {
    const { inputs, mask } = edited.request;
    return (role === 'mask' ? mask : inputs[1])?.[which] ?? '';
  };

  test('finds nothing where all adds up', async () => {
    expect(await findings()).toEqual([]);
  });

  describe('names', () => {
    test.each([
      ['input', 'input', 'blob'],
      ['original input', 'input', 'original'],
      ['mask', 'mask', 'blob'],
      ['original mask', 'mask', 'original'],
    ] as const)('an edit whose %s is gone', async (role, of, which) => {
      const blob = blobOf(of, which);
      lose(blob);
      const what = `its ${role} ${blob.slice(0, 12)}… is not in the blob store`;
      expect(await findings()).toEqual([['blob', `job ${edited.id}`, what]]);
    });

    test('every job that needs a picture that is gone, also those that wait', async () => {
      lose(made);
      const what = (role: string) => `its ${role} ${made.slice(0, 12)}… is not in the blob store`;
      expect(await findings()).toEqual([
        ['blob', `job ${parent.id}`, what('picture')],
        ['blob', `job ${edited.id}`, what('picture')],
        ['blob', `job ${edited.id}`, what('input')],
        ['blob', `job ${waiting.id}`, what('input')],
      ]);
    });

    test('nothing that only an edit needed that ended without a picture', async () => {
      await store.queue.cancel(waiting.id);
      await store.ledger.release(waiting.id);
      await run(
        `update jobs set request = replace(request, '${made}', '${'cd'.repeat(32)}') where id = '${waiting.id}'`,
      );
      expect(await findings()).toEqual([]);
    });

    test('an edit of a job that nobody knows', async () => {
      await run(`update lineage set parent = 'console-gone' where child = '${edited.id}'`);
      expect(await findings()).toEqual([
        ['lineage', `job ${edited.id}`, 'is made of picture 1 of job console-gone, which nobody knows'],
      ]);
    });

    test('an edit of a picture that its job does not have', async () => {
      await run(`update lineage set parent_position = 1 where child = '${waiting.id}'`);
      expect(await findings()).toEqual([
        ['lineage', `job ${waiting.id}`, `is made of picture 2 of job ${parent.id}, which has none with that number`],
      ]);
    });

    test('an edit that is gone', async () => {
      await run(`update lineage set child = 'console-gone' where child = '${waiting.id}'`);
      expect(await findings()).toEqual([
        ['lineage', 'job console-gone', `nobody knows, and it is said to be made of picture 1 of job ${parent.id}`],
      ]);
    });

    test('a family with one version twice', async () => {
      await run(`update jobs set version = 1 where id = '${edited.id}'`);
      expect(await findings()).toEqual([['version', `family of job ${parent.id}`, 'has 2 jobs with version 1']]);
    });

    test('a delivered job of which nobody knows where it was posted', async () => {
      await run(`delete from shown where job = '${edited.id}'`);
      expect(await findings()).toEqual([['place', `job ${edited.id}`, 'is delivered and nobody noted where']]);
    });

    test('nothing about where a job was posted that an older Easel made', async () => {
      await run(`delete from shown where job = '${parent.id}'`);
      await run(`update jobs set family = '', version = null where id = '${parent.id}'`);
      expect(await findings()).toEqual([]);
    });
  });
});
