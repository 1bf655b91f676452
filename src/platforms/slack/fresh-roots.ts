import { type SlackPlace, threadOf } from './place.ts';

const freshMax = 20_000;

/** The roots that this process has posted and nothing has followed yet, so that nobody has to look there first. */
export interface FreshRoots {
  add(place: SlackPlace): void;
  /** True once for every root. */
  take(place: SlackPlace): boolean;
}

export function freshRoots(): FreshRoots {
  const fresh = new Set<string>();
  return {
    add(place) {
      if (fresh.size >= freshMax) fresh.clear();
      fresh.add(keyOf(place));
    },
    take: (place) => fresh.delete(keyOf(place)),
  };
}

const keyOf = (place: SlackPlace): string => `${place.channel} ${threadOf(place)} ${place.root}`;
