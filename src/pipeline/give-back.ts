import type { Outcome } from '../domain/job.ts';
import type { Claim } from '../domain/job-queue.ts';
import { measureEnd } from './measure.ts';
import type { Parts } from './parts.ts';

/**
 * Ends a job without a picture and gives everything back, in one transaction: the hold, or what was charged already,
 * which the house then pays. False when the claim is lost; then nothing was changed.
 */
export async function giveBack(claim: Claim, outcome: Outcome, parts: Parts): Promise<boolean> {
  const { id } = claim.job;
  const { meter, store } = parts;
  const returned = await store.transaction(async ({ queue, ledger }) => {
    if (!(await queue.end(claim, outcome))) return undefined;
    const { charged } = await ledger.release(id);
    if (charged > 0) {
      const why = 'cancelled' in outcome ? 'cancelled before it was posted' : 'its pictures could not be brought';
      await ledger.refund(id, why);
      await ledger.absorb(id, charged, `billed: refunded, ${why}`, `${id}:refund`);
    }
    return charged;
  });
  if (returned === undefined) return false;
  measureEnd(claim.job, outcome, parts);
  meter.count('easel_credits_refunded_total', {}, returned);
  meter.count('easel_credits_absorbed_total', {}, returned);
  return true;
}
