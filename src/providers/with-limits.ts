import type { ImageProvider } from '../domain/image-provider.ts';
import type { Json } from '../domain/job.ts';
import type { Pace } from '../domain/pace.ts';

/**
 * Keeps to what a service allows: its `concurrency`, and images per minute in any minute, over all processes that share
 * the pace. Calls wait here for their turn and leave at once when cancelled. A call that gives a ticket keeps its slot
 * until `check` says how it ended, or nobody has asked for a minute.
 * Goes around `withDeadline`, so that waiting is not counted as the service's time.
 * @param imagesPerMinute unset: as many as the service likes
 */
export function withLimits(provider: ImageProvider, pace: Pace, imagesPerMinute?: number): ImageProvider {
  const { name, concurrency } = provider;
  const limits = { concurrency, imagesPerMinute };

  return {
    ...provider,
    imagesPerCallMax: Math.min(provider.imagesPerCallMax, imagesPerMinute ?? provider.imagesPerCallMax),
    async start(order, key, signal, onProgress) {
      const slot = await pace.take(name, order.count, limits, signal);
      try {
        onProgress({ sent: true });
        const answer = await provider.start(order, key, signal, onProgress);
        if ('ticket' in answer) await pace.hold(name, taskOf(answer.ticket));
        return answer;
      } finally {
        slot.free();
      }
    },
    async check(ticket, signal) {
      const answer = await provider.check(ticket, signal);
      if ('percent' in answer) await pace.hold(name, taskOf(ticket));
      else pace.release(name, taskOf(ticket));
      return answer;
    },
  };
}

const taskOf = (ticket: Json): string => JSON.stringify(ticket);
