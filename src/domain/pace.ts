/** What a service allows, over all processes of an Easel together. */
export interface Limits {
  /** Calls at a time. */
  readonly concurrency: number;
  /** Pictures asked for in any minute, wherever that begins; undefined: as many as the service likes. */
  readonly imagesPerMinute: number | undefined;
}

/** The right to have one call out. Whoever dies with it loses it a little later. */
export interface Slot {
  /** Gives it to the next. Again: nothing happens. */
  free(): void;
}

/** Keeps calls of services to their limits. */
export interface Pace {
  /**
   * Waits until one more call for `count` pictures fits. In a process those who wait come in the order of asking, and
   * processes take turns.
   * Rejects with the signal's reason as soon as that aborts, and then has taken nothing.
   * @throws RangeError when so many pictures never fit
   * @throws Fault `storage` when nobody can say whether it fits
   */
  take(service: string, count: number, limits: Limits, signal: AbortSignal): Promise<Slot>;
  /**
   * Keeps a slot for a task that the service is working on, room or not, until `release` or until nobody has said so for
   * a minute. Never throws.
   * @param task the same in every process
   */
  hold(service: string, task: string): Promise<void>;
  release(service: string, task: string): void;
  /** Whether a call for one picture could go out at once, as far as this process knows without asking. */
  room(service: string): boolean;
}

/** How long the slot of a call counts unless it is kept. */
export const callLeaseMs = 15_000;

/** Milliseconds until a call fits if nobody gives a slot back: 0 for now, Infinity for not before. */
export interface Waits {
  readonly slotMs: number;
  readonly imagesMs: number;
}

export interface Ask {
  readonly service: string;
  /** Names the slot. */
  readonly id: string;
  readonly count: number;
  readonly limits: Limits;
}

/** `waits`: for this call when it was not let out, else for one more call for one picture. */
export interface Answer {
  readonly taken: boolean;
  readonly waits: Waits;
}

/** Who has which slot, and how many pictures were asked for: what a `Pace` keeps to. All of a verb happens at once. */
export interface Tally {
  /** Takes a slot and counts the pictures, or gives a place in line, which is lost unless asked again soon. */
  take(ask: Ask): Promise<Answer>;
  /** Makes slots count for `leaseMs` from now, also those that were lost. */
  keep(slots: readonly Pick<Ask, 'service' | 'id'>[], leaseMs: number): Promise<void>;
  /** Gives back a slot or a place in line; what is not there needs nothing. */
  free(id: string): Promise<void>;
}

/** What counts for a service now: when each slot runs out, and what was asked for when, oldest first. */
export interface Counted {
  readonly slots: readonly number[];
  readonly sent: readonly { readonly at: number; readonly count: number }[];
}

/** @param windowMs how long a picture counts after it was asked for */
export function waitsFor(counted: Counted, count: number, limits: Limits, windowMs: number, now: number): Waits {
  return { slotMs: slotMs(counted, limits, now), imagesMs: imagesMs(counted, count, limits, windowMs, now) };
}

function slotMs({ slots }: Counted, { concurrency }: Limits, now: number): number {
  const surplus = slots.length - concurrency;
  if (surplus < 0) return 0;
  return (slots.toSorted((a, b) => a - b)[surplus] ?? now) - now;
}

function imagesMs({ sent }: Counted, count: number, { imagesPerMinute }: Limits, windowMs: number, now: number) {
  if (imagesPerMinute === undefined) return 0;
  let surplus = sent.reduce((sum, each) => sum + each.count, count) - imagesPerMinute;
  let ms = 0;
  for (const oldest of sent) {
    if (surplus <= 0) break;
    surplus -= oldest.count;
    ms = oldest.at + windowMs - now;
  }
  return ms;
}

/** Whether a call fits now. */
export const fits = ({ slotMs, imagesMs }: Waits): boolean => slotMs <= 0 && imagesMs <= 0;
