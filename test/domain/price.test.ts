import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { findModel } from '../../src/domain/catalogue.ts';
import { credits } from '../../src/domain/credits.ts';
import { type Quality, qualities, readSize } from '../../src/domain/image.ts';
import {
  bill,
  holdFor,
  inCredits,
  listPriceOfUsage,
  outputTokens,
  quote,
  type Tariff,
} from '../../src/domain/price.ts';
import { loadCatalogue } from '../../src/load-catalogue.ts';
import { flare, mini, old } from './models.ts';

const tariff: Tariff = { creditUsd: 0.001, multiplier: 1 };
const size = (text: string) => readSize(text) ?? { width: 0, height: 0 };
const ask = (quality: Quality, text = '1024x1024', count = 1, partialImages = 0) => ({
  size: size(text),
  quality,
  count,
  partialImages,
});
const usage = (imageOutTokens: number, textInTokens = 0, imageInTokens = 0) => ({
  imageOutTokens,
  textInTokens,
  imageInTokens,
});

describe('output tokens', () => {
  const sizes = ['1024x1024', '1536x1024', '1536x864', '2048x1152', '2048x2048', '2560x1440', '3840x2160'];
  test.each([
    ['low', [196, 158, 120, 157, 397, 205, 371]],
    ['medium', [439, 343, 280, 367, 892, 478, 865]],
    ['high', [1_756, 1_372, 1_078, 1_413, 3_568, 1_843, 3_336]],
    ['xhigh', [3_122, 2_459, 1_917, 2_511, 6_343, 3_276, 5_930]],
    ['max', [7_024, 5_488, 4_312, 5_650, 14_272, 7_370, 13_342]],
  ] as const)('of %s quality are the published ones', (quality, tokens) => {
    expect(sizes.map((text) => outputTokens(flare, quality, size(text)))).toEqual(tokens);
  });

  test('do not depend on which edge is the longer one', () => {
    for (const quality of qualities)
      expect(outputTokens(flare, quality, size('1024x1536'))).toBe(outputTokens(flare, quality, size('1536x1024')));
  });

  test('are unknown for a quality or a size the model does not have', () => {
    expect(outputTokens(mini, 'max', size('1024x1024'))).toBeUndefined();
    expect(outputTokens(mini, 'low', size('512x512'))).toBeUndefined();
    const lowOnly = { ...flare, outputTokens: { formula: 'patches', factors: { low: 16 } } } as const;
    expect(outputTokens(lowOnly, 'medium', size('1024x1024'))).toBeUndefined();
  });
});

describe('a quote', () => {
  test.each([
    ['low', '1024x1024', 6],
    ['medium', '1024x1024', 14],
    ['medium', '1536x1024', 11],
    ['high', '1024x1024', 53],
    ['xhigh', '1024x1024', 94],
    ['max', '1024x1024', 211],
    ['high', '3840x2160', 101],
  ] as const)('for one picture, %s at %s, is %d credits', (quality, text, expected) => {
    expect(quote(flare, ask(quality, text), tariff)).toBe(expected);
  });

  test('is rounded up for each picture, not for all together', () => {
    // 13.17 credits each.
    expect(quote(flare, ask('medium', '1024x1024', 3), tariff)).toBe(42);
  });

  test('contains the previews', () => {
    expect(quote(flare, ask('medium', '1024x1024', 1, 1), tariff)).toBe(17);
    expect(quote(flare, ask('medium', '1024x1024', 1, 3), tariff)).toBe(23);
  });

  test('contains the input pictures, once for every call that they go along with', () => {
    // 13.17 for the picture, and 12.8 for each of 1,600 tokens in.
    expect(quote(flare, { ...ask('medium'), inputs: [1] }, tariff)).toBe(26);
    expect(quote(flare, { ...ask('medium'), inputs: [1, 2] }, tariff)).toBe(39);
    const many = { ...ask('medium', '1024x1024', 10), inputs: [1, 2] };
    expect(quote(flare, many, tariff)).toBe(160);
    expect(quote(flare, many, { ...tariff, imagesPerCallMax: 4 })).toBe(210);
  });

  test('comes from the table where the model has one', () => {
    expect(quote(mini, ask('medium', '1536x1024'), tariff)).toBe(13);
  });

  test('is half at half price', () => {
    expect(quote(flare, ask('high'), { ...tariff, multiplier: 0.5 })).toBe(27);
    expect(quote(flare, ask('medium', '1024x1024', 2), { ...tariff, multiplier: 0.5 })).toBe(14);
  });

  test('is in the credits of this place', () => {
    expect(quote(flare, ask('medium'), { creditUsd: 0.01, multiplier: 1 })).toBe(2);
  });

  test('is not there where no price is known', () => {
    expect(quote(old, ask('medium'), tariff)).toBeUndefined();
    expect(quote({ ...flare, prices: null }, ask('medium'), tariff)).toBeUndefined();
    expect(quote(mini, ask('medium', '512x512'), tariff)).toBeUndefined();
  });

  test('is what the catalogue’s default model costs', async () => {
    const catalogue = await loadCatalogue();
    const model = findModel(catalogue, catalogue.default);
    expect(model && quote(model, ask('medium'), tariff)).toBe(14);
    expect(model && outputTokens(model, 'high', size('1024x1024'))).toBe(1_756);
  });
});

