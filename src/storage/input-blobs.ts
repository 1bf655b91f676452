import { openStates } from '../domain/job.ts';
import { requestOf } from './job-row.ts';
import type { Db } from './turns.ts';

/** Which blobs edits begin with, by blob: so that none is swept away that a job needs. */

/** Every blob that a stored request names, once. */
export function inputBlobNames(stored: string): string[] {
  const { inputs, mask } = requestOf(stored);
  const all = mask ? [...inputs, mask] : inputs;
  return [...new Set(all.flatMap(({ blob, original }) => [blob, original]))];
}

export async function noteInputBlobs(db: Db, job: string, request: string): Promise<void> {
  const rows = inputBlobNames(request).map((blob) => ({ job, blob }));
  if (rows.length === 0) return;
  await db
    .insertInto('input_blobs')
    .values(rows)
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/** The same for edits that an older Easel took in, which writes nothing of it down. */
export async function noteForgotten(db: Db, since: number): Promise<void> {
  const bare = db
    .selectFrom('jobs')
    .select(['id', 'request'])
    .where('pictures_gone_at', 'is', null)
    .where('request', 'like', '%"task":"edit"%')
    .where(({ not, exists, selectFrom }) =>
      not(exists(selectFrom('input_blobs').select('input_blobs.job').whereRef('input_blobs.job', '=', 'jobs.id'))),
    );
  const open = await bare.where('state', 'in', openStates).execute();
  const ended = await bare.where('ended_at', '>', since).execute();
  for (const { id, request } of [...open, ...ended]) await noteInputBlobs(db, id, request);
}
