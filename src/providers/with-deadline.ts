import type { Clock } from '../domain/clock.ts';
import { Fault } from '../domain/fault.ts';
import type { ImageRequest, Quality } from '../domain/image.ts';
import type { ImageProvider } from '../domain/image-provider.ts';
import { orAborted } from './or-aborted.ts';

/**
 * Slow is normal: two minutes for an involved prompt, five for 4K at the best quality.
 * Sources: developers.openai.com "Image generation" (latency); docs.apiyi.com time-outs. Read 2026-11.
 */
const byQuality: Readonly<Record<Quality, number>> = {
  low: 120_000,
  medium: 240_000,
  high: 420_000,
  xhigh: 540_000,
  max: 600_000,
};

export const deadlineByQuality = ({ quality }: ImageRequest): number => byQuality[quality];

/** Asking how a ticket stands takes no work. */
const checkDeadlineMs = 60_000;

/**
 * Ends calls that take too long, streams included, whether or not the provider minds its signal.
 * A late `start` is a Fault `timeout`: the service goes on and bills. A late `check` is `unreachable`: asking again
 * costs nothing. Goes inside `withRepeatedChecks` and `withLimits`, whose waiting is not the service's.
 */
export function withDeadline(
  provider: ImageProvider,
  clock: Clock,
  deadlineMsOf: (request: ImageRequest) => number = deadlineByQuality,
): ImageProvider {
  async function within<T>(ms: number, signal: AbortSignal, late: Fault, call: (signal: AbortSignal) => Promise<T>) {
    signal.throwIfAborted();
    const over = new AbortController();
    const done = new AbortController();
    const either = AbortSignal.any([signal, over.signal]);
    clock.sleep(ms, done.signal).then(
      () => over.abort(late),
      () => undefined,
    );
    try {
      return await orAborted(call(either), either);
    } finally {
      done.abort();
    }
  }

  return {
    ...provider,
    start(order, key, signal, onProgress) {
      const ms = deadlineMsOf(order);
      const late = new Fault('timeout', `${provider.name} took over ${ms / 1000} s`, { maybeBilled: true });
      return within(ms, signal, late, (either) => provider.start(order, key, either, onProgress));
    },
    check(ticket, signal) {
      const late = new Fault('unreachable', `${provider.name} did not say within ${checkDeadlineMs / 1000} s`);
      return within(checkDeadlineMs, signal, late, (either) => provider.check(ticket, either));
    },
  };
}
