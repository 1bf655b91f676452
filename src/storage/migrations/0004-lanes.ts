import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** How each job's person is served: normally, where an older Easel took it in. */
export const lanes: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema
      .alterTable('jobs')
      .addColumn('lane', 'text', (column) => column.notNull().defaultTo('normal'))
      .execute();
  },
};
