import type { Kysely } from 'kysely';
import { openStates } from '../domain/job.ts';
import type { Schema } from './schema.ts';

/**
 * Frees every job of a database that was copied, since none of the processes that held them works on the copy. What was
 * made may have been posted after the copy was taken, so whoever posts it looks first.
 */
export async function letGo(db: Kysely<Schema>): Promise<void> {
  await db.updateTable('jobs').set({ lease_owner: null, lease_until: 0 }).where('state', 'in', openStates).execute();
  await db.updateTable('jobs').set({ posting: 1 }).where('state', '=', 'made').execute();
}
