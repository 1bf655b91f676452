import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { personId } from '../../src/domain/person.ts';
import { ago, clip, counted, duration, excerpt, lines, nearest, ordinal, plainText } from '../../src/domain/text.ts';

const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
const graphemes = (text: string) => [...segmenter.segment(text)].map(({ segment }) => segment);
/** Long graphemes too: families, flags, letters with many marks. */
const anyText = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 8 }),
      fc.constantFrom('👨‍👩‍👧‍👦', '🇩🇪', `e${'\u0301'.repeat(60)}`, ' ', '\n', '\r\n', '\ud83d', 'a'),
    ),
    { maxLength: 20 },
  )
  .map((pieces) => pieces.join(''));
const most = fc.integer({ min: 1, max: 60 });

describe('shortening', () => {
  test('clip keeps what fits, line breaks too, and says that something was cut', () => {
    expect(clip('a red\nfox', 9)).toBe('a red\nfox');
    expect(clip('a red\nfox', 8)).toBe('a red\nf…');
    expect(clip('👨‍👩‍👧‍👦👨‍👩‍👧‍👦', 12)).toBe('👨‍👩‍👧‍👦…');
    expect(clip('👨‍👩‍👧‍👦👨‍👩‍👧‍👦', 11)).toBe('…');
  });

  test('excerpt makes one line of it', () => {
    expect(excerpt('  a\n\n red \t fox ', 20)).toBe('a red fox');
    expect(excerpt('a\u2028b\u0085c', 20)).toBe('a b c');
  });

  test('never exceeds the most and never cuts through what people see as one character', () => {
    fc.assert(
      fc.property(anyText, most, (text, charactersMax) => {
        for (const short of [clip(text, charactersMax), excerpt(text, charactersMax)])
          expect(short.length).toBeLessThanOrEqual(charactersMax);
        const short = clip(text, charactersMax);
        if (text.length <= charactersMax) {
          expect(short).toBe(text);
          return;
        }
        expect(short.endsWith('…')).toBe(true);
        const kept = short.slice(0, -1);
        const whole = graphemes(text);
        let count = 0;
        for (let length = 0; length < kept.length; count++) length += whole[count]?.length ?? 0;
        expect(whole.slice(0, count).join('')).toBe(kept);
      }),
      { numRuns: 1_000 },
    );
  });

  test('an excerpt has no line break', () => {
    fc.assert(
      fc.property(
        anyText,
        most,
        (text, charactersMax) => !/[\r\n\u2028\u2029\u0085]/.test(excerpt(text, charactersMax)),
      ),
    );
  });
});

describe('the nearest word', () => {
  const options = ['prompt', 'shape', 'size', 'quality', 'count', 'model', 'background', 'format', 'style', 'text'];
  test.each([
    ['cuont', 'count'],
    ['COUNT', 'count'],
    ['qualty', 'quality'],
    ['sytle', 'style'],
    ['fromat', 'format'],
    ['back', undefined],
    ['zebra', undefined],
    ['', undefined],
  ])('to %j is %j', (word, expected) => {
    expect(nearest(word, options)).toBe(expected);
  });

  test('is never one that shares no letter', () => {
    expect(nearest('xy', ['no'])).toBeUndefined();
    expect(nearest('b', ['a'])).toBeUndefined();
  });

  test('is the word itself when it is known, and always a known one', () => {
    fc.assert(
      fc.property(fc.constantFrom(...options), fc.string({ unit: 'grapheme' }), (word, other) => {
        expect(nearest(word, options)).toBe(word);
        expect([...options, undefined]).toContain(nearest(other, options));
      }),
    );
  });
});

describe('words for numbers', () => {
  test.each([
    [1, '1st'],
    [2, '2nd'],
    [3, '3rd'],
    [4, '4th'],
    [11, '11th'],
    [12, '12th'],
    [13, '13th'],
    [21, '21st'],
    [102, '102nd'],
    [111, '111th'],
  ])('%d is %s', (n, words) => {
    expect(ordinal(n)).toBe(words);
  });

  test('one is not many', () => {
    expect([counted(0, 'picture'), counted(1, 'picture'), counted(2, 'picture')]).toEqual([
      '0 pictures',
      '1 picture',
      '2 pictures',
    ]);
  });

  test.each([
    [0, '1 s'],
    [1_001, '2 s'],
    [119_000, '119 s'],
    [120_000, '2 min'],
    [121_000, '3 min'],
    [7_140_000, '119 min'],
    [7_200_000, '2 h'],
    [7_201_000, '3 h'],
  ])('waiting for %d ms is %s', (ms, words) => {
    expect(duration(ms)).toBe(words);
  });

  test.each([
    [0, 'just now'],
    [999, 'just now'],
    [1_000, '1 second ago'],
    [59_999, '59 seconds ago'],
    [60_000, '1 minute ago'],
    [239_999, '3 minutes ago'],
    [7_199_999, '119 minutes ago'],
    [7_200_000, '2 hours ago'],
    [86_399_999, '23 hours ago'],
  ])('what was %d ms before is %s', (ms, words) => {
    expect(ago(ms)).toBe(words);
  });
});

test('lines are joined, and what is undefined is left out', () => {
  const text = lines(
    'You have',
    undefined,
    [{ bold: '5' }, ' ', { person: personId('console', 'ann') }],
    [{ code: 'x' }],
  );
  expect(plainText(text)).toBe('You have\n5 @console:ann\nx');
  expect(plainText(lines())).toBe('');
});
