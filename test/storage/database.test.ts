import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openDatabase } from '../../src/storage/database.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'easel-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

test('makes the folder of the file, and opens the same file again', async () => {
  const file = path.join(folder, 'deep', 'er', 'easel.db');
  for (let n = 0; n < 2; n++) {
    const { engine, db } = await openDatabase(undefined, file);
    expect(engine).toBe('sqlite');
    expect(await db.selectFrom('queue_clock').selectAll().execute()).toEqual([{ id: 1, turn: 0 }]);
    await db.destroy();
  }
});

test('a start that broke off in the middle of a migration leaves nothing behind', async () => {
  const file = path.join(folder, 'easel.db');
  const inTheWay = new DatabaseSync(file);
  inTheWay.exec('create table pictures (x)');
  await expect(openDatabase(undefined, file)).rejects.toThrow(
    'easel.db can\'t be used: table "pictures" already exists',
  );
  inTheWay.exec('drop table pictures');
  inTheWay.close();

  const { db } = await openDatabase(undefined, file);
  expect(await db.selectFrom('pictures').selectAll().execute()).toEqual([]);
  await db.destroy();
});

test('a transaction that reads first and then writes never meets a lock it can’t get', async () => {
  const file = path.join(folder, 'easel.db');
  const { db } = await openDatabase(undefined, file);
  const other = new DatabaseSync(file);
  other.exec('pragma busy_timeout = 0');
  await db.transaction().execute(async (trx) => {
    await trx.selectFrom('queue_clock').selectAll().execute();
    expect(() => other.exec('update queue_clock set turn = 5')).toThrow('locked');
    await trx.updateTable('queue_clock').set({ turn: 7 }).execute();
  });
  expect(other.prepare('select turn from queue_clock').get()).toEqual({ turn: 7 });
  other.close();
  await db.destroy();
});

test('every commit is on the disk before it is answered', async () => {
  const { db } = await openDatabase(undefined, path.join(folder, 'easel.db'));
  const { rows } = await (await import('kysely')).sql<{ synchronous: number }>`pragma synchronous`.execute(db);
  expect(rows).toEqual([{ synchronous: 2 }]);
  await db.destroy();
});

test('a database that can’t be reached is named without its password', async () => {
  const work = openDatabase('postgres://easel:secret@127.0.0.1:1/easel', '');
  await expect(work).rejects.toThrow('postgres://easel@127.0.0.1:1/easel can');
  await expect(work).rejects.not.toThrow('secret');
});
