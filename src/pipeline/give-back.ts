import type { Outcome } from '../domain/job.ts';
import type { Claim } from '../domain/job-queue.ts';
import type { Parts } from './parts.ts';

/**
 * Ends a job without a picture and gives everything back, in one transaction: the hold, or what was charged already,
 * which the house then pays. False when the claim is lost; then nothing was changed.
 */
export function giveBack(claim: Claim, outcome: Outcome, { store }: Parts): Promise<boolean> {
  const { id } = claim.job;
  return store.transaction(async ({ queue, ledger }) => {
    if (!(await queue.end(claim, outcome))) return false;
    const { charged } = await ledger.release(id);
    if (charged > 0) {
      const why = 'cancelled' in outcome ? 'cancelled before it was posted' : 'its pictures could not be brought';
      await ledger.refund(id, why);
      await ledger.absorb(id, charged, `billed: refunded, ${why}`, `${id}:refund`);
    }
    return true;
  });
}
