import { CircuitState, ConsecutiveBreaker, CountBreaker, type IBreaker } from 'cockatiel';
import type { Keyv } from 'keyv';
import type { Clock } from '../domain/clock.ts';
import type { Fault, FaultCode } from '../domain/fault.ts';

/**
 * Whether a service is worth asking: a breaker for each, what it said about when to come back, and which are put aside
 * until an admin acts. What is put aside counts for all processes; breakers are each process's own.
 */
export interface Health {
  /** When the service may be asked, in ms since 1970: past or now where it may; undefined while it is put aside. */
  readyAt(provider: string): number | undefined;
  /** A call begins. After a rest, it is the one try that the others wait for. */
  begins(provider: string): void;
  /** @param fault undefined when the service did what it should, refusals included */
  ended(provider: string, fault: Fault | undefined): void;
  /** Nobody asks it for an hour, or until it is taken back. */
  putAside(provider: string): Promise<void>;
  /** False when it was not put aside. */
  takeBack(provider: string): Promise<boolean>;
  /** Looks up what other processes have put aside, unless that was done a moment ago. Failing, nothing changes. */
  refresh(providers: readonly string[]): Promise<void>;
}

const restMs = 30_000;
const asideMs = 60 * 60_000;
const freshMs = 5_000;

/** Faults that speak against the service itself, rather than against what was asked or how often. */
const counting: ReadonlySet<FaultCode> = new Set(['overloaded', 'unreachable', 'broken-answer', 'timeout']);

interface Pulse {
  readonly breakers: readonly IBreaker[];
  state: CircuitState;
  /** Until its one later try. */
  openUntil: number;
  /** It said itself when it wants to hear from us again. */
  askedUntil: number;
  asideUntil: number;
}

/** @param aside losable: a service whose account fails is then found out by the next job */
export function openHealth(aside: Keyv, clock: Clock): Health {
  const pulses = new Map<string, Pulse>();
  let lookedAt = Number.NEGATIVE_INFINITY;
  let looking = Promise.resolve();

  function of(provider: string): Pulse {
    const pulse = pulses.get(provider) ?? newPulse();
    pulses.set(provider, pulse);
    return pulse;
  }

  function open(pulse: Pulse): void {
    pulse.openUntil = clock.now() + restMs;
  }

  function recovered(pulse: Pulse): void {
    // Each of them must hear of it.
    for (const breaker of pulse.breakers) breaker.success(pulse.state);
    pulse.state = CircuitState.Closed;
  }

  function failed(pulse: Pulse): void {
    const opens = pulse.breakers.map((breaker) => breaker.failure(pulse.state)).some(Boolean);
    if (!opens) return;
    pulse.state = CircuitState.HalfOpen;
    open(pulse);
  }

  async function look(providers: readonly string[]): Promise<void> {
    const found = await aside.getMany<number>([...providers]);
    for (const [at, name] of providers.entries()) {
      const until = found[at];
      if (until !== undefined) of(name).asideUntil = until;
    }
  }

  return {
    readyAt(provider) {
      const { openUntil, askedUntil, asideUntil } = of(provider);
      return asideUntil > clock.now() ? undefined : Math.max(openUntil, askedUntil);
    },
    begins(provider) {
      const pulse = of(provider);
      if (pulse.state === CircuitState.HalfOpen) open(pulse);
    },
    ended(provider, fault) {
      const pulse = of(provider);
      if (fault?.retryAfterMs !== undefined)
        pulse.askedUntil = Math.max(pulse.askedUntil, clock.now() + fault.retryAfterMs);
      if (fault === undefined) {
        pulse.openUntil = 0;
        recovered(pulse);
      } else if (counting.has(fault.code)) failed(pulse);
    },
    async putAside(provider) {
      of(provider).asideUntil = clock.now() + asideMs;
      await aside.set(provider, clock.now() + asideMs, asideMs);
    },
    async takeBack(provider) {
      const pulse = of(provider);
      const until = Math.max(pulse.asideUntil, (await aside.get<number>(provider)) ?? 0);
      pulse.asideUntil = 0;
      // Said, rather than forgotten: others can tell it from records that can't be read.
      await aside.set(provider, 0, asideMs);
      return until > clock.now();
    },
    refresh(providers) {
      if (clock.now() - lookedAt >= freshMs) {
        lookedAt = clock.now();
        looking = look(providers).catch(() => undefined);
      }
      return looking;
    },
  };
}

/** Five faults in a row, or half of the last twenty calls. */
const newPulse = (): Pulse => ({
  // The count opens above its threshold, so that half of twenty has to lie above it.
  breakers: [new ConsecutiveBreaker(5), new CountBreaker({ threshold: 0.499, size: 20 })],
  state: CircuitState.Closed,
  openUntil: 0,
  askedUntil: 0,
  asideUntil: 0,
});
