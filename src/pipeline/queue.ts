import { Fault } from '../domain/fault.ts';
import type { JobId } from '../domain/job.ts';
import type { Claim } from '../domain/job-queue.ts';
import type { PlatformName } from '../domain/person.ts';
import type { Parts } from './parts.ts';
import { breakOff, runJob, type StopReason } from './run-job.ts';

const pollMs = 500;
const renewMs = 5_000;
/** Jobs being posted on one platform; each holds its pictures in memory. A platform that is full gets no new ones made. */
const postingMax = 16;
/** How much longer than the grace a stop waits for what can't be cut short, such as an upload. */
const lastMs = 5_000;

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

  let renewedAt = clock.now();

  const count = (fits: (work: Working) => boolean) => [...working.values()].filter(fits).length;
  const making = () => count((work) => work.making);
  const posting = (name: PlatformName) => count((work) => !work.making && work.claim.job.place.platform === name);
  const withRoom = () => platforms.filter((name) => posting(name) < postingMax);

  function work(claim: Claim): void {
    const stop = new AbortController();
    const entry: Working = { claim, stop, making: true, done: Promise.resolve() };
    const made = () => {
      entry.making = false;
      awake.abort();
    };
    const done = runJob(claim, parts, stop.signal, made)
      .catch((error: unknown) => broken(claim, error))
      .finally(() => {
        const wasFull = withRoom().length < platforms.length;
        // Another claim of the same job may have taken this one's place.
        if (working.get(claim.job.id) === entry) working.delete(claim.job.id);
        // What was made has given up its place before, so that only now and then there is a new one.
        if (entry.making || wasFull || working.size === 0) awake.abort();
      });
    working.get(claim.job.id)?.stop.abort('lost' satisfies StopReason);
    working.set(claim.job.id, Object.assign(entry, { done }));
  }

  /** A bug ends the job. A database that fails does not: its lease runs out, and it goes on. */
  async function broken(claim: Claim, error: unknown): Promise<void> {
    const { id } = claim.job;
    log.error({ job: id, err: error }, 'work on a job broke off');
    if (error instanceof Fault && error.code === 'storage') return;
    await breakOff(claim, parts).catch((again: unknown) =>
      log.error({ job: id, err: again }, 'its lease will run out'),
    );
  }

  /** Waits for a wake, a stop, or the next poll. */
  async function rest(): Promise<void> {
    await clock.sleep(pollMs, AbortSignal.any([awake.signal, stopping.signal])).catch(() => undefined);
  }

  async function claimLoop(): Promise<void> {
    while (!stopping.signal.aborted) {
      awake = new AbortController();
      const room = withRoom();
      // After a pause (a database that was away, a machine that slept) our own jobs look abandoned: keep them first.
      const slept = clock.now() - renewedAt > 2 * renewMs;
      if (room.length === 0 || (slept && !(await renew()))) {
        await rest();
        continue;
      }
      const claim = await store.queue
        .claim(owner, room, making() < makingMax, rules.userConcurrency)
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
  async function renew(): Promise<boolean> {
    const before = [...working.values()];
    const now = clock.now();
    try {
      const leases = await store.queue.renew(owner, [...working.keys(), ...parts.announcing]);
      renewedAt = now;
      const held = new Map(leases.map((lease) => [lease.job, lease]));
      for (const { claim, stop } of before) {
        const lease = held.get(claim.job.id);
        if (lease?.cancel) stop.abort('cancelled' satisfies StopReason);
        if (lease?.attempt !== claim.job.attempt) stop.abort('lost' satisfies StopReason);
      }
      return true;
    } catch (error) {
      log.error({ err: error }, 'leases could not be renewed');
      return false;
    }
  }

  async function renewLoop(): Promise<void> {
    while (!stopping.signal.aborted || working.size > 0) {
      await clock.sleep(renewMs, working.size === 0 ? stopping.signal : undefined).catch(() => undefined);
      await renew();
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
      await within(graceMs, all);
      for (const { stop } of working.values()) stop.abort('stopping' satisfies StopReason);
      await within(lastMs, all);
    },
  };

  async function within(ms: number, work: Promise<unknown>): Promise<void> {
    const over = new AbortController();
    await Promise.race([work, clock.sleep(ms, over.signal).catch(() => undefined)]);
    over.abort();
  }
}
