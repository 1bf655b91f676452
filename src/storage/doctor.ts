import { type Kysely, sql } from 'kysely';
import type { BlobStore } from '../domain/blob-store.ts';
import { openStates } from '../domain/job.ts';
import { bills } from './doctor-bills.ts';
import { families, lineage, unplaced } from './doctor-families.ts';
import { hanging, unshared } from './doctor-followers.ts';
import { bare, keptBlobs, lost } from './doctor-pictures.ts';
import type { Schema } from './schema.ts';

/** One thing that does not add up: what, where, and by how much. */
export interface Finding {
  readonly check:
    | 'balance'
    | 'hold'
    | 'charge'
    | 'bill'
    | 'picture'
    | 'blob'
    | 'lineage'
    | 'version'
    | 'place'
    | 'follower';
  readonly subject: string;
  readonly what: string;
}

export interface Diagnosis {
  readonly counted: Readonly<Record<'accounts' | 'entries' | 'jobs' | 'pictures', number>>;
  /** Sums over all entries, in credits. */
  readonly credits: Readonly<Record<'issued' | 'available' | 'held' | 'charged' | 'house', number>>;
  readonly findings: readonly Finding[];
}

/**
 * Recounts everything: balances and holds from the entries, what calls cost against what was booked, delivered jobs
 * against pictures, blobs and the places they were posted at, edits against what they were made of, and what was given
 * free against whose it is.
 * All is read as it stood at one moment, so that a bot at work doesn't look like damage.
 */
export async function diagnose(db: Kysely<Schema>, blobs: BlobStore): Promise<Diagnosis> {
  const { kept, findings, ...rest } = await db
    .transaction()
    .setIsolationLevel('repeatable read')
    .execute(async (trx) => ({
      counted: await counts(trx),
      credits: await sums(trx),
      findings: [
        ...(await balances(trx)),
        ...(await holds(trx)),
        ...(await charges(trx)),
        ...(await bills(trx)),
        ...(await bare(trx)),
        ...(await lineage(trx)),
        ...(await families(trx)),
        ...(await unplaced(trx)),
        ...(await hanging(trx)),
        ...(await unshared(trx)),
      ],
      kept: await keptBlobs(trx),
    }));
  return { ...rest, findings: [...findings, ...(await lost(kept, blobs))] };
}

/** What went into and out of every account that entries name. */
async function recount(db: Kysely<Schema>): Promise<(account: string) => number> {
  const total = (side: 'source' | 'target') =>
    db
      .selectFrom('entries')
      .select([`${side} as account`, (eb) => eb.fn.sum('amount').as('amount')])
      .groupBy(side)
      .execute();
  const into = new Map((await total('target')).map(({ account, amount }) => [account, Number(amount)]));
  const out = new Map((await total('source')).map(({ account, amount }) => [account, Number(amount)]));
  return (account) => (into.get(account) ?? 0) - (out.get(account) ?? 0);
}

async function balances(db: Kysely<Schema>): Promise<Finding[]> {
  const byEntries = await recount(db);
  const kept = await db.selectFrom('accounts').selectAll().execute();
  const gone = await db
    .selectFrom('entries')
    .select('person')
    .distinct()
    .where('person', 'is not', null)
    .where('person', 'not in', (eb) => eb.selectFrom('accounts').select('accounts.person'))
    .execute();
  const missing = gone.map(({ person }) => ({ person: person ?? '', available: 0, held: 0 }));
  return [...kept, ...missing].flatMap(({ person, available, held }): Finding[] => {
    const wrong = (what: string, is: number, should: number): Finding[] =>
      is === should
        ? []
        : [{ check: 'balance', subject: person, what: `has ${is} ${what}, its entries say ${should}` }];
    return [...wrong('available', available, byEntries(person)), ...wrong('held', held, byEntries(`held:${person}`))];
  });
}

