import type { ResultPicture } from '../domain/card.ts';
import { creditsText } from '../domain/credits.ts';
import { Fault, type FaultCode } from '../domain/fault.ts';
import type { Shown } from '../domain/gallery.ts';
import { type Picture, readImage } from '../domain/image.ts';
import type { Job } from '../domain/job.ts';
import type { Claim } from '../domain/job-queue.ts';
import { cameAs, cameOtherwise } from './came-otherwise.ts';
import { altText, type Footer, postingCard, resultButtons, resultText } from './cards.ts';
import { giveBack } from './give-back.ts';
import { measureEnd, measureStage } from './measure.ts';
import { type Parts, platformFor } from './parts.ts';
import type { StopReason } from './run-job.ts';
import { sharedOf } from './share.ts';
import { openShow, type Show } from './show.ts';
import { tellEnd, tookMs } from './tell-end.ts';

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
  const originals = pictures ?? (await readBack(job, parts));
  let show = shown;
  let lookFirst = job.posting;
  let direct = false;
  if (!(await beginPosting(claim, show, parts))) return notPosted(claim, shown, parts);
  for (let tries = 0; ; tries++) {
    try {
      show ??= await openAndNote(direct ? await directly(job, parts) : job, parts);
      await post(job, originals, show, lookFirst, direct, parts);
      return await delivered(claim, show, parts);
    } catch (error) {
      const code = error instanceof Fault ? error.code : 'bug';
      parts.log.warn({ job: job.id, err: error, code, tries, direct }, 'a result could not be posted');
      if (code === 'account') parts.errands.add(parts.alert(`posting on ${job.place.platform}`, accountText(job)));
      const closed = code === 'no-access' || (isBroken(code) && tries >= brokenTriesMax);
      if (closed && direct) return giveUp(claim, shown, parts);
      if (closed) [direct, show, tries] = [true, undefined, 0];
      lookFirst = true;
      if (!closed) await parts.clock.sleep(waitMs(tries), signal).catch(() => undefined);
      if (signal.aborted) return putBack(claim, signal.reason as StopReason, parts);
    }
  }
}

/** Answers may come as soon as the pictures are seen, so where they are going to be is noted before. */
function beginPosting(claim: Claim, show: Show | undefined, parts: Parts): Promise<boolean> {
  return parts.store.transaction(async ({ queue, gallery }) => {
    if (!(await queue.posting(claim))) return false;
    if (show) await gallery.posted(claim.job.id, shownIn(show, parts), parts.clock.now());
    return true;
  });
}

async function openAndNote(job: Job, parts: Parts): Promise<Show> {
  const show = await openShow(job, postingCard(job), parts);
  await parts.store.gallery.posted(job.id, shownIn(show, parts), parts.clock.now());
  return show;
}

function shownIn(show: Show, parts: Parts): Shown {
  const place = show.place();
  return platformFor(parts, place.platform).shown(place);
}

const waitMs = (tries: number): number => Math.min(firstWaitMs * 2 ** tries, longestWaitMs);

/** The job where only its person reads. @throws Fault `no-access` when that is closed too */
async function directly(job: Job, parts: Parts): Promise<Job> {
  return { ...job, place: await platformFor(parts, job.place.platform).direct(job.person.id) };
}

/** The platform understood and said no, or we did not understand it: waiting mends neither. */
const isBroken = (code: FaultCode): boolean => code === 'bug' || code === 'rejected';

const accountText = ({ id, place }: Job): string =>
  `Easel can't post on ${place.platform}: its token or a permission of the app is missing. Finished pictures wait for that. The log of job ${id} says more.`;

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
    shared: await sharedOf(job, parts),
    left: String(available),
    pictures: originals.length,
    reencoded: fitted.reencoded,
    size: cameAs(job.request, originals),
    otherwise: cameOtherwise(job.request, originals),
    moved,
  };
  await thread.post(
    { job: job.id, text: resultText(job, footer), pictures: fitted.pictures, buttons: resultButtons(job) },
    lookFirst,
  );
}

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
  const { job } = claim;
  const isOver = await parts.store.transaction(async ({ queue, gallery }) => {
    if (!(await queue.delivered(claim))) return false;
    await gallery.posted(job.id, shownIn(show, parts), parts.clock.now());
    return true;
  });
  if (isOver) {
    measureEnd(job, undefined, parts);
    measureStage(job, 'posting', job.madeAt, parts);
  }
  parts.log.info({ job: job.id, ms: tookMs(job, parts), charged: job.charged }, 'a job was delivered');
  parts.errands.add(tellEnd({ ...job, endedAt: parts.clock.now() }, show, parts));
}

/** Cancelled between making and posting, which costs nothing; or somebody else has the job now. */
async function notPosted(claim: Claim, shown: Show | undefined, parts: Parts): Promise<void> {
  const now = await parts.store.queue.find(claim.job.id);
  if (!now?.cancelAsked || !(await giveBack(claim, { cancelled: true }, parts))) return;
  parts.log.info({ job: now.id, outcome: 'cancelled' }, 'a job ended without a picture');
  parts.errands.add(tellEnd({ ...claim.job, outcome: { cancelled: true } }, shown, parts));
}

/** Nowhere to bring the result to: the credits go back, and it stays in the history. */
async function giveUp(claim: Claim, shown: Show | undefined, parts: Parts): Promise<void> {
  const outcome = { fault: 'no-access' } as const;
  if (!(await giveBack(claim, outcome, parts))) return;
  await parts.store.gallery.removed(claim.job.id);
  parts.log.error({ job: claim.job.id }, 'a result could be posted nowhere and was refunded');
  parts.errands.add(tellEnd({ ...claim.job, outcome }, shown, parts));
}
