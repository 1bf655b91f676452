import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { mkdtemp, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type Config, readConfig } from '../config.ts';
import type { BlobStore } from '../domain/blob-store.ts';
import { counted } from '../domain/text.ts';
import { fileBlobs } from '../storage/blobs.ts';
import { connect } from '../storage/database.ts';
import { keptBlobs } from '../storage/doctor-pictures.ts';
import { syncFolder } from '../storage/sync-folder.ts';
import { type ArchiveWriter, archiveWriter, blobName, databaseName, secretName } from './archive.ts';
import { wantedFile } from './wanted-file.ts';

/** How often saving begins anew when pictures are removed meanwhile. */
const triesMax = 5;
const leftOverMs = 24 * 60 * 60_000;
const patienceMs = 10_000;

/**
 * `npm run backup -- FILE`: saves a one-machine installation while it runs. The file appears under its name whole or not
 * at all.
 */
export async function backup(words: readonly string[]): Promise<number> {
  const file = wantedFile(words, 'npm run backup -- FILE');
  const config = readConfig(process.env);
  if (config.databaseUrl !== undefined) throw new Error(postgresWords(config));
  const source = path.join(config.dataDir, databaseName);
  if (!existsSync(source)) throw new Error(`There is nothing to save: ${config.dataDir} has no database.`);
  await clearLeftOvers(file);
  const folder = await mkdtemp(`${file}.part-`);
  try {
    const saved = await save(source, config, folder);
    await rename(path.join(folder, 'archive'), file);
    await syncFolder(path.dirname(file));
    console.log(report(file, saved, config));
    return saved.lost === 0 ? 0 : 1;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const postgresWords = ({ dataDir }: Config): string =>
  `The database is PostgreSQL here, and this saves SQLite only. Use pg_dump --format=custom "$DATABASE_URL" > easel.dump, and save the pictures and the secret key in ${dataDir} after it with tar.`;

/** What a run that was killed has left, at least a day ago. */
async function clearLeftOvers(file: string): Promise<void> {
  const folder = path.dirname(file);
  const names = await readdir(folder).catch(() => {
    throw new Error(`There is no folder ${folder}.`);
  });
  for (const name of names.filter((one) => one.startsWith(`${path.basename(file)}.part-`))) {
    const { mtimeMs } = await stat(path.join(folder, name));
    if (Date.now() - mtimeMs > leftOverMs) await rm(path.join(folder, name), { recursive: true, force: true });
  }
}

interface Saved {
  readonly at: Date;
  readonly pictures: number;
  /** Pictures that the store should have and has not. */
  readonly lost: number;
  readonly bytes: number;
}

/**
 * One moment of the database, then the pictures it speaks of. Where one was removed in between (somebody was forgotten),
 * a later moment is taken, which does not speak of it any more.
 */
async function save(source: string, config: Config, folder: string): Promise<Saved> {
  const blobs = fileBlobs(path.join(config.dataDir, 'blobs'));
  let missed = new Set<string>();
  for (let tries = 1; ; tries++) {
    const at = new Date();
    const snapshot = path.join(folder, databaseName);
    await rm(snapshot, { force: true });
    takeSnapshot(source, snapshot);
    // In a bucket they are safe from this machine, and as large as a bucket may be.
    const wanted = config.blobs ? [] : await blobsOf(snapshot);
    const handle = await open(path.join(folder, 'archive'), 'w', 0o600);
    try {
      const archive = archiveWriter(handle, at);
      await archive.add(databaseName, (await stat(snapshot)).size, createReadStream(snapshot));
      await addSecret(archive, config.dataDir);
      const gone = await addBlobs(archive, wanted, blobs);
      const isSettled = gone.every((blob) => missed.has(blob)) || tries === triesMax;
      missed = new Set(gone);
      if (!isSettled) continue;
      return { at, pictures: wanted.length - gone.length, lost: gone.length, bytes: await archive.end() };
    } finally {
      await handle.close();
    }
  }
}

/**
 * A copy as of one moment, without stopping anybody: readers and the writer of a WAL database do not wait for each other.
 * It is rebuilt, so that nothing of what was deleted is left between its rows. Source: sqlite.org/lang_vacuum.html, read
 * 2026-11.
 */
function takeSnapshot(source: string, target: string): void {
  const database = new DatabaseSync(source, { readOnly: true, timeout: patienceMs });
  try {
    database.prepare('vacuum into ?').run(target);
  } finally {
    database.close();
  }
}

async function blobsOf(snapshot: string): Promise<string[]> {
  const { db } = await connect(undefined, snapshot);
  try {
    return [...new Set((await keptBlobs(db)).map(({ blob }) => blob))];
  } finally {
    await db.destroy();
  }
}

async function addSecret(archive: ArchiveWriter, dataDir: string): Promise<void> {
  const file = path.join(dataDir, secretName);
  if (!existsSync(file)) return;
  const secret = await readFile(file);
  await archive.add(secretName, secret.length, [secret]);
}

/** One after the other: each may take 50 MB of memory. Resolves to those that are gone or damaged. */
async function addBlobs(archive: ArchiveWriter, wanted: readonly string[], blobs: BlobStore): Promise<string[]> {
  const gone: string[] = [];
  for (const blob of wanted) {
    const bytes = await blobs.get(blob);
    const isWhole = bytes && createHash('sha256').update(bytes).digest('hex') === blob;
    if (isWhole) await archive.add(blobName(blob), bytes.length, [bytes]);
    else gone.push(blob);
  }
  return gone;
}

function report(file: string, { at, pictures, lost, bytes }: Saved, config: Config): string {
  const size = `${(bytes / 1e6).toFixed(1)} MB`;
  const hasSecret = existsSync(path.join(config.dataDir, secretName));
  return [
    `Saved the database as of ${at.toISOString().slice(0, 19)}Z and ${counted(pictures, 'picture')} to ${file} (${size}).`,
    hasSecret
      ? 'It holds the secret key too, and what everybody asked for: keep it as safe as the installation.'
      : 'It holds what everybody asked for: keep it safe. SECRET_KEY is not in it: keep that elsewhere.',
    ...(config.blobs ? [`The pictures stay in the bucket ${config.blobs.bucket}.`] : []),
    ...(lost === 0 ? [] : [`${counted(lost, 'picture')} could not be saved: npm run doctor names what is lost.`]),
  ].join('\n');
}
