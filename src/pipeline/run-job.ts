import { Fault } from '../domain/fault.ts';
import type { Outcome } from '../domain/job.ts';
import { type Claim, nobody } from '../domain/job-queue.ts';
import { pausedCard, postingCard } from './cards.ts';
import { goneMeanwhile } from './choose-model.ts';
import { deliver } from './deliver.ts';
import { giveBack } from './give-back.ts';
import { keep, storeOriginals } from './keep.ts';
import { measureStage } from './measure.ts';
import type { Parts } from './parts.ts';
import { type Begun, bookGone, bookLoss } from './record-call.ts';
import { type Way, waysFor } from './route.ts';
import { share } from './share.ts';
import type { Show } from './show.ts';
import { tellEnd } from './tell-end.ts';
import { ticketWay, tryWays } from './try-ways.ts';
import { startWatch } from './watch.ts';

/** Why the work on a job was told to stop. */
export type StopReason = 'cancelled' | 'lost' | 'stopping';

/** A job that was cut off so often is given back: it may be what brings the process down. */
const attemptsMax = 10;

/**
 * The journey of one claimed job: make, keep, settle, post. Every step is either repeatable or fenced by the claim, so
 * dying anywhere loses nothing.
 * @param signal aborts with a `StopReason`
 * @param onMade called when no provider is busy with it any more
 */
export async function runJob(claim: Claim, parts: Parts, signal: AbortSignal, onMade: () => void): Promise<void> {
  const { job } = claim;
  if (job.state === 'made') {
    onMade();
    return deliver(claim, undefined, undefined, parts, signal);
  }
  if (job.leader !== undefined) return runFollower(claim, parts, signal, onMade);
  if (job.attempt === 1) measureStage(job, 'waiting', job.createdAt, parts);
  const ways = waysFor(job.request, parts.providers);
  const ticketed = ticketWay(job, ways) !== undefined;
  if (claim.resumed && !ticketed) await bookCutOff(claim, ways, parts);
  const gone = ticketed ? undefined : goneMeanwhile(job, parts);
  if (ways.length === 0) {
    return end(claim, { refusal: gone ?? { refused: 'no-provider', model: job.request.model } }, undefined, parts);
  }
  if (job.cancelAsked) return end(claim, { cancelled: true }, undefined, parts);
  if (gone) return end(claim, { refusal: gone }, undefined, parts);
  if (job.attempt > attemptsMax) return end(claim, { fault: 'interrupted' }, undefined, parts);

  const watch = await startWatch(claim, parts);
  const tried = await tryWays(claim, ways, parts, signal, watch).finally(watch.stop);
  if ('outcome' in tried) return end(claim, tried.outcome, await watch.show, parts);
  const { made } = tried;
  if ('stopped' in tried) {
    await bookAll(claim, made, 'not kept', parts);
    if (tried.stopped === 'cancelled' && tried.running) await bookAll(claim, [tried.running], 'cancelled', parts);
    // Nothing is being called: nothing will have been cut off.
    if (tried.stopped === 'stopping' && !tried.running) await parts.store.queue.calling(claim, nobody, undefined);
    return stopped(claim, tried.stopped, await watch.show, parts);
  }

  const stored = await storeOriginals(made, parts, signal).catch((error: unknown) => ({ error }));
  if ('error' in stored) return notStored(claim, made, stored.error, await watch.show, parts, signal);
  const kept = await keep(claim, made, stored, parts).catch(async (error: unknown) => {
    // Where the database failed, the job goes on later, and the call is booked then.
    if (!(error instanceof Fault) || error.code !== 'storage') await bookAll(claim, made, 'not kept', parts);
    throw error;
  });
  onMade();
  if (!kept) {
    const why = await whyNotKept(claim, parts);
    if (why === 'cancelled') await bookAll(claim, made, 'cancelled', parts);
    return stopped(claim, why, await watch.show, parts);
  }
  const show = await watch.show;
  show?.show(postingCard(kept.job));
  await deliver({ ...claim, job: kept.job }, kept.pictures, show, parts, signal);
}

