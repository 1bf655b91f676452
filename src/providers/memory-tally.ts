import type { Clock } from '../domain/clock.ts';
import { type Ask, type Counted, fits, type Tally, waitsFor } from '../domain/pace.ts';

const windowMs = 60_000;

/**
 * The tally of the only process: its calls never outlive it, so their slots need no lease.
 * A clock that was set back forgets what seems to come later, or everybody would wait until then.
 */
export function memoryTally(clock: Clock): Tally {
  let slots: readonly (Pick<Ask, 'service' | 'id'> & { readonly until: number })[] = [];
  let sent: readonly { readonly service: string; readonly at: number; readonly count: number }[] = [];

  function counted(wanted: string, now: number): Counted {
    slots = slots.filter(({ until }) => until > now);
    sent = sent.filter(({ at }) => at > now - windowMs && at <= now);
    return {
      slots: slots.filter(({ service }) => service === wanted).map(({ until }) => until),
      sent: sent.filter(({ service }) => service === wanted),
    };
  }

  const without = (ids: readonly string[]) => slots.filter(({ id }) => !ids.includes(id));

  return {
    async take({ service, id, count, limits }) {
      const now = clock.now();
      const waits = waitsFor(counted(service, now), count, limits, windowMs, now);
      if (!fits(waits)) return { taken: false, waits };
      slots = [...slots, { service, id, until: Number.POSITIVE_INFINITY }];
      if (limits.imagesPerMinute !== undefined) sent = [...sent, { service, at: now, count }];
      return { taken: true, waits: waitsFor(counted(service, now), 1, limits, windowMs, now) };
    },
    async keep(kept, leaseMs) {
      const until = clock.now() + leaseMs;
      const others = without(kept.map(({ id }) => id));
      slots = [...others, ...kept.map(({ service, id }) => ({ service, id, until }))];
    },
    async free(id) {
      slots = without([id]);
    },
  };
}
