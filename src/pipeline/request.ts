import type { ChatRequest, Received, Responder } from '../domain/chat-platform.ts';
import { Fault } from '../domain/fault.ts';
import type { ImageWish } from '../domain/image.ts';
import { jobId, type NewJob, type Place } from '../domain/job.ts';
import { isRefusal, type Refusal } from '../domain/refusal.ts';
import { type Admitted, admit, refusedAnyway } from './admit.ts';
import { rootText, waitingCard } from './cards.ts';
import { gather } from './gather.ts';
import { measureEnd } from './measure.ts';
import type { Parts } from './parts.ts';
import type { Worker } from './queue.ts';
import { refuse } from './refuse.ts';
import { openShow, type Show } from './show.ts';
import { tellEnd } from './tell-end.ts';

/**
 * Takes in a wish: gathers its pictures, admits it, acknowledges it, shows it, and lets the workers have it. The
 * acknowledgement is the promise: it comes right after the transaction that stores job and hold.
 */
export async function request(
  asked: ChatRequest,
  wish: ImageWish,
  respond: Responder,
  parts: Parts,
  worker: Worker,
): Promise<Received> {
  if (asked.missing.length > 0) return refuse({ refused: 'cannot-post', missing: asked.missing }, respond);
  const id = jobId(asked.place.platform, asked.id);
  // A repeated delivery: the first one is still at it.
  if (parts.announcing.has(id)) return { known: true };
  // Marked before the job exists, so that its lease is kept however long the platform takes.
  parts.announcing.add(id);
  try {
    const early = wish.task === 'edit' ? await refusedAnyway(asked.person, parts) : undefined;
    if (early) return await refuse(early, respond);
    const gathered = await gather(asked, wish, parts);
    if (isRefusal(gathered)) return await refuse(gathered, respond);
    const admitted = await admit(id, asked, wish, gathered, parts);
    if (admitted === 'known') return { known: true };
    if (isRefusal(admitted)) return await refuse(admitted, respond);
    parts.log.info({ job: id, model: admitted.job.request.model, quote: admitted.job.quote }, 'a job was accepted');
    parts.log.debug({ job: id, prompt: admitted.job.request.prompt }, 'its prompt');
    return await announce(admitted, respond, parts);
  } finally {
    parts.announcing.delete(id);
    worker.wake();
  }
}

/** Posts the root message, the thread and the card, then frees the job for the workers, whatever went wrong there. */
async function announce({ job, placeInQueue, shared }: Admitted, respond: Responder, parts: Parts): Promise<Received> {
  let place: Place = job.place;
  let show: Show | undefined;
  try {
    place = await respond.announce(rootText(job, placeInQueue, shared));
    show = await openShow({ ...job, place }, waitingCard(job, placeInQueue, shared), parts);
    place = show.place();
  } catch (error) {
    if (error instanceof Fault && error.code === 'no-access') return withdraw(job, error, respond, parts);
    parts.log.warn({ job: job.id, err: error }, 'a job could not be shown yet');
  }
  await handOver(job, place, show, parts).catch((error: unknown) =>
    // The job is accepted: its lease runs out, and it goes on.
    parts.log.error({ job: job.id, err: error }, 'a job could not be handed over'),
  );
  return { accepted: job.id };
}

/** Frees the job for the workers; where it was cancelled meanwhile, its card says so. */
async function handOver(job: NewJob, place: Place, show: Show | undefined, parts: Parts): Promise<void> {
  const { queue } = parts.store;
  if (await queue.announced(job.id, place)) return;
  const cancelled = await queue.find(job.id);
  if (cancelled?.outcome) parts.errands.add(tellEnd({ ...cancelled, place }, show, parts));
}

/** Easel may not post there at all: the job ends before anything was made. */
async function withdraw(job: NewJob, why: Fault, respond: Responder, parts: Parts): Promise<Received> {
  const { store, log } = parts;
  const refusal: Refusal = why.invite ? { refused: 'not-in-channel' } : { refused: 'cannot-post', missing: [] };
  const isOver = await store.transaction(async ({ queue, ledger }) => {
    const withdrawn = await queue.withdraw(job.id, { refusal });
    if (withdrawn) await ledger.release(job.id);
    await queue.told(job.id);
    return withdrawn;
  });
  if (isOver) measureEnd(job, { refusal }, parts);
  log.info({ job: job.id, outcome: 'refusal' }, 'a job ended without a picture');
  return refuse(refusal, respond);
}
