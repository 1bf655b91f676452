import fc from 'fast-check';
import { expect, test } from 'vitest';
import { wordsInPicture } from '../../src/domain/words-in-picture.ts';

const frame = (listed: string) => ({
  sentence: `The picture shows exactly this text, spelled as it stands: ${listed}. It shows no other text.`,
});

test.each([
  ['OPEN LATE', '“OPEN LATE”'],
  ['top: OPEN LATE | bottom: since 1999', '“OPEN LATE” at the top; “since 1999” at the bottom'],
  ['Top-Left:A|b', '“A” at the top left; “b”'],
  ['top: 12:30', '“12:30” at the top'],
  ['menu: soup', '“menu: soup”'],
  ['topping: cheese', '“topping: cheese”'],
  ['he said "hi"', '“he said hi”'],
])('%s', (text, listed) => {
  expect(wordsInPicture(text)).toEqual(frame(listed));
});

test.each(['', ' ', '|', 'a |', 'top:', 'top: | b', '"', '“ ”', 'top: " "'])(
  'refuses %j, which has no words',
  (text) => {
    expect(wordsInPicture(text)).toMatchObject({ refused: 'unclear' });
  },
);

test('no words can end the quotation they stand in', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (text) => {
      const answer = wordsInPicture(text);
      if ('refused' in answer) return;
      const parts = text.split('|').length;
      expect(answer.sentence.match(/“/g)).toHaveLength(parts);
      expect(answer.sentence.match(/”/g)).toHaveLength(parts);
    }),
  );
});
