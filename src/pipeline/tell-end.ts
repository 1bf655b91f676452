import type { Job } from '../domain/job.ts';
import { doneCard, endedCard } from './cards.ts';
import type { Parts } from './parts.ts';
import { openOrGoBlind, type Show } from './show.ts';

const dayMs = 24 * 60 * 60 * 1000;
const untoldMost = 200;

/**
 * Shows how a job ended on its card, as the last thing that is done for it, and notes that it was shown: should the
 * process die before, the next one shows it.
 * @param ended the job as it stands in the end
 */
export async function tellEnd(ended: Job, shown: Show | undefined, parts: Parts): Promise<void> {
  const card = ended.outcome ? endedCard(ended, ended.outcome) : doneCard(ended, tookMs(ended, parts));
  const show = shown ?? (await openOrGoBlind(ended, card, parts));
  await show?.finish(card);
  await parts.store.queue.told(ended.id);
}

/** From the start of the work to its end, or until now. */
export const tookMs = ({ startedAt, createdAt, endedAt }: Job, { clock }: Pick<Parts, 'clock'>): number =>
  (endedAt ?? clock.now()) - (startedAt ?? createdAt);

/** Shows the ends that processes of the last day could not show any more. */
export async function tellUntold(parts: Parts): Promise<void> {
  const { store, clock, platforms } = parts;
  const untold = await store.queue.untold([...platforms.keys()], clock.now() - dayMs, untoldMost);
  for (const job of untold) await tellEnd(job, undefined, parts);
}
