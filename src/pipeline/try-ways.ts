import { Fault, remedy } from '../domain/fault.ts';
import { type Picture, readImage } from '../domain/image.ts';
import type { Made } from '../domain/image-provider.ts';
import type { Job, Json, Outcome } from '../domain/job.ts';
import { type Claim, nobody } from '../domain/job-queue.ts';
import { isRefusal, type Refusal } from '../domain/refusal.ts';
import { callProvider } from './call-provider.ts';
import { type Heard, listen } from './listen.ts';
import { measurePreview } from './measure.ts';
import type { Parts } from './parts.ts';
import { type Begun, bookLoss } from './record-call.ts';
import { reportFault } from './report-fault.ts';
import { rank, type Way, withRoomFirst } from './route.ts';
import type { StopReason } from './run-job.ts';
import { openTries } from './tries.ts';
import type { Watch } from './watch.ts';

/** What one call made. */
export interface Part extends Begun {
  readonly answer: Made;
  /** Those of its pictures that are pictures. */
  readonly pictures: readonly Picture[];
}

/** How the tries ended; what `made` holds is not booked yet. */
export type Tried =
  | { readonly made: readonly Part[] }
  | { readonly outcome: Outcome }
  /** @param running the call that was cut short after it had gone out */
  | { readonly stopped: StopReason; readonly made: readonly Part[]; readonly running: Begun | undefined };

type Answered =
  /** @param lost why some of its pictures are missing */
  | { readonly part: Part; readonly missing: number; readonly lost: Fault | undefined }
  | { readonly refusal: Refusal }
  | { readonly fault: Fault }
  | { readonly stopped: StopReason; readonly running: Begun | undefined };

/**
 * Asks one service after the other until the pictures are there: what is the service's own failure moves on to the next,
 * a refusal is final. Pictures that some calls of a service lost are asked for again, the others are kept. Every call
 * that came to nothing is booked here.
 * @param signal aborts with a `StopReason`
 */
export async function tryWays(
  claim: Claim,
  ways: readonly Way[],
  parts: Parts,
  signal: AbortSignal,
  watch: Watch,
): Promise<Tried> {
  const { job } = claim;
  const { health, standings, clock, chance } = parts;
  await Promise.all([health.refresh(parts.providers.map(({ name }) => name)), standings.refresh()]);
  const best = rank(ways, job.lane, job.request, parts);
  const ranked = job.lane === 'normal' ? withRoomFirst(best, parts.pace) : best;
  const tries = openTries(ranked, health, clock, chance);
  const resumed = ticketWay(job, ways);
  let isStored = ways.length > 1 || job.provider !== undefined;
  const made: Part[] = [];
  let missing = job.request.count;
  let failure: Fault | undefined;
  let asked: Way | undefined;
  for (let call = 1; missing > 0; call++) {
    const next = call === 1 && resumed ? { way: resumed, waitMs: 0 } : tries.next();
    if (!next) break;
    if (next.waitMs > 0) {
      watch.waiting(next.waitMs);
      isStored = true;
      if (!(await parts.store.queue.calling(claim, nobody, undefined)))
        return { stopped: 'lost', made, running: undefined };
      await clock.sleep(next.waitMs, signal).catch(() => undefined);
      if (signal.aborted) return { stopped: signal.reason as StopReason, made, running: undefined };
      continue;
    }
    const { way } = next;
    // Before anything is waited for: the one try after a rest is this one, for all other jobs.
    health.begins(way.provider.name);
    if (asked && asked !== way) watch.switched(way.provider.name);
    asked = way;
    const ticket = call === 1 && resumed ? job.ticket : undefined;
    const answered = await ask(
      { claim, way, count: missing, ticket, isStored: isStored || call > 1, which: `call ${call}` },
      parts,
      signal,
      watch,
    );
    if ('stopped' in answered) return { ...answered, made };
    if ('refusal' in answered) return made.length > 0 ? { made } : { outcome: answered };
    if ('fault' in answered) {
      tries.failed(way, answered.fault);
      failure = kinder(failure, answered.fault);
      continue;
    }
    if (answered.lost) tries.failed(way, answered.lost);
    made.push(answered.part);
    missing = answered.missing;
  }
  if (made.length > 0) return { made };
  return { outcome: failure ? outcomeOf(failure) : nobodyAsked(ranked, parts) };
}

/** What a person is told of several failures: rather what may pass by itself than what only an admin can mend. */
function kinder(before: Fault | undefined, fault: Fault): Fault {
  return before && remedy[fault.code] === 'page-operator' ? before : fault;
}

const outcomeOf = ({ code, retryAfterMs }: Fault): Outcome =>
  retryAfterMs === undefined ? { fault: code } : { fault: code, retryAfterMs };

/** What a job comes to that found nobody to ask: every service is put aside, or rests for longer than it may wait. */
function nobodyAsked(ranked: readonly Way[], { health, clock }: Parts): Outcome {
  const ready = ranked.map(({ provider }) => health.readyAt(provider.name)).filter((at) => at !== undefined);
  if (ready.length === 0) return { fault: 'account' };
  return { fault: 'overloaded', retryAfterMs: Math.max(Math.min(...ready) - clock.now(), 1_000) };
}

