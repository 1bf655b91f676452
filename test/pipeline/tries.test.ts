import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Fault, type FaultCode } from '../../src/domain/fault.ts';
import type { Health } from '../../src/pipeline/health.ts';
import type { Way } from '../../src/pipeline/route.ts';
import { openTries, type Tries } from '../../src/pipeline/tries.ts';
import { type ManualClock, manualClock } from '../fakes/clock.ts';
import { wayBy } from './ways.ts';

const [a, b, c] = ['a', 'b', 'c'].map((name) => wayBy(name)) as [Way, Way, Way];

type Rests = Record<string, number | undefined>;

/** @param rests until when a service rests, in ms from now; undefined: put aside */
function trying(
  ways: readonly Way[],
  { rests = {}, chance = () => 0.5 }: { rests?: Rests; chance?: () => number } = {},
) {
  const clock = manualClock();
  const begun = clock.now();
  const health: Pick<Health, 'readyAt'> = {
    readyAt(name) {
      if (!(name in rests)) return 0;
      const restMs = rests[name];
      return restMs === undefined ? undefined : begun + restMs;
    },
  };
  return { clock, tries: openTries(ways, health, clock, chance) };
}

const fault = (code: FaultCode, retryAfterMs?: number) => new Fault(code, 'no', { retryAfterMs });

function next(tries: Tries): [string, number] | undefined {
  const found = tries.next();
  return found && [found.way.provider.name, found.waitMs];
}

/** Goes on until nobody is left, with the same failure each time; tells who was asked and when, in ms. */
async function course(clock: ManualClock, tries: Tries, failure: Fault, takesMs = 0): Promise<[string, number][]> {
  const begun = clock.now();
  const asked: [string, number][] = [];
  for (let found = tries.next(); found; found = tries.next()) {
    if (found.waitMs > 0) {
      await clock.advance(found.waitMs);
      continue;
    }
    asked.push([found.way.provider.name, clock.now() - begun]);
    await clock.advance(takesMs);
    tries.failed(found.way, failure);
  }
  return asked;
}

const moving = [
  'throttled',
  'overloaded',
  'unreachable',
  'broken-answer',
  'timeout',
  'account',
  'rejected',
  'bug',
] as const;

test.each(moving)('%s moves the job to the next service, at once', (code) => {
  const { tries } = trying([a, b]);
  expect(next(tries)).toEqual(['a', 0]);
  tries.failed(a, fault(code, code === 'throttled' ? 60_000 : undefined));
  expect(next(tries)).toEqual(['b', 0]);
});

test.each(['timeout', 'account', 'rejected', 'bug'] as const)(
  '%s: the service is not asked again, even when there is no other',
  async (code) => {
    const one = trying([a]);
    expect(await course(one.clock, one.tries, fault(code))).toEqual([['a', 0]]);
    const { clock, tries } = trying([a, b, c]);
    expect((await course(clock, tries, fault(code))).map(([name]) => name)).toEqual(['a', 'b', 'c']);
  },
);

describe('a service that says when to come back', () => {
  test.each([0, 0.5, 0.999])('is asked again then or up to a tenth later, never earlier (lot %d)', (lot) => {
    const { tries } = trying([a], { chance: () => lot });
    tries.failed(a, fault('throttled', 12_000));
    const waitMs = next(tries)?.[1] ?? 0;
    expect(waitMs).toBeGreaterThanOrEqual(12_000);
    expect(waitMs).toBeLessThanOrEqual(13_200);
  });

  test('is not asked a moment before', async () => {
    const { clock, tries } = trying([a], { chance: () => 0 });
    tries.failed(a, fault('overloaded', 12_000));
    await clock.advance(11_999);
    expect(next(tries)).toEqual(['a', 1]);
    await clock.advance(1);
    expect(next(tries)).toEqual(['a', 0]);
  });

  test('is not waited for longer than two minutes, all waits together', async () => {
    const long = trying([a], { chance: () => 0 });
    long.tries.failed(a, fault('throttled', 120_001));
    expect(next(long.tries)).toBeUndefined();

    const { clock, tries } = trying([a], { chance: () => 0 });
    tries.failed(a, fault('throttled', 80_000));
    expect(next(tries)).toEqual(['a', 80_000]);
    await clock.advance(80_000);
    tries.failed(a, fault('throttled', 50_000));
    expect(next(tries)).toBeUndefined();
  });
});

describe('one that does not say', () => {
  test.each([0, 0.25, 0.999])(
    'is asked after waits that double, drawn by lot from nothing to all (lot %d)',
    async (lot) => {
      const { clock, tries } = trying([a], { chance: () => lot });
      const waits = [];
      for (let time = 0; time < 4; time++) {
        tries.failed(a, fault('overloaded'));
        const waitMs = next(tries)?.[1];
        waits.push(waitMs);
        await clock.advance(waitMs ?? 0);
      }
      expect(waits).toEqual([...[1_000, 2_000, 4_000].map((ms) => Math.ceil(lot * ms)), undefined]);
    },
  );

  test('overloaded: four times in all', async () => {
    const { clock, tries } = trying([a]);
    expect(await course(clock, tries, fault('overloaded'))).toHaveLength(4);
  });

  test('unreachable: twice, since each call may be billed', async () => {
    const { clock, tries } = trying([a, b]);
    const asked = await course(clock, tries, fault('unreachable'));
    expect(asked.map(([name]) => name)).toEqual(['a', 'b', 'a', 'b']);
  });
});

