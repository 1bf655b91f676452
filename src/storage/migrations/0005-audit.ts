import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

const numbers = [
  ...['text_in_tokens', 'image_in_tokens', 'image_out_tokens', 'content_credentials'],
  ...['delivered', 'list_micro_usd', 'billed_micro_usd', 'charged', 'absorbed'],
];

/** What every call of a provider used, cost, and who paid for it; null for calls of before. */
export const audit: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema.alterTable('calls').addColumn('organisation', 'text').execute();
    for (const name of numbers) await db.schema.alterTable('calls').addColumn(name, 'bigint').execute();
    await db.schema.createIndex('calls_by_end').on('calls').column('ended_at').execute();
  },
};
