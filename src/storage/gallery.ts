import type { Gallery } from '../domain/gallery.ts';
import type { JobId } from '../domain/job.ts';
import { jobOf } from './job-row.ts';
import type { InTransaction } from './ledger.ts';
import type { Db } from './turns.ts';

/** Where pictures were posted and what came of them, over our tables. */
export function sqlGallery(db: Db, inTransaction: InTransaction): Gallery {
  return {
    posted: (job, { thread, channel, messages }, at) =>
      inTransaction(async (trx) => {
        const before = await trx.selectFrom('shown').select('thread').where('job', '=', job).executeTakeFirst();
        const noted = await trx
          .insertInto('shown')
          .values({ job, thread, channel, at, removed: 0 })
          // A job of before places were written down has a row without one, and one that could not be posted where it
          // was asked went elsewhere.
          .onConflict((conflict) =>
            conflict
              .column('job')
              .doUpdateSet({ thread, channel, at })
              .where((eb) => eb.or([eb('shown.thread', 'is', null), eb('shown.thread', '!=', thread)]))
              .where('shown.removed', '=', 0),
          )
          .executeTakeFirst();
        await addMessages(trx, job, messages);
        // A repeat must not undo what happened in the thread since.
        if (Number(noted.numInsertedOrUpdatedRows) !== 1) return;
        // It was going to be posted there and went elsewhere.
        if (before?.thread) await leave(trx, before.thread, job);
        await makeAbout(trx, thread, job);
      }),

    removed: (job) =>
      inTransaction(async (trx) => {
        const row = await trx.selectFrom('shown').select('thread').where('job', '=', job).executeTakeFirst();
        if (row?.thread) await takeThread(trx, row.thread);
        await trx.updateTable('shown').set({ removed: 1 }).where('job', '=', job).execute();
        if (row?.thread) await leave(trx, row.thread, job);
      }),

    async shownBy(message) {
      const row = await db.selectFrom('shown_messages').select('job').where('message', '=', message).executeTakeFirst();
      return row?.job as JobId | undefined;
    },

    async current(thread) {
      const row = await db.selectFrom('threads').selectAll().where('thread', '=', thread).executeTakeFirst();
      return row && { job: row.job as JobId, position: row.position ?? undefined };
    },

    turnBack: (thread, { job, position }) =>
      inTransaction(async (trx) => {
        await takeThread(trx, thread);
        const row = await trx.selectFrom('shown').select('removed').where('job', '=', job).executeTakeFirst();
        if (row?.removed === 1) return false;
        await makeAbout(trx, thread, job, position);
        return true;
      }),

    async family(of) {
      const rows = await standing(db)
        .selectAll('jobs')
        .where('jobs.family', '=', (eb) =>
          eb.selectFrom('jobs as member').select('member.family').where('member.id', '=', of),
        )
        .orderBy('jobs.version')
        .execute();
      return rows.map(jobOf);
    },

    async unplaced(most) {
      const rows = await standing(db)
        .selectAll('jobs')
        .where('shown.thread', 'is', null)
        .orderBy('shown.at')
        .limit(most)
        .execute();
      return rows.map(jobOf);
    },

    async inThread(thread) {
      const rows = await standing(db)
        .selectAll('jobs')
        .where('shown.thread', '=', thread)
        .orderBy('shown.at')
        .orderBy('jobs.created_at')
        .orderBy('jobs.id')
        .execute();
      return rows.map(jobOf);
    },

    async newestIn(channel) {
      const row = await newest(db).where('shown.channel', '=', channel).executeTakeFirst();
      return row?.id as JobId | undefined;
    },

    async children(of) {
      const rows = await db
        .selectFrom('jobs')
        .selectAll()
        .where('id', 'in', (eb) => {
          const lineage = eb.selectFrom('lineage').select('lineage.child');
          return typeof of === 'string'
            ? lineage.where('parent', '=', of)
            : lineage.where('parent', '=', of.job).where('parent_position', '=', of.position);
        })
        .where('state', 'not in', ['failed', 'refused', 'cancelled'])
        .orderBy('created_at')
        .orderBy('id')
        .execute();
      return rows.map(jobOf);
    },
  };
}

/** Jobs whose pictures can be seen where they were posted. */
const standing = (db: Db) =>
  db
    .selectFrom('shown')
    .innerJoin('jobs', 'jobs.id', 'shown.job')
    .where('shown.removed', '=', 0)
    .where('jobs.state', 'in', ['made', 'delivered']);

const newest = (db: Db) =>
  standing(db)
    .select('jobs.id')
    .orderBy('shown.at', 'desc')
    .orderBy('jobs.created_at', 'desc')
    .orderBy('jobs.id', 'desc')
    .limit(1);

async function addMessages(trx: Db, job: JobId, messages: readonly string[]): Promise<void> {
  if (messages.length === 0) return;
  await trx
    .insertInto('shown_messages')
    .values(messages.map((message) => ({ message, job })))
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

async function makeAbout(trx: Db, thread: string, job: JobId, chosen?: number): Promise<void> {
  const position = chosen ?? null;
  await trx
    .insertInto('threads')
    .values({ thread, job, position })
    .onConflict((conflict) => conflict.column('thread').doUpdateSet({ job, position }))
    .execute();
}

/** The job's pictures do not stand in this thread any more: where it was about them, it is about the newest that do. */
async function leave(trx: Db, thread: string, job: JobId): Promise<void> {
  if ((await takeThread(trx, thread)) === job) await makeAboutNewest(trx, thread);
}

/** What the thread is about. It stays so until the transaction is over: whoever else wants to change it waits. */
async function takeThread(trx: Db, thread: string): Promise<string | undefined> {
  const row = await trx
    .updateTable('threads')
    .set((eb) => ({ job: eb.ref('job') }))
    .where('thread', '=', thread)
    .returning('job')
    .executeTakeFirst();
  return row?.job;
}

async function makeAboutNewest(trx: Db, thread: string): Promise<void> {
  const row = await newest(trx).where('shown.thread', '=', thread).executeTakeFirst();
  if (row) await makeAbout(trx, thread, row.id as JobId);
  else await trx.deleteFrom('threads').where('thread', '=', thread).execute();
}
