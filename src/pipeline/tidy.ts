import { type LettingGo, removeLeaving, removeUnneeded, sweep } from './let-go.ts';

const dayMs = 24 * 60 * 60_000;
const atOnce = 100;
const restMs = 100;

/** For how many days things are kept after a job ended; undefined: for ever. */
export interface KeepRules {
  readonly keepPromptsDays: number | undefined;
  readonly keepPicturesDays: number | undefined;
  readonly keepAuditDays: number | undefined;
}

/** Removes what is older than it should get, and blobs that nobody needs. A few at a time: in between, others have their turn. */
export async function tidy(rules: KeepRules, parts: LettingGo, signal: AbortSignal): Promise<void> {
  const { store, clock } = parts;
  const { keepPromptsDays, keepPicturesDays, keepAuditDays } = rules;
  const gently = async (days: number | undefined, step: (before: number) => Promise<number>) => {
    if (days === undefined) return;
    const before = clock.now() - days * dayMs;
    while ((await step(before)) > 0) await clock.sleep(restMs, signal);
  };
  await gently(keepPromptsDays, (before) => store.keeping.purgeWords(before, atOnce));
  await gently(keepPicturesDays, async (before) => {
    const { jobs, blobs } = await store.keeping.purgePictures(before, atOnce);
    await removeUnneeded(blobs, parts);
    return jobs;
  });
  await gently(keepAuditDays, (before) => store.keeping.purgeCalls(before, atOnce));
  await removeLeaving(parts, signal);
  await sweep(parts, signal);
}
