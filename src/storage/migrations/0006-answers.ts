import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Which jobs ask for the same, who gets whose pictures, and what is remembered of what was made. */
export const answers: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema.alterTable('jobs').addColumn('wish', 'text').execute();
    await db.schema.alterTable('jobs').addColumn('leader', 'text').execute();
    await db.schema.alterTable('jobs').addColumn('made_at', 'bigint').execute();
    await db.schema
      .createIndex('jobs_by_wish')
      .on('jobs')
      .columns(['wish', 'state'])
      .where('wish' as never, 'is not', null)
      .execute();
    await db.schema
      .createIndex('jobs_following')
      .on('jobs')
      .columns(['state', 'created_at'])
      .where('leader' as never, 'is not', null)
      .execute();

    await db.schema
      .createTable('answers')
      .addColumn('wish', 'text', (column) => column.primaryKey())
      .addColumn('job', 'text', (column) => column.notNull())
      .addColumn('bytes', 'bigint', (column) => column.notNull())
      .addColumn('made_at', 'bigint', (column) => column.notNull())
      .execute();
    await db.schema.createIndex('answers_by_job').on('answers').column('job').execute();
    await db.schema.createIndex('answers_by_age').on('answers').columns(['made_at', 'wish', 'bytes']).execute();
  },
};
