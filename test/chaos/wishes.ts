import type { JobId } from '../../src/domain/job.ts';
import type { Chance } from './chance.ts';
import type { Platform } from './people.ts';
import type { Town } from './town.ts';

/** How somebody goes about it. Where there is nothing to press or to answer yet, they type `/imagine`. */
const ways = ['imagine', 'again', 'reply', 'edit', 'mention', 'vary', 'form'] as const;
type Way = (typeof ways)[number];

/** What one person wants, and how they go about it. */
export interface Wish {
  readonly platform: Platform;
  readonly user: string;
  readonly channel: string;
  readonly words: string;
  readonly count: number;
  readonly quality: string;
  readonly way: Way;
  /** Gives a photo as phones take them, which the service gets upright and smaller. */
  readonly photo: boolean;
  /** Presses Cancel as soon as there is a card. */
  readonly cancels: boolean;
}

/** What the service must be sent for a wish. */
export interface Wanted {
  /** The picture of ours that is changed. */
  readonly parent?: { readonly job: JobId; readonly position: number };
  /** The hashes of what people gave. */
  readonly files: readonly string[];
  readonly region: boolean;
  /** Whether what people gave has to be made fit first. */
  readonly prepared: boolean;
}

export function makeWishes(count: number, town: Town, chance: Chance): Wish[] {
  return Array.from({ length: count }, (_, n): Wish => {
    const platform = n % 2 === 0 ? 'discord' : 'slack';
    const user = chance.pick(town.people[platform]);
    const channels = { discord: ['general', 'art', 'dm'], slack: ['#studio', '#lobby', `@${user}`] };
    return {
      ...{ platform, user },
      channel: chance.pick(channels[platform]),
      words: `a red fox, number ${n}`,
      count: 1 + chance.whole(3),
      quality: chance.pick(['low', 'medium']),
      // Each once in a while, however few wishes there are.
      way: ways[Math.floor(n / 2) % ways.length] ?? 'imagine',
      photo: chance.whole(3) === 0,
      cancels: chance.whole(12) === 0,
    };
  });
}

/** What Slack's replies are about. There a version names a picture only as long as its thread is about one family. */
export const isForReplies = ({ words }: Wish): boolean => words === 'a first fox';

/** Pictures to begin with, on each platform: one to answer, and two to press buttons under. */
export const firstWishes = (['discord', 'slack'] as const).flatMap((platform): Wish[] => {
  const where = { platform, user: 'amy', channel: platform === 'discord' ? 'general' : '#studio' };
  const how = { ...where, quality: 'low', way: 'imagine', photo: false, cancels: false } as const;
  return [
    { ...how, words: 'a first fox', count: platform === 'discord' ? 2 : 1 },
    { ...how, words: 'a second fox', count: 2 },
  ];
});

export const isEdit = ({ way }: Wish): boolean => way !== 'imagine' && way !== 'again';
export const bringsFile = ({ way }: Wish): boolean => way === 'edit' || way === 'mention' || way === 'form';
