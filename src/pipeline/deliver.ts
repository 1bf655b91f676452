import type { ResultPicture } from '../domain/card.ts';
import { creditsText } from '../domain/credits.ts';
import { Fault } from '../domain/fault.ts';
import { type Picture, readImage } from '../domain/image.ts';
import type { Job } from '../domain/job.ts';
import type { Claim } from '../domain/job-queue.ts';
import { altText, doneCard, endedCard, type Footer, postingCard, resultButtons, resultText } from './cards.ts';
import { giveBack } from './give-back.ts';
import { type Parts, platformFor } from './parts.ts';
import { offering } from './route.ts';
import type { StopReason } from './run-job.ts';
import { openShow, type Show } from './show.ts';

const firstWaitMs = 1_000;
const longestWaitMs = 60_000;
/** A post that fails in a way that waiting does not mend is not tried more often. */
const brokenTriesMax = 4;

/**
 * Posts what is made, once, however often it is tried: whoever tried before left a mark, and then the platform is asked
 * first. While the platform is down it waits; where the place is closed to Easel it goes to the person directly; if that
 * fails too, the credits go back.
 * @param pictures the bytes when they are still in memory
 */
export async function deliver(
  claim: Claim,
  pictures: readonly Picture[] | undefined,
  shown: Show | undefined,
  parts: Parts,
  signal: AbortSignal,
): Promise<void> {
  const { job } = claim;
  const { queue } = parts.store;
  const originals = pictures ?? (await readBack(job, parts));
  let show = shown;
  let lookFirst = job.posting;
  if (!(await queue.posting(claim))) return;
  for (let tries = 0; ; tries++) {
    try {
      show ??= await openShow(job, postingCard(job), parts);
      await post(job, originals, show, lookFirst, false, parts);
      return await delivered(claim, show, parts);
    } catch (error) {
      const code = error instanceof Fault ? error.code : 'bug';
      parts.log.warn({ job: job.id, err: error, code, tries }, 'a result could not be posted');
      if (code === 'no-access' || (code === 'bug' && tries >= brokenTriesMax)) break;
      lookFirst = true;
      const wait = Math.min(firstWaitMs * 2 ** tries, longestWaitMs);
      await parts.clock.sleep(wait, signal).catch(() => undefined);
      if (signal.aborted) return putBack(claim, signal.reason as StopReason, parts);
    }
  }
  await deliverDirectly(claim, originals, show, parts);
}

async function putBack(claim: Claim, reason: StopReason, { store }: Parts): Promise<void> {
  if (reason !== 'lost') await store.queue.putBack(claim);
}

async function readBack(job: Job, { store, blobs }: Parts): Promise<Picture[]> {
  const kept = await store.queue.pictures(job.id);
  const read = await Promise.all(kept.map(({ blob }) => blobs.get(blob)));
  return read.map((bytes, position) => {
    const picture = bytes && readImage(bytes);
    if (!picture) throw new RangeError(`picture ${position} of job ${job.id} is not in the blob store`);
    return picture;
  });
}

async function post(
  job: Job,
  originals: readonly Picture[],
  show: Show,
  lookFirst: boolean,
  moved: boolean,
  parts: Parts,
): Promise<void> {
  const { thread } = show;
  const fitted = await fitPictures(job, originals, thread.pictureBytesMax(originals.length), parts);
  const { available } = await parts.store.ledger.balance(job.person.id);
  const footer: Footer = {
    tookMs: tookMs(job, parts),
    charged: creditsText(job.charged ?? job.quote),
    left: String(available),
    placeholder: offering(job.request.model, parts.providers)?.placeholder ?? false,
    pictures: originals.length,
    reencoded: fitted.reencoded,
    moved,
  };
  await thread.post(
    { job: job.id, text: resultText(job, footer), pictures: fitted.pictures, buttons: resultButtons(job) },
    lookFirst,
  );
}

const tookMs = ({ startedAt, createdAt }: Job, { clock }: Parts): number => clock.now() - (startedAt ?? createdAt);

/** The original bytes wherever they fit; a re-encoded copy only where they don't. */
async function fitPictures(
  job: Job,
  originals: readonly Picture[],
  bytesMax: number,
  { previews }: Parts,
): Promise<{ pictures: ResultPicture[]; reencoded: number }> {
  let reencoded = 0;
  const pictures: ResultPicture[] = [];
  for (const [position, { bytes, format }] of originals.entries()) {
    const smaller = bytes.length > bytesMax ? await previews.fit(bytes, bytesMax) : undefined;
    if (smaller) reencoded++;
    const file = smaller ? { bytes: smaller, format: 'jpeg' as const } : { bytes, format };
    pictures.push({ ...file, fileName: `easel-${position + 1}.${file.format}`, alt: altText(job, position) });
  }
  return { pictures, reencoded };
}

async function delivered(claim: Claim, show: Show, parts: Parts): Promise<void> {
  await parts.store.queue.delivered(claim);
  const took = tookMs(claim.job, parts);
  parts.log.info({ job: claim.job.id, ms: took, charged: claim.job.charged }, 'a job was delivered');
  parts.errands.add(show.finish(doneCard(claim.job, took)));
}

/** Offers the result where only the person reads; when that is closed too, gives the credits back. */
async function deliverDirectly(
  claim: Claim,
  originals: readonly Picture[],
  shown: Show | undefined,
  parts: Parts,
): Promise<void> {
  const { job } = claim;
  try {
    const place = await platformFor(parts, job.place.platform).direct(job.person.id);
    const show = await openShow({ ...job, place }, postingCard(job), parts);
    await post(job, originals, show, true, true, parts);
    await delivered(claim, show, parts);
  } catch (error) {
    parts.log.error({ job: job.id, err: error }, 'a result could be posted nowhere and is refunded');
    const outcome = { fault: 'no-access' } as const;
    const ended = await giveBack(claim, outcome, parts);
    if (ended && shown) parts.errands.add(shown.finish(endedCard(job, outcome)));
  }
}
