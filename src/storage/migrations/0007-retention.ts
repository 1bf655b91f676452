import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';
import { inputBlobNames } from '../input-blobs.ts';

const atOnce = 500;

/** What is no longer kept of jobs, which blobs edits begin with, and who is to be forgotten. */
export const retention: Migration = {
  async up(db: Kysely<unknown>) {
    for (const name of ['words_gone_at', 'pictures_gone_at'])
      await db.schema.alterTable('jobs').addColumn(name, 'bigint').execute();
    for (const name of ['words_gone_at', 'pictures_gone_at'])
      await db.schema
        .createIndex(`jobs_${name}`)
        .on('jobs')
        .column('ended_at')
        .where(name as never, 'is', null)
        .execute();
    await db.schema.createIndex('jobs_by_family').on('jobs').column('family').execute();
    await db.schema.createIndex('pictures_by_blob').on('pictures').column('blob').execute();

    await db.schema
      .createTable('input_blobs')
      .addColumn('job', 'text', (column) => column.notNull())
      .addColumn('blob', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('input_blobs_pk', ['job', 'blob'])
      .execute();
    await db.schema.createIndex('input_blobs_by_blob').on('input_blobs').column('blob').execute();
    await noteAll(db);

    await db.schema
      .createTable('leaving')
      .addColumn('blob', 'text', (column) => column.primaryKey())
      .execute();

    await db.schema
      .createTable('forgetting')
      .addColumn('person', 'text', (column) => column.primaryKey())
      .addColumn('until', 'bigint', (column) => column.notNull())
      .execute();
  },
};

/** Every edit of before, a page at a time. */
async function noteAll(db: Kysely<unknown>): Promise<void> {
  for (let after = ''; ; ) {
    const { rows } = await sql<{ id: string; request: string }>`select id, request from jobs
      where id > ${after} and request like '%"task":"edit"%' order by id limit ${atOnce}`.execute(db);
    for (const { id, request } of rows)
      for (const blob of inputBlobNames(request))
        await sql`insert into input_blobs (job, blob) values (${id}, ${blob})`.execute(db);
    const last = rows.at(-1);
    if (!last || rows.length < atOnce) return;
    after = last.id;
  }
}