/** The service that a stored ticket is for, while it is still set up. */
export const ticketWay = ({ ticket, provider }: Job, ways: readonly Way[]): Way | undefined =>
  ticket === undefined ? undefined : ways.find((way) => way.provider.name === provider);

interface Question {
  readonly claim: Claim;
  readonly way: Way;
  readonly count: number;
  readonly ticket: Json | undefined;
  /** Whether it has to be stored who is asked: another one might have been, or there may be a ticket of a call before. */
  readonly isStored: boolean;
  /** Tells the calls of one attempt apart. */
  readonly which: string;
}

async function ask(question: Question, parts: Parts, signal: AbortSignal, watch: Watch): Promise<Answered> {
  const { claim, way, count, ticket, which } = question;
  const { name } = way.provider;
  const begun: Begun = { way, count, startedAt: parts.clock.now() };
  const { onProgress, heard } = listen(begun, ticket !== undefined, (step) => {
    if ('partial' in step) measurePreview(name, claim.job, parts);
    watch.progress(step);
  });
  if (question.isStored && ticket === undefined && !(await parts.store.queue.calling(claim, name, undefined)))
    return { stopped: 'lost', running: undefined };
  try {
    const answer = await callProvider(claim, way, count, ticket, parts, signal, onProgress);
    const pictures = isRefusal(answer) ? [] : picturesOf(answer);
    const { lost, previews } = heard();
    parts.health.ended(name, lost[0]?.fault);
    const { call, missing } = await bookParts(claim.job, heard(), parts, which);
    if (isRefusal(answer)) return await declined(claim.job, call, answer, previews, parts, which);
    return { part: { ...call, answer, pictures }, missing, lost: lost[0]?.fault };
  } catch (error) {
    const { call, sent } = heard();
    if (signal.aborted) return { stopped: signal.reason as StopReason, running: sent ? call : undefined };
    if (error instanceof Fault && error.code === 'storage') {
      // Nothing went out: whoever goes on with the job must not take this for a call that was cut off.
      if (!sent && which === 'call 1') await parts.store.queue.calling(claim, nobody, undefined).catch(() => undefined);
      throw error;
    }
    const fault = error instanceof Fault ? error : bugOf(error, sent);
    parts.health.ended(name, fault);
    await bookFault(claim.job, call, fault, parts, which);
    await reportFault(fault, claim.job, way, parts);
    return { fault };
  }
}

/** Books the parts of a call that brought nothing; what is left of it, and how many pictures may be asked for again. */
async function bookParts(
  job: Job,
  { call, lost, declined: refused }: Heard,
  parts: Parts,
  which: string,
): Promise<{ readonly call: Begun; readonly missing: number }> {
  // Which of the names is this part's is not known, but for what a fault says itself.
  const part = { ...call, named: { requestId: undefined, organisation: call.named?.organisation } };
  for (const [at, { fault, count }] of lost.entries()) {
    await bookFault(job, { ...part, count }, fault, parts, `${which} lost ${at}`);
    await reportFault(fault, job, call.way, parts);
  }
  for (const [at, { refusal, count }] of refused.entries())
    await declined(job, { ...part, count }, refusal, 0, parts, `${which} declined ${at}`);
  const missing = lost.reduce((sum, { count }) => sum + count, 0);
  const gone = refused.reduce((sum, { count }) => sum + count, missing);
  return { call: { ...call, count: Math.max(call.count - gone, 1) }, missing };
}

/** What an adapter trips over may be billed once the call is out; another service may do without it. */
const bugOf = (cause: unknown, sent: boolean): Fault =>
  new Fault('bug', 'a bug while making a picture', { cause, maybeBilled: sent });

/** About as many characters of English make a token. */
const charactersOfToken = 4;

/** Micro-dollars by the list for previews without a picture: what they were made from was read all the same. */
function previewsPrice({ request: { prompt, inputs } }: Job, { way: { offer } }: Begun, previews: number): number {
  const { prices, partialImageTokens, inputImageTokens } = offer;
  if (prices === null) return 0;
  const text = Math.ceil(prompt.length / charactersOfToken) * prices.textIn;
  return text + inputs.length * inputImageTokens * prices.imageIn + previews * partialImageTokens * prices.imageOut;
}

/** The previews of a picture that was declined in the end are billed, whatever becomes of it; with some services all of it. */
async function declined(
  job: Job,
  begun: Begun,
  refusal: Refusal,
  previews: number,
  parts: Parts,
  which: string,
): Promise<Answered> {
  const ofPreviews = previews === 0 ? 0 : previewsPrice(job, begun, previews);
  const maybeBilled = refusal.refused === 'content' && refusal.maybeBilled === true;
  await bookLoss(job, begun, 'refused', parts, which, maybeBilled ? undefined : ofPreviews);
  return { refusal };
}

/** Those of its pictures that are pictures. @throws Fault when there is none */
function picturesOf({ made, requestId }: Made): readonly Picture[] {
  const pictures = made.map(readImage).filter((picture) => picture !== undefined);
  if (pictures.length > 0) return pictures;
  throw new Fault('broken-answer', 'no picture in the answer', { maybeBilled: true, requestId });
}

const bookFault = (job: Job, begun: Begun, fault: Fault, parts: Parts, which: string): Promise<void> =>
  bookLoss(job, begun, fault, parts, which, fault.maybeBilled ? undefined : 0);
