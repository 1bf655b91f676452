import { type JobId, openStates } from '../domain/job.ts';
import type { JobQueue } from '../domain/job-queue.ts';

/** What people are asking for, so that what is sent twice is done once. Of this process; what is lost is done twice. */
export interface Wishes {
  /** False when the same is being asked for, or made. */
  enter(wish: string): Promise<boolean>;
  /** The asking is over. @param job what it became: the wish counts until that is over */
  leave(wish: string, job: JobId | undefined): void;
}

const wishesMost = 10_000;

export function openWishes(queue: Pick<JobQueue, 'find'>): Wishes {
  const known = new Map<string, JobId | 'asking'>();

  async function isOpen(job: JobId): Promise<boolean> {
    const state = (await queue.find(job))?.state;
    return openStates.some((open) => open === state);
  }

  return {
    async enter(wish) {
      const was = known.get(wish);
      if (was === 'asking' || (was && (await isOpen(was)))) return false;
      // Somebody else may have come in meanwhile.
      if (known.get(wish) !== was) return false;
      known.set(wish, 'asking');
      return true;
    },
    leave(wish, job) {
      known.delete(wish);
      if (job === undefined) return;
      if (known.size >= wishesMost) known.clear();
      known.set(wish, job);
    },
  };
}
