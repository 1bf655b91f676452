/** Chance that can be had again: the same seed gives the same course of things. */
export interface Chance {
  /** From 0 up to, but not including, `below`. */
  whole(below: number): number;
  pick<T>(from: readonly T[]): T;
  shuffled<T>(from: readonly T[]): T[];
}

export function chanceFrom(seed: number): Chance {
  let state = seed >>> 0;
  /** Mulberry32, by Tommy Ettinger, in the public domain. */
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const whole = (below: number) => Math.floor(next() * below);
  return {
    whole,
    pick(from) {
      const picked = from[whole(from.length)];
      if (picked === undefined) throw new RangeError('there is nothing to pick from');
      return picked;
    },
    shuffled(from) {
      const left = [...from];
      return from.flatMap(() => left.splice(whole(left.length), 1));
    },
  };
}
