import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, type TestContext, test, vi } from 'vitest';
import { credits } from '../../src/domain/credits.ts';
import { fileBlobs } from '../../src/storage/blobs.ts';
import { type Database, openDatabase } from '../../src/storage/database.ts';
import { diagnose } from '../../src/storage/doctor.ts';
import { sqlStore } from '../../src/storage/store.ts';
import { finished, newJob, picture, place } from '../contracts/jobs.ts';
import { manualClock } from '../fakes/clock.ts';
import { runProgram } from './run-program.ts';

const secret = 'ab'.repeat(32);

/** An installation with one delivered picture and one job that waits, and its programs. */
async function installation({ onTestFinished }: TestContext) {
  const folder = await mkdtemp(path.join(tmpdir(), 'easel-backup-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const dataDir = path.join(folder, 'data');
  const database = await openDatabase(undefined, path.join(dataDir, 'easel.db'));
  onTestFinished(() => database.db.destroy());
  await writeFile(path.join(dataDir, 'secret-key'), secret, { mode: 0o600 });
  const store = sqlStore(database, manualClock(), credits(500));
  const blobs = fileBlobs(path.join(dataDir, 'blobs'));
  const blob = await blobs.put(Buffer.alloc(1_500_000, 'a picture'));
  const begin = async (n: number) => {
    const job = newJob('ann', n);
    await store.queue.add(job, 'host');
    await store.ledger.hold(job.id, job.person.id, job.held);
    await store.queue.announced(job.id, place);
    return job.id;
  };
  const id = await begin(1);
  const claim = await store.queue.claim('host', ['console'], true, 2);
  if (!claim) throw new RangeError('there was nothing to claim');
  await store.queue.made(claim, { ...finished, pictures: [{ ...picture, blob, bytes: 1_500_000 }] });
  await store.ledger.settle(id, finished.charged);
  await store.queue.delivered(claim);
  await store.gallery.posted(id, { thread: 't', channel: 'c', messages: ['m'], own: true }, 1);
  const waiting = await begin(2);
  const file = path.join(folder, 'easel.tar');
  return {
    ...{ folder, dataDir, database, store, blob, id, waiting, file },
    backup: (env = {}, ...more: Parameters<typeof runProgram>[3][]) =>
      runProgram(['backup', 'easel.tar'], { DATA_DIR: dataDir, ...env }, folder, ...more),
    restore: (to: string, env = {}) =>
      runProgram(['restore', 'easel.tar'], { DATA_DIR: path.join(folder, to), ...env }, folder),
  };
}

/** Everything that entries and jobs say, for comparing two databases. */
async function told({ db }: Database) {
  const entries = await db.selectFrom('entries').selectAll().orderBy('seq').execute();
  const jobs = await db.selectFrom('jobs').select(['id', 'state', 'request', 'charged']).orderBy('id').execute();
  return { entries, jobs };
}

test('what was saved comes back whole in an empty folder, with what waits free to go on', async (context) => {
  const { backup, restore, folder, file, database, blob, waiting, id } = await installation(context);
  const saved = await backup();
  expect(saved).toMatchObject({ code: 0, stderr: '' });
  expect(saved.stdout).toMatch(
    /^Saved the database as of \S+Z and 1 picture to .*easel\.tar \(\d\.\d MB\)\.\n.*secret key/,
  );
  expect((await stat(file)).mode & 0o777).toBe(0o600);

  const restored = await restore('new');
  expect(restored).toMatchObject({ code: 0, stderr: '' });
  expect(restored.stdout).toContain('Restored 1 account, 2 jobs, 1 picture');
  expect(restored.stdout).toContain('All adds up.');
  const at = path.join(folder, 'new');
  expect((await readdir(at)).toSorted()).toEqual(['blobs', 'easel.db', 'secret-key']);
  expect(await readFile(path.join(at, 'secret-key'), 'utf8')).toBe(secret);
  const copy = await openDatabase(undefined, path.join(at, 'easel.db'));
  const blobs = fileBlobs(path.join(at, 'blobs'));
  expect(await told(copy)).toEqual(await told(database));
  expect((await diagnose(copy.db, blobs)).findings).toEqual([]);
  const bytes = await blobs.get(blob);
  expect(
    createHash('sha256')
      .update(bytes ?? '')
      .digest('hex'),
  ).toBe(blob);
  const store = sqlStore(copy, manualClock(), credits(500));
  expect((await store.queue.claim('other', ['console'], true, 2))?.job.id).toBe(waiting);
  expect(await store.gallery.shownBy('m')).toBe(id);
  await store.close();
});

test('the archive is a plain tar', async (context) => {
  const { backup, blob, file } = await installation(context);
  await backup();
  const names = execFileSync('tar', ['-tf', file], { encoding: 'utf8' }).trim().split('\n');
  expect(names).toEqual(['easel.db', 'secret-key', `blobs/${blob.slice(0, 2)}/${blob}`, 'end.json']);
});

test('is taken while a writer is in the middle of a transaction, and holds nothing of it', async (context) => {
  const { backup, restore, database, folder } = await installation(context);
  const { promise: over, resolve: end } = Promise.withResolvers<void>();
  const { promise: written, resolve: began } = Promise.withResolvers<void>();
  const writing = database.db.transaction().execute(async (trx) => {
    await trx.updateTable('accounts').set({ available: 7 }).execute();
    began();
    await over;
    throw new Error('undone');
  });
  await written;
  expect(await backup()).toMatchObject({ code: 0 });
  end();
  await expect(writing).rejects.toThrow('undone');
  expect(await restore('new')).toMatchObject({ code: 0 });
  expect(existsSync(path.join(folder, 'new', '.restoring'))).toBe(false);
});

test('kill -9 in the middle leaves nothing under the name, and the one before stays', async (context) => {
  const { backup, folder, file, dataDir, blob, restore } = await installation(context);
  await writeFile(file, 'the one before');
  const blobFile = path.join(dataDir, 'blobs', blob.slice(0, 2), blob);
  const bytes = await readFile(blobFile);
  await rm(blobFile);
  // Whoever reads it waits for ever: the database is in the archive by then.
  execFileSync('mkfifo', [blobFile]);
  const ended = backup({}, (child) => {
    void vi
      .waitFor(
        async () => {
          const [part = ''] = (await readdir(folder)).filter((name) => name.startsWith('easel.tar.part-'));
          expect((await stat(path.join(folder, part, 'archive'))).size).toBeGreaterThan(0);
        },
        { timeout: 20_000 },
      )
      .finally(() => child.kill('SIGKILL'));
  });
  expect((await ended).code).toBeNull();
  expect(await readFile(file, 'utf8')).toBe('the one before');
  await rm(blobFile);
  await writeFile(blobFile, bytes);
  expect(await backup()).toMatchObject({ code: 0 });
  expect(await restore('new')).toMatchObject({ code: 0 });
});

test('a lost picture is said, and the rest is saved and restored with it named', async (context) => {
  const { backup, restore, dataDir, blob } = await installation(context);
  await rm(path.join(dataDir, 'blobs', blob.slice(0, 2), blob));
  const saved = await backup();
  expect(saved.code).toBe(1);
  expect(saved.stdout).toContain('1 picture could not be saved');
  const restored = await restore('new');
  expect(restored.code).toBe(1);
  expect(restored.stdout).toContain('What was saved did not add up:\n  blob: job console-ann-1 its picture');
});

test('nothing is restored where something is', async (context) => {
  const { backup, dataDir, folder, database } = await installation(context);
  await backup();
  const before = await told(database);
  const refused = await runProgram(['restore', 'easel.tar'], { DATA_DIR: dataDir }, folder);
  expect(refused.code).toBe(1);
  expect(refused.stderr).toContain('is not empty');
  expect(refused.stderr).toContain('Nothing was changed.');
  expect(await told(database)).toEqual(before);
});

test('what a killed restoring left is cleared by the next one', async (context) => {
  const { backup, restore, folder } = await installation(context);
  await backup();
  await mkdir(path.join(folder, 'new', '.restoring'), { recursive: true });
  await mkdir(path.join(folder, 'new', 'blobs', 'ab'), { recursive: true });
  await writeFile(path.join(folder, 'new', '.restoring', 'easel.db'), 'half');
  expect(await restore('new')).toMatchObject({ code: 0 });
  expect((await readdir(path.join(folder, 'new'))).toSorted()).toEqual(['blobs', 'easel.db', 'secret-key']);
});

test('a damaged or shortened archive is refused, and nothing is written', async (context) => {
  const { backup, restore, folder, file } = await installation(context);
  await backup();
  const whole = await readFile(file);
  const flipped = (at: number) => {
    const bytes = Buffer.from(whole);
    bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
    return bytes;
  };
  const damaged = [
    ...[0, 100, 700, 50_000, whole.length - 2_000].map((length) => whole.subarray(0, length)),
    // In the database, in its header, in a picture, in what says the end.
    ...[600, 3, 1_000_000, whole.length - 1_500].map(flipped),
    Buffer.from('this is no archive at all'.repeat(100)),
  ];
  for (const bytes of damaged) {
    await writeFile(file, bytes);
    const { code, stderr } = await restore('new');
    expect(code).toBe(1);
    expect(stderr).toMatch(/can't be restored: .*Nothing was changed\.\n$/);
    expect(existsSync(path.join(folder, 'new'))).toBe(false);
  }
});

test('with PostgreSQL it says what to use instead', async (context) => {
  const { backup, restore } = await installation(context);
  const env = { DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none' };
  expect((await backup(env)).stderr).toContain('pg_dump --format=custom');
  expect((await restore('new', env)).stderr).toContain('pg_restore');
});

test('without a file, or where there is nothing, it says so', async (context) => {
  const { folder, restore } = await installation(context);
  const nowhere = { DATA_DIR: path.join(folder, 'nowhere') };
  expect((await runProgram(['backup'], nowhere, folder)).stderr).toContain('npm run backup -- FILE');
  expect((await runProgram(['backup', 'x.tar'], nowhere, folder)).stderr).toContain('There is nothing to save');
  expect((await restore('new')).stderr).toContain('There is no file');
  expect(existsSync(path.join(folder, 'nowhere'))).toBe(false);
});
