import type { Clock } from '../domain/clock.ts';
import type { FaultCode } from '../domain/fault.ts';
import type { JobQueue, PastCall } from '../domain/job-queue.ts';

/** How a service did with a model in the last hour, over all processes. */
export interface Standing {
  /** Nine in ten calls took no longer; undefined without any that made a picture. */
  readonly p90Ms: number | undefined;
  /** The share of calls that failed by the service's fault, from 0 to 1. */
  readonly errorRate: number;
}

export interface Standings {
  /** As last looked up: choosing waits for nothing. */
  of(provider: string, model: string): Standing;
  /** Over all its models. */
  whole(provider: string): Standing;
  /** Looks the last hour up, unless that was done a moment ago. Failing, the earlier standings stay. */
  refresh(): Promise<void>;
}

const hourMs = 60 * 60_000;
const freshMs = 15_000;
const callsMost = 2_000;

/** Outcomes that say nothing against a service; for its account it is put aside, and is as good as before when it is back. */
const harmless: ReadonlySet<string> = new Set([
  ...['made', 'refused', 'cancelled', 'cut off', 'not kept'],
  ...(['account', 'storage', 'bug', 'interrupted', 'no-access'] satisfies FaultCode[]),
]);
const unknown: Standing = { p90Ms: undefined, errorRate: 0 };

/** Learns from the calls that are written down. */
export function openStandings(queue: Pick<JobQueue, 'pastCalls'>, clock: Clock): Standings {
  let standings: ReadonlyMap<string, Standing> = new Map();
  let lookedAt = Number.NEGATIVE_INFINITY;
  let looking: Promise<void> | undefined;

  async function look(): Promise<void> {
    lookedAt = clock.now();
    const calls = await queue.pastCalls(lookedAt - hourMs, callsMost);
    const groups = Map.groupBy(calls, ({ provider, model }) => nameOf(provider, model));
    const whole = Map.groupBy(calls, ({ provider }) => provider);
    standings = new Map([...groups, ...whole].map(([name, group]) => [name, standingOf(group)]));
  }

  return {
    of: (provider, model) => standings.get(nameOf(provider, model)) ?? unknown,
    whole: (provider) => standings.get(provider) ?? unknown,
    refresh() {
      if (clock.now() - lookedAt < freshMs) return looking ?? Promise.resolve();
      looking ??= look()
        .catch(() => undefined)
        .finally(() => {
          looking = undefined;
        });
      return looking;
    },
  };
}

const nameOf = (provider: string, model: string): string => `${provider} ${model}`;

function standingOf(calls: readonly PastCall[]): Standing {
  const made = calls.filter(({ outcome }) => outcome === 'made').map(({ tookMs }) => tookMs);
  const failed = calls.filter(({ outcome }) => !harmless.has(outcome)).length;
  const p90Ms = made.toSorted((a, b) => a - b)[Math.ceil(made.length * 0.9) - 1];
  return { p90Ms, errorRate: failed / calls.length };
}
