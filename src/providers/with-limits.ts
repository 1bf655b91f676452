import Bottleneck from 'bottleneck';
import type { Clock } from '../domain/clock.ts';
import type { ImageProvider } from '../domain/image-provider.ts';
import { orAborted } from './or-aborted.ts';
import { slidingWindow } from './sliding-window.ts';

/**
 * Keeps to what a service allows: its `concurrency`, and images per minute in any minute.
 * Calls wait here for their turn and leave at once when cancelled. Goes around `withDeadline`, so that waiting is not
 * counted as the service's time.
 * @param imagesPerMinute unset: as many as the service likes
 */
export function withLimits(provider: ImageProvider, clock: Clock, imagesPerMinute?: number): ImageProvider {
  // Without `expiration`: its expiry kills the process when it strikes a waiting job (github.com/SGrondin/bottleneck/issues/181).
  const places = new Bottleneck({ maxConcurrent: provider.concurrency });
  const window = imagesPerMinute === undefined ? undefined : slidingWindow(imagesPerMinute, 60_000, clock);

  return {
    ...provider,
    imagesPerCallMax: Math.min(provider.imagesPerCallMax, imagesPerMinute ?? provider.imagesPerCallMax),
    start(order, key, signal, onProgress) {
      const begin = async () => {
        // Nobody waits for it any more; the place goes on to the next.
        signal.throwIfAborted();
        // Counted last, so that what is counted begins now.
        await window?.(order.count, signal);
        onProgress({ sent: true });
        return provider.start(order, key, signal, onProgress);
      };
      return orAborted(places.schedule(begin), signal);
    },
  };
}
