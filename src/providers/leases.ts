import { createHash } from 'node:crypto';
import type { Clock } from '../domain/clock.ts';
import { callLeaseMs, type Slot, type Tally } from '../domain/pace.ts';

const renewMs = 5_000;
const taskLeaseMs = 60_000;
/** Tasks are asked about every few seconds; their lease is not renewed as often. */
const holdAgainMs = 20_000;

/** Keeps the slots of this process counted while they are in use. What can't be given back runs out by itself. */
export interface Leases {
  /** @param given called once, when the slot is given back */
  slot(service: string, id: string, given: () => void): Slot;
  hold(service: string, task: string): Promise<void>;
  /** Forgets a task; returns the name of its slot. */
  release(service: string, task: string): string;
  free(id: string): Promise<void>;
}

export function leases(tally: Tally, clock: Clock, shared: boolean): Leases {
  /** Service by slot. */
  const calls = new Map<string, string>();
  /** When each task was kept last, by its slot. */
  const tasks = new Map<string, number>();
  let keeping: Promise<void> = Promise.resolve();
  let idle = new AbortController();

  async function renew(over: AbortSignal): Promise<void> {
    while (!over.aborted) {
      await clock.sleep(renewMs, over).catch(() => undefined);
      if (over.aborted) return;
      const slots = [...calls].map(([id, service]) => ({ id, service }));
      keeping = tally.keep(slots, callLeaseMs).catch(() => undefined);
      await keeping;
    }
  }

  return {
    slot(service, id, given) {
      calls.set(id, service);
      if (shared && calls.size === 1) {
        idle = new AbortController();
        void renew(idle.signal);
      }
      return {
        free() {
          if (!calls.delete(id)) return;
          if (calls.size === 0) idle.abort();
          given();
        },
      };
    },
    async hold(service, task) {
      const now = clock.now();
      for (const [id, at] of tasks) if (at + taskLeaseMs < now) tasks.delete(id);
      const id = slotOf(service, task);
      if ((tasks.get(id) ?? Number.NEGATIVE_INFINITY) + holdAgainMs > now) return;
      tasks.set(id, now);
      await tally.keep([{ service, id }], taskLeaseMs).catch(() => tasks.delete(id));
    },
    release(service, task) {
      const id = slotOf(service, task);
      tasks.delete(id);
      return id;
    },
    async free(id) {
      // A slot that is just being kept would be there again afterwards.
      await keeping;
      await tally.free(id).catch(() => undefined);
    },
  };
}

/** The same in every process, and short however long the task's name is. */
const slotOf = (service: string, task: string): string =>
  createHash('sha256').update(`${service}\n${task}`).digest('hex');
