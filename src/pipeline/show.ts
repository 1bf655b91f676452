import type { Card } from '../domain/card.ts';
import type { Opening, Thread } from '../domain/chat-platform.ts';
import { Fault } from '../domain/fault.ts';
import type { Job, JobId, NewJob, Place } from '../domain/job.ts';
import { type CardWriter, cardWriter } from './card-writer.ts';
import { rootText, threadTitle } from './cards.ts';
import { type Parts, platformFor } from './parts.ts';
import { sharedOf } from './share.ts';

/** How one job is shown while this process holds it. */
export interface Show extends CardWriter {
  readonly thread: Thread;
  /** Where it is shown, with every id learnt so far. */
  place(): Place;
}

/**
 * Makes sure that root message, thread and card are there, and gives the means to change them. Works from the stored
 * place alone, so another process can go on where one was killed.
 * @throws Fault when the platform can't be reached or refuses
 */
export async function openShow(job: NewJob | Job, card: Card, parts: Parts): Promise<Show> {
  const platform = platformFor(parts, job.place.platform);
  let place = job.place;
  const thread = platform.thread(place, async (grown) => {
    place = grown;
    await parts.store.queue.remember(job.id, grown);
  });
  const root = rootText(job, undefined, await sharedOf(job, parts));
  const opening: Opening = { job: job.id, title: threadTitle(job), root, card };
  await oneByOne(job.id, parts, () => thread.open(opening));
  const log = parts.log.child({ job: job.id });
  const writer = cardWriter(thread, platform.editIntervalMsMin, parts.clock, log, parts.clock.now());
  return { ...writer, thread, place: () => place };
}

/** A job's turn may come while its waiting card is being posted: two that open it at once would both find nothing there. */
async function oneByOne(id: JobId, { opening }: Parts, open: () => Promise<void>): Promise<void> {
  const before = opening.get(id) ?? Promise.resolve();
  const mine = before.catch(() => undefined).then(open);
  opening.set(id, mine);
  try {
    await mine;
  } finally {
    if (opening.get(id) === mine) opening.delete(id);
  }
}

/** The show of a job whose place can't be opened now: nothing is seen, and posting will try again. */
export async function openOrGoBlind(job: Job, card: Card, parts: Parts): Promise<Show | undefined> {
  try {
    return await openShow(job, card, parts);
  } catch (error) {
    const code = error instanceof Fault ? error.code : 'bug';
    parts.log.warn({ job: job.id, err: error, code }, 'the place of a job could not be opened');
    return undefined;
  }
}