describe('rounding', () => {
  test('never makes a credit out of what a computer can’t write down', () => {
    expect(inCredits(14_000, 1, tariff)).toBe(14);
    expect(inCredits(0.1 + 0.2, 1, { creditUsd: 0.000_000_1, multiplier: 1 })).toBe(3);
    expect(inCredits(14_000.01, 1, tariff)).toBe(15);
    expect(inCredits(0, 4, tariff)).toBe(0);
  });
});

describe('a hold', () => {
  test.each([
    [0, 0],
    [1, 2],
    [4, 5],
    [5, 6],
    [10, 12],
    [14, 17],
    [42, 51],
    [10_000_005, 12_000_006],
  ])('for a quote of %d is %d', (quoted, held) => {
    expect(holdFor(credits(quoted))).toBe(held);
  });

  test('is the quote and a fifth, rounded up, for every quote', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 40 }), (quoted) => {
        expect(BigInt(holdFor(credits(quoted)))).toBe((BigInt(quoted) * 12n + 9n) / 10n);
      }),
    );
  });
});

describe('a bill', () => {
  const held = credits(100);

  test('is what the provider counted, input too', () => {
    const call = { usage: usage(439, 60), made: 1, delivered: 1 };
    expect(bill(flare, ask('medium'), call, held, tariff)).toMatchObject({ charged: 14, house: 0 });
    const dearer = { usage: usage(500, 500, 250), made: 1, delivered: 1 };
    expect(listPriceOfUsage(flare, dearer.usage)).toBe(19_500);
    expect(bill(flare, ask('medium'), dearer, held, tariff)).toMatchObject({ charged: 20, house: 0 });
  });

  test('is the catalogue’s price where the provider says nothing', () => {
    const call = { usage: undefined, made: 2, delivered: 2 };
    expect(bill(flare, ask('medium', '1024x1024', 2), call, held, tariff)).toMatchObject({ charged: 28, house: 0 });
  });

  test('charges three of four as three, the fourth goes to the house', () => {
    const request = ask('medium', '1024x1024', 4);
    const four = { made: 4, delivered: 3 };
    expect(bill(flare, request, { ...four, usage: undefined }, held, tariff)).toMatchObject({ charged: 42, house: 14 });
    expect(bill(flare, request, { ...four, usage: usage(4 * 439) }, held, tariff)).toMatchObject({
      charged: 42,
      house: 14,
    });
  });

  test('charges what was made when fewer were made than asked for', () => {
    const call = { usage: usage(3 * 439), made: 3, delivered: 3 };
    expect(bill(flare, ask('medium', '1024x1024', 4), call, held, tariff)).toMatchObject({ charged: 42, house: 0 });
  });

  test('charges nobody where no picture came', () => {
    const none = { usage: undefined, made: 0, delivered: 0 };
    expect(bill(flare, ask('medium'), none, held, tariff)).toMatchObject({ charged: 0, house: 0 });
    const broken = { usage: undefined, made: 1, delivered: 0 };
    expect(bill(flare, ask('medium'), broken, held, tariff)).toMatchObject({ charged: 0, house: 14 });
  });

  test('has the house pay what was used although no picture came', () => {
    const call = { usage: usage(439), made: 0, delivered: 0 };
    expect(bill(flare, ask('medium'), call, held, tariff)).toMatchObject({ charged: 0, house: 14 });
  });

  test('is never above the hold; the house pays the rest', () => {
    const call = { usage: usage(1_756), made: 1, delivered: 1 };
    expect(bill(flare, ask('medium'), call, credits(17), tariff)).toMatchObject({ charged: 17, house: 36 });
  });

  test('is half at half price', () => {
    const call = { usage: usage(1_756), made: 1, delivered: 1 };
    expect(bill(flare, ask('high'), call, held, { ...tariff, multiplier: 0.5 })).toMatchObject({
      charged: 27,
      house: 0,
    });
  });

  test('whatever a provider says: whole credits, at most the hold, nothing for what was not delivered', () => {
    const tokens = fc.nat(20_000);
    fc.assert(
      fc.property(
        fc.option(fc.record({ textInTokens: tokens, imageInTokens: tokens, imageOutTokens: tokens }), {
          nil: undefined,
        }),
        fc.nat(10),
        fc.nat(10),
        fc.nat(3_000),
        fc.constantFrom(0.5, 1, 0.333),
        fc.constantFrom(...qualities),
        (used, made, missing, most, multiplier, quality) => {
          const call = { usage: used, made, delivered: Math.max(made - missing, 0) };
          const request = ask(quality, '1024x1024', 10);
          const { charged, house } = bill(flare, request, call, credits(most), { ...tariff, multiplier });
          expect(charged).toBeLessThanOrEqual(most);
          expect(Number.isSafeInteger(charged) && Number.isSafeInteger(house)).toBe(true);
          if (call.delivered === 0) expect(charged).toBe(0);
          const paid = used ? (listPriceOfUsage(flare, used) ?? 0) * multiplier : 0;
          expect((charged + house) * 1_000).toBeGreaterThanOrEqual(paid - 1e-3);
        },
      ),
    );
  });
});
