import type { JobId } from '../domain/job.ts';
import type { CardWriter } from './card-writer.ts';
import { waitingCard } from './cards.ts';
import type { Parts } from './parts.ts';
import { openOrGoBlind } from './show.ts';

/** Only the front of the queue is kept up to date: ten thousand waiting jobs must cost nothing. */
const frontMost = 20;
const lookMs = 5_000;

/** Tells those at the front of the queue how it moves, until the signal aborts. */
export async function keepWaitingCards(parts: Parts, signal: AbortSignal): Promise<void> {
  const platforms = [...parts.platforms.keys()];
  let shown = new Map<JobId, CardWriter>();
  while (!signal.aborted) {
    await parts.clock.sleep(lookMs, signal).catch(() => undefined);
    if (signal.aborted) return;
    try {
      const front = await parts.store.queue.waiting(platforms, frontMost);
      const next = new Map<JobId, CardWriter>();
      for (const [position, job] of front.entries()) {
        if (parts.announcing.has(job.id)) continue;
        const card = waitingCard(job, position + 1);
        const writer = shown.get(job.id) ?? (await openOrGoBlind(job, card, parts));
        if (!writer) continue;
        writer.show(card);
        next.set(job.id, writer);
      }
      shown = next;
    } catch (error) {
      parts.log.warn({ err: error }, 'waiting cards could not be updated');
    }
  }
}
