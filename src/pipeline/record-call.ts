import { type Credits, credits } from '../domain/credits.ts';
import type { Fault } from '../domain/fault.ts';
import type { Named } from '../domain/image-provider.ts';
import type { Job } from '../domain/job.ts';
import type { Call } from '../domain/job-queue.ts';
import { inCredits, listPrice } from '../domain/price.ts';
import type { Books } from '../domain/store.ts';
import { measureCall } from './measure.ts';
import type { Parts } from './parts.ts';
import type { Way } from './route.ts';
import { tariff } from './tariff.ts';

/** One call that has begun, for so many of the job's pictures. */
export interface Begun {
  readonly way: Way;
  readonly count: number;
  readonly startedAt: number;
  /** What the service calls it, as far as it has said so. */
  readonly named?: Named;
}

/** How a call ended, as far as that is not said by the job. */
type Ending = Pick<Call, 'outcome' | 'listMicroUsd'> &
  Partial<
    Pick<Call, 'requestId' | 'organisation' | 'usage' | 'delivered' | 'charged' | 'absorbed' | 'contentCredentials'>
  >;

/** What is written down about it. */
export function callOf(
  job: Job,
  { way, count, startedAt, named }: Begun,
  ending: Ending,
  { clock }: Pick<Parts, 'clock'>,
): Call {
  const { model, quality, size } = job.request;
  return {
    ...{ job: job.id, attempt: job.attempt, provider: way.provider.name, model, quality, size, count },
    ...{ startedAt, endedAt: clock.now(), requestId: named?.requestId, organisation: named?.organisation },
    ...{ usage: undefined, delivered: 0, charged: credits(0), absorbed: credits(0), contentCredentials: undefined },
    billedMicroUsd: ending.listMicroUsd * way.provider.priceMultiplier,
    ...ending,
  };
}

/** Why nobody is charged for a call that the service may bill. */
const reasons = {
  'cut off': 'possibly billed: the process died during the call',
  cancelled: 'possibly billed: cancelled during the call',
  refused: 'billed as far as it had come, then declined',
  'not kept': 'billed: its pictures could not be stored',
} as const;

/**
 * Writes a call down that nobody is charged for, and books what it may cost to the house, both or neither.
 * @param microUsd what the service may bill for it, by the list; unset: the price of what it was asked for
 * @param which tells calls of one attempt apart, so that a repeat books once
 */
export async function bookLoss(
  job: Job,
  begun: Begun,
  outcome: keyof typeof reasons | Fault,
  parts: Parts,
  which: string,
  microUsd = listPrice(begun.way.offer, { ...job.request, count: begun.count }, tariff(begun.way, parts)),
): Promise<void> {
  const call = await parts.store.transaction((books) => bookLossIn(books, job, begun, outcome, parts, which, microUsd));
  measureCall(call, parts);
}

async function bookLossIn(
  { queue, ledger }: Books,
  job: Job,
  begun: Begun,
  outcome: keyof typeof reasons | Fault,
  parts: Parts,
  which: string,
  listMicroUsd: number,
): Promise<Call> {
  const isFault = typeof outcome !== 'string';
  const absorbed: Credits = inCredits(listMicroUsd / begun.count, begun.count, tariff(begun.way, parts));
  const key = `${job.id}:${job.attempt}:${which}`;
  await ledger.absorb(job.id, absorbed, isFault ? 'possibly billed: the call failed' : reasons[outcome], key);
  const requestId = (isFault ? outcome.requestId : undefined) ?? begun.named?.requestId;
  const ending = { outcome: isFault ? outcome.code : outcome, listMicroUsd, absorbed, requestId };
  const call = callOf(job, begun, ending, parts);
  await queue.record(call);
  return call;
}

/** A call that was cut off, of a service that is not set up any more: nothing is known of its price but the quote. */
export async function bookGone(job: Job, provider: string, startedAt: number, parts: Parts): Promise<void> {
  const { model, quality, size, count } = job.request;
  const microUsd = job.quote * parts.rules.creditUsd * 1e6;
  const call: Call = {
    ...{ job: job.id, attempt: job.attempt, provider, model, quality, size, count, outcome: 'cut off' },
    ...{ startedAt, endedAt: parts.clock.now(), requestId: undefined, organisation: undefined, usage: undefined },
    ...{ delivered: 0, charged: credits(0), absorbed: job.quote, contentCredentials: undefined },
    ...{ listMicroUsd: microUsd, billedMicroUsd: microUsd },
  };
  await parts.store.transaction(async ({ queue, ledger }) => {
    await ledger.absorb(job.id, job.quote, reasons['cut off'], `${job.id}:${job.attempt}:cut off`);
    await queue.record(call);
  });
  measureCall(call, parts);
}
