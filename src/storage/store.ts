import { sql, type Transaction } from 'kysely';
import type { Clock } from '../domain/clock.ts';
import type { Credits } from '../domain/credits.ts';
import { isRefusal } from '../domain/refusal.ts';
import type { Books, Store } from '../domain/store.ts';
import { sqlAnswers } from './answers.ts';
import { sqlAudit } from './audit.ts';
import type { Database } from './database.ts';
import { asFault, faulty } from './faulty.ts';
import { sqlGallery } from './gallery.ts';
import { sqlJobQueue } from './job-queue.ts';
import { type InTransaction, sqlLedger } from './ledger.ts';
import type { Schema } from './schema.ts';

/** Thrown to undo a transaction that ended in a refusal. Never leaves this file. */
class Undone extends Error {
  readonly result: unknown;
  constructor(result: unknown) {
    super('the transaction ended in a refusal');
    this.result = result;
  }
}

/** Ledger, queue, gallery, answers and audit over one database. */
export function sqlStore({ db }: Database, clock: Clock, startingCredits: Credits): Store {
  const alone: InTransaction = (work) => db.transaction().execute(work);
  const within = (trx: Transaction<Schema>): Books => {
    const joined: InTransaction = (work) => work(trx);
    return {
      ledger: sqlLedger(joined, clock, startingCredits),
      queue: sqlJobQueue(trx, joined, clock),
      gallery: sqlGallery(trx, joined),
      answers: sqlAnswers(trx),
    };
  };
  return {
    ledger: faulty(sqlLedger(alone, clock, startingCredits)),
    queue: faulty(sqlJobQueue(db, alone, clock)),
    gallery: faulty(sqlGallery(db, alone)),
    answers: faulty(sqlAnswers(db)),
    audit: faulty(sqlAudit(db)),
    async transaction(work) {
      try {
        return await db.transaction().execute(async (trx) => {
          const result = await work(within(trx));
          if (isRefusal(result)) throw new Undone(result);
          return result;
        });
      } catch (error) {
        if (error instanceof Undone) return error.result as Awaited<ReturnType<typeof work>>;
        throw asFault(error);
      }
    },
    async ping() {
      await sql`select 1`.execute(db);
    },
    close: () => db.destroy(),
  };
}
