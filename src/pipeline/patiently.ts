import { Fault } from '../domain/fault.ts';
import type { Parts } from './parts.ts';

const waitsMs = [1_000, 2_000, 4_000, 8_000, 15_000, 30_000, 30_000, 30_000];

/**
 * Does what needs the blob store, again and again for two minutes while that is away: what a service has made, and was
 * paid for, is worth the wait.
 * @param signal ends the waiting
 * @throws Fault `storage` as it was thrown last
 */
export async function patiently<T>(
  work: () => Promise<T>,
  { clock, log }: Pick<Parts, 'clock' | 'log'>,
  signal: AbortSignal,
): Promise<T> {
  for (const waitMs of waitsMs) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof Fault) || error.code !== 'storage') throw error;
      log.warn({ err: error }, 'the blob store is away, it is asked again');
    }
    await clock.sleep(waitMs, signal).catch(() => undefined);
    if (signal.aborted) break;
  }
  return work();
}
