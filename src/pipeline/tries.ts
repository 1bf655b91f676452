import type { Clock } from '../domain/clock.ts';
import { type Fault, remedy } from '../domain/fault.ts';
import type { Health } from './health.ts';
import type { Way } from './route.ts';

/** Whom to ask next, and after which wait. */
export interface Next {
  readonly way: Way;
  /** 0: at once. */
  readonly waitMs: number;
}

/** One job's tries: each failure decides who is asked next, until a picture comes or there is nobody left. */
export interface Tries {
  /** Undefined when nobody is left, or not in time. */
  next(): Next | undefined;
  failed(way: Way, fault: Fault): void;
}

const triesMaxOfOne = 4;
const triesMaxOfAll = 12;
/** After that no further try begins. A try that has begun has its own deadline. */
const jobDeadlineMs = 15 * 60_000;
/** The most time to spend waiting, over all tries. */
const waitMsMax = 120_000;
const backoffMsMin = 1_000;
const backoffMsMax = 30_000;

interface Standing {
  tries: number;
  /** When this job may ask it again. */
  readyAt: number;
  spent: boolean;
}

/**
 * Moves on to the next service where there is one, and asks the same again where that can help, as `remedy` says: after
 * the time it names, else after a wait that grows and is drawn by lot, so that many jobs do not come back at once. An
 * answer that was paid for and is of no use is asked for again once, wherever.
 * @param ranked in the order they are to be asked
 * @param chance from 0 to 1, for jitter
 */
export function openTries(
  ranked: readonly Way[],
  health: Pick<Health, 'readyAt'>,
  clock: Clock,
  chance: () => number,
): Tries {
  const standings = new Map<Way, Standing>(ranked.map((way) => [way, { tries: 0, readyAt: 0, spent: false }]));
  const begunAt = clock.now();
  /** Many jobs wait for the same service: each comes back up to a tenth later than it may, so that not all come at once. */
  const lateness = 1 + chance() / 10;
  let tries = 0;
  let waitedMs = 0;
  let useless = 0;

  /** The least asked of those that can be asked now, in order; else whoever is ready first. */
  function next(): Next | undefined {
    const now = clock.now();
    if (tries >= triesMaxOfAll || useless > 1 || now - begunAt >= jobDeadlineMs) return undefined;
    const open = ranked.flatMap((way) => {
      const standing = standings.get(way);
      const rested = health.readyAt(way.provider.name);
      if (!standing || standing.spent || rested === undefined) return [];
      const restMs = Math.ceil((rested - now) * lateness);
      return [{ way, tries: standing.tries, waitMs: Math.max(standing.readyAt - now, restMs, 0) }];
    });
    const ready = open.filter(({ waitMs }) => waitMs === 0).sort((a, b) => a.tries - b.tries);
    const [first] = ready.length > 0 ? ready : open.sort((a, b) => a.waitMs - b.waitMs);
    if (!first || waitedMs + first.waitMs > waitMsMax || now + first.waitMs - begunAt >= jobDeadlineMs)
      return undefined;
    waitedMs += first.waitMs;
    return { way: first.way, waitMs: first.waitMs };
  }

  function failed(way: Way, fault: Fault): void {
    tries += 1;
    if (fault.code === 'broken-answer') useless += 1;
    const standing = standings.get(way);
    // One that a ticket led to, and that would not have been asked otherwise, is not asked again.
    if (!standing) return;
    standing.tries += 1;
    const growing = Math.min(backoffMsMax, backoffMsMin * 2 ** (standing.tries - 1));
    const jitterMs = Math.ceil(chance() * growing);
    switch (remedy[fault.code]) {
      case 'wait': {
        const { retryAfterMs } = fault;
        // Never earlier than asked, and up to a tenth later.
        const waitMs = retryAfterMs === undefined ? jitterMs : Math.ceil(retryAfterMs * (1 + chance() / 10));
        standing.readyAt = clock.now() + waitMs;
        standing.spent = standing.tries >= triesMaxOfOne;
        return;
      }
      case 'once':
        standing.readyAt = clock.now() + jitterMs;
        standing.spent = standing.tries >= 2;
        return;
      default:
        standing.spent = true;
    }
  }

  return { next, failed };
}
