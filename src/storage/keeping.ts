import type { JobId } from '../domain/job.ts';
import { openStates } from '../domain/job.ts';
import type { Forgetting, Keeping } from '../domain/keeping.ts';
import type { PersonId } from '../domain/person.ts';
import { forgetJob, letGoOfPictures } from './forget-jobs.ts';
import { moveAccount, removeSettings } from './forget-person.ts';
import { noteForgotten } from './input-blobs.ts';
import type { InTransaction } from './ledger.ts';
import { purgeWordsOf } from './purge-words.ts';
import type { Db } from './turns.ts';

/** How long things are kept, over our tables. */
export function sqlKeeping(db: Db, inTransaction: InTransaction, now: () => number): Keeping {
  return {
    async ask({ person, until }) {
      await db
        .insertInto('forgetting')
        .values({ person, until })
        .onConflict((conflict) => conflict.column('person').doUpdateSet({ until }))
        .execute();
    },

    async asked() {
      const rows = await db.selectFrom('forgetting').selectAll().orderBy('until').execute();
      return rows.map(({ person, until }) => ({ person: person as PersonId, until }));
    },

    async open(forgetting) {
      const rows = await theirs(db, forgetting).where('state', 'in', openStates).execute();
      return rows.map(({ id }) => id as JobId);
    },

    forgetJobs: (forgetting, as, most) =>
      inTransaction(async (trx) => {
        const rows = await theirs(trx, forgetting)
          .select(['person', 'person_name', 'request', 'place'])
          .where('state', 'not in', openStates)
          .orderBy('created_at')
          .limit(most)
          .execute();
        for (const row of rows) await forgetJob(trx, row, as, now());
        return { jobs: rows.length, blobs: await letGoOfPictures(trx, rows) };
      }),

    forgetPerson: (person, as) =>
      inTransaction(async (trx) => {
        await moveAccount(trx, person, as);
        await removeSettings(trx, person);
        await trx.deleteFrom('forgetting').where('person', '=', person).execute();
      }),

    purgeWords: (before, most) => inTransaction((trx) => purgeWordsOf(trx, before, most, now())),

    purgePictures: (before, most) =>
      inTransaction(async (trx) => {
        const old = trx
          .selectFrom('jobs as old')
          .select('old.id')
          .where('old.pictures_gone_at', 'is', null)
          .where('old.ended_at', '<', before)
          .orderBy('old.ended_at')
          .limit(most);
        const rows = await trx
          .updateTable('jobs')
          .set({ pictures_gone_at: now() })
          .where('id', 'in', old)
          .where('pictures_gone_at', 'is', null)
          .returning('id')
          .execute();
        return { jobs: rows.length, blobs: await letGoOfPictures(trx, rows) };
      }),

    async purgeCalls(before, most) {
      const rows = await oldCalls(db, before, most).execute();
      const jobs = rows.map(({ job }) => job);
      if (jobs.length === 0) return 0;
      const { numDeletedRows } = await db.deleteFrom('calls').where('job', 'in', jobs).executeTakeFirst();
      return Number(numDeletedRows);
    },

    async leaving(after, most) {
      const rows = await db
        .selectFrom('leaving')
        .select('blob')
        .where('blob', '>', after)
        .orderBy('blob')
        .limit(most)
        .execute();
      return rows.map(({ blob }) => blob);
    },

    async left(blobs) {
      if (blobs.length > 0) await db.deleteFrom('leaving').where('blob', 'in', blobs).execute();
    },

    noteInputs: (since) => noteForgotten(db, since),

    async needed(blobs, since) {
      if (blobs.length === 0) return new Set();
      const pictures = await db.selectFrom('pictures').select('blob').where('blob', 'in', blobs).execute();
      const inputs = await db
        .selectFrom('input_blobs')
        .innerJoin('jobs', 'jobs.id', 'input_blobs.job')
        .select('input_blobs.blob')
        .where('input_blobs.blob', 'in', blobs)
        .where('jobs.pictures_gone_at', 'is', null)
        .where((eb) => eb.or([eb('jobs.state', 'in', [...openStates, 'delivered']), eb('jobs.ended_at', '>', since)]))
        .execute();
      return new Set([...pictures, ...inputs].map(({ blob }) => blob));
    },
  };
}

const theirs = (db: Db, { person, until }: Forgetting) =>
  db.selectFrom('jobs').select('id').where('person', '=', person).where('created_at', '<=', until);

/** Jobs that are over and all of whose calls are old: what is booked of a job stays whole or goes whole. */
const oldCalls = (db: Db, before: number, most: number) =>
  db
    .selectFrom('calls')
    .select('calls.job')
    .distinct()
    .where('calls.ended_at', '<', before)
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('calls as newer')
            .select('newer.job')
            .whereRef('newer.job', '=', 'calls.job')
            .where('newer.ended_at', '>=', before),
        ),
      ),
    )
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('jobs')
            .select('jobs.id')
            .whereRef('jobs.id', '=', 'calls.job')
            .where('jobs.state', 'in', openStates),
        ),
      ),
    )
    .limit(most);
