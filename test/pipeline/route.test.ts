import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ImageRequest } from '../../src/domain/image.ts';
import { type ImageProvider, type Lane, lanes } from '../../src/domain/image-provider.ts';
import { type Choosing, rank, type Way, waysFor } from '../../src/pipeline/route.ts';
import type { Standing } from '../../src/pipeline/standings.ts';
import { names, wanted, wayBy } from './ways.ts';

const unknown: Standing = { p90Ms: undefined, errorRate: 0 };

const choosing = (standings: Record<string, Partial<Standing>> = {}, chance: () => number = () => 1): Choosing => ({
  rules: { creditUsd: 0.001 },
  standings: { of: (provider) => ({ ...unknown, ...standings[provider] }) },
  chance,
});

const ranked = (ways: readonly Way[], lane: Lane, ...how: Parameters<typeof choosing>) =>
  names(rank(ways, lane, wanted, choosing(...how)));

describe('who is asked first', () => {
  const dear = wayBy('dear', { priceMultiplier: 2 });
  const middling = wayBy('middling', { priceMultiplier: 1 });
  const cheap = wayBy('cheap', { priceMultiplier: 0.5 });
  const all = [middling, dear, cheap];

  test('priority: the one that is preferred, whatever it takes and however it does', () => {
    const slow = { p90Ms: 300_000, errorRate: 0.9 };
    expect(ranked(all, 'priority', { middling: slow }, () => 0)).toEqual(['middling', 'dear', 'cheap']);
  });

  test('batch: the cheapest, whatever its pace; of equals, the one that is preferred', () => {
    const slow = { p90Ms: 300_000, errorRate: 0.9 };
    expect(ranked(all, 'batch', { cheap: slow }, () => 0)).toEqual(['cheap', 'middling', 'dear']);
    const twin = wayBy('twin', { priceMultiplier: 0.5 });
    expect(ranked([twin, cheap], 'batch')).toEqual(['twin', 'cheap']);
    expect(ranked([cheap, twin], 'batch')).toEqual(['cheap', 'twin']);
  });

  test('batch: the cheapest for the exact request, be it by picture or by token', () => {
    const byPicture = wayBy('by picture', {}, { prices: null, perImage: 0.01 });
    const both = wayBy('both', {}, { perImage: 0.001 });
    expect(ranked([middling, byPicture, both], 'batch')).toEqual(['both', 'by picture', 'middling']);
  });

  test('normal: where nothing is known of anybody, the cheapest, and of equals the one that is preferred', () => {
    expect(ranked(all, 'normal')).toEqual(['cheap', 'middling', 'dear']);
    expect(ranked([middling, wayBy('twin')], 'normal')).toEqual(['middling', 'twin']);
  });

  test('normal: half the price makes up for less than twice the time', () => {
    const pace = (ms: number) => ({ middling: { p90Ms: 20_000 }, cheap: { p90Ms: ms } });
    expect(ranked([middling, cheap], 'normal', pace(39_000))[0]).toBe('cheap');
    expect(ranked([middling, cheap], 'normal', pace(41_000))[0]).toBe('middling');
  });

  test('normal: one that often fails comes later, for its picture takes several calls', () => {
    const failing = (errorRate: number) => ({ cheap: { p90Ms: 20_000, errorRate }, middling: { p90Ms: 20_000 } });
    expect(ranked([middling, cheap], 'normal', failing(0.3))[0]).toBe('cheap');
    expect(ranked([middling, cheap], 'normal', failing(0.4))[0]).toBe('middling');
    expect(ranked([middling, cheap], 'normal', failing(1))[0]).toBe('middling');
  });

  test('normal: one that nothing is known of counts as the fastest, and gets its chance', () => {
    expect(ranked([middling, wayBy('new')], 'normal', { middling: { p90Ms: 20_000 } })[0]).toBe('middling');
    expect(
      ranked([middling, wayBy('new', { priceMultiplier: 0.9 })], 'normal', { middling: { p90Ms: 20_000 } })[0],
    ).toBe('new');
  });

  test('normal: services that take nothing, or no time, are compared all the same', () => {
    const free = wayBy('free', { priceMultiplier: 0 });
    const own = wayBy('own', { priceMultiplier: 0 });
    const seen = { free: { p90Ms: 900 }, own: { p90Ms: 100 }, middling: { p90Ms: 0 } };
    expect(ranked([free, own], 'normal', seen)).toEqual(['own', 'free']);
    expect(ranked([middling, cheap, dear], 'normal', { dear: { p90Ms: 0 }, cheap: { p90Ms: 1 } })).toEqual([
      'cheap',
      'middling',
      'dear',
    ]);
  });
});

