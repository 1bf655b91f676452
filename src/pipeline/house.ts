import { randomUUID } from 'node:crypto';
import { credits } from '../domain/credits.ts';
import type { Fault } from '../domain/fault.ts';
import type { Claim } from '../domain/job-queue.ts';
import { inCredits, quote, type Tariff } from '../domain/price.ts';
import type { Parts } from './parts.ts';
import type { Way } from './route.ts';

/** What nobody is charged for is booked to the house, so that the ledger and a provider's bill can be compared. */

export const tariff = ({ provider }: Way, { rules }: Pick<Parts, 'rules'>): Tariff => ({
  creditUsd: rules.creditUsd,
  multiplier: provider.priceMultiplier,
  imagesPerCallMax: provider.imagesPerCallMax,
});

const reasons = {
  'cut off': 'possibly billed: the process died during the call',
  cancelled: 'possibly billed: cancelled during the call',
  failed: 'possibly billed: the call failed',
  declined: 'possibly billed: declined after it was begun',
  'not kept': 'billed: its pictures could not be stored',
} as const;

/**
 * Books a call at its quote.
 * @param which tells calls of one attempt apart, so that a repeat books once
 * @param count how many pictures the call was for, where it was not for all
 */
export async function absorb(
  claim: Claim,
  way: Way,
  why: keyof typeof reasons,
  parts: Parts,
  which = '',
  count = claim.job.request.count,
): Promise<void> {
  const { job } = claim;
  const price = quote(way.offer, { ...job.request, count }, tariff(way, parts)) ?? credits(0);
  await parts.store.ledger.absorb(job.id, price, reasons[why], `${job.id}:${job.attempt}:${why}${which}`);
}

/** The previews of a picture that was declined in the end: they are billed, whatever becomes of it. */
export async function absorbPreviews({ job }: Claim, way: Way, previews: number, parts: Parts): Promise<void> {
  const { prices, partialImageTokens } = way.offer;
  if (previews === 0 || !prices) return;
  const price = inCredits(previews * partialImageTokens * prices.imageOut, 1, tariff(way, parts));
  await parts.store.ledger.absorb(
    job.id,
    price,
    'billed: previews, then declined',
    `${job.id}:${job.attempt}:previews`,
  );
}

/** A call that may have been billed although nothing came of it. Every failure is told once. */
export async function absorbFault(claim: Claim, way: Way, fault: Fault, parts: Parts, count?: number): Promise<void> {
  if (fault.maybeBilled) await absorb(claim, way, 'failed', parts, ` ${randomUUID()}`, count);
}
