import { randomUUID } from 'node:crypto';
import { findModel } from '../domain/catalogue.ts';
import { credits } from '../domain/credits.ts';
import type { Fault } from '../domain/fault.ts';
import type { ImageProvider } from '../domain/image-provider.ts';
import type { Claim } from '../domain/job-queue.ts';
import { inCredits, quote, type Tariff } from '../domain/price.ts';
import type { Parts } from './parts.ts';

/** What nobody is charged for is booked to the house, so that the ledger and a provider's bill can be compared. */

export const tariff = (provider: ImageProvider, { rules }: Pick<Parts, 'rules'>): Tariff => ({
  creditUsd: rules.creditUsd,
  multiplier: provider.priceMultiplier,
  imagesPerCallMax: provider.imagesPerCallMax,
});

const reasons = {
  'cut off': 'possibly billed: the process died during the call',
  cancelled: 'possibly billed: cancelled during the call',
  failed: 'possibly billed: the call failed',
  'not kept': 'billed: its pictures could not be stored',
} as const;

/**
 * Books a call at its quote.
 * @param which tells calls of one attempt apart, so that a repeat books once
 * @param count how many pictures the call was for, where it was not for all
 */
export async function absorb(
  claim: Claim,
  provider: ImageProvider,
  why: keyof typeof reasons,
  parts: Parts,
  which = '',
  count = claim.job.request.count,
): Promise<void> {
  const { job } = claim;
  const model = findModel(parts.catalogue, job.request.model);
  const price = (model && quote(model, { ...job.request, count }, tariff(provider, parts))) ?? credits(0);
  await parts.store.ledger.absorb(job.id, price, reasons[why], `${job.id}:${job.attempt}:${why}${which}`);
}

/** The previews of a picture that was declined in the end: they are billed, whatever becomes of it. */
export async function absorbPreviews(
  { job }: Claim,
  provider: ImageProvider,
  previews: number,
  parts: Parts,
): Promise<void> {
  const model = findModel(parts.catalogue, job.request.model);
  if (previews === 0 || !model?.prices) return;
  const listPrice = previews * model.partialImageTokens * model.prices.imageOut;
  const price = inCredits(listPrice, 1, tariff(provider, parts));
  await parts.store.ledger.absorb(
    job.id,
    price,
    'billed: previews, then declined',
    `${job.id}:${job.attempt}:previews`,
  );
}

/** A call that may have been billed although nothing came of it. Every failure is told once. */
export async function absorbFault(
  claim: Claim,
  provider: ImageProvider,
  fault: Fault,
  parts: Parts,
  count?: number,
): Promise<void> {
  if (fault.maybeBilled) await absorb(claim, provider, 'failed', parts, ` ${randomUUID()}`, count);
}
