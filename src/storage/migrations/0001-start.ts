import { type CreateTableBuilder, type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';
import type { Engine } from '../database.ts';

/** Money, jobs, pictures, calls of providers, and losable values. */
export const start = (engine: Engine): Migration => ({
  async up(db: Kysely<unknown>) {
    const withSeq = <T extends string>(table: CreateTableBuilder<T, never>) =>
      engine === 'sqlite'
        ? table.addColumn('seq', 'integer', (column) => column.primaryKey().autoIncrement())
        : table.addColumn('seq', 'bigserial', (column) => column.primaryKey());

    await db.schema
      .createTable('accounts')
      .addColumn('person', 'text', (column) => column.primaryKey())
      .addColumn('available', 'bigint', (column) => column.notNull().check(sql`available >= 0`))
      .addColumn('held', 'bigint', (column) => column.notNull().check(sql`held >= 0`))
      .execute();

    await withSeq(db.schema.createTable('entries'))
      .addColumn('key', 'text', (column) => column.notNull().unique())
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('source', 'text', (column) => column.notNull())
      .addColumn('target', 'text', (column) => column.notNull())
      .addColumn('amount', 'bigint', (column) => column.notNull().check(sql`amount >= 0`))
      .addColumn('person', 'text')
      .addColumn('job', 'text')
      .addColumn('by_person', 'text')
      .addColumn('reason', 'text')
      .addColumn('at', 'bigint', (column) => column.notNull())
      .execute();
    await db.schema.createIndex('entries_by_person').on('entries').columns(['person', 'seq']).execute();
    await db.schema.createIndex('entries_by_job').on('entries').column('job').execute();

    await db.schema
      .createTable('jobs')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('person', 'text', (column) => column.notNull())
      .addColumn('person_name', 'text', (column) => column.notNull())
      .addColumn('workspace', 'text', (column) => column.notNull())
      .addColumn('platform', 'text', (column) => column.notNull())
      .addColumn('place', 'text', (column) => column.notNull())
      .addColumn('request', 'text', (column) => column.notNull())
      .addColumn('quote', 'bigint', (column) => column.notNull())
      .addColumn('held', 'bigint', (column) => column.notNull())
      .addColumn('notes', 'text', (column) => column.notNull())
      .addColumn('state', 'text', (column) => column.notNull())
      .addColumn('attempt', 'integer', (column) => column.notNull())
      .addColumn('turn', 'bigint', (column) => column.notNull())
      .addColumn('lease_owner', 'text')
      .addColumn('lease_until', 'bigint', (column) => column.notNull())
      .addColumn('ticket', 'text')
      .addColumn('provider', 'text')
      .addColumn('provider_request', 'text')
      .addColumn('charged', 'bigint')
      .addColumn('outcome', 'text')
      .addColumn('posting', 'integer', (column) => column.notNull())
      .addColumn('cancel', 'integer', (column) => column.notNull())
      .addColumn('told', 'integer', (column) => column.notNull())
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .addColumn('started_at', 'bigint')
      .addColumn('ended_at', 'bigint')
      .execute();
    await db.schema.createIndex('jobs_in_turn').on('jobs').columns(['state', 'turn', 'created_at', 'id']).execute();
    await db.schema.createIndex('jobs_by_person').on('jobs').columns(['person', 'created_at']).execute();
    await db.schema.createIndex('jobs_by_told').on('jobs').columns(['told', 'ended_at']).execute();
    await db.schema.createIndex('jobs_by_state_and_person').on('jobs').columns(['state', 'person']).execute();

    await db.schema
      .createTable('queue_clock')
      .addColumn('id', 'integer', (column) => column.primaryKey())
      .addColumn('turn', 'bigint', (column) => column.notNull())
      .execute();
    await sql`insert into queue_clock (id, turn) values (1, 0)`.execute(db);

    await db.schema
      .createTable('pictures')
      .addColumn('job', 'text', (column) => column.notNull())
      .addColumn('position', 'integer', (column) => column.notNull())
      .addColumn('blob', 'text', (column) => column.notNull())
      .addColumn('format', 'text', (column) => column.notNull())
      .addColumn('width', 'integer', (column) => column.notNull())
      .addColumn('height', 'integer', (column) => column.notNull())
      .addColumn('bytes', 'bigint', (column) => column.notNull())
      .addPrimaryKeyConstraint('pictures_pk', ['job', 'position'])
      .execute();

    await withSeq(db.schema.createTable('calls'))
      .addColumn('job', 'text', (column) => column.notNull())
      .addColumn('attempt', 'integer', (column) => column.notNull())
      .addColumn('provider', 'text', (column) => column.notNull())
      .addColumn('model', 'text', (column) => column.notNull())
      .addColumn('quality', 'text', (column) => column.notNull())
      .addColumn('size', 'text', (column) => column.notNull())
      .addColumn('count', 'integer', (column) => column.notNull())
      .addColumn('started_at', 'bigint', (column) => column.notNull())
      .addColumn('ended_at', 'bigint', (column) => column.notNull())
      .addColumn('outcome', 'text', (column) => column.notNull())
      .addColumn('request_id', 'text')
      .execute();
    await db.schema.createIndex('calls_by_job').on('calls').column('job').execute();
    await db.schema
      .createIndex('calls_alike')
      .on('calls')
      .columns(['model', 'quality', 'size', 'count', 'outcome', 'seq'])
      .execute();

    await db.schema
      .createTable('cache')
      .addColumn('key', 'text', (column) => column.primaryKey())
      .addColumn('value', 'text', (column) => column.notNull())
      .addColumn('expires_at', 'bigint')
      .execute();
  },
});
