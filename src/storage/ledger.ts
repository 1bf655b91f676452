import type { Transaction } from 'kysely';
import type { Clock } from '../domain/clock.ts';
import { type Credits, credits } from '../domain/credits.ts';
import type { JobId } from '../domain/job.ts';
import type { Balance, Entry, EntryKind, Ledger, Standing } from '../domain/ledger.ts';
import type { PersonId } from '../domain/person.ts';
import type { Schema } from './schema.ts';

type Trx = Transaction<Schema>;

/** Runs work in a transaction: a new one, or the one we are already in. */
export type InTransaction = <T>(work: (trx: Trx) => Promise<T>) => Promise<T>;

/** Accounts that are no person's: their balances are the sums of their entries and are not kept. */
const issuer = 'issuer';
const charged = 'charged';
const house = 'house';
const providers = 'providers';
const heldOf = (person: string) => `held:${person}`;

/** The ledger over our tables. */
export function sqlLedger(inTransaction: InTransaction, clock: Clock, startingCredits: Credits): Ledger {
  /** Appends an entry; false when its key was there already. */
  async function append(
    trx: Trx,
    entry: {
      key: string;
      kind: EntryKind;
      source: string;
      target: string;
      amount: number;
      person?: string;
      job?: string;
      by?: string;
      reason?: string;
    },
  ): Promise<boolean> {
    const { by, person = null, job = null, reason = null, ...rest } = entry;
    const inserted = await trx
      .insertInto('entries')
      .values({ ...rest, person, job, reason, by_person: by ?? null, at: clock.now() })
      .onConflict((conflict) => conflict.column('key').doNothing())
      .executeTakeFirst();
    return Number(inserted.numInsertedOrUpdatedRows) === 1;
  }

  async function move(trx: Trx, person: string, available: number, held: number): Promise<boolean> {
    const updated = await trx
      .updateTable('accounts')
      .set((eb) => ({ available: eb('available', '+', available), held: eb('held', '+', held) }))
      .where('person', '=', person)
      .where('available', '>=', Math.max(-available, 0))
      .where('held', '>=', Math.max(-held, 0))
      .executeTakeFirst();
    return Number(updated.numUpdatedRows) === 1;
  }

  async function mustMove(trx: Trx, person: string, available: number, held: number): Promise<void> {
    if (!(await move(trx, person, available, held)))
      throw new RangeError(`the account of ${person} does not hold what its entries say`);
  }

  /** Opens the account on first use, with the starting credits. */
  async function open(trx: Trx, person: PersonId): Promise<void> {
    const inserted = await trx
      .insertInto('accounts')
      .values({ person, available: startingCredits, held: 0 })
      .onConflict((conflict) => conflict.column('person').doNothing())
      .executeTakeFirst();
    if (Number(inserted.numInsertedOrUpdatedRows) === 0 || startingCredits === 0) return;
    await append(trx, {
      key: `start:${person}`,
      kind: 'start',
      source: issuer,
      target: person,
      amount: startingCredits,
      person,
    });
  }

  async function read(trx: Trx, person: PersonId): Promise<Balance> {
    const row = await trx
      .selectFrom('accounts')
      .select(['available', 'held'])
      .where('person', '=', person)
      .executeTakeFirstOrThrow();
    return { available: credits(row.available), held: credits(row.held) };
  }

  /** The hold of a job. @throws RangeError when there never was one. */
  async function heldFor(trx: Trx, job: JobId): Promise<{ person: PersonId; amount: Credits }> {
    const row = await trx
      .selectFrom('entries')
      .select(['person', 'amount'])
      .where('key', '=', `hold:${job}`)
      .executeTakeFirst();
    if (!row?.person) throw new RangeError(`nothing was ever held for job ${job}`);
    return { person: row.person as PersonId, amount: credits(row.amount) };
  }

  /** What ended the hold. @throws RangeError when nothing has. */
  async function standing(trx: Trx, job: JobId, held: Credits): Promise<Standing> {
    const end = await trx
      .selectFrom('entries')
      .select(['kind', 'amount'])
      .where('key', '=', `end:${job}`)
      .executeTakeFirst();
    if (!end) throw new RangeError(`the hold for job ${job} has not ended`);
    const cost = end.kind === 'charge' ? end.amount : 0;
    return { charged: credits(cost), returned: credits(held - cost) };
  }

  /** Ends a hold: charges `cost`, gives back the rest. Whichever end comes first claims the key `end:JOB`. */
  async function end(trx: Trx, job: JobId, cost: Credits): Promise<Standing> {
    const { person, amount } = await heldFor(trx, job);
    if (cost > amount) throw new RangeError(`job ${job} costs ${cost} but only ${amount} are held`);
    const rest = amount - cost;
    const held = heldOf(person);
    const first = await append(
      trx,
      cost > 0
        ? { key: `end:${job}`, kind: 'charge', source: held, target: charged, amount: cost, person, job }
        : { key: `end:${job}`, kind: 'release', source: held, target: person, amount: rest, person, job },
    );
    if (!first) return standing(trx, job, amount);
    if (cost > 0 && rest > 0) {
      await append(trx, {
        key: `rest:${job}`,
        kind: 'release',
        source: held,
        target: person,
        amount: rest,
        person,
        job,
      });
    }
    await mustMove(trx, person, rest, -amount);
    return { charged: cost, returned: credits(rest) };
  }

  return {
    grant: (to, amount, by, reason, key) =>
      inTransaction(async (trx) => {
        await open(trx, to);
        const first = await append(trx, {
          key: `grant:${key}`,
          kind: 'grant',
          source: issuer,
          target: to,
          amount,
          person: to,
          by,
          reason,
        });
        if (first) await mustMove(trx, to, amount, 0);
        return read(trx, to);
      }),

    revoke: (from, amount, by, reason, key) =>
      inTransaction(async (trx) => {
        await open(trx, from);
        // Locks the account, so that what we read stays true until we write it.
        await mustMove(trx, from, 0, 0);
        const { available } = await read(trx, from);
        const taken = credits(Math.min(amount, available));
        const entryKey = `revoke:${key}`;
        const first = await append(trx, {
          key: entryKey,
          kind: 'revoke',
          source: from,
          target: issuer,
          amount: taken,
          person: from,
          by,
          reason,
        });
        if (first) {
          await mustMove(trx, from, -taken, 0);
          return { ...(await read(trx, from)), taken };
        }
        const earlier = await trx
          .selectFrom('entries')
          .select('amount')
          .where('key', '=', entryKey)
          .executeTakeFirstOrThrow();
        return { ...(await read(trx, from)), taken: credits(earlier.amount) };
      }),

    hold: (job, person, amount) =>
      inTransaction(async (trx) => {
        await open(trx, person);
        const key = `hold:${job}`;
        if (!(await move(trx, person, -amount, amount))) {
          const known = await trx.selectFrom('entries').select('key').where('key', '=', key).executeTakeFirst();
          const balance = await read(trx, person);
          return known
            ? balance
            : { refused: 'too-poor', needs: amount, holds: amount, has: balance.available, cheaper: undefined };
        }
        const first = await append(trx, {
          key,
          kind: 'hold',
          source: person,
          target: heldOf(person),
          amount,
          person,
          job,
        });
        if (!first) await mustMove(trx, person, amount, -amount);
        return read(trx, person);
      }),

    settle: (job, cost) => inTransaction((trx) => end(trx, job, cost)),
    release: (job) => inTransaction((trx) => end(trx, job, credits(0))),

    refund: (job, why) =>
      inTransaction(async (trx) => {
        const { person, amount: held } = await heldFor(trx, job);
        const { charged: paid } = await standing(trx, job, held);
        const entry = { key: `refund:${job}`, kind: 'refund', source: charged, target: person, amount: paid } as const;
        const first = await append(trx, { ...entry, person, job, reason: why });
        if (first) await mustMove(trx, person, paid, 0);
      }),

    absorb: (job, amount, reason, key) =>
      inTransaction(async (trx) => {
        if (amount > 0)
          await append(trx, {
            key: `house:${key}`,
            kind: 'house',
            source: house,
            target: providers,
            amount,
            job,
            reason,
          });
      }),

    balance: (person) =>
      inTransaction(async (trx) => {
        await open(trx, person);
        return read(trx, person);
      }),

    history: (person, most) =>
      inTransaction(async (trx) => {
        await open(trx, person);
        const rows = await trx
          .selectFrom('entries')
          .selectAll()
          .where('person', '=', person)
          // What is free is held and given back too, as nothing.
          .where('amount', '>', 0)
          .orderBy('seq', 'desc')
          .limit(most)
          .execute();
        return rows.map(
          (row): Entry => ({
            kind: row.kind as EntryKind,
            amount: credits(row.amount),
            at: row.at,
            job: (row.job ?? undefined) as JobId | undefined,
            by: (row.by_person ?? undefined) as PersonId | undefined,
            reason: row.reason ?? undefined,
          }),
        );
      }),
  };
}
