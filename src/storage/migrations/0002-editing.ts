import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** What pictures are made of, which version of what they are, where they were posted, and what a thread is about. */
export const editing: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema
      .alterTable('jobs')
      .addColumn('family', 'text', (column) => column.notNull().defaultTo(''))
      .execute();
    await db.schema.alterTable('jobs').addColumn('version', 'integer').execute();
    await sql`update jobs set family = id, version = case when state in ('made', 'delivered') then 1 end`.execute(db);

    await db.schema
      .createTable('families')
      .addColumn('family', 'text', (column) => column.primaryKey())
      .addColumn('newest_version', 'integer', (column) => column.notNull())
      .execute();

    await db.schema
      .createTable('lineage')
      .addColumn('child', 'text', (column) => column.notNull())
      .addColumn('parent', 'text', (column) => column.notNull())
      .addColumn('parent_position', 'integer', (column) => column.notNull())
      .addPrimaryKeyConstraint('lineage_pk', ['child', 'parent', 'parent_position'])
      .execute();
    await db.schema.createIndex('lineage_by_parent').on('lineage').columns(['parent', 'parent_position']).execute();

    await db.schema
      .createTable('shown')
      .addColumn('job', 'text', (column) => column.primaryKey())
      .addColumn('thread', 'text')
      .addColumn('channel', 'text')
      .addColumn('at', 'bigint', (column) => column.notNull())
      .addColumn('removed', 'integer', (column) => column.notNull())
      .execute();
    await db.schema.createIndex('shown_by_thread').on('shown').columns(['thread', 'at']).execute();
    await db.schema.createIndex('shown_by_channel').on('shown').columns(['channel', 'at']).execute();
    await sql`insert into shown (job, thread, channel, at, removed)
      select id, null, null, coalesce(ended_at, created_at), 0 from jobs where state = 'delivered'`.execute(db);

    await db.schema
      .createTable('shown_messages')
      .addColumn('message', 'text', (column) => column.primaryKey())
      .addColumn('job', 'text', (column) => column.notNull())
      .execute();

    await db.schema
      .createTable('threads')
      .addColumn('thread', 'text', (column) => column.primaryKey())
      .addColumn('job', 'text', (column) => column.notNull())
      .addColumn('position', 'integer')
      .execute();
  },
};
