import { type Selectable, sql } from 'kysely';
import type { Audit, AuditedCall, Tally } from '../domain/audit.ts';
import { credits } from '../domain/credits.ts';
import type { JobId } from '../domain/job.ts';
import type { PersonId, WorkspaceId } from '../domain/person.ts';
import type { CallsTable } from './schema.ts';
import type { Db } from './turns.ts';

/** The audit over our `calls`, joined with the jobs they were for and with what was refunded of those. */
export function sqlAudit(db: Db): Audit {
  return {
    async page(since, until, after, most) {
      const rows = await audited(db)
        .where('calls.ended_at', '>=', after?.endedAt ?? since)
        .where('calls.ended_at', '<', until)
        .$if(after !== undefined, (query) =>
          query.where((eb) =>
            eb.or([eb('calls.ended_at', '>', after?.endedAt ?? since), eb('calls.seq', '>', after?.seq ?? 0)]),
          ),
        )
        .orderBy('calls.ended_at')
        .orderBy('calls.seq')
        .limit(most)
        .execute();
      return rows.map(auditedCall);
    },

    async ofJob(job, most) {
      const rows = await audited(db).where('calls.job', '=', job).orderBy('calls.seq', 'desc').limit(most).execute();
      return rows.map(auditedCall).toReversed();
    },

    async report(since, most) {
      const [providers, people, models] = await Promise.all([
        providerSums(db, since),
        peopleSums(db, since, most),
        modelSums(db, since, most),
      ]);
      return { providers, people, models };
    },
  };
}

/** A job is refunded as a whole, so each of its calls is. */
const refunded = sql<number>`case when refund.key is null then 0 else coalesce(calls.charged, 0) end`;
const kept = sql<number>`case when refund.key is null then coalesce(calls.charged, 0) else 0 end`;
const refundKey = sql<string>`'refund:' || calls.job`;
const picturesSum = sql<number>`coalesce(sum(calls.delivered), 0)`;
const chargedSum = sql<number>`coalesce(sum(${kept}), 0)`;

const withRefunds = (db: Db) =>
  db.selectFrom('calls').leftJoin('entries as refund', (join) => join.on('refund.key', '=', refundKey));

const audited = (db: Db) =>
  withRefunds(db)
    .leftJoin('jobs', 'jobs.id', 'calls.job')
    .selectAll('calls')
    .select(['jobs.person', 'jobs.person_name', 'jobs.workspace', refunded.as('refunded')]);

interface AuditedRow extends Selectable<CallsTable> {
  readonly person: string | null;
  readonly person_name: string | null;
  readonly workspace: string | null;
  readonly refunded: number;
}

const amount = (n: number | null) => (n === null ? undefined : credits(n));

function auditedCall(row: AuditedRow): AuditedCall {
  const { seq, attempt, provider, model, quality, size, count, outcome, person, person_name, workspace } = row;
  return {
    ...{ seq, job: row.job as JobId, attempt, provider, model, quality, size, count, outcome },
    person:
      person === null
        ? undefined
        : { id: person as PersonId, workspace: workspace as WorkspaceId, name: person_name ?? '' },
    delivered: row.delivered ?? undefined,
    requestId: row.request_id ?? undefined,
    organisation: row.organisation ?? undefined,
    startedAt: row.started_at,
    endedAt: row.ended_at,
    textInTokens: row.text_in_tokens ?? undefined,
    imageInTokens: row.image_in_tokens ?? undefined,
    imageOutTokens: row.image_out_tokens ?? undefined,
    listMicroUsd: row.list_micro_usd ?? undefined,
    billedMicroUsd: row.billed_micro_usd ?? undefined,
    charged: amount(row.charged),
    absorbed: amount(row.absorbed),
    refunded: credits(Number(row.refunded)),
    contentCredentials: row.content_credentials === null ? undefined : row.content_credentials === 1,
  };
}

async function providerSums(db: Db, since: number): Promise<(Tally & { readonly provider: string })[]> {
  const rows = await withRefunds(db)
    .where('calls.ended_at', '>=', since)
    .groupBy('calls.provider')
    .select((eb) => [
      'calls.provider',
      eb.fn.countAll().as('calls'),
      eb.fn.count('calls.list_micro_usd').as('priced'),
      picturesSum.as('pictures'),
      sql<number>`coalesce(sum(calls.list_micro_usd), 0)`.as('list'),
      sql<number>`coalesce(sum(calls.billed_micro_usd), 0)`.as('billed'),
      chargedSum.as('charged'),
      sql<number>`coalesce(sum(calls.absorbed), 0) + coalesce(sum(${refunded}), 0)`.as('absorbed'),
    ])
    .orderBy('billed', 'desc')
    .orderBy('calls.provider')
    .execute();
  return rows.map((row) => ({
    provider: row.provider,
    calls: Number(row.calls),
    unpriced: Number(row.calls) - Number(row.priced),
    pictures: Number(row.pictures),
    listMicroUsd: Number(row.list),
    billedMicroUsd: Number(row.billed),
    charged: credits(Number(row.charged)),
    absorbed: credits(Number(row.absorbed)),
  }));
}

async function peopleSums(db: Db, since: number, most: number) {
  const rows = await withRefunds(db)
    .innerJoin('jobs', 'jobs.id', 'calls.job')
    .where('calls.ended_at', '>=', since)
    .where(kept, '>', 0)
    .groupBy('jobs.person')
    .select(['jobs.person', picturesSum.as('pictures'), chargedSum.as('charged')])
    .orderBy('charged', 'desc')
    .orderBy('jobs.person')
    .limit(most)
    .execute();
  return rows.map(({ person, pictures, charged }) => ({
    person: person as PersonId,
    pictures: Number(pictures),
    charged: credits(Number(charged)),
  }));
}

async function modelSums(db: Db, since: number, most: number) {
  const rows = await withRefunds(db)
    .where('calls.ended_at', '>=', since)
    .where('calls.delivered', '>', 0)
    .groupBy('calls.model')
    .select(['calls.model', picturesSum.as('pictures'), chargedSum.as('charged')])
    .orderBy('pictures', 'desc')
    .orderBy('calls.model')
    .limit(most)
    .execute();
  return rows.map(({ model, pictures, charged }) => ({
    model,
    pictures: Number(pictures),
    charged: credits(Number(charged)),
  }));
}
