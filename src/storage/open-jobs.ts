import { type Kysely, sql } from 'kysely';
import type { OpenJobs } from '../domain/metrics.ts';
import type { Schema } from './schema.ts';

/** More than so many of a state are not counted, so that the answer never takes long. */
export const countedMost = 10_000;

type Row = Record<'queued' | 'running' | 'made' | 'following', number> & { readonly oldest: number | null };

/**
 * How many jobs have not ended, in one statement that reads indexes alone. The age is that of the oldest among the first
 * `countedMost` in the queue.
 */
export async function openJobs(db: Kysely<Schema>): Promise<OpenJobs> {
  const counted = (state: string) =>
    sql`(select count(*) from (select 1 from jobs where state = ${sql.lit(state)} limit ${sql.lit(countedMost)}) as some)`;
  const { rows } = await sql<Row>`select
    ${counted('queued')} as queued, ${counted('running')} as running, ${counted('made')} as made,
    (select count(*) from (
      select 1 from jobs where state = 'queued' and leader is not null limit ${sql.lit(countedMost)}) as some) as following,
    (select min(created_at) from (
      select created_at from jobs where state = 'queued' order by turn, created_at, id limit ${sql.lit(countedMost)}
    ) as some) as oldest`.execute(db);
  const [{ oldest, ...counts } = { queued: 0, running: 0, made: 0, following: 0, oldest: null }] = rows;
  return { ...counts, oldestAt: oldest ?? undefined };
}
