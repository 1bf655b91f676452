import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Client } from 'pg';
import { afterAll, beforeAll, beforeEach, describe } from 'vitest';
import { type Database, type Engine, openDatabase } from '../../src/storage/database.ts';

const server = 'postgres://postgres@127.0.0.1:5432';
const tables = [
  ...(['accounts', 'entries', 'jobs', 'pictures', 'calls', 'cache', 'answers'] as const),
  ...([
    'families',
    'lineage',
    'shown',
    'shown_messages',
    'threads',
    'pace_slots',
    'pace_images',
    'input_blobs',
    'forgetting',
    'leaving',
  ] as const),
];

/** One database for the tests of a file: a SQLite file in a temporary folder, or a PostgreSQL database of its own. */
export interface TestDatabase {
  readonly engine: Engine;
  /** A temporary folder that goes with it. */
  readonly folder: string;
  /** The arguments of `openDatabase`, for other processes. */
  readonly at: { readonly url: string | undefined; readonly file: string };
  readonly database: Database;
  /** Deletes all rows. */
  empty(): Promise<void>;
}

/** Undefined when a PostgreSQL server answers, else why not. */
const unanswered = await reason(() => asServer('select 1'));

/** Runs `body` on SQLite, and on PostgreSQL when a server answers at 127.0.0.1:5432. */
export function onEveryDatabase(body: (current: () => TestDatabase) => void): void {
  describe('on SQLite', () => useDatabase(openSqlite, body));
  onPostgres(body);
}

/** Runs `body` on PostgreSQL alone, for what only that has. */
export function onPostgres(body: (current: () => TestDatabase) => void): void {
  const name = unanswered ? `on PostgreSQL (skipped, no server answers: ${unanswered})` : 'on PostgreSQL';
  describe.skipIf(unanswered)(name, () => useDatabase(openPostgres, body));
}

/** Runs `body` with the arguments of `openDatabase` for a database that nobody has opened yet, another for each test. */
export function onNewDatabases(body: (at: () => TestDatabase['at']) => void): void {
  describe('on SQLite', () => useNew(newSqlite, body));
  onNewPostgres(body);
}

/** The same on PostgreSQL alone. */
export function onNewPostgres(body: (at: () => TestDatabase['at']) => void): void {
  const name = unanswered ? `on PostgreSQL (skipped, no server answers: ${unanswered})` : 'on PostgreSQL';
  describe.skipIf(unanswered)(name, () => useNew(newPostgres, body));
}

function useNew(make: () => Promise<New>, body: (at: () => TestDatabase['at']) => void): void {
  let made: New | undefined;
  beforeEach(async ({ onTestFinished }) => {
    const opened = await make();
    made = opened;
    // Registered first, so it comes last: whatever a test itself has opened is closed by then.
    onTestFinished(opened.drop);
  });
  body(() => {
    if (!made) throw new RangeError('the database is there only while tests run');
    return made.at;
  });
}

/** A place for a database, and how to leave nothing of it behind once it is closed. */
interface New {
  readonly at: TestDatabase['at'];
  readonly folder: string;
  drop(): Promise<void>;
}

interface Opened {
  readonly test: TestDatabase;
  drop(): Promise<void>;
}

function useDatabase(open: () => Promise<Opened>, body: (current: () => TestDatabase) => void): void {
  let opened: Opened | undefined;
  beforeAll(async () => {
    opened = await open();
  });
  afterAll(() => opened?.drop());
  body(() => {
    if (!opened) throw new RangeError('the database is open only while tests run');
    return opened.test;
  });
}

async function newSqlite(): Promise<New> {
  const folder = mkdtempSync(path.join(tmpdir(), 'easel-'));
  const at = { url: undefined, file: path.join(folder, 'easel.db') };
  return { at, folder, drop: async () => rmSync(folder, { recursive: true }) };
}

async function newPostgres(): Promise<New> {
  const folder = mkdtempSync(path.join(tmpdir(), 'easel-'));
  const name = `easel_test_${randomUUID().replaceAll('-', '')}`;
  await asServer(`create database ${name}`);
  return {
    at: { url: `${server}/${name}`, file: '' },
    folder,
    async drop() {
      await asServer(`drop database ${name} with (force)`);
      rmSync(folder, { recursive: true });
    },
  };
}

async function opened({ at, folder, drop }: New): Promise<Opened> {
  const database = await openDatabase(at.url, at.file);
  return {
    test: { engine: database.engine, folder, at, database, empty: () => empty(database) },
    async drop() {
      await database.db.destroy();
      await drop();
    },
  };
}

const openSqlite = async () => opened(await newSqlite());
const openPostgres = async () => opened(await newPostgres());

async function empty({ db }: Database): Promise<void> {
  for (const table of tables) await db.deleteFrom(table).execute();
  await db.updateTable('queue_clock').set({ turn: 0 }).execute();
}

async function asServer(statement: string): Promise<void> {
  const client = new Client({ connectionString: `${server}/postgres`, connectionTimeoutMillis: 2_000 });
  try {
    await client.connect();
    await client.query(statement);
  } finally {
    await client.end();
  }
}

async function reason(work: () => Promise<void>): Promise<string | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
