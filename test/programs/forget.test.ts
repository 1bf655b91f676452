import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, type TestContext, test } from 'vitest';
import { credits } from '../../src/domain/credits.ts';
import { fileBlobs } from '../../src/storage/blobs.ts';
import { openDatabase } from '../../src/storage/database.ts';
import { sqlStore } from '../../src/storage/store.ts';
import { finished, newJob, picture, place } from '../contracts/jobs.ts';
import { manualClock } from '../fakes/clock.ts';
import { runProgram } from './run-program.ts';

const words = 'a portrait of my own cat';

/** An Easel that ann had make a picture long ago, and whose second job waits. */
async function installation({ onTestFinished }: TestContext) {
  const folder = await mkdtemp(path.join(tmpdir(), 'easel-forget-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const database = await openDatabase(undefined, path.join(folder, 'easel.db'));
  onTestFinished(() => database.db.destroy());
  const store = sqlStore(database, manualClock(), credits(500));
  const blobs = fileBlobs(path.join(folder, 'blobs'), () => 0);
  const blob = await blobs.put(Buffer.from('the picture'));
  const add = async (n: number) => {
    const job = newJob('ann', n);
    await store.queue.add({ ...job, request: { ...job.request, words, prompt: words } }, 'host');
    await store.ledger.hold(job.id, job.person.id, job.held);
    await store.queue.announced(job.id, place);
    return job.id;
  };
  const id = await add(1);
  const claim = await store.queue.claim('host', ['console'], true, 2);
  if (!claim) throw new RangeError('there was nothing to claim');
  await store.queue.made(claim, { ...finished, pictures: [{ ...picture, blob }] });
  await store.ledger.settle(id, finished.charged);
  await store.queue.delivered(claim);
  await store.gallery.posted(id, { thread: 't', channel: 'c', messages: [], own: true }, 1);
  const waiting = await add(2);
  const run = (...said: readonly string[]) => runProgram(said, { DATA_DIR: folder }, folder);
  return { folder, store, blobs, blob, waiting, run };
}

test('npm run forget takes a person out of a running Easel, also out of its file, and may be repeated', async (context) => {
  const { folder, store, blobs, blob, waiting, run } = await installation(context);
  expect(await run('forget', 'console:ann')).toEqual({
    code: 0,
    stderr: '',
    stdout:
      'Nothing that console:ann asked for is kept any more; what was paid stays booked under a pseudonym. Posted messages stay.\n',
  });
  expect(await store.queue.find(waiting)).toMatchObject({ state: 'cancelled', wordsGone: true });
  expect(await blobs.has(blob)).toBe(false);
  for (const name of ['easel.db', 'easel.db-wal']) {
    const file = path.join(folder, name);
    if (existsSync(file)) expect((await readFile(file)).includes(words)).toBe(false);
  }
  expect((await run('doctor')).stdout).toContain('All adds up.');
  expect(await run('forget', 'console:ann')).toMatchObject({ code: 0 });
  expect((await run('doctor')).stdout).toContain('All adds up.');
});

test('npm run forget without one person says how to name one', async (context) => {
  const { run } = await installation(context);
  for (const said of [[], ['ann'], ['console:ann', 'console:bob']]) {
    const { code, stderr } = await run('forget', ...said);
    expect([code, stderr]).toEqual([1, expect.stringContaining('npm run forget -- discord:ID')]);
  }
});
