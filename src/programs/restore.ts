import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm, rmdir } from 'node:fs/promises';
import path from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { openBlobs } from '../build.ts';
import { type Config, readConfig } from '../config.ts';
import { counted } from '../domain/text.ts';
import { openDatabase } from '../storage/database.ts';
import { type Diagnosis, diagnose } from '../storage/doctor.ts';
import { letGo } from '../storage/let-go.ts';
import { syncFolder } from '../storage/sync-folder.ts';
import { readTar, type TarEntry, wholeOf } from '../storage/tar.ts';
import { systemClock } from '../system-clock.ts';
import { archiveForm, blobIn, databaseName, endName, readEnd, secretName } from './archive.ts';
import { wantedFile } from './wanted-file.ts';

/** What is being restored stands here until all of it is there: a name that nothing else has. */
const draftName = '.restoring';
/** What a file system may put into an empty folder by itself. */
const harmless = new Set(['lost+found']);
const smallBytesMax = 10_000;

/** `npm run restore -- FILE`: a saved installation into an empty `DATA_DIR`, or nothing of it. */
export async function restore(words: readonly string[]): Promise<number> {
  const file = wantedFile(words, 'npm run restore -- FILE');
  const config = readConfig(process.env);
  const { dataDir, databaseUrl, secretKey } = config;
  if (databaseUrl !== undefined) {
    throw new Error(
      'The database is PostgreSQL here, and this restores SQLite only. Use pg_restore --dbname "$DATABASE_URL" easel.dump, or leave DATABASE_URL out.',
    );
  }
  if (!existsSync(file)) throw new Error(`There is no file ${file}.`);
  const isNew = !existsSync(dataDir);
  await mkdir(dataDir, { recursive: true });
  await clearOwnDraft(dataDir);
  await mustBeEmpty(dataDir);
  const draft = path.join(dataDir, draftName);
  await mkdir(draft, { mode: 0o700 });
  try {
    await unpack(file, draft);
    const diagnosis = await examine(draft, config);
    await moveIn(draft, dataDir);
    const hasSecret = secretKey !== undefined || existsSync(path.join(dataDir, secretName));
    console.log(report(diagnosis, dataDir, hasSecret));
    return diagnosis.findings.length === 0 ? 0 : 1;
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    if (isNew) await rmdir(dataDir).catch(() => undefined);
    throw error;
  }
}

/** What a restoring that was killed has left: whatever stands beside its draft is its own, since the folder was empty. */
async function clearOwnDraft(dataDir: string): Promise<void> {
  const draft = path.join(dataDir, draftName);
  if (!existsSync(draft)) return;
  const names = existsSync(path.join(dataDir, databaseName)) ? [draftName] : [draftName, 'blobs', secretName];
  for (const name of names) await rm(path.join(dataDir, name), { recursive: true, force: true });
}

async function mustBeEmpty(dataDir: string): Promise<void> {
  const [first] = (await readdir(dataDir)).filter((name) => !harmless.has(name));
  if (first === undefined) return;
  throw new Error(
    `${dataDir} is not empty: it has ${first}. Nothing was changed. Set DATA_DIR to an empty folder, or move what is there away.`,
  );
}

/** @throws Error in plain words when the archive is damaged or not one of ours */
async function unpack(file: string, draft: string): Promise<void> {
  try {
    await unpackAll(file, draft);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`${file} can't be restored: ${why}. Nothing was changed.`, { cause: error });
  }
}

async function unpackAll(file: string, draft: string): Promise<void> {
  const names = new Set<string>();
  for await (const entry of readTar(createReadStream(file), () => createHash('sha256'))) {
    if (entry.name === endName) return mustBeWhole(entry, names);
    if (names.has(entry.name)) throw new Error('it is not of Easel’s form');
    names.add(entry.name);
    await unpackOne(entry, draft);
  }
  throw new Error('it ends too early');
}

async function mustBeWhole({ bytes, body, before }: TarEntry, names: ReadonlySet<string>): Promise<void> {
  if (bytes > smallBytesMax) throw new Error('it is not of Easel’s form');
  const end = readEnd((await wholeOf(body)).toString());
  if (!end) throw new Error('it is not of Easel’s form');
  if (end.easel > archiveForm) throw new Error('a newer Easel made it; update this one first');
  if (end.sha256 !== before || end.files !== names.size || !names.has(databaseName)) throw new Error('it is damaged');
}

async function unpackOne({ name, body, bytes }: TarEntry, draft: string): Promise<void> {
  const blob = blobIn(name);
  const isSecret = name === secretName && bytes <= smallBytesMax;
  if (blob === undefined && name !== databaseName && !isSecret) throw new Error('it is not of Easel’s form');
  const target = path.join(draft, name);
  await mkdir(path.dirname(target), { recursive: true });
  const hash = createHash('sha256');
  const hashing = new Transform({
    transform(piece, _encoding, done) {
      hash.update(piece);
      done(null, piece);
    },
  });
  await pipeline(Readable.from(body), hashing, createWriteStream(target, { flags: 'wx', mode: 0o600, flush: true }));
  if (blob !== undefined && hash.digest('hex') !== blob) throw new Error('it is damaged');
}

/** Brings the database up to date, frees what its Easel had in hand, and recounts everything. */
async function examine(draft: string, { blobs }: Config): Promise<Diagnosis> {
  const { db } = await openDatabase(undefined, path.join(draft, databaseName));
  try {
    await letGo(db);
    return await diagnose(db, await openBlobs({ blobs, dataDir: draft }, systemClock));
  } finally {
    await db.destroy();
  }
}

/** The database last: without it there is no installation yet. */
async function moveIn(draft: string, dataDir: string): Promise<void> {
  for (const name of ['blobs', secretName, databaseName]) {
    const from = path.join(draft, name);
    if (!existsSync(from)) continue;
    await rename(from, path.join(dataDir, name));
    await syncFolder(dataDir);
  }
  await rm(draft, { recursive: true });
}

function report({ counted: { accounts, jobs, pictures }, findings }: Diagnosis, dataDir: string, hasSecret: boolean) {
  const what = [counted(accounts, 'account'), counted(jobs, 'job'), counted(pictures, 'picture')].join(', ');
  return [
    `Restored ${what} into ${dataDir}. Start Easel as ever: jobs that were on their way go on.`,
    ...(hasSecret ? [] : ['The secret key is not in it: set SECRET_KEY to what it was.']),
    ...(findings.length === 0
      ? ['All adds up.']
      : [
          'What was saved did not add up:',
          ...findings.map(({ check, subject, what: why }) => `  ${check}: ${subject} ${why}`),
        ]),
  ].join('\n');
}
