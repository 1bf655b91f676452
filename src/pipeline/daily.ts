import { findModel, type Model } from '../domain/catalogue.ts';
import type { Parts } from './parts.ts';

const dayMs = 24 * 60 * 60 * 1000;
const warnDaysBefore = 60;

export interface DailyChecks {
  /** What does not add up in the ledger, in words; empty when all does. */
  recount(): Promise<readonly string[]>;
  /** Ids of the models that pictures were made with lately. */
  modelsInUse(): Promise<readonly string[]>;
}

/** At start and every day: tells the admins of models that are about to retire and of a ledger that does not add up. */
export async function checkDaily(
  checks: DailyChecks,
  parts: Pick<Parts, 'catalogue' | 'clock' | 'alert' | 'log'>,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    try {
      await warnOfRetiring(await checks.modelsInUse(), parts);
      const wrong = await checks.recount();
      if (wrong.length > 0) {
        await parts.alert(
          'ledger',
          `The ledger does not add up: ${wrong[0]}${wrong.length > 1 ? `, and ${wrong.length - 1} more` : ''}. Run npm run doctor.`,
        );
      }
    } catch (error) {
      parts.log.error({ err: error }, 'the daily checks broke off');
    }
    await parts.clock.sleep(dayMs, signal).catch(() => undefined);
  }
}

async function warnOfRetiring(
  used: readonly string[],
  { catalogue, clock, alert }: Pick<Parts, 'catalogue' | 'clock' | 'alert'>,
): Promise<void> {
  const inUse = [...new Set([catalogue.default, ...used])].map((id) => findModel(catalogue, id));
  for (const model of inUse) {
    if (model && retiresSoon(model, clock.now())) await alert(`retiring ${model.id}`, retiringText(model));
  }
}

function retiresSoon({ life }: Model, now: number): boolean {
  return life.state !== 'current' && Date.parse(`${life.on}T00:00:00Z`) - now <= warnDaysBefore * dayMs;
}

function retiringText({ id, life, successor }: Model): string {
  const day = life.state === 'current' ? '' : life.on;
  return `The model ${id}, in use here, ends on ${day}. ${successor ? `From then on requests for it are made with ${successor}.` : 'It has no successor.'}`;
}
