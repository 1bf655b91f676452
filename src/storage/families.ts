import type { JobId, NewJob } from '../domain/job.ts';
import type { Db } from './turns.ts';

/** Writes down which of our pictures a job begins with. */
export async function addLineage(trx: Db, { id, request }: NewJob): Promise<void> {
  const inputs = request.mask ? [...request.inputs, request.mask] : request.inputs;
  const rows = inputs.flatMap(({ parent }) =>
    parent ? [{ child: id, parent: parent.job, parent_position: parent.position }] : [],
  );
  if (rows.length === 0) return;
  await trx
    .insertInto('lineage')
    .values(rows)
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/**
 * The number of a family's next version, from 2. Nobody else gets it: the one statement locks the family's row until
 * the transaction is over. The row stands apart from the jobs, so that keeping leases never waits for it.
 */
export async function nextVersion(trx: Db, family: JobId): Promise<number> {
  const row = await trx
    .insertInto('families')
    .values({ family, newest_version: 2 })
    .onConflict((conflict) =>
      conflict.column('family').doUpdateSet((eb) => ({ newest_version: eb('families.newest_version', '+', 1) })),
    )
    .returning('newest_version')
    .executeTakeFirstOrThrow();
  return row.newest_version;
}
