import { Fault, remedy } from '../domain/fault.ts';
import { type InputPicture, type Picture, readImage } from '../domain/image.ts';
import type { ImageOrder, ImageProvider, Made, Progress } from '../domain/image-provider.ts';
import type { Job, Json, Outcome } from '../domain/job.ts';
import type { Claim } from '../domain/job-queue.ts';
import { isRefusal, type Refusal } from '../domain/refusal.ts';
import { absorb, absorbFault, absorbPreviews } from './house.ts';
import type { Parts } from './parts.ts';
import type { Way } from './route.ts';

export interface MadePictures {
  readonly answer: Made;
  readonly pictures: readonly Picture[];
}

/** Calls the provider and writes down how that went. */
export async function make(
  claim: Claim,
  way: Way,
  parts: Parts,
  signal: AbortSignal,
  onProgress: (progress: Progress) => void,
): Promise<MadePictures | { readonly outcome: Outcome } | { readonly stopped: true; readonly sent: boolean }> {
  const { provider } = way;
  const startedAt = parts.clock.now();
  const ended = (outcome: string, requestId?: string) =>
    parts.errands.add(recordCall(claim.job, provider, startedAt, outcome, requestId, parts));
  /** Of the newest try; those of a failed one are part of what is booked for it. */
  let previews = 0;
  let sent = claim.job.ticket !== undefined;
  const progress = (step: Progress) => {
    if ('sent' in step) sent = true;
    if ('partial' in step) previews++;
    if ('retrying' in step) previews = 0;
    if ('retrying' in step) parts.errands.add(absorbFault(claim, way, step.retrying, parts, step.count));
    if ('lost' in step) parts.errands.add(absorbFault(claim, way, step.lost, parts, step.count));
    onProgress(step);
  };
  try {
    const answer = await callProvider(claim, provider, signal, progress, parts);
    if (isRefusal(answer)) {
      await absorbPreviews(claim, way, previews, parts);
      if (answer.refused === 'content' && answer.maybeBilled) await absorb(claim, way, 'declined', parts);
      ended('refused');
      return { outcome: { refusal: answer } };
    }
    const pictures = answer.made.map(readImage).filter((picture) => picture !== undefined);
    if (pictures.length === 0) throw nothingUsable(answer);
    ended('made', answer.requestId);
    return { answer, pictures };
  } catch (error) {
    if (signal.aborted) return { stopped: true, sent };
    if (error instanceof Fault && error.code === 'storage') throw error;
    const fault = error instanceof Fault ? error : new Fault('bug', 'a bug while making a picture', { cause: error });
    ended(fault.code, fault.requestId);
    await absorbFault(claim, way, fault, parts);
    report(fault, claim.job, provider, parts);
    const { code, retryAfterMs } = fault;
    return { outcome: retryAfterMs === undefined ? { fault: code } : { fault: code, retryAfterMs } };
  }
}

const nothingUsable = ({ requestId }: Made): Fault =>
  new Fault('broken-answer', 'no picture in the answer', { maybeBilled: true, requestId });

/** Writes the fault down, and tells the admins what only they can mend. */
function report(fault: Fault, { id }: Job, { name }: ImageProvider, { log, alert, errands }: Parts): void {
  const { code, requestId } = fault;
  log.error({ job: id, provider: name, code, request: requestId, err: fault }, 'a provider failed');
  if (remedy[code] !== 'page-operator') return;
  const what = code === 'account' ? 'refuses its account: key, quota or permission' : 'does not accept how it asks';
  const words = `The image service ${name} fails Easel: it ${what}. Its own words are in the log of job ${id}.`;
  errands.add(alert(`${code} ${name}`, words));
}

const pollMs = 2_500;

/** Before what came to nothing is begun again. */
const pauseMs = 1_000;

/**
 * Starts a call, or goes on with the ticket of one that was started before. A ticket that comes to nothing in the end is
 * given up, and the work begun once more: `withRetry` knows of one verb at a time.
 */
async function callProvider(
  claim: Claim,
  provider: ImageProvider,
  signal: AbortSignal,
  onProgress: (progress: Progress) => void,
  parts: Parts,
): Promise<Made | Refusal> {
  const { store, clock } = parts;
  const { job } = claim;
  let { ticket } = job;
  for (let isFirst = true; ; isFirst = false) {
    if (ticket === undefined) {
      const answer = await provider.start(await orderOf(job, parts), job.id, signal, onProgress);
      if (!('ticket' in answer)) return answer;
      ticket = answer.ticket;
      await store.queue.ticket(claim, provider.name, ticket);
    }
    try {
      return await follow(ticket, provider, signal, onProgress, parts);
    } catch (error) {
      if (signal.aborted || !isFirst || !(error instanceof Fault) || remedy[error.code] !== 'once') throw error;
      // Nobody asks for it again, whatever becomes of this process.
      await store.queue.ticket(claim, provider.name, undefined);
      ticket = undefined;
      onProgress({ retrying: error, waitMs: pauseMs });
      await clock.sleep(pauseMs, signal);
    }
  }
}

async function follow(
  ticket: Json,
  provider: ImageProvider,
  signal: AbortSignal,
  onProgress: (progress: Progress) => void,
  { clock }: Parts,
): Promise<Made | Refusal> {
  for (;;) {
    const state = await provider.check(ticket, signal);
    if (!('percent' in state)) return state;
    if (state.percent !== undefined) onProgress({ percent: state.percent });
    await clock.sleep(pollMs, signal);
  }
}

/** The request with the bytes that go along. */
async function orderOf({ id, request }: Job, { blobs }: Parts): Promise<ImageOrder> {
  const read = async ({ blob, format, width, height }: InputPicture): Promise<Picture> => {
    const bytes = await blobs.get(blob);
    if (!bytes) throw new RangeError(`an input picture of job ${id} is not in the blob store`);
    return { bytes, format, width, height };
  };
  const inputPictures = await Promise.all(request.inputs.map(read));
  return { ...request, inputPictures, maskPicture: request.mask && (await read(request.mask)) };
}

export function recordCall(
  job: Job,
  provider: ImageProvider,
  startedAt: number,
  outcome: string,
  requestId: string | undefined,
  { store, clock }: Parts,
): Promise<void> {
  const { model, quality, size, count } = job.request;
  return store.queue.record({
    job: job.id,
    attempt: job.attempt,
    provider: provider.name,
    model,
    quality,
    size,
    count,
    startedAt,
    endedAt: clock.now(),
    outcome,
    requestId,
  });
}
