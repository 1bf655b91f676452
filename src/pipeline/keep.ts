import type { Picture } from '../domain/image.ts';
import type { Job, KeptPicture } from '../domain/job.ts';
import type { Claim, Finished } from '../domain/job-queue.ts';
import { bill } from '../domain/price.ts';
import { tariff } from './house.ts';
import type { MadePictures } from './make.ts';
import type { Parts } from './parts.ts';
import { forgetOld, remember } from './remembered.ts';
import type { Way } from './route.ts';

/**
 * Stores the originals durably, then, in one transaction, that they are made, what the person pays, and what the house
 * does. Undefined when the claim was lost meanwhile; then nothing was booked.
 */
export async function keep(
  claim: Claim,
  { answer, pictures }: MadePictures,
  way: Way,
  parts: Parts,
): Promise<{ readonly job: Job; readonly pictures: readonly Picture[] } | undefined> {
  const { job } = claim;
  const call = { usage: answer.usage, made: answer.made.length, delivered: pictures.length };
  const { charged, house } = bill(way.offer, job.request, call, job.held, tariff(way, parts));
  const finished: Finished = {
    pictures: await Promise.all(pictures.map((picture) => keepOne(picture, parts))),
    charged,
    provider: way.provider.name,
    providerRequest: answer.requestId,
  };
  const version = await parts.store.transaction(async ({ queue, ledger, answers }) => {
    const made = await queue.made(claim, finished);
    if (made === undefined) return undefined;
    await ledger.settle(job.id, charged);
    await ledger.absorb(job.id, house, 'billed beyond the charge', `${job.id}:${job.attempt}:beyond`);
    await remember(job, finished.pictures, { answers }, parts);
    return made;
  });
  if (version === undefined) return undefined;
  parts.errands.add(forgetOld(parts));
  if (house > 0) parts.log.warn({ job: job.id, provider: way.provider.name, house }, 'billed beyond the charge');
  return { job: { ...job, ...finished, version, state: 'made' }, pictures };
}

async function keepOne({ bytes, format, width, height }: Picture, { blobs }: Parts): Promise<KeptPicture> {
  return { blob: await blobs.put(bytes), format, width, height, bytes: bytes.length };
}
