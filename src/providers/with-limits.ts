import type { ImageProvider } from '../domain/image-provider.ts';
import type { Json } from '../domain/job.ts';
import type { Pace } from '../domain/pace.ts';

/**
 * Keeps to what a service allows: its `concurrency`, and images per minute in any minute, over all processes that share
 * the pace. Calls wait here for their turn and leave at once when cancelled. A call that gives a ticket keeps a slot for
 * each picture that the service is working on, until `check` says how it ended, or nobody has asked for a minute.
 * Goes around `withDeadline`, so that waiting is not counted as the service's time.
 * @param imagesPerMinute unset: as many as the service likes
 */
export function withLimits(provider: ImageProvider, pace: Pace, imagesPerMinute?: number): ImageProvider {
  const { name, concurrency } = provider;
  const limits = { concurrency, imagesPerMinute };
  const slots = ticketSlots(name, pace);

  return {
    ...provider,
    imagesPerCallMax: Math.min(provider.imagesPerCallMax, imagesPerMinute ?? provider.imagesPerCallMax),
    async start(order, key, signal, onProgress) {
      const slot = await pace.take(name, order.count, limits, signal);
      try {
        onProgress({ sent: true });
        const answer = await provider.start(order, key, signal, onProgress);
        if ('ticket' in answer) await slots.keep(answer.ticket, answer.tasks);
        return answer;
      } finally {
        slot.free();
      }
    },
    async check(ticket, signal) {
      const answer = await provider.check(ticket, signal);
      if ('percent' in answer) await slots.keep(ticket, answer.tasks);
      else slots.free(ticket);
      return answer;
    },
  };
}

/** More tickets than this are not under way at a time. */
const ticketsMax = 10_000;

/** The slots of what a service is working on, as many as it says for each ticket. */
function ticketSlots(name: string, pace: Pace) {
  const kept = new Map<string, number>();

  function freeFrom(first: number, id: string): void {
    for (let at = first; at < (kept.get(id) ?? 1); at++) pace.release(name, slotOf(id, at));
  }

  return {
    async keep(ticket: Json, tasks = 1): Promise<void> {
      const id = JSON.stringify(ticket);
      freeFrom(tasks, id);
      kept.set(id, tasks);
      for (const oldest of kept.keys()) if (kept.size > ticketsMax) kept.delete(oldest);
      for (let at = 0; at < tasks; at++) await pace.hold(name, slotOf(id, at));
    },
    free(ticket: Json): void {
      const id = JSON.stringify(ticket);
      freeFrom(0, id);
      kept.delete(id);
    },
  };
}

/** The same in every process; the first is named like the ticket. */
const slotOf = (id: string, at: number): string => (at === 0 ? id : `${id} ${at}`);