/** For a job that gets the pictures of another: no provider is asked, and nothing is charged. */
async function runFollower(claim: Claim, parts: Parts, signal: AbortSignal, onMade: () => void): Promise<void> {
  onMade();
  const shared = await share(claim, parts);
  if (!shared) return;
  if ('outcome' in shared) return end(claim, shared.outcome, undefined, parts);
  await deliver({ ...claim, job: shared.made }, undefined, undefined, parts, signal);
}

/** The call that the process before had going, as far as it is known: where nothing was stored, it asked the first. */
async function bookCutOff({ job }: Claim, ways: readonly Way[], parts: Parts): Promise<void> {
  const { provider: name } = job;
  if (name === nobody) return;
  const way = name === undefined ? ways[0] : ways.find(({ provider }) => provider.name === name);
  const startedAt = job.startedAt ?? parts.clock.now();
  if (way) return bookLoss(job, { way, count: job.request.count, startedAt }, 'cut off', parts, 'cut off');
  if (name !== undefined) await bookGone(job, name, startedAt, parts);
}

async function bookAll(
  { job }: Claim,
  calls: readonly Begun[],
  why: 'not kept' | 'cancelled',
  parts: Parts,
): Promise<void> {
  for (const [at, call] of calls.entries()) await bookLoss(job, call, why, parts, `${why} ${at}`);
}

/** Nobody gets what can't be stored: the house pays for it. A stop or a cancel ends the wait for the blob store. */
async function notStored(
  claim: Claim,
  made: readonly Begun[],
  error: unknown,
  show: Show | undefined,
  parts: Parts,
  signal: AbortSignal,
): Promise<void> {
  await bookAll(claim, made, 'not kept', parts);
  if (!(error instanceof Fault)) throw error;
  const { id } = claim.job;
  parts.log.error({ job: id, err: error }, 'what was made could not be stored');
  parts.errands.add(parts.alert('storage', `Easel can't store pictures. The log of job ${id} says more.`));
  if (!signal.aborted) return end(claim, { fault: error.code }, show, parts);
  const reason = signal.reason as StopReason;
  // Nothing is being called: nothing will have been cut off.
  if (reason === 'stopping') await parts.store.queue.calling(claim, nobody, undefined);
  return stopped(claim, reason, show, parts);
}

/** The claim was lost, or the person cancelled while the pictures were being stored. */
async function whyNotKept({ job }: Claim, { store }: Parts): Promise<StopReason> {
  const now = await store.queue.find(job.id);
  return now?.cancelAsked && now.state === 'running' && now.attempt === job.attempt ? 'cancelled' : 'lost';
}

/** Ends a job without a picture and gives everything back, in one transaction; then says so. */
async function end(claim: Claim, outcome: Outcome, show: Show | undefined, parts: Parts): Promise<void> {
  if (!(await giveBack(claim, outcome, parts))) return;
  parts.log.info({ job: claim.job.id, outcome: Object.keys(outcome)[0] }, 'a job ended without a picture');
  parts.errands.add(tellEnd({ ...claim.job, outcome }, show, parts));
}

/** For a job whose work broke off by a bug of ours: ends it, whatever it was doing, and tells the admins. */
export async function breakOff(claim: Claim, parts: Parts): Promise<void> {
  await end(claim, { fault: 'bug' }, undefined, parts);
  parts.errands.add(
    parts.alert('bug', `Something went wrong inside Easel; job ${claim.job.id} was given back. The log says more.`),
  );
}

async function stopped(claim: Claim, reason: StopReason, show: Show | undefined, parts: Parts): Promise<void> {
  switch (reason) {
    case 'cancelled':
      return end(claim, { cancelled: true }, show, parts);
    case 'stopping':
      if (show) parts.errands.add(show.finish(pausedCard(claim.job)));
      return parts.store.queue.putBack(claim);
    case 'lost':
      parts.log.warn({ job: claim.job.id }, 'the lease of a job was lost, another process goes on with it');
  }
}
