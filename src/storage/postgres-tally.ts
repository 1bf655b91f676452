import { type Kysely, type RawBuilder, type Selectable, sql, type Transaction } from 'kysely';
import { type Answer, type Ask, callLeaseMs, fits, type Tally, waitsFor } from '../domain/pace.ts';
import type { Schema } from './schema.ts';

/** A minute, and the time that a call may need from the commit to the service. */
const windowMs = 61_000;
/** Whoever waits asks again every half second. */
const waitingLeaseMs = 5_000;
/** No lease is longer: one that seems to be was written before the clock was set back. */
const leaseMsMax = 60_000;

/** The one clock of all machines, in ms since 1970. Unlike `now()` it goes on during a transaction. */
const databaseTime = sql<number>`floor(extract(epoch from clock_timestamp()) * 1000)::bigint`;

/**
 * The tally of all processes on one PostgreSQL database. Takers of a service come one after the other, by a lock that
 * ends with their transaction; of those who wait, the one that has waited longest is first.
 */
export function postgresTally(db: Kysely<Schema>, time: RawBuilder<number> = databaseTime): Tally {
  return {
    take: (ask) => db.transaction().execute((trx) => take(ask, time, trx)),
    async keep(slots, leaseMs) {
      if (slots.length === 0) return;
      const lease = { waiting: 0, lease_until: sql<number>`${time} + ${leaseMs}` };
      // In one order everywhere, or two that keep the same slots could each wait for the other.
      const rows = slots.toSorted((a, b) => (a.id < b.id ? -1 : 1)).map((slot) => ({ ...slot, ...lease, asked_at: 0 }));
      await db
        .insertInto('pace_slots')
        .values(rows)
        .onConflict((conflict) => conflict.column('id').doUpdateSet(lease))
        .execute();
    },
    async free(id) {
      await db.deleteFrom('pace_slots').where('id', '=', id).execute();
    },
  };
}

async function take(ask: Ask, time: RawBuilder<number>, trx: Transaction<Schema>): Promise<Answer> {
  const { service, id, count, limits } = ask;
  await sql`select pg_advisory_xact_lock(hashtextextended(${`pace ${service}`}, 0))`.execute(trx);
  const now = await read(time, trx);
  await forgetOld(service, now, trx);
  const rows = await trx.selectFrom('pace_slots').selectAll().where('service', '=', service).execute();
  const sent = await imagesOf(service, trx);
  const others = rows.filter((row) => row.id !== id);
  const slots = others.filter(({ waiting }) => waiting === 0).map(({ lease_until }) => lease_until);
  const askedAt = rows.find((row) => row.id === id)?.asked_at ?? now;
  const isBefore = (row: Row) => row.asked_at < askedAt || (row.asked_at === askedAt && row.id < id);
  const isFirst = !others.some((row) => row.waiting === 1 && isBefore(row));

  const waits = waitsFor({ slots, sent }, count, limits, windowMs, now);
  if (!isFirst || !fits(waits)) {
    await put({ id, service, waiting: 1, asked_at: askedAt, lease_until: now + waitingLeaseMs }, trx);
    return { taken: false, waits: isFirst ? waits : { ...waits, slotMs: Number.POSITIVE_INFINITY } };
  }
  const until = now + callLeaseMs;
  await put({ id, service, waiting: 0, asked_at: askedAt, lease_until: until }, trx);
  if (limits.imagesPerMinute !== undefined)
    await trx.insertInto('pace_images').values({ id, service, at: now, count }).execute();
  const counted = { slots: [...slots, until], sent: [...sent, { at: now, count }] };
  return { taken: true, waits: waitsFor(counted, 1, limits, windowMs, now) };
}

type Row = Selectable<Schema['pace_slots']>;

async function read(time: RawBuilder<number>, trx: Transaction<Schema>): Promise<number> {
  const { rows } = await sql<{ now: number }>`select ${time} as now`.execute(trx);
  const [row] = rows;
  if (!row) throw new RangeError('the database has no time');
  return row.now;
}

/** What has run out, and what a clock that was set back makes seem to come later. */
async function forgetOld(service: string, now: number, trx: Transaction<Schema>): Promise<void> {
  await trx
    .deleteFrom('pace_slots')
    .where('service', '=', service)
    .where((eb) => eb.or([eb('lease_until', '<=', now), eb('lease_until', '>', now + leaseMsMax)]))
    .execute();
  await trx
    .deleteFrom('pace_images')
    .where('service', '=', service)
    .where((eb) => eb.or([eb('at', '<=', now - windowMs), eb('at', '>', now)]))
    .execute();
}

const imagesOf = (service: string, trx: Transaction<Schema>) =>
  trx.selectFrom('pace_images').select(['at', 'count']).where('service', '=', service).orderBy('at').execute();

async function put(row: Row, trx: Transaction<Schema>): Promise<void> {
  const { waiting, lease_until } = row;
  await trx
    .insertInto('pace_slots')
    .values(row)
    .onConflict((conflict) => conflict.column('id').doUpdateSet({ waiting, lease_until }))
    .execute();
}
