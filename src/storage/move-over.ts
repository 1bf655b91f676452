import { sql } from 'kysely';
import { type Database, easelsName } from './database.ts';
import { hashOf, type Row, rowsOf, type Sum, sumOf, type Table, tables, tablesOf } from './table-rows.ts';

/** What was moved, table by table. */
export interface Moved {
  /** False: all of it was there already. */
  readonly anew: boolean;
  readonly tables: readonly (Sum & { readonly name: string })[];
}

/** Tables whose rows say whose data it is, and by what. Entries are never changed, so theirs have to be equal. */
const telling: Readonly<Record<string, (row: Row, table: Table) => string>> = {
  entries: (row, table) => hashOf(row, table).toString('base64'),
  jobs: ({ id }) => String(id),
  accounts: ({ person }) => String(person),
};

/**
 * Makes everything in `target`, a PostgreSQL database, what it is in `source`, and counts it again there, all in one
 * transaction: it is there as a whole or not at all. An older copy of the same is replaced, so it may be repeated.
 * @throws Error in plain words when an Easel works there, it has data of its own, or what arrived is not what was sent
 */
export async function moveOver(source: Database, target: Database): Promise<Moved> {
  const all = await tablesOf(source);
  const before = await sums(source, all);
  return target.db.transaction().execute(async (trx) => {
    const there: Database = { engine: target.engine, db: trx };
    await refuseAtWork(there);
    // Whoever starts to work there meanwhile has to wait.
    await sql`lock table ${sql.join(all.map(({ name }) => sql.table(name)))} in exclusive mode`.execute(trx);
    const moved = all.map((table, at) => ({ name: table.name, ...(before[at] as Sum) }));
    if (isEqual(before, await sums(there, all))) return { anew: false, tables: moved };
    for (const table of all) await refuseForeign(source, there, table);
    for (const table of all) await replace(source, there, table);
    if (!isEqual(before, await sums(there, all)))
      throw new Error('What arrived is not what was sent. Nothing was changed; try again.');
    return { anew: true, tables: moved };
  });
}

async function sums(database: Database, all: readonly Table[]): Promise<Sum[]> {
  const found: Sum[] = [];
  for (const table of all) found.push(await sumOf(database, table));
  return found;
}

const isEqual = (these: readonly Sum[], those: readonly Sum[]): boolean =>
  these.every(({ rows, digest }, at) => rows === those[at]?.rows && digest === those[at].digest);

async function refuseAtWork({ db }: Database): Promise<void> {
  const { rows } = await sql<{ n: number }>`select count(*) as n from pg_stat_activity
    where datname = current_database() and application_name = ${easelsName}`.execute(db);
  if (Number(rows[0]?.n) > 0)
    throw new Error('Easel is running on the PostgreSQL database already. Stop it first, then try again.');
}

async function refuseForeign(source: Database, target: Database, table: Table): Promise<void> {
  const tell = telling[table.name];
  if (!tell) return;
  const ours = new Set<string>();
  for await (const rows of rowsOf(source, table)) for (const row of rows) ours.add(tell(row, table));
  for await (const rows of rowsOf(target, table)) {
    if (rows.every((row) => ours.has(tell(row, table)))) continue;
    throw new Error(
      `The PostgreSQL database has ${table.name} that are not in the SQLite database: other data, or Easel has worked on it since it was moved. Nothing was changed. Name an empty database in DATABASE_URL.`,
    );
  }
}

async function replace(source: Database, target: Database, table: Table): Promise<void> {
  const { name, columns } = table;
  await tables(target.db).deleteFrom(name).execute();
  for await (const rows of rowsOf(source, table)) await tables(target.db).insertInto(name).values(rows).execute();
  // The next number comes after those that were brought along.
  if (columns.includes('seq'))
    await sql`select setval(pg_get_serial_sequence(${name}, 'seq'), coalesce(max(seq), 0) + 1, false)
      from ${sql.table(name)}`.execute(target.db);
}
