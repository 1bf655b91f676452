import Bottleneck from 'bottleneck';
import type { Limiter } from '../domain/limiter.ts';

const windowMs = 10_000;

/**
 * Lets at most `most` requests per key through in ten seconds and drops the rest at once, before they reach the
 * database. In this process only; exact limits are counted in the database.
 */
export function floodLimiter(most: number): Limiter {
  const group = new Bottleneck.Group({
    reservoir: most,
    reservoirRefreshAmount: most,
    reservoirRefreshInterval: windowMs,
    highWater: 0,
    strategy: Bottleneck.strategy.OVERFLOW,
    // Longer than the refresh: a limiter that is forgotten earlier would start again with a full reservoir.
    timeout: 6 * windowMs,
  });
  return {
    async take(key) {
      try {
        await group.key(key).schedule(async () => undefined);
        return undefined;
      } catch (error) {
        if (error instanceof Bottleneck.BottleneckError) return { retryAfterMs: windowMs };
        throw error;
      }
    },
    stop: () => group.disconnect(true),
  };
}
