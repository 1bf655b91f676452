import type { Listing } from '../domain/listing.ts';
import type { Parts } from './parts.ts';
import { type InUse, warnOfRetiring } from './warn-of-retiring.ts';

const dayMs = 24 * 60 * 60 * 1000;

export interface DailyChecks {
  /** Forgets who asked for it, and removes what is older than it should get. */
  tidy(signal: AbortSignal): Promise<void>;
  /** What does not add up in the ledger, in words; empty when all does. */
  recount(): Promise<readonly string[]>;
  modelsInUse(): Promise<InUse>;
  /** What the services say themselves of the models that they offer. */
  listings(signal: AbortSignal): Promise<readonly Listing[]>;
}

/** At start and every day: removes what is old, and tells the admins of models that are about to retire and of a ledger that does not add up. */
export async function checkDaily(
  checks: DailyChecks,
  parts: Pick<Parts, 'catalogue' | 'providers' | 'clock' | 'alert' | 'log'>,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    await checks.tidy(signal).catch((error: unknown) => {
      if (!signal.aborted) parts.log.error({ err: error }, 'what is old could not be removed');
    });
    try {
      await warnOfRetiring(await checks.modelsInUse(), await checks.listings(signal), parts);
      const wrong = await checks.recount();
      if (wrong.length > 0) {
        await parts.alert(
          'ledger',
          `The ledger does not add up: ${wrong[0]}${wrong.length > 1 ? `, and ${wrong.length - 1} more` : ''}. Run npm run doctor.`,
        );
      }
    } catch (error) {
      if (!signal.aborted) parts.log.error({ err: error }, 'the daily checks broke off');
    }
    await parts.clock.sleep(dayMs, signal).catch(() => undefined);
  }
}
