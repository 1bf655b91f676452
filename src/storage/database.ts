import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { type Dialect, type DialectAdapter, Kysely, PostgresDialect, type SqliteDatabase, SqliteDialect } from 'kysely';
import { Migrator } from 'kysely/migration';
import { type Meter, noMeter } from '../domain/metrics.ts';
import { migrations } from './migrations/all.ts';
import type { Schema } from './schema.ts';
import { timedStatements } from './timed-statements.ts';

export type Engine = 'sqlite' | 'postgres';

export interface Database {
  readonly engine: Engine;
  readonly db: Kysely<Schema>;
}

/** By which PostgreSQL knows every Easel that is at work. */
export const easelsName = 'easel';

const statementsMax = 500;
const busyTimeoutMs = 5_000;
const poolSize = 10;
const patienceMs = 5_000;

/**
 * Opens the database and brings its schema up to date.
 * @param url `postgres://…`, or undefined for a SQLite file
 * @param file path of the SQLite file; its folder is made when missing
 * @param meter told how long each statement took
 * @param name by which PostgreSQL knows this process
 * @throws Error in plain words when it can't be opened
 */
export async function openDatabase(
  url: string | undefined,
  file: string,
  meter: Meter = noMeter,
  name = easelsName,
): Promise<Database> {
  return upToDate(await connect(url, file, meter, name), url === undefined ? file : withoutPassword(url));
}

/**
 * Opens a SQLite file that nobody else may have open, now or until it is closed, and brings its schema up to date.
 * @throws Error in plain words when somebody has it open
 */
export async function openAlone(file: string): Promise<Database> {
  const dialect = sqlite(file, 'alone');
  return upToDate({ engine: 'sqlite', db: new Kysely<Schema>({ dialect }) }, file);
}

/** @param where as it is said in an error */
async function upToDate(database: Database, where: string): Promise<Database> {
  const { engine, db } = database;
  const migrator = new Migrator({ db, provider: { getMigrations: async () => migrations(engine) } });
  const { error } = await migrator.migrateToLatest();
  if (error) {
    await db.destroy();
    throw new Error(`The database at ${where} can't be used: ${reason(error)}`, { cause: error });
  }
  return database;
}

/** Opens the database with whatever schema it has. */
export async function connect(
  url: string | undefined,
  file: string,
  meter: Meter = noMeter,
  name = easelsName,
): Promise<Database> {
  const dialect = url === undefined ? sqlite(file) : await postgres(url, name);
  const db = new Kysely<Schema>({ dialect, log: timedStatements(meter) });
  return { engine: url === undefined ? 'sqlite' : 'postgres', db };
}

function reason(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(reason).join('; ');
  return error instanceof Error ? error.message : String(error);
}

export function withoutPassword(url: string): string {
  const parsed = new URL(url);
  parsed.password = '';
  return parsed.href;
}

function sqlite(file: string, alone?: 'alone'): Dialect {
  mkdirSync(path.dirname(file), { recursive: true });
  const database = new DatabaseSync(file);
  if (alone) lockOut(database, file);
  database.exec(`PRAGMA busy_timeout=${busyTimeoutMs}; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;`);
  // What is removed is overwritten: people are forgotten in the file too.
  database.exec('PRAGMA secure_delete=ON');
  return new WholeMigrations({ database: kyselySqlite(database) });
}

/** Whoever has a WAL database open holds a lock on its file, also while idle. Source: sqlite.org/wal.html, read 2026-11. */
function lockOut(database: DatabaseSync, file: string): void {
  try {
    database.exec('PRAGMA busy_timeout=0; PRAGMA locking_mode=EXCLUSIVE; BEGIN EXCLUSIVE; COMMIT;');
  } catch (error) {
    database.close();
    throw new Error(`${file} is in use. Stop Easel first, then try again.`, { cause: error });
  }
}

/** Kysely would run each statement of a migration by itself, so that a crash in the middle could never be repaired. */
class WholeMigrations extends SqliteDialect {
  override createAdapter(): DialectAdapter {
    return Object.defineProperty(super.createAdapter(), 'supportsTransactionalDdl', { value: true });
  }
}

/**
 * Kysely's view of node:sqlite. Preparing costs a third of a transaction, so statements are kept.
 * A transaction takes the lock for writing at its begin: one that reads first could not get it later, when another
 * process has written meanwhile.
 */
function kyselySqlite(database: DatabaseSync): SqliteDatabase {
  const statements = new Map<string, ReturnType<typeof kyselyStatement>>();
  return {
    close: () => database.close(),
    prepare(sql) {
      const kept = statements.get(sql);
      if (kept) return kept;
      const statement = kyselyStatement(database.prepare(sql === 'begin' ? 'begin immediate' : sql));
      const oldest = statements.size >= statementsMax ? statements.keys().next().value : undefined;
      if (oldest !== undefined) statements.delete(oldest);
      statements.set(sql, statement);
      return statement;
    },
  };
}

function kyselyStatement(statement: StatementSync) {
  const bound = (parameters: readonly unknown[]) => parameters as SQLInputValue[];
  return {
    reader: statement.columns().length > 0,
    all: (parameters: readonly unknown[]) => statement.all(...bound(parameters)),
    run: (parameters: readonly unknown[]) => statement.run(...bound(parameters)),
    iterate: (parameters: readonly unknown[]) => statement.iterate(...bound(parameters)),
  };
}

async function postgres(url: string, name: string): Promise<PostgresDialect> {
  const { default: pg } = await import('pg');
  // 20 is int8: counts and our bigint columns, all below 2^53.
  pg.types.setTypeParser(20, Number);
  // A server that falls silent must fail a query, or whoever waits for it waits for ever.
  const pool = new pg.Pool({
    ...{ connectionString: url, application_name: name, max: poolSize, keepAlive: true },
    ...{ connectionTimeoutMillis: patienceMs, query_timeout: 2 * patienceMs },
  });
  // A connection that breaks is replaced by the pool; without a listener, idle or in use, it would end the process.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  return new PostgresDialect({ pool });
}