describe('an answer that was paid for and is of no use', () => {
  test('is asked for again once: elsewhere', async () => {
    const { clock, tries } = trying([a, b, c]);
    expect(await course(clock, tries, fault('broken-answer'))).toEqual([
      ['a', 0],
      ['b', 0],
    ]);
  });

  test('is asked for again once: here, where there is nobody else', async () => {
    const { clock, tries } = trying([a]);
    expect((await course(clock, tries, fault('broken-answer'))).map(([name]) => name)).toEqual(['a', 'a']);
  });

  test('once over all services, whatever else failed in between', () => {
    const { tries } = trying([a, b, c]);
    tries.failed(a, fault('broken-answer'));
    tries.failed(b, fault('account'));
    expect(next(tries)).toEqual(['c', 0]);
    tries.failed(c, fault('broken-answer'));
    expect(next(tries)).toBeUndefined();
  });
});

describe('who is next', () => {
  test('the one asked least, and of those the first', async () => {
    const { clock, tries } = trying([a, b, c], { chance: () => 0 });
    const asked = await course(clock, tries, fault('overloaded'));
    expect(asked.map(([name]) => name).join('')).toBe('abcabcabcabc');
  });

  test('when all must wait, whoever is ready first', () => {
    const { tries } = trying([a, b], { chance: () => 0 });
    tries.failed(a, fault('throttled', 30_000));
    tries.failed(b, fault('throttled', 10_000));
    expect(next(tries)).toEqual(['b', 10_000]);
  });
});

describe('a service that rests', () => {
  test('is passed over while there is another one', () => {
    const { tries } = trying([a, b], { rests: { a: 20_000 } });
    expect(next(tries)).toEqual(['b', 0]);
    tries.failed(b, fault('overloaded'));
    // 500 ms by lot are less than 20 s.
    expect(next(tries)).toEqual(['b', 500]);
  });

  test('is waited for where there is none, by each job a little longer, so that not all come at once', async () => {
    const early = trying([a], { rests: { a: 20_000 }, chance: () => 0 });
    expect(next(early.tries)).toEqual(['a', 20_000]);
    const late = trying([a], { rests: { a: 20_000 }, chance: () => 0.9 });
    expect(next(late.tries)).toEqual(['a', 21_800]);
    await late.clock.advance(21_800);
    expect(next(late.tries)).toEqual(['a', 0]);
  });

  test('is not waited for longer than two minutes', () => {
    expect(next(trying([a], { rests: { a: 120_001 }, chance: () => 0 }).tries)).toBeUndefined();
  });

  test('is not asked at all while it is put aside', () => {
    expect(next(trying([a, b], { rests: { a: undefined } }).tries)).toEqual(['b', 0]);
    expect(next(trying([a], { rests: { a: undefined } }).tries)).toBeUndefined();
  });
});

describe('there is an end to it', () => {
  test('no further try begins after 15 minutes', async () => {
    const { clock, tries } = trying([a, b, c]);
    const asked = await course(clock, tries, fault('timeout'), 8 * 60_000);
    expect(asked).toEqual([
      ['a', 0],
      ['b', 8 * 60_000],
    ]);
  });

  test('nor does a wait begin that would end after them', async () => {
    const { clock, tries } = trying([a], { chance: () => 0 });
    await clock.advance(14.5 * 60_000);
    tries.failed(a, fault('throttled', 60_000));
    expect(next(tries)).toBeUndefined();
  });

  test('twelve tries are the most, however many services there are', async () => {
    const ways = Array.from({ length: 20 }, (_, at) => wayBy(`s${at}`));
    const { clock, tries } = trying(ways);
    expect(await course(clock, tries, fault('timeout'))).toHaveLength(12);
  });

  test('a service that only a ticket led to is not asked again, and what failed there counts', () => {
    const { tries } = trying([a]);
    tries.failed(b, fault('broken-answer'));
    expect(next(tries)).toEqual(['a', 0]);
    tries.failed(a, fault('broken-answer'));
    expect(next(tries)).toBeUndefined();
  });

  test('whatever fails in whichever order: at most 12 calls, 2 minutes of waiting, and nobody before the time it named', async () => {
    const failures = fc.array(
      fc.record({
        code: fc.constantFrom(...moving),
        retryAfterMs: fc.option(fc.nat(200_000), { nil: undefined }),
        takesMs: fc.nat(300_000),
      }),
      { minLength: 20, maxLength: 20 },
    );
    const lot = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true });
    await fc.assert(
      fc.asyncProperty(failures, fc.integer({ min: 1, max: 4 }), lot, async (course, count, drawn) => {
        const ways = [a, b, c, wayBy('d')].slice(0, count);
        const { clock, tries } = trying(ways, { chance: () => drawn });
        const begun = clock.now();
        const notBefore = new Map<string, number>();
        let calls = 0;
        let waited = 0;
        for (let found = tries.next(); found; found = tries.next()) {
          const { name } = found.way.provider;
          waited += found.waitMs;
          await clock.advance(found.waitMs);
          if (found.waitMs > 0) continue;
          expect(clock.now()).toBeGreaterThanOrEqual(notBefore.get(name) ?? 0);
          expect(clock.now() - begun).toBeLessThan(15 * 60_000);
          const { code, retryAfterMs, takesMs } = course[calls++] ?? { code: 'timeout', retryAfterMs: 0, takesMs: 0 };
          await clock.advance(takesMs);
          if (code === 'throttled' || code === 'overloaded') notBefore.set(name, clock.now() + (retryAfterMs ?? 0));
          tries.failed(found.way, fault(code, retryAfterMs));
        }
        expect(calls).toBeLessThanOrEqual(12);
        expect(waited).toBeLessThanOrEqual(120_000);
      }),
      { numRuns: 60 },
    );
  });
});
