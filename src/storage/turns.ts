import type { Kysely, Selectable, Transaction } from 'kysely';
import type { JobId } from '../domain/job.ts';
import type { Claim } from '../domain/job-queue.ts';
import type { PersonId, PlatformName } from '../domain/person.ts';
import { jobOf } from './job-row.ts';
import type { JobsTable, Schema } from './schema.ts';

/** Whose turn it is: the order of the queue, and how its next job is taken. */

export type Db = Kysely<Schema> | Transaction<Schema>;

export const leaseMs = 15_000;

/** The queue's own time. Whoever reads it has it alone until the transaction is over, and the others wait. */
export async function takeQueueClock(trx: Db): Promise<number> {
  const { turn } = await trx
    .updateTable('queue_clock')
    .set((eb) => ({ turn: eb('turn', '+', 0) }))
    .where('id', '=', 1)
    .returning('turn')
    .executeTakeFirstOrThrow();
  return turn;
}

/**
 * Start-time fair queuing: a job's turn is one after the person's last waiting turn, and never before the queue's own
 * time, so that everybody's first job comes before anybody's second.
 */
export async function nextTurn(trx: Db, person: PersonId): Promise<number> {
  // Alone, so that jobs of one person that arrive together get different turns.
  const turn = await takeQueueClock(trx);
  const own = await trx
    .selectFrom('jobs')
    .select((eb) => eb.fn.max('turn').as('turn'))
    .where('person', '=', person)
    .where('state', '=', 'queued')
    .executeTakeFirst();
  return Math.max(turn, Number(own?.turn ?? 0)) + 1;
}

export const inTurn = (db: Db, platforms: readonly PlatformName[]) =>
  db
    .selectFrom('jobs')
    .selectAll()
    .where('state', '=', 'queued')
    .where('leader', 'is', null)
    .where('platform', 'in', platforms)
    .orderBy('turn')
    .orderBy('created_at')
    .orderBy('id');

type Row = Selectable<JobsTable>;

/** What nobody holds any more: what is made comes first, since only posting is missing; then what was cut off. */
export async function abandonedJob(
  db: Db,
  now: number,
  platforms: readonly PlatformName[],
  making: boolean,
): Promise<Row | undefined> {
  return db
    .selectFrom('jobs')
    .selectAll()
    .where('state', 'in', making ? ['made', 'running'] : ['made'])
    .where('platform', 'in', platforms)
    .where('lease_until', '<=', now)
    .orderBy('state')
    .orderBy('created_at')
    .limit(1)
    .executeTakeFirst();
}

/** Whose turn it is, of those who have fewer than `runningMax` running. */
export async function nextInTurn(
  db: Db,
  now: number,
  platforms: readonly PlatformName[],
  runningMax: number,
): Promise<Row | undefined> {
  return inTurn(db, platforms)
    .where('lease_until', '<=', now)
    .where('person', 'not in', (eb) =>
      eb
        .selectFrom('jobs as busy')
        .select('busy.person')
        .where('busy.state', '=', 'running')
        .where('busy.leader', 'is', null)
        .groupBy('busy.person')
        .having((having) => having.fn.countAll(), '>=', runningMax),
    )
    .limit(1)
    .executeTakeFirst();
}

/**
 * Makes the job ours. Starting it again counts as another attempt, so that whoever had it before is fenced off.
 * Undefined when it was cancelled, finished or renewed since `row` was read.
 */
export async function take(trx: Db, row: Row, owner: string, now: number): Promise<Claim | undefined> {
  const making = row.state !== 'made';
  const taken = await trx
    .updateTable('jobs')
    .set({
      state: making ? 'running' : 'made',
      attempt: row.attempt + 1,
      lease_owner: owner,
      lease_until: now + leaseMs,
      started_at: row.started_at ?? now,
    })
    .where('id', '=', row.id)
    .where('state', '=', row.state)
    .where('attempt', '=', row.attempt)
    .where('lease_until', '<=', now)
    .returningAll()
    .executeTakeFirst();
  return taken && { job: jobOf(taken), owner, resumed: row.state === 'running' };
}

export async function placeInQueue(db: Db, job: JobId): Promise<number | undefined> {
  const row = await db
    .selectFrom('jobs')
    .select(['turn', 'created_at'])
    .where('id', '=', job)
    .where('state', '=', 'queued')
    .where('leader', 'is', null)
    .executeTakeFirst();
  if (!row) return undefined;
  const { ahead } = await db
    .selectFrom('jobs')
    .select((eb) => eb.fn.countAll().as('ahead'))
    .where('state', '=', 'queued')
    .where('leader', 'is', null)
    .where((eb) => {
      const sameTurn = eb('turn', '=', row.turn);
      const sameTime = eb.and([sameTurn, eb('created_at', '=', row.created_at)]);
      return eb.or([
        eb('turn', '<', row.turn),
        eb.and([sameTurn, eb('created_at', '<', row.created_at)]),
        eb.and([sameTime, eb('id', '<', job)]),
      ]);
    })
    .executeTakeFirstOrThrow();
  return Number(ahead) + 1;
}
