import { hostname } from 'node:os';
import type { Parts } from './parts.ts';

/** Names this process in leases, so that a later one on the same machine can tell that it is gone. */
export const ownerName = (unique: string): string => `${hostname()}/${process.pid}/${unique}`;

/** Frees what processes of this machine left behind when they died, so that it goes on at once instead of after a lease. */
export async function recover({ store, owner, log }: Pick<Parts, 'store' | 'owner' | 'log'>): Promise<void> {
  const freed = await store.queue.free((other) => other !== owner && isDead(other));
  if (freed > 0) log.info({ jobs: freed }, 'jobs of a process that died go on here');
}

function isDead(owner: string): boolean {
  const [host, pid] = owner.split('/');
  if (host !== hostname()) return false;
  if (Number(pid) === process.pid) return true;
  try {
    process.kill(Number(pid), 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}
