import { Fault, remedy } from '../domain/fault.ts';
import { type Picture, readImage } from '../domain/image.ts';
import type { Made, Progress } from '../domain/image-provider.ts';
import type { Job, Json, Outcome } from '../domain/job.ts';
import type { Claim } from '../domain/job-queue.ts';
import { isRefusal, type Refusal } from '../domain/refusal.ts';
import { callProvider } from './call-provider.ts';
import type { Parts } from './parts.ts';
import { type Begun, bookLoss } from './record-call.ts';
import { rank, type Way } from './route.ts';
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
  | { readonly part: Part; readonly missing: number }
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
  const ranked = rank(ways, job.lane, job.request, parts);
  const tries = openTries(ranked, health, clock, chance);
  const resumed = ticketWay(job, ways);
  const isStored = ways.length > 1 || job.ticket !== undefined;
  const made: Part[] = [];
  let missing = job.request.count;
  let outcome = nobodyAsked(ranked, parts);
  let asked: Way | undefined;
  for (let call = 1; missing > 0; call++) {
    const next = call === 1 && resumed ? { way: resumed, waitMs: 0 } : tries.next();
    if (!next) break;
    if (next.waitMs > 0) {
      watch.waiting(next.waitMs);
      await clock.sleep(next.waitMs, signal).catch(() => undefined);
      if (signal.aborted) return { stopped: signal.reason as StopReason, made, running: undefined };
      continue;
    }
    const { way } = next;
    if (asked && asked !== way) watch.switched(way.provider.name);
    asked = way;
    const ticket = call === 1 && resumed ? job.ticket : undefined;
    const answered = await ask(
      { claim, way, count: missing, ticket, isStored, which: `call ${call}` },
      parts,
      signal,
      watch,
    );
    if ('stopped' in answered) return { ...answered, made };
    if ('refusal' in answered) {
      outcome = answered;
      break;
    }
    if ('fault' in answered) {
      tries.failed(way, answered.fault);
      const { code, retryAfterMs } = answered.fault;
      outcome = retryAfterMs === undefined ? { fault: code } : { fault: code, retryAfterMs };
      if (isOurs(code)) break;
      continue;
    }
    made.push(answered.part);
    missing = answered.missing;
  }
  return made.length > 0 ? { made } : { outcome };
}

/** What a job comes to that found nobody to ask: every service is put aside, or rests for longer than it may wait. */
function nobodyAsked(ranked: readonly Way[], { health, clock }: Parts): Outcome {
  const ready = ranked.map(({ provider }) => health.readyAt(provider.name)).filter((at) => at !== undefined);
  if (ready.length === 0) return { fault: 'account' };
  return { fault: 'overloaded', retryAfterMs: Math.max(Math.min(...ready) - clock.now(), 1_000) };
}

/** Whose failure it is: nobody else does better with what is our own. */
const isOurs = (code: Fault['code']): boolean => code === 'bug' || code === 'storage';

/** The service that a stored ticket is for, while it is still set up. */
export const ticketWay = ({ ticket, provider }: Job, ways: readonly Way[]): Way | undefined =>
  ticket === undefined ? undefined : ways.find((way) => way.provider.name === provider);

interface Question {
  readonly claim: Claim;
  readonly way: Way;
  readonly count: number;
  readonly ticket: Json | undefined;
  /** Whether it has to be stored who is asked: another one might have been, or there was a ticket. */
  readonly isStored: boolean;
  /** Tells the calls of one attempt apart. */
  readonly which: string;
}

async function ask(question: Question, parts: Parts, signal: AbortSignal, watch: Watch): Promise<Answered> {
  const { claim, way, count, ticket, which } = question;
  const { name } = way.provider;
  const begun: Begun = { way, count, startedAt: parts.clock.now() };
  let sent = ticket !== undefined;
  let previews = 0;
  const lost: { readonly fault: Fault; readonly count: number }[] = [];
  const onProgress = (step: Progress) => {
    if ('sent' in step) sent = true;
    else if ('partial' in step) previews++;
    else if ('lost' in step) lost.push({ fault: step.lost, count: step.count ?? 1 });
    watch.progress(step);
  };
  if (question.isStored && ticket === undefined && !(await parts.store.queue.calling(claim, name, undefined)))
    return { stopped: 'lost', running: undefined };
  parts.health.begins(name);
  try {
    const answer = await callProvider(claim, way, count, ticket, parts, signal, onProgress);
    parts.health.ended(name, lost[0]?.fault);
    for (const [at, { fault, count: losing }] of lost.entries())
      await bookFault(claim.job, { ...begun, count: losing }, fault, parts, `${which} lost ${at}`);
    const missing = lost.reduce((sum, part) => sum + part.count, 0);
    return isRefusal(answer)
      ? await declined(claim.job, begun, answer, previews, parts, which)
      : { part: partOf({ ...begun, count: count - missing }, answer), missing };
  } catch (error) {
    if (signal.aborted) return { stopped: signal.reason as StopReason, running: sent ? begun : undefined };
    if (error instanceof Fault && error.code === 'storage') throw error;
    const fault = error instanceof Fault ? error : new Fault('bug', 'a bug while making a picture', { cause: error });
    parts.health.ended(name, fault);
    await bookFault(claim.job, begun, fault, parts, which);
    await report(fault, claim.job, way, parts);
    return { fault };
  }
}

/** The previews of a picture that was declined in the end are billed, whatever becomes of it. */
async function declined(
  job: Job,
  begun: Begun,
  refusal: Refusal,
  previews: number,
  parts: Parts,
  which: string,
): Promise<Answered> {
  const { prices, partialImageTokens } = begun.way.offer;
  await bookLoss(job, begun, 'refused', parts, which, previews * partialImageTokens * (prices?.imageOut ?? 0));
  return { refusal };
}

/** @throws Fault when none of its pictures is one */
function partOf(begun: Begun, answer: Made): Part {
  const pictures = answer.made.map(readImage).filter((picture) => picture !== undefined);
  if (pictures.length > 0) return { ...begun, answer, pictures };
  const { requestId } = answer;
  throw new Fault('broken-answer', 'no picture in the answer', { maybeBilled: true, requestId });
}

const bookFault = (job: Job, begun: Begun, fault: Fault, parts: Parts, which: string): Promise<void> =>
  bookLoss(job, begun, fault, parts, which, fault.maybeBilled ? undefined : 0);

/** Writes the fault down, puts a service aside whose account fails, and tells the admins what only they can mend. */
async function report(fault: Fault, { id }: Job, { provider: { name } }: Way, parts: Parts): Promise<void> {
  const { code, requestId } = fault;
  parts.log.error({ job: id, provider: name, code, request: requestId, err: fault }, 'a provider failed');
  if (remedy[code] !== 'page-operator') return;
  if (code === 'account') await parts.health.putAside(name);
  parts.errands.add(
    parts.alert(`${code} ${name}`, `${whatFails(name, code)} Its own words are in the log of job ${id}.`),
  );
}

function whatFails(name: string, code: Fault['code']): string {
  if (code !== 'account') return `The image service ${name} fails Easel: it does not accept how it asks.`;
  return `The image service ${name} fails Easel: it refuses its account: key, quota or permission. It is left out for an hour, or until an admin says /services resume name:${name}.`;
}
