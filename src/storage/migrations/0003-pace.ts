import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Who has a call out at which service, who waits for one, and the pictures of the last minute. */
export const pace: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema
      .createTable('pace_slots')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('service', 'text', (column) => column.notNull())
      .addColumn('waiting', 'integer', (column) => column.notNull())
      .addColumn('asked_at', 'bigint', (column) => column.notNull())
      .addColumn('lease_until', 'bigint', (column) => column.notNull())
      .execute();
    await db.schema.createIndex('pace_slots_by_service').on('pace_slots').column('service').execute();

    await db.schema
      .createTable('pace_images')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('service', 'text', (column) => column.notNull())
      .addColumn('at', 'bigint', (column) => column.notNull())
      .addColumn('count', 'integer', (column) => column.notNull())
      .execute();
    await db.schema.createIndex('pace_images_by_service').on('pace_images').columns(['service', 'at']).execute();
  },
};
