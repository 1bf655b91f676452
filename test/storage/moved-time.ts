import { type Kysely, sql } from 'kysely';
import type { Schema } from '../../src/storage/schema.ts';

/** A database whose time a test moves, for every process that reads it there. */

export const movedTime = sql<number>`(select ms from moved_time)`;

export async function startTime(db: Kysely<Schema>, ms: number): Promise<void> {
  await sql`create table if not exists moved_time (ms bigint not null)`.execute(db);
  await sql`delete from moved_time`.execute(db);
  await sql`insert into moved_time (ms) values (${ms})`.execute(db);
}

export async function moveTime(db: Kysely<Schema>, ms: number): Promise<void> {
  await sql`update moved_time set ms = ms + ${ms}`.execute(db);
}
