import { Fault, type FaultCode } from '../domain/fault.ts';
import type { InputPicture, Picture } from '../domain/image.ts';
import type { ImageOrder, Made, Progress } from '../domain/image-provider.ts';
import type { Job, Json } from '../domain/job.ts';
import type { Claim } from '../domain/job-queue.ts';
import type { Refusal } from '../domain/refusal.ts';
import type { Parts } from './parts.ts';
import { patiently } from './patiently.ts';
import type { Way } from './route.ts';

const pollMs = 2_500;

/**
 * One call of one service for so many of the job's pictures, or going on with the ticket of one that was begun before. A
 * new ticket is stored before anything else happens.
 */
export async function callProvider(
  claim: Claim,
  way: Way,
  count: number,
  ticket: Json | undefined,
  parts: Parts,
  signal: AbortSignal,
  onProgress: (progress: Progress) => void,
): Promise<Made | Refusal> {
  const { provider } = way;
  const { job } = claim;
  let held = ticket;
  if (held === undefined) {
    const answer = await provider.start(await orderOf(job, way, count, parts, signal), job.id, signal, onProgress);
    if (!('ticket' in answer)) return answer;
    held = answer.ticket;
    await parts.store.queue.calling(claim, provider.name, held);
  }
  for (;;) {
    const state = await provider.check(held, signal).catch((error: unknown) => {
      throw leftBehind(error);
    });
    if (!('percent' in state)) return state;
    if (state.percent !== undefined) onProgress({ percent: state.percent });
    await parts.clock.sleep(pollMs, signal);
  }
}

/** Faults of asking, which do not say what became of the task. */
const unsaid: ReadonlySet<FaultCode> = new Set(['throttled', 'unreachable', 'timeout', 'account']);

/** A task that nobody can ask about any more goes on all the same, and is billed. */
function leftBehind(error: unknown): unknown {
  if (!(error instanceof Fault) || error.maybeBilled || !unsaid.has(error.code)) return error;
  const { message, cause, retryAfterMs, requestId } = error;
  return new Fault(error.code, message, { cause, retryAfterMs, requestId, maybeBilled: true });
}

/** The request with the bytes that go along, as far as this service takes it: one without previews is asked for none. */
async function orderOf(
  { id, request }: Job,
  way: Way,
  count: number,
  parts: Parts,
  signal: AbortSignal,
): Promise<ImageOrder> {
  const read = async ({ blob, format, width, height }: InputPicture): Promise<Picture> => {
    const bytes = await patiently(() => parts.blobs.get(blob), parts, signal);
    if (!bytes) throw new RangeError(`an input picture of job ${id} is not in the blob store`);
    return { bytes, format, width, height };
  };
  const inputPictures = await Promise.all(request.inputs.map(read));
  const maskPicture = request.mask && (await read(request.mask));
  return { ...request, count, partialImages: previewsFrom(way, request.partialImages), inputPictures, maskPicture };
}

/** How many of the previews that are wanted a service can send. */
export const previewsFrom = ({ provider, offer }: Way, wanted: number): number =>
  Math.min(wanted, offer.partialImagesMax, provider.partialImagesMax);
