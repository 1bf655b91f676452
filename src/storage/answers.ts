import { sql } from 'kysely';
import type { Answers } from '../domain/answers.ts';
import type { JobId } from '../domain/job.ts';
import type { Db } from './turns.ts';

/** What is remembered, over our `answers` table. Every verb is one statement or may be repeated. */
export function sqlAnswers(db: Db): Answers {
  return {
    async find(wish, since) {
      const row = await db
        .selectFrom('answers')
        .select('job')
        .where('wish', '=', wish)
        .where('made_at', '>=', since)
        .executeTakeFirst();
      return row?.job as JobId | undefined;
    },

    async remember(wish, job, bytes, at) {
      const row = { job, bytes, made_at: at };
      await db
        .insertInto('answers')
        .values({ wish, ...row })
        .onConflict((conflict) => conflict.column('wish').doUpdateSet(row))
        .execute();
    },

    async forget(job) {
      await db.deleteFrom('answers').where('job', '=', job).execute();
    },

    async evict(since, bytesMax) {
      await db.deleteFrom('answers').where('made_at', '<', since).execute();
      const all = await db
        .selectFrom('answers')
        .select((eb) => eb.fn.sum('bytes').as('bytes'))
        .executeTakeFirst();
      if (Number(all?.bytes ?? 0) <= bytesMax) return;
      const newestFirst = sql<number>`sum(bytes) over (order by made_at desc, wish)`;
      const tooMuch = db
        .selectFrom(
          db
            .selectFrom('answers')
            .select(['wish', newestFirst.as('total')])
            .as('counted'),
        )
        .select('counted.wish')
        .where('counted.total', '>', bytesMax);
      await db.deleteFrom('answers').where('wish', 'in', tooMuch).execute();
    },
  };
}
