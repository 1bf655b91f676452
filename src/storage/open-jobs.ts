import { type Kysely, sql } from 'kysely';
import type { JobState } from '../domain/job.ts';
import type { OpenJobs } from '../domain/metrics.ts';
import type { Schema } from './schema.ts';

/** More than so many of a state are not counted, so that the answer never takes long. */
export const countedMost = 10_000;

type Row = Record<'queued' | 'running' | 'made' | 'following', number> & { readonly oldest: number | null };

const most = sql.lit(countedMost);
const counted = (state: JobState) =>
  sql`(select count(*) from (select 1 from jobs where state = ${sql.lit(state)} limit ${most}) as them)`;
const following = sql`(select count(*) from (
  select 1 from jobs where state = 'queued' and leader is not null limit ${most}) as them)`;
const oldest = sql`(select min(created_at) from (
  select created_at from jobs where state = 'queued' order by turn, created_at, id limit ${most}) as them)`;

/** One statement that reads indexes alone, however many jobs have ended. */
export const openJobsStatement = sql<Row>`select ${counted('queued')} as queued, ${counted('running')} as running,
  ${counted('made')} as made, ${following} as following, ${oldest} as oldest`;

/** How many jobs have not ended. The age is that of the oldest among the first `countedMost` in the queue. */
export async function readOpenJobs(db: Kysely<Schema>): Promise<OpenJobs> {
  const { rows } = await openJobsStatement.execute(db);
  const [row] = rows;
  if (!row) throw new RangeError('a count without a row');
  const { queued, running, made } = row;
  return { queued, running, made, following: row.following, oldestAt: row.oldest ?? undefined };
}
