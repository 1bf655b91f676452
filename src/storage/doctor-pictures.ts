import type { Kysely } from 'kysely';
import type { BlobStore } from '../domain/blob-store.ts';
import { openStates } from '../domain/job.ts';
import type { Finding } from './doctor.ts';
import { requestOf } from './job-row.ts';
import type { Schema } from './schema.ts';

const askedAtOnce = 16;

/** The doctor's look at pictures: those that were made, and those that edits begin with. */

/** A blob that a job needs, and what it is to the job. */
interface KeptBlob {
  readonly job: string;
  readonly blob: string;
  readonly role: string;
}

/** Jobs that should have pictures and have none. */
export async function bare(db: Kysely<Schema>): Promise<Finding[]> {
  const jobs = await db
    .selectFrom('jobs')
    .leftJoin('pictures', 'pictures.job', 'jobs.id')
    .select(['jobs.id', 'jobs.state'])
    .where('jobs.state', 'in', ['made', 'delivered'])
    .where('pictures.job', 'is', null)
    .where('jobs.pictures_gone_at', 'is', null)
    .execute();
  return jobs.map(({ id, state }) => ({
    check: 'picture',
    subject: `job ${id}`,
    what: `is ${state} and has no picture`,
  }));
}

/** Every blob that must be there: all pictures, and what edits begin with that are open or delivered. */
export async function keptBlobs(db: Kysely<Schema>): Promise<KeptBlob[]> {
  const pictures = await db.selectFrom('pictures').select(['blob', 'job']).execute();
  const edits = await db
    .selectFrom('jobs')
    .select(['id', 'request'])
    .where('state', 'in', [...openStates, 'delivered'])
    .where('pictures_gone_at', 'is', null)
    // Spares reading most of them: in a string of JSON the quotes would be escaped.
    .where('request', 'like', '%"task":"edit"%')
    .execute();
  return [
    ...pictures.map(({ job, blob }) => ({ job, blob, role: 'picture' })),
    ...edits.flatMap(({ id, request }) => inputBlobs(id, request)),
  ];
}

function inputBlobs(job: string, stored: string): KeptBlob[] {
  const { inputs, mask } = requestOf(stored);
  const all = [...inputs.map((input) => ({ ...input, role: 'input' })), ...(mask ? [{ ...mask, role: 'mask' }] : [])];
  return all.flatMap(({ blob, original, role }) => {
    const given = { job, blob: original, role: `original ${role}` };
    return blob === original ? [{ job, blob, role }] : [{ job, blob, role }, given];
  });
}

/** Blobs whose bytes are gone. */
export async function lost(kept: readonly KeptBlob[], blobs: Pick<BlobStore, 'has'>): Promise<Finding[]> {
  const missing = await missingOf([...new Set(kept.map(({ blob }) => blob))], blobs);
  return kept.flatMap(({ job, blob, role }): Finding[] => {
    if (!missing.has(blob)) return [];
    return [
      { check: 'blob', subject: `job ${job}`, what: `its ${role} ${blob.slice(0, 12)}… is not in the blob store` },
    ];
  });
}

/** Asked for several at a time: a store that is far away answers slowly, and not everything at once. */
async function missingOf(names: readonly string[], blobs: Pick<BlobStore, 'has'>): Promise<ReadonlySet<string>> {
  const missing = new Set<string>();
  const left = names.values();
  const ask = async () => {
    for (const name of left) if (!(await blobs.has(name))) missing.add(name);
  };
  await Promise.all(Array.from({ length: askedAtOnce }, ask));
  return missing;
}
