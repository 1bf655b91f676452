import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { ColumnMetadata } from 'kysely';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { noMeter } from '../../src/domain/metrics.ts';
import { blobsIn, fileBlobs } from '../../src/storage/blobs.ts';
import { type Database, openAlone, openDatabase } from '../../src/storage/database.ts';
import { moveBlobs } from '../../src/storage/move-blobs.ts';
import { moveOver } from '../../src/storage/move-over.ts';
import { sumOf, tables, tablesOf } from '../../src/storage/table-rows.ts';
import { onNewPostgres } from './databases.ts';

const odd = `it's “quoted”\n\\ \\u0000 🦊 %_`;
const many = 1_201;
let folder: string;
let source: Database;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'easel-'));
  source = await openAlone(path.join(folder, 'easel.db'));
});

/** Every table of the source gets rows, with whatever its columns can hold on PostgreSQL, which is the stricter one. */
async function fill({ db }: Database): Promise<void> {
  for (const { name, columns } of await db.introspection.getTables()) {
    await tables(source.db).deleteFrom(name).execute();
    for (let n = 0; n < (name === 'entries' ? many : 2); n++) {
      const values = columns.map((column) => [column.name, column.isNullable && n === 1 ? null : cell(column, n)]);
      await tables(source.db).insertInto(name).values(Object.fromEntries(values)).execute();
    }
  }
}

/** Milliseconds do not fit into 32 bits. */
function cell({ dataType, hasDefaultValue, isAutoIncrementing }: ColumnMetadata, n: number): string | number {
  if (dataType === 'text') return `${odd} ${n}`;
  return dataType === 'int8' && !(hasDefaultValue || isAutoIncrementing) ? 1_795_000_000_000 + n : n + 2;
}

async function finish(): Promise<void> {
  await source.db.destroy();
  await rm(folder, { recursive: true });
}

describe('moving every table', () => {
  onNewPostgres((at) => {
    const open = async () => {
      const target = await openDatabase(at().url, '', noMeter, 'a test');
      onTestFinished(() => target.db.destroy());
      onTestFinished(finish);
      await fill(target);
      return target;
    };

    test('leaves none out, and nothing in any of them', async () => {
      const target = await open();
      const moved = await moveOver(source, target);
      expect(moved.anew).toBe(true);
      const names = (await target.db.introspection.getTables()).map(({ name }) => name).sort();
      expect(moved.tables.map(({ name }) => name)).toEqual(names);
      for (const { name, rows } of moved.tables) expect({ name, rows }).not.toEqual({ name, rows: 0 });
      expect(moved.tables.find(({ name }) => name === 'entries')?.rows).toBe(many);
      const [entry] = await target.db.selectFrom('entries').selectAll().orderBy('seq').limit(1).execute();
      expect(entry).toEqual(await source.db.selectFrom('entries').selectAll().orderBy('seq').executeTakeFirst());
      expect(await moveOver(source, target)).toEqual({ ...moved, anew: false });
    });

    test('goes on counting where the source was', async () => {
      const target = await open();
      await moveOver(source, target);
      const row = { key: 'next', kind: 'grant', source: 'issuer', target: 'ann', amount: 1, at: 1 };
      await target.db.insertInto('entries').values(row).execute();
      const newest = await target.db.selectFrom('entries').selectAll().orderBy('seq', 'desc').executeTakeFirst();
      expect(newest).toMatchObject({ key: 'next', seq: many + 2 });
    });

    test('tells one changed value, and replaces an older copy', async () => {
      const target = await open();
      await moveOver(source, target);
      await source.db.updateTable('jobs').set({ notes: 'changed' }).where('id', '=', `${odd} 1`).execute();
      const jobs = (await tablesOf(source)).find(({ name }) => name === 'jobs');
      if (!jobs) throw new RangeError('there are no jobs');
      const old = await target.db.transaction().execute((trx) => sumOf({ ...target, db: trx }, jobs));
      expect(old).not.toEqual(await sumOf(source, jobs));
      expect((await moveOver(source, target)).anew).toBe(true);
      const ids = await target.db.selectFrom('jobs').select('id').where('notes', '=', 'changed').execute();
      expect(ids).toEqual([{ id: `${odd} 1` }]);
    });

    test('refuses an entry that is another than ours, and leaves everything as it was', async () => {
      const target = await open();
      await moveOver(source, target);
      await target.db.updateTable('entries').set({ amount: 7 }).where('key', '=', `${odd} 5`).execute();
      await source.db.deleteFrom('calls').execute();
      await expect(moveOver(source, target)).rejects.toThrow('entries that are not in the SQLite database');
      expect(await target.db.selectFrom('calls').selectAll().execute()).toHaveLength(2);
    });
  });
});

test('pictures are copied once, those that are damaged are named and left out', async () => {
  onTestFinished(finish);
  const [here, there] = [path.join(folder, 'here'), path.join(folder, 'there')];
  const [from, to] = [fileBlobs(here), fileBlobs(there)];
  const names = await Promise.all(Array.from({ length: 30 }, (_, n) => from.put(Buffer.from(`picture ${n}`))));
  const [damaged = ''] = names;
  await writeFile(path.join(here, damaged.slice(0, 2), damaged), 'something else');
  await writeFile(path.join(here, 'notes.txt'), 'no blob');
  const found = await blobsIn(here);
  expect(found.toSorted()).toEqual(names.toSorted());
  expect(await moveBlobs(found, from, to)).toEqual({ copied: 29, there: 0, damaged: [damaged] });
  expect(await moveBlobs(found, from, to)).toEqual({ copied: 0, there: 29, damaged: [damaged] });
  expect((await blobsIn(there)).toSorted()).toEqual(names.filter((name) => name !== damaged).toSorted());
  expect(await blobsIn(path.join(folder, 'nowhere'))).toEqual([]);
});
