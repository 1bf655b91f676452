import { createHash } from 'node:crypto';
import { type Kysely, sql } from 'kysely';
import type { Database } from './database.ts';
import type { Schema } from './schema.ts';

/** Whole tables, whatever is in them: for moving them. */

export type Row = Readonly<Record<string, string | number | null>>;

export interface Table {
  readonly name: string;
  /** Sorted. */
  readonly columns: readonly string[];
}

/** How much is in a table, and what: equal only where all rows are. */
export interface Sum {
  readonly rows: number;
  readonly digest: string;
}

const rowsAtOnce = 500;

/** Every table of Easel's. */
export async function tablesOf({ db }: Database): Promise<Table[]> {
  const tables = await db.introspection.getTables();
  return tables
    .filter(({ isView }) => !isView)
    .map(({ name, columns }) => ({ name, columns: columns.map((column) => column.name).sort() }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** All rows, some at a time. On PostgreSQL `db` must be a transaction. */
export async function* rowsOf(
  { engine, db }: Database,
  { name, columns }: Table,
): AsyncGenerator<readonly Row[], void, undefined> {
  const all = sql<Row>`select ${sql.join(columns.map((column) => sql.ref(column)))} from ${sql.table(name)}`;
  if (engine === 'sqlite') {
    let rows: Row[] = [];
    for await (const row of tables(db).selectFrom(name).select(columns).stream(rowsAtOnce)) {
      if (rows.push(row) < rowsAtOnce) continue;
      yield rows;
      rows = [];
    }
    if (rows.length > 0) yield rows;
    return;
  }
  await sql`declare all_rows no scroll cursor for ${all}`.execute(db);
  try {
    for (;;) {
      const { rows } = await sql<Row>`fetch ${sql.lit(rowsAtOnce)} from all_rows`.execute(db);
      if (rows.length === 0) return;
      yield rows;
    }
  } finally {
    await sql`close all_rows`.execute(db);
  }
}

/** Kysely's view of tables that nobody has described. */
export const tables = (db: Kysely<Schema>) => db as unknown as Kysely<Record<string, Row>>;

/** The SHA-256 of a row, the same on both databases. */
export const hashOf = (row: Row, { columns }: Table): Buffer =>
  createHash('sha256')
    .update(JSON.stringify(columns.map((column) => row[column])))
    .digest();

/** In whatever order the rows come. */
export async function sumOf(database: Database, table: Table): Promise<Sum> {
  const digest = Buffer.alloc(32);
  let count = 0;
  for await (const rows of rowsOf(database, table)) {
    count += rows.length;
    for (const row of rows)
      for (const [at, byte] of hashOf(row, table).entries()) digest[at] = (digest[at] ?? 0) ^ byte;
  }
  return { rows: count, digest: digest.toString('hex') };
}
