import type { UpdateObject } from 'kysely';
import type { Clock } from '../domain/clock.ts';
import { type ImageFormat, sizeText } from '../domain/image.ts';
import { type JobId, type JobState, openStates } from '../domain/job.ts';
import type { Claim, JobQueue } from '../domain/job-queue.ts';
import { callRow } from './call-row.ts';
import { addLineage, nextVersion } from './families.ts';
import { claimFollower, follow } from './followers.ts';
import { ending, jobOf, newRow } from './job-row.ts';
import type { InTransaction } from './ledger.ts';
import type { Schema } from './schema.ts';
import {
  abandonedJob,
  type Db,
  inTurn,
  leaseMs,
  nextInTurn,
  nextTurn,
  placeInQueue,
  take,
  takeQueueClock,
} from './turns.ts';

const durationsMost = 20;
const released = { lease_owner: null, lease_until: 0 } as const;

/**
 * The queue over our `jobs` table, the same statements on both databases. Claimers take turns by updating the one row
 * of `queue_clock` first; every transition is one conditional update.
 */
export function sqlJobQueue(db: Db, inTransaction: InTransaction, clock: Clock): JobQueue {
  return {
    add: (job, owner) =>
      inTransaction(async (trx) => {
        const inserted = await trx
          .insertInto('jobs')
          .values({ ...newRow(job), turn: 0, lease_owner: owner, lease_until: clock.now() + leaseMs })
          .onConflict((conflict) => conflict.column('id').doNothing())
          .executeTakeFirst();
        if (Number(inserted.numInsertedOrUpdatedRows) === 0) return 'known';
        const turn = await nextTurn(trx, job.person.id);
        await trx.updateTable('jobs').set({ turn }).where('id', '=', job.id).execute();
        await addLineage(trx, job);
        return 'added';
      }),

    follow: (job) => inTransaction((trx) => follow(trx, job)),

    async load(person) {
      const counts = await db
        .selectFrom('jobs')
        .select(['state', (eb) => eb.fn.countAll().as('count')])
        .where('person', '=', person)
        .where('state', 'in', ['queued', 'running'])
        .groupBy('state')
        .execute();
      const minute = await db
        .selectFrom('jobs')
        .select('created_at')
        .where('person', '=', person)
        .where('created_at', '>', clock.now() - 60_000)
        .orderBy('created_at')
        .execute();
      const count = (state: JobState) => Number(counts.find((row) => row.state === state)?.count ?? 0);
      return {
        queued: count('queued'),
        running: count('running'),
        askedLastMinute: minute.map((row) => row.created_at),
      };
    },

    placeInQueue: (job) => placeInQueue(db, job),

    async announced(job, place) {
      const freed = await db
        .updateTable('jobs')
        .set({ place: JSON.stringify(place), ...released })
        .where('id', '=', job)
        .where('state', '=', 'queued')
        .executeTakeFirst();
      return Number(freed.numUpdatedRows) === 1;
    },

    async claim(owner, platforms, making, runningMax) {
      const abandoned = await abandonedJob(db, clock.now(), platforms, making);
      const resumed = abandoned && (await take(db, abandoned, owner, clock.now()));
      if (resumed) return resumed;
      const follower = await claimFollower(db, inTransaction, owner, clock.now(), platforms);
      if (follower) return follower;
      // A look without a lock: polling an empty queue must not write.
      if (!making || !(await nextInTurn(db, clock.now(), platforms, runningMax))) return undefined;
      return inTransaction(async (trx) => {
        const turn = await takeQueueClock(trx);
        for (;;) {
          const next = await nextInTurn(trx, clock.now(), platforms, runningMax);
          if (!next) return undefined;
          const claim = await take(trx, next, owner, clock.now());
          if (!claim) continue;
          if (next.turn > turn) await trx.updateTable('queue_clock').set({ turn: next.turn }).execute();
          return claim;
        }
      });
    },

    async renew(owner, jobs) {
      if (jobs.length === 0) return [];
      const rows = await db
        .updateTable('jobs')
        .set({ lease_until: clock.now() + leaseMs })
        .where('id', 'in', jobs)
        .where('lease_owner', '=', owner)
        .where('state', 'in', openStates)
        .returning(['id', 'attempt', 'cancel'])
        .execute();
      return rows.map((row) => ({ job: row.id as JobId, attempt: row.attempt, cancel: row.cancel === 1 }));
    },

    async putBack(claim) {
      await fenced(db, claim, openStates, released);
    },

    async free(isDead) {
      const leased = await db
        .selectFrom('jobs')
        .select('lease_owner')
        .distinct()
        .where('state', 'in', openStates)
        .where('lease_owner', 'is not', null)
        .execute();
      const dead = leased.map((row) => row.lease_owner ?? '').filter(isDead);
      if (dead.length === 0) return 0;
      const freed = await db
        .updateTable('jobs')
        .set(released)
        .where('lease_owner', 'in', dead)
        .where('state', 'in', openStates)
        .executeTakeFirst();
      return Number(freed.numUpdatedRows);
    },

    calling: (claim, provider, ticket) =>
      fenced(db, claim, ['running'], { provider, ticket: ticket === undefined ? null : JSON.stringify(ticket) }),

    made: (claim, { pictures, charged, provider, providerRequest }) =>
      inTransaction(async (trx) => {
        const { id, family } = claim.job;
        const isFirst = id === family;
        const result = { charged, provider, provider_request: providerRequest ?? null };
        const set = { state: 'made', version: isFirst ? 1 : null, made_at: clock.now(), ...result };
        if (!(await fenced(trx, claim, ['running'], set, true))) return undefined;
        const rows = pictures.map((picture, position) => ({ ...picture, job: id, position }));
        await trx.insertInto('pictures').values(rows).execute();
        if (isFirst) return 1;
        const version = await nextVersion(trx, family);
        await trx.updateTable('jobs').set({ version }).where('id', '=', id).execute();
        return version;
      }),

    posting: (claim) => fenced(db, claim, ['made'], { posting: 1 }, true),
    delivered: (claim) => fenced(db, claim, ['made'], { state: 'delivered', ended_at: clock.now(), ...released }),
    end: (claim, outcome) =>
      fenced(db, claim, openStates, { ...ending(outcome), charged: null, ended_at: clock.now(), ...released }),

    cancel: (job) =>
      inTransaction(async (trx) => {
        if (await endQueued(trx, job, ending({ cancelled: true }), clock.now())) return 'ended';
        const asked = await trx
          .updateTable('jobs')
          .set({ cancel: 1 })
          .where('id', '=', job)
          .where('state', 'in', ['running', 'made'])
          .where('posting', '=', 0)
          .executeTakeFirst();
        return Number(asked.numUpdatedRows) === 1 ? 'asked' : 'late';
      }),

    withdraw: (job, outcome) => endQueued(db, job, ending(outcome), clock.now()),

    async told(job) {
      await db.updateTable('jobs').set({ told: 1 }).where('id', '=', job).execute();
    },

    async untold(platforms, since, most) {
      const rows = await db
        .selectFrom('jobs')
        .selectAll()
        .where('told', '=', 0)
        .where('ended_at', '>', since)
        .where('platform', 'in', platforms)
        .orderBy('ended_at')
        .limit(most)
        .execute();
      return rows.map(jobOf);
    },

    async remember(job, place) {
      await db
        .updateTable('jobs')
        .set({ place: JSON.stringify(place) })
        .where('id', '=', job)
        .execute();
    },

    async find(job) {
      const row = await db.selectFrom('jobs').selectAll().where('id', '=', job).executeTakeFirst();
      return row && jobOf(row);
    },

    async pictures(job) {
      const rows = await db.selectFrom('pictures').selectAll().where('job', '=', job).orderBy('position').execute();
      return rows.map(({ blob, format, width, height, bytes }) => ({
        blob,
        format: format as ImageFormat,
        width,
        height,
        bytes,
      }));
    },

    async recent(person, most) {
      const rows = await db
        .selectFrom('jobs')
        .selectAll()
        .where('person', '=', person)
        .orderBy('created_at', 'desc')
        .orderBy('id', 'desc')
        .limit(most)
        .execute();
      return rows.map(jobOf);
    },

    async waiting(platforms, most) {
      const rows = await inTurn(db, platforms).limit(most).execute();
      return rows.map(jobOf);
    },

    async record(call) {
      await db.insertInto('calls').values(callRow(call)).execute();
    },

    async pastCalls(since, most) {
      const rows = await db
        .selectFrom('calls')
        .select(['provider', 'model', 'outcome', 'started_at', 'ended_at'])
        .where('ended_at', '>', since)
        .orderBy('ended_at', 'desc')
        .limit(most)
        .execute();
      return rows.map(({ started_at, ended_at, ...row }) => ({ ...row, tookMs: ended_at - started_at }));
    },

    async pastDurations(model, quality, size, count) {
      const rows = await db
        .selectFrom('calls')
        .select(['started_at', 'ended_at'])
        .where('model', '=', model)
        .where('quality', '=', quality)
        .where('size', '=', sizeText(size))
        .where('count', '=', count)
        .where('outcome', '=', 'made')
        .orderBy('seq', 'desc')
        .limit(durationsMost)
        .execute();
      return rows.map((row) => row.ended_at - row.started_at);
    },
  };
}

/** Changes a job only while the claim holds and the job is in one of `states`. */
async function fenced(
  db: Db,
  claim: Claim,
  states: readonly JobState[],
  set: UpdateObject<Schema, 'jobs'>,
  unlessCancelled = false,
): Promise<boolean> {
  const updated = await db
    .updateTable('jobs')
    .set(set)
    .where('id', '=', claim.job.id)
    .where('attempt', '=', claim.job.attempt)
    .where('lease_owner', '=', claim.owner)
    .where('state', 'in', states)
    .$if(unlessCancelled, (query) => query.where('cancel', '=', 0))
    .executeTakeFirst();
  return Number(updated.numUpdatedRows) === 1;
}

async function endQueued(db: Db, job: JobId, end: { state: JobState; outcome: string }, now: number): Promise<boolean> {
  const ended = await db
    .updateTable('jobs')
    .set({ ...end, ended_at: now, ...released })
    .where('id', '=', job)
    .where('state', '=', 'queued')
    .executeTakeFirst();
  return Number(ended.numUpdatedRows) === 1;
}
