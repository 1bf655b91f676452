import type { Selectable } from 'kysely';
import { endsAll, type JobId, type Outcome } from '../domain/job.ts';
import type { Claim } from '../domain/job-queue.ts';
import type { PlatformName } from '../domain/person.ts';
import type { InTransaction } from './ledger.ts';
import type { JobsTable } from './schema.ts';
import { type Db, take, takeQueueClock } from './turns.ts';

/**
 * Jobs that get the pictures of another, their leader. They wait while that waits or runs, and whoever claims them then
 * finds out what became of it. So nobody has to tell them, and nobody's death leaves them behind. Only one job is changed
 * at a time, so that keeping leases, which changes many, never waits for a transaction that waits for it.
 */

type Row = Selectable<JobsTable>;

const atWork = ['queued', 'running'] as const;

/** Jobs that are made themselves, by what they make. Whoever decides by it has the queue's clock. */
const makersOf = (db: Db, wish: string) =>
  db
    .selectFrom('jobs')
    .select(['id', 'turn'])
    .where('wish', '=', wish)
    .where('state', 'in', atWork)
    .where('leader', 'is', null)
    .where('cancel', '=', 0)
    .orderBy('created_at')
    .orderBy('id')
    .limit(1);

/** Lets a new job follow who makes the same, if anybody. The leader comes no later than the follower would have. */
export async function follow(trx: Db, id: JobId): Promise<JobId | undefined> {
  await takeQueueClock(trx);
  const own = await trx.selectFrom('jobs').select(['wish', 'turn']).where('id', '=', id).executeTakeFirstOrThrow();
  const leader = own.wish && (await makersOf(trx, own.wish).where('id', '!=', id).executeTakeFirst());
  if (!leader) return undefined;
  await trx.updateTable('jobs').set({ leader: leader.id }).where('id', '=', id).execute();
  if (leader.turn > own.turn) {
    await trx
      .updateTable('jobs')
      .set({ turn: own.turn })
      .where('id', '=', leader.id)
      .where('state', '=', 'queued')
      .execute();
  }
  return leader.id as JobId;
}

/** Claims a job whose leader is over. Where that left nothing to share, the job follows another or is made itself. */
export async function claimFollower(
  db: Db,
  inTransaction: InTransaction,
  owner: string,
  now: number,
  platforms: readonly PlatformName[],
): Promise<Claim | undefined> {
  for (;;) {
    const follower = await leftBehind(db, now, platforms);
    if (!follower) return undefined;
    if (!(await hasLegacy(db, follower.leader))) {
      await inTransaction((trx) => succeed(trx, follower));
      continue;
    }
    const claim = await take(db, follower, owner, now);
    if (claim) return claim;
  }
}

/** The first that nobody holds and whose leader neither waits nor runs any more. */
const leftBehind = (db: Db, now: number, platforms: readonly PlatformName[]): Promise<Row | undefined> =>
  db
    .selectFrom('jobs')
    .selectAll()
    .where('state', '=', 'queued')
    .where('leader', 'is not', null)
    .where('platform', 'in', platforms)
    .where('lease_until', '<=', now)
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('jobs as leader')
            .select('leader.id')
            .whereRef('leader.id', '=', 'jobs.leader')
            .where('leader.state', 'in', atWork),
        ),
      ),
    )
    .orderBy('created_at')
    .orderBy('id')
    .limit(1)
    .executeTakeFirst();

/** Whether the leader left pictures, or an end that is everybody's. */
async function hasLegacy(db: Db, leader: string | null): Promise<boolean> {
  const row = await db
    .selectFrom('jobs')
    .leftJoin('pictures', (join) => join.onRef('pictures.job', '=', 'jobs.id').on('pictures.position', '=', 0))
    .select(['jobs.outcome', 'pictures.blob'])
    .where('jobs.id', '=', leader)
    .executeTakeFirst();
  if (!row) return false;
  return row.blob !== null || (row.outcome !== null && endsAll(JSON.parse(row.outcome) as Outcome));
}

/** The first one left behind is made itself, and the others follow it. */
async function succeed(trx: Db, { id, leader, wish }: Row): Promise<void> {
  await takeQueueClock(trx);
  const next = wish === null ? undefined : await makersOf(trx, wish).executeTakeFirst();
  await trx
    .updateTable('jobs')
    .set({ leader: next?.id ?? null })
    .where('id', '=', id)
    .where('state', '=', 'queued')
    .where('leader', '=', leader)
    .execute();
}
