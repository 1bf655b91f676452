import type { JobId } from '../domain/job.ts';
import type { Claim } from '../domain/job-queue.ts';
import type { Parts } from './parts.ts';
import { breakOff, runJob, type StopReason } from './run-job.ts';

const pollMs = 500;
const renewMs = 5_000;
/** Jobs being posted besides those being made; each holds its pictures in memory. */
const postingMax = 16;

export interface Worker {
  /** Begins to claim. Before that, `wake` and `cancel` do nothing. */
  start(): void;
  /** Looks for work now instead of at the next poll. */
  wake(): void;
  /** Stops a job of this process at once when its person cancelled it. */
  cancel(job: JobId): void;
  /** Resolves when there is nothing to do, now or the next time that is so. */
  idle(): Promise<void>;
  /** Takes no more jobs, lets running ones end for at most `graceMs`, then puts the rest back for the next start. */
  stop(graceMs: number): Promise<void>;
}

interface Working {
  readonly claim: Claim;
  readonly stop: AbortController;
  making: boolean;
  readonly done: Promise<void>;
}

/** Once started, claims jobs while there is room, keeps their leases, and goes on until it is stopped. */
export function createWorker(parts: Parts): Worker {
  const { store, clock, log, owner, rules } = parts;
  const platforms = [...parts.platforms.keys()];
  const makingMax = parts.providers.reduce((sum, { concurrency }) => sum + concurrency, 0);
  const working = new Map<JobId, Working>();
  const stopping = new AbortController();
  let awake = new AbortController();
  const idlers: (() => void)[] = [];

  const making = () => [...working.values()].filter((work) => work.making).length;

  function work(claim: Claim): void {
    const stop = new AbortController();
    const entry: Working = { claim, stop, making: true, done: Promise.resolve() };
    const made = () => {
      entry.making = false;
      awake.abort();
    };
    const done = runJob(claim, parts, stop.signal, made)
      .catch(async (error: unknown) => {
        log.error({ job: claim.job.id, err: error }, 'work on a job broke off');
        await breakOff(claim, parts);
      })
      .catch((error: unknown) => log.error({ job: claim.job.id, err: error }, 'its lease will run out'))
      .finally(() => {
        working.delete(claim.job.id);
        awake.abort();
      });
    working.set(claim.job.id, Object.assign(entry, { done }));
  }

  /** Waits for a wake, a stop, or the next poll. */
  async function rest(): Promise<void> {
    await clock.sleep(pollMs, AbortSignal.any([awake.signal, stopping.signal])).catch(() => undefined);
  }

  async function claimLoop(): Promise<void> {
    while (!stopping.signal.aborted) {
      awake = new AbortController();
      if (working.size >= makingMax + postingMax) {
        await rest();
        continue;
      }
      const claim = await store.queue
        .claim(owner, platforms, making() < makingMax, rules.userConcurrency)
        .catch((error: unknown) => {
          log.error({ err: error }, 'the queue could not be read');
          return undefined;
        });
      if (claim) {
        work(claim);
        continue;
      }
      if (working.size === 0) for (const resolve of idlers.splice(0)) resolve();
      await rest();
    }
  }

  /** Keeps our leases. What is no longer ours stops at once: somebody else goes on with it. */
  async function renewLoop(): Promise<void> {
    while (!stopping.signal.aborted || working.size > 0) {
      await clock.sleep(renewMs, working.size === 0 ? stopping.signal : undefined).catch(() => undefined);
      try {
        const before = [...working.values()];
        const held = new Map(
          (await store.queue.renew(owner, [...working.keys(), ...parts.announcing])).map((lease) => [lease.job, lease]),
        );
        for (const { claim, stop } of before) {
          const lease = held.get(claim.job.id);
          if (lease?.cancel) stop.abort('cancelled' satisfies StopReason);
          const lost = lease?.attempt !== claim.job.attempt;
          if (lost && working.has(claim.job.id)) stop.abort('lost' satisfies StopReason);
        }
      } catch (error) {
        log.error({ err: error }, 'leases could not be renewed');
      }
    }
  }

  let claiming = Promise.resolve();

  return {
    start() {
      claiming = claimLoop();
      void renewLoop();
    },
    wake: () => awake.abort(),
    idle: () => new Promise((resolve) => idlers.push(resolve)),
    cancel: (job) => working.get(job)?.stop.abort('cancelled' satisfies StopReason),
    async stop(graceMs) {
      stopping.abort();
      await claiming;
      const all = Promise.allSettled([...working.values()].map(({ done }) => done));
      const over = new AbortController();
      const grace = clock.sleep(graceMs, over.signal).catch(() => undefined);
      await Promise.race([all, grace]);
      over.abort();
      for (const { stop } of working.values()) stop.abort('stopping' satisfies StopReason);
      await all;
    },
  };
}