/** Every open hold belongs to a job that is queued or running, and every such job has one of the amount it says. */
async function holds(db: Kysely<Schema>): Promise<Finding[]> {
  const open = await db
    .selectFrom('entries as hold')
    .leftJoin('jobs', 'jobs.id', 'hold.job')
    .select(['hold.job', 'hold.amount', 'jobs.state', 'jobs.held'])
    .where('hold.kind', '=', 'hold')
    .where((eb) =>
      eb.not(
        eb.exists(
          eb.selectFrom('entries as ending').select('ending.key').where(sql<boolean>`ending.key = 'end:' || hold.job`),
        ),
      ),
    )
    .execute();
  const wrong = open.flatMap(({ job, amount, state, held }): Finding[] => {
    const working = state === 'queued' || state === 'running';
    if (working && amount === held) return [];
    const what = working ? `instead of ${held}` : `although it is ${state ?? 'unknown'}`;
    return [{ check: 'hold', subject: `job ${job}`, what: `${amount} credits are held for it ${what}` }];
  });
  const held = new Set(open.map(({ job }) => job));
  const working = await db
    .selectFrom('jobs')
    .select(['id', 'state'])
    .where('state', 'in', ['queued', 'running'])
    .execute();
  const bare = working
    .filter(({ id }) => !held.has(id))
    .map(
      ({ id, state }): Finding => ({
        check: 'hold',
        subject: `job ${id}`,
        what: `is ${state} and nothing is held for it`,
      }),
    );
  return [...wrong, ...bare];
}

/** What a job says it cost is what the entries charged for it, less what they refunded. */
async function charges(db: Kysely<Schema>): Promise<Finding[]> {
  const booked = await db
    .selectFrom('entries')
    .select(['job', 'kind', (eb) => eb.fn.sum('amount').as('amount')])
    .where('kind', 'in', ['charge', 'refund'])
    .groupBy(['job', 'kind'])
    .execute();
  const byJob = new Map<string, number>();
  for (const { job, kind, amount } of booked) {
    const signed = kind === 'charge' ? Number(amount) : -Number(amount);
    byJob.set(job ?? '', (byJob.get(job ?? '') ?? 0) + signed);
  }
  const jobs = await db.selectFrom('jobs').select(['id', 'state', 'charged']).execute();
  const known = new Set(jobs.map(({ id }) => id));
  const unknown = [...byJob.keys()].filter((id) => !known.has(id));
  const all = [...jobs, ...unknown.map((id) => ({ id, state: 'unknown', charged: 0 }))];
  return all.flatMap(({ id, state, charged }): Finding[] => {
    const paid = byJob.get(id) ?? 0;
    if (paid === (charged ?? 0)) return [];
    const what = `is ${state} for ${charged ?? 0} credits, its entries say ${paid}`;
    return [{ check: 'charge', subject: `job ${id}`, what }];
  });
}

async function counts(db: Kysely<Schema>): Promise<Diagnosis['counted']> {
  const count = async (table: 'accounts' | 'entries' | 'jobs' | 'pictures') => {
    const { n } = await db
      .selectFrom(table)
      .select((eb) => eb.fn.countAll().as('n'))
      .executeTakeFirstOrThrow();
    return Number(n);
  };
  return {
    accounts: await count('accounts'),
    entries: await count('entries'),
    jobs: await count('jobs'),
    pictures: await count('pictures'),
  };
}

async function sums(db: Kysely<Schema>): Promise<Diagnosis['credits']> {
  const byEntries = await recount(db);
  const kept = await db
    .selectFrom('accounts')
    .select((eb) => [eb.fn.sum('available').as('available'), eb.fn.sum('held').as('held')])
    .executeTakeFirst();
  return {
    issued: 0 - byEntries('issuer'),
    available: Number(kept?.available ?? 0),
    held: Number(kept?.held ?? 0),
    charged: byEntries('charged'),
    house: 0 - byEntries('house'),
  };
}

/** Jobs that are on their way, for the doctor's summary. */
export async function openJobs(db: Kysely<Schema>): Promise<number> {
  const { n } = await db
    .selectFrom('jobs')
    .select((eb) => eb.fn.countAll().as('n'))
    .where('state', 'in', openStates)
    .executeTakeFirstOrThrow();
  return Number(n);
}

/** Ids of the models that pictures were made with in the last 30 days. */
export async function modelsInUse(db: Kysely<Schema>, now: number): Promise<string[]> {
  const since = now - 30 * 24 * 60 * 60 * 1000;
  const rows = await db.selectFrom('calls').select('model').distinct().where('ended_at', '>', since).execute();
  return rows.map(({ model }) => model);
}
