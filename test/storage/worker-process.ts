import { credits } from '../../src/domain/credits.ts';
import { openDatabase } from '../../src/storage/database.ts';
import { sqlStore } from '../../src/storage/store.ts';
import { finished } from '../contracts/jobs.ts';
import { manualClock } from '../fakes/clock.ts';
import type { TestDatabase } from './databases.ts';

/** What a process is told as its only argument, as JSON. */
export interface WorkOrder {
  readonly at: TestDatabase['at'];
  readonly owner: string;
  readonly loops: number;
  readonly runningMax: number;
}

/** What it prints at its end, as JSON. */
export interface WorkDone {
  /** The jobs that it was given, as often as it was given them. */
  readonly claimed: readonly string[];
  readonly mostRunningOfOnePerson: number;
}

/** A second machine: opens the database by itself and works until there is nothing left to do. */
async function work({ at, owner, loops, runningMax }: WorkOrder): Promise<WorkDone> {
  const store = sqlStore(await openDatabase(at.url, at.file), manualClock(), credits(0));
  const claimed: string[] = [];
  let most = 0;
  const loop = async () => {
    for (;;) {
      const claim = await store.queue.claim(owner, ['console'], true, runningMax);
      if (!claim) return;
      claimed.push(claim.job.id);
      most = Math.max(most, (await store.queue.load(claim.job.person.id)).running);
      await store.transaction(async ({ queue, ledger }) => {
        if (await queue.made(claim, finished)) await ledger.settle(claim.job.id, finished.charged);
      });
      await store.transaction(async ({ queue, gallery }) => {
        await queue.delivered(claim);
        await gallery.posted(claim.job.id, { thread: owner, channel: 'here', messages: [claim.job.id], own: true }, 1);
      });
    }
  };
  await Promise.all(Array.from({ length: loops }, loop));
  await store.close();
  return { claimed, mostRunningOfOnePerson: most };
}

process.stdout.write(JSON.stringify(await work(JSON.parse(process.argv[2] ?? '') as WorkOrder)));
