import type { JobId } from '../domain/job.ts';
import type { Forgetting } from '../domain/keeping.ts';
import type { PersonId } from '../domain/person.ts';
import { type LettingGo, removeUnneeded } from './let-go.ts';

const atOnce = 50;
const lookMs = 500;

export interface Forgets extends LettingGo {
  /** Who a person is once they are forgotten: the same each time, and meaningless to others. */
  pseudonym(person: PersonId): PersonId;
  /** Asks that a job stops. What is late for that ends by itself. */
  stop(job: JobId): Promise<unknown>;
}

/**
 * Forgets a person, as far as their jobs have ended: words, pictures, names, settings, and whose the account is. Every
 * step may be repeated, and that it was asked for stays noted until all is done, so dying anywhere loses nothing.
 * @returns how many jobs are still in the works, and how many pictures were stored so lately that a later round removes them
 */
export async function forget(
  forgetting: Forgetting,
  { stop, pseudonym, ...parts }: Forgets,
): Promise<{ readonly open: number; readonly fresh: number }> {
  const { keeping } = parts.store;
  const { person } = forgetting;
  await keeping.ask(forgetting);
  for (const job of await keeping.open(forgetting)) await stop(job);
  // Counted before: what ends from here on is taken by the next time.
  const { length: open } = await keeping.open(forgetting);
  let fresh = 0;
  for (;;) {
    const { jobs, blobs } = await keeping.forgetJobs(forgetting, pseudonym(person), atOnce);
    fresh += await removeUnneeded(blobs, parts);
    if (jobs < atOnce) break;
  }
  if (open === 0) await keeping.forgetPerson(person, pseudonym(person));
  return { open, fresh };
}

/** The same, waiting for jobs in the works to end, for a while. */
export async function forgetInTime(
  forgetting: Forgetting,
  parts: Forgets,
  patienceMs: number,
  signal: AbortSignal,
): Promise<{ readonly open: number; readonly fresh: number }> {
  const until = parts.clock.now() + patienceMs;
  let fresh = 0;
  for (;;) {
    const done = await forget(forgetting, parts);
    fresh += done.fresh;
    if (done.open === 0 || parts.clock.now() >= until || signal.aborted) return { ...done, fresh };
    await parts.clock.sleep(lookMs, signal).catch(() => undefined);
  }
}
