import { type Kysely, sql } from 'kysely';
import type { Finding } from './doctor.ts';
import type { Schema } from './schema.ts';

/** What one service billed, or may have billed, and who paid for it. Calls of before that was written down are left out. */
export interface ProviderBill {
  readonly provider: string;
  readonly calls: number;
  /** Millionths of a US dollar: by the list, and with what the service takes of it. */
  readonly listMicroUsd: number;
  readonly billedMicroUsd: number;
  /** Credits that people paid for its pictures, those given back since included. */
  readonly charged: number;
  /** Of these, what was given back: the house has paid that in the end. */
  readonly refunded: number;
  /** Credits that the house paid for calls which came to nothing. */
  readonly forNothing: number;
  /** Credits that the house paid for pictures that people have: beyond what was held for them. */
  readonly beyond: number;
}

const sumOf = (name: 'charged' | 'absorbed' | 'list_micro_usd' | 'billed_micro_usd') =>
  sql<number | string | null>`sum(${sql.ref(`calls.${name}`)})`.as(name);

/** What was booked for the calls of a job is what its entries say, both for its person and for the house. */
export async function bills(db: Kysely<Schema>): Promise<Finding[]> {
  const calls = await db
    .selectFrom('calls')
    .select(['job', sumOf('charged'), sumOf('absorbed'), sql<number | string>`count(*) - count(charged)`.as('before')])
    .groupBy('job')
    .execute();
  const entries = await db
    .selectFrom('entries')
    .select(['job', 'kind', (eb) => eb.fn.sum('amount').as('amount')])
    .where('kind', 'in', ['charge', 'house'])
    // What is given back was charged for the same calls: the house takes it over, and no call is booked again.
    .where(sql<boolean>`key <> 'house:' || job || ':refund'`)
    .groupBy(['job', 'kind'])
    .execute();
  const booked = new Map(entries.map(({ job, kind, amount }) => [`${kind} ${job}`, Number(amount)]));
  return calls
    .filter(({ before }) => Number(before) === 0)
    .flatMap(({ job, charged, absorbed }) => [
      ...wrong(job, 'charged', Number(charged), booked.get(`charge ${job}`) ?? 0),
      ...wrong(job, 'paid by the house', Number(absorbed), booked.get(`house ${job}`) ?? 0),
    ]);
}

function wrong(job: string, who: string, byCalls: number, byEntries: number): Finding[] {
  if (byCalls === byEntries) return [];
  const what = `its calls say ${byCalls} credits were ${who}, its entries ${byEntries}`;
  return [{ check: 'bill', subject: `job ${job}`, what }];
}

/** The bill of every service that was ever called, by name. */
export async function providerBills(db: Kysely<Schema>): Promise<ProviderBill[]> {
  const refunded = sql<boolean>`exists (select 1 from entries where entries.key = 'refund:' || calls.job)`;
  const rows = await db
    .selectFrom('calls')
    .select([
      'provider',
      (eb) => eb.fn.countAll().as('calls'),
      ...([sumOf('list_micro_usd'), sumOf('billed_micro_usd'), sumOf('charged')] as const),
      sql<number | string>`sum(case when ${refunded} then charged else 0 end)`.as('refunded'),
      sql<number | string>`sum(case when delivered = 0 then absorbed else 0 end)`.as('nothing'),
      sql<number | string>`sum(case when delivered > 0 then absorbed else 0 end)`.as('beyond'),
    ])
    .where('charged', 'is not', null)
    .groupBy('provider')
    .orderBy('provider')
    .execute();
  return rows.map((row) => ({
    provider: row.provider,
    calls: Number(row.calls),
    listMicroUsd: Number(row.list_micro_usd),
    billedMicroUsd: Number(row.billed_micro_usd),
    charged: Number(row.charged),
    refunded: Number(row.refunded),
    forNothing: Number(row.nothing),
    beyond: Number(row.beyond),
  }));
}

/**
 * Credits booked beyond what the service billed, to a thousandth: prices are rounded up per picture. Below 0: the house
 * is short of them.
 */
export function roundingOf({ billedMicroUsd, charged, forNothing, beyond }: ProviderBill, creditUsd: number): number {
  const billed = billedMicroUsd / (creditUsd * 1e6);
  return Math.round((charged + forNothing + beyond - billed) * 1_000) / 1_000;
}
