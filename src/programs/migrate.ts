import { existsSync } from 'node:fs';
import path from 'node:path';
import { openBlobs } from '../build.ts';
import { type Config, readConfig } from '../config.ts';
import type { BlobStore } from '../domain/blob-store.ts';
import { noMeter } from '../domain/metrics.ts';
import { counted } from '../domain/text.ts';
import { blobsIn, fileBlobs } from '../storage/blobs.ts';
import { type Database, openAlone, openDatabase, withoutPassword } from '../storage/database.ts';
import { type Diagnosis, diagnose } from '../storage/doctor.ts';
import { moveBlobs } from '../storage/move-blobs.ts';
import { type Moved, moveOver } from '../storage/move-over.ts';
import { systemClock } from '../system-clock.ts';

const usage = 'npm run migrate -- --from sqlite --to postgres';
/** By which PostgreSQL tells this from an Easel at work. */
const name = 'easel migrate';

/**
 * `npm run migrate -- --from sqlite --to postgres`: brings everything from `DATA_DIR` to `DATABASE_URL`, and the
 * pictures to `BLOB_URL` where that is set, and counts it there again. Nothing is removed from where it was, and it may
 * be repeated. Exit code 1 when something is not there as it was.
 */
export async function migrate(words: readonly string[]): Promise<number> {
  if (words.join(' ') !== '--from sqlite --to postgres')
    throw new Error(`There is one way to move, from SQLite in DATA_DIR to DATABASE_URL:\n  ${usage}`);
  const config = readConfig(process.env);
  const { databaseUrl, dataDir } = config;
  const file = path.join(dataDir, 'easel.db');
  if (databaseUrl === undefined) throw new Error('DATABASE_URL is missing: it says where to move to, postgres://….');
  if (!existsSync(file)) throw new Error(`There is no ${file}: DATA_DIR says where Easel has kept its data so far.`);
  const source = await openAlone(file);
  try {
    const target = await openDatabase(databaseUrl, '', noMeter, name);
    try {
      return await move(source, target, config);
    } finally {
      await target.db.destroy();
    }
  } finally {
    await source.db.destroy();
  }
}

/** Pictures first, so that no row ever speaks of one that isn't there. */
async function move(source: Database, target: Database, config: Config): Promise<number> {
  const blobs = await openBlobs(config, systemClock);
  const isMended = await movePictures(blobs, config);
  const moved = await moveOver(source, target);
  console.log(movedText(moved, withoutPassword(config.databaseUrl ?? '')));
  const before = await diagnose(source.db, blobs);
  const after = await diagnose(target.db, blobs);
  console.log(verdict(before, after));
  if (config.secretKey === undefined)
    console.log(
      `Elsewhere than here Easel also needs SECRET_KEY: what ${path.join(config.dataDir, 'secret-key')} says.`,
    );
  return isMended && isSame(before, after) ? 0 : 1;
}

async function movePictures(blobs: BlobStore, { blobs: place, dataDir }: Config): Promise<boolean> {
  const folder = path.join(dataDir, 'blobs');
  if (!place) {
    console.log(`Pictures stay in ${folder}: BLOB_URL is not set.`);
    return true;
  }
  const { copied, there, damaged } = await moveBlobs(await blobsIn(folder), fileBlobs(folder), blobs);
  console.log(`Pictures: ${copied} copied to ${place.bucket}, ${there} there already.`);
  for (const damage of damaged) console.log(`  ${damage} is damaged in ${folder} and was left out`);
  return damaged.length === 0;
}

function movedText({ anew, tables }: Moved, where: string): string {
  const rows = tables.map((table) => `  ${table.name}: ${counted(table.rows, 'row')}, ${table.digest.slice(0, 12)}`);
  const what = anew ? `Moved to ${where}, and read back the same` : `All was in ${where} already, the same`;
  return [`${what}, by rows and hash of all rows:`, ...rows].join('\n');
}

const isSame = (before: Diagnosis, after: Diagnosis): boolean => told(before) === told(after);

const told = ({ counted: numbers, credits, findings }: Diagnosis): string =>
  JSON.stringify([numbers, credits, findings.map((finding) => JSON.stringify(finding)).sort()]);

function verdict(before: Diagnosis, after: Diagnosis): string {
  if (!isSame(before, after)) return 'The doctor finds something else than before. Run npm run doctor on both.';
  const { issued, available, held, charged, house } = after.credits;
  const sums = `${issued} credits issued, ${available} available, ${held} held, ${charged} charged, ${house} paid by the house`;
  if (after.findings.length === 0) return `All adds up, on both sides: ${sums}.`;
  return `The sums are the same on both sides: ${sums}. What did not add up before does not now either; npm run doctor names it.`;
}