describe('now and then another one', () => {
  const ways = ['a', 'b', 'c'].map((name, at) => wayBy(name, { priceMultiplier: 1 + at }));
  const lots = (...drawn: number[]) => {
    const left = [...drawn];
    return () => left.shift() ?? 1;
  };

  test('comes first in one of twenty normal jobs, each of the others alike; the rest stays in order', () => {
    expect(ranked(ways, 'normal', {}, lots(0.049, 0))).toEqual(['b', 'a', 'c']);
    expect(ranked(ways, 'normal', {}, lots(0.049, 0.99))).toEqual(['c', 'a', 'b']);
    expect(ranked(ways, 'normal', {}, lots(0.05, 0.99))).toEqual(['a', 'b', 'c']);
  });

  test('so one that failed all hour is found again when it has recovered', () => {
    const failed = { a: { errorRate: 1 } };
    expect(ranked(ways, 'normal', failed)[0]).toBe('b');
    expect(ranked(ways, 'normal', failed, lots(0, 0.99))[0]).toBe('a');
  });

  test.each(['priority', 'batch'] as const)('never in the lane %s', (lane) => {
    expect(ranked(ways, lane, {}, () => 0)).toEqual(['a', 'b', 'c']);
  });
});

describe('services that do not serve a lane', () => {
  const cheap = wayBy('cheap', { priceMultiplier: 0.1, lanes: ['batch'] });
  const usual = wayBy('usual', { lanes: ['normal', 'priority'] });

  test('are not asked where another one does', () => {
    expect(ranked([cheap, usual], 'normal')).toEqual(['usual']);
    expect(ranked([cheap, usual], 'priority')).toEqual(['usual']);
    expect(ranked([usual, cheap], 'batch')).toEqual(['cheap']);
  });

  test('are asked where none does', () => {
    const batch = [wayBy('b', { lanes: ['batch'] }), cheap];
    expect(ranked(batch, 'priority')).toEqual(['b', 'cheap']);
    expect(ranked(batch, 'normal')).toEqual(['cheap', 'b']);
  });
});

describe('who can make a picture', () => {
  const can = (more: Partial<ImageRequest>, offer: Partial<Way['offer']> = {}) => {
    const { provider } = wayBy('one', {}, offer);
    return waysFor({ ...wanted, ...more }, [provider]).length === 1;
  };

  test('whoever offers the model for the task, with its size, quality, format and background', () => {
    expect(can({})).toBe(true);
    expect(can({ model: 'gpt-image-1' })).toBe(false);
    expect(can({ task: 'edit' }, { tasks: ['generate'] })).toBe(false);
    expect(can({ size: { width: 512, height: 512 } })).toBe(false);
    expect(can({ quality: 'max' }, { qualities: ['low', 'medium'] })).toBe(false);
    expect(can({ format: 'webp' }, { formats: ['png'] })).toBe(false);
    expect(can({ background: 'transparent' }, { backgrounds: ['auto'] })).toBe(false);
    expect(can({ prompt: 'x'.repeat(1_001) }, { promptCharactersMax: 1_000 })).toBe(false);
  });

  test('not one whose price nobody knows: that would be free', () => {
    expect(can({}, { prices: null })).toBe(false);
    expect(can({}, { prices: null, perImage: 0.02 })).toBe(true);
    expect(can({}, { prices: null, perImage: { low: { '1024x1024': 0.01 } } })).toBe(false);
  });

  test('previews keep nobody out', () => {
    expect(can({ partialImages: 2 }, { partialImagesMax: 0 })).toBe(true);
  });
});

test('whatever is known, drawn and configured: each service that serves the lane stands there once, and no other', () => {
  const service = fc.record({
    priceMultiplier: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 10, noNaN: true })),
    lanes: fc.subarray([...lanes], { minLength: 1 }) as fc.Arbitrary<ImageProvider['lanes']>,
    prices: fc.constantFrom(null, { textIn: 5, imageIn: 8, imageOut: 30 }),
    standing: fc.record({
      p90Ms: fc.option(fc.nat(1_000_000), { nil: undefined }),
      errorRate: fc.double({ min: 0, max: 1, noNaN: true }),
    }),
  });
  const chances = fc.array(fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }), { maxLength: 3 });
  fc.assert(
    fc.property(fc.array(service, { maxLength: 10 }), fc.constantFrom(...lanes), chances, (made, lane, drawn) => {
      const ways = made.map(({ priceMultiplier, lanes, prices }, at) =>
        wayBy(`s${at}`, { priceMultiplier, lanes }, { prices }),
      );
      const standings = Object.fromEntries(made.map(({ standing }, at) => [`s${at}`, standing]));
      const left = [...drawn];
      const order = ranked(ways, lane, standings, () => left.shift() ?? 1);
      const serving = ways.filter(({ provider }) => provider.lanes.includes(lane));
      expect(order.toSorted()).toEqual(names(serving.length > 0 ? serving : ways).toSorted());
    }),
  );
});
