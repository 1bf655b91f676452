import { hasContentCredentials } from '../domain/content-credentials.ts';
import { credits } from '../domain/credits.ts';
import type { Picture } from '../domain/image.ts';
import type { Job, KeptPicture } from '../domain/job.ts';
import type { Call, Claim, Finished } from '../domain/job-queue.ts';
import { bill } from '../domain/price.ts';
import { previewsFrom } from './call-provider.ts';
import { measureCall, measureStage } from './measure.ts';
import type { Parts } from './parts.ts';
import { patiently } from './patiently.ts';
import { callOf } from './record-call.ts';
import { forgetOld, remember } from './remembered.ts';
import { tariff } from './tariff.ts';
import type { Part } from './try-ways.ts';

/** Stores the originals durably. @throws Fault `storage` when the blob store stays away, or `signal` ends the wait for it */
export function storeOriginals(
  made: readonly Part[],
  parts: Parts,
  signal: AbortSignal,
): Promise<readonly KeptPicture[]> {
  const pictures = made.flatMap((part) => part.pictures);
  return Promise.all(pictures.map((picture) => patiently(() => keepOne(picture, parts), parts, signal)));
}

/**
 * Books, in one transaction, that they are made, what the person pays, what the house does, and every call that made
 * them. Undefined when the claim was lost meanwhile; then nothing was booked.
 * @param stored the originals, in the blob store by now
 */
export async function keep(
  claim: Claim,
  made: readonly Part[],
  stored: readonly KeptPicture[],
  parts: Parts,
): Promise<{ readonly job: Job; readonly pictures: readonly Picture[] } | undefined> {
  const { job } = claim;
  const pictures = made.flatMap((part) => part.pictures);
  const calls = billed(job, made, parts);
  const charged = credits(calls.reduce((sum, call) => sum + call.charged, 0));
  const finished: Finished = {
    pictures: stored,
    charged,
    provider: joined(made.map(({ way }) => way.provider.name)) ?? '',
    providerRequest: joined(made.map(({ answer }) => answer.requestId)),
  };
  const version = await parts.store.transaction(async ({ queue, ledger, answers }) => {
    const version = await queue.made(claim, finished);
    if (version === undefined) return undefined;
    await ledger.settle(job.id, charged);
    for (const [at, call] of calls.entries()) {
      await ledger.absorb(job.id, call.absorbed, 'billed beyond the charge', `${job.id}:${job.attempt}:beyond ${at}`);
      await queue.record(call);
    }
    await remember(job, finished.pictures, { answers }, parts);
    return version;
  });
  if (version === undefined) return undefined;
  for (const call of calls) measureCall(call, parts);
  measureStage(job, 'making', job.startedAt, parts);
  parts.errands.add(forgetOld(parts));
  for (const { provider, absorbed } of calls)
    if (absorbed > 0) parts.log.warn({ job: job.id, provider, house: absorbed }, 'billed beyond the charge');
  return { job: { ...job, ...finished, version, state: 'made', madeAt: parts.clock.now() }, pictures };
}

/** Each call with what it costs and who pays: together never more than the hold is charged. */
function billed(job: Job, made: readonly Part[], parts: Parts): readonly Call[] {
  let held = job.held;
  return made.map((part) => {
    const { way, count, answer, pictures } = part;
    const request = { ...job.request, count, partialImages: previewsFrom(way, job.request.partialImages) };
    const call = { usage: answer.usage, made: answer.made.length, delivered: pictures.length };
    const { charged, house, listMicroUsd } = bill(way.offer, request, call, held, tariff(way, parts));
    held = credits(held - charged);
    const { usage, requestId = part.named?.requestId, organisation = part.named?.organisation } = answer;
    const ending = { outcome: 'made', listMicroUsd, usage, requestId, organisation, charged, absorbed: house };
    const contentCredentials = pictures.every(({ bytes }) => hasContentCredentials(bytes));
    return callOf(job, part, { ...ending, delivered: pictures.length, contentCredentials }, parts);
  });
}

const joined = (names: readonly (string | undefined)[]): string | undefined =>
  [...new Set(names.filter(Boolean))].join(', ') || undefined;

async function keepOne({ bytes, format, width, height }: Picture, { blobs }: Parts): Promise<KeptPicture> {
  return { blob: await blobs.put(bytes), format, width, height, bytes: bytes.length };
}
