import { sql } from 'kysely';
import { openStorage } from '../build.ts';
import { readConfig } from '../config.ts';
import type { JobId } from '../domain/job.ts';
import { readPersonId } from '../domain/person.ts';
import { counted } from '../domain/text.ts';
import { forgetInTime } from '../pipeline/forget.ts';
import { systemClock } from '../system-clock.ts';

/** A running Easel stops a call within seconds of being asked. */
const patienceMs = 20_000;

/** `npm run forget -- discord:ID`: removes a person's words and pictures. May be run while Easel does, and again. */
export async function forgetPerson(words: readonly string[]): Promise<number> {
  const [name = '', ...others] = words;
  const person = readPersonId(name);
  if (!person || others.length > 0)
    throw new Error('Name one person: npm run forget -- discord:ID, or slack:TEAM/ID, or console:NAME');
  const { store, blobs, database, pseudonym } = await openStorage(readConfig(process.env), systemClock);
  const stop = (job: JobId) =>
    store.transaction(async ({ queue, ledger }) => {
      if ((await queue.cancel(job)) === 'ended') await ledger.release(job);
    });
  try {
    const forgetting = { person, until: systemClock.now() };
    const parts = { store, blobs, clock: systemClock, pseudonym, stop };
    const { open, fresh } = await forgetInTime(forgetting, parts, patienceMs, new AbortController().signal);
    // Its pages of before are not left lying in the log of changes.
    if (database.engine === 'sqlite') await sql`pragma wal_checkpoint(truncate)`.execute(database.db);
    console.log(report(person, open, fresh));
    return 0;
  } finally {
    await store.close();
  }
}

function report(person: string, open: number, fresh: number): string {
  const done = `Nothing that ${person} asked for is kept any more; what was paid stays booked under a pseudonym. Posted messages stay.`;
  const later = `${counted(open, 'job')} of ${person} ${open === 1 ? 'is' : 'are'} still in the works. All others are forgotten; Easel forgets the rest when it starts, or within a day. Or run this again.`;
  const young = `${counted(fresh, 'picture')} of the last hour ${fresh === 1 ? 'goes' : 'go'} with the next daily round.`;
  return [open === 0 ? done : later, ...(fresh > 0 ? [young] : [])].join('\n');
}
