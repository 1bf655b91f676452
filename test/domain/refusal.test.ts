import { expect, test } from 'vitest';
import { credits } from '../../src/domain/credits.ts';
import { Fault, faultText, remedy } from '../../src/domain/fault.ts';
import { isRefusal, type Refusal, refusalText } from '../../src/domain/refusal.ts';

/** One of every kind, and of every turn a sentence can take. The record can’t miss a kind. */
const examples: { readonly [Kind in Refusal['refused']]: readonly Extract<Refusal, { refused: Kind }>[] } = {
  'too-many': [
    { refused: 'too-many', waiting: 5, retryAfterMs: undefined },
    { refused: 'too-many', waiting: 1, retryAfterMs: 90_000 },
  ],
  'too-fast': [{ refused: 'too-fast', perMinute: 6, retryAfterMs: 12_000 }],
  flooding: [{ refused: 'flooding', retryAfterMs: 900 }],
  'too-poor': [
    { refused: 'too-poor', needs: credits(17), holds: credits(21), has: credits(3), cheaper: undefined },
    { refused: 'too-poor', needs: credits(17), holds: credits(21), has: credits(18), cheaper: undefined },
    {
      refused: 'too-poor',
      needs: credits(17),
      holds: credits(21),
      has: credits(9),
      cheaper: { option: 'quality:low', cost: credits(8) },
    },
  ],
  'not-allowed': [{ refused: 'not-allowed', what: 'grant credits' }],
  'not-possible': [
    { refused: 'not-possible', what: 'flare makes no gif.', nearest: undefined },
    { refused: 'not-possible', what: 'flare makes no 999x999.', nearest: '1008x1008' },
  ],
  'no-provider': [{ refused: 'no-provider', model: 'flare' }],
  unpriced: [{ refused: 'unpriced', model: 'flare', size: '1024x1024' }],
  unclear: [
    { refused: 'unclear', what: 'There is no option cuont.', hint: 'Did you mean count?' },
    { refused: 'unclear', what: 'There is no option cuont.', hint: undefined },
  ],
  unusable: [
    { refused: 'unusable', what: '“fox.svg” is an SVG drawing.', hint: 'Save it as PNG.' },
    { refused: 'unusable', what: '“fox.png” is no picture.', hint: undefined },
  ],
  'cannot-post': [
    { refused: 'cannot-post', missing: ['Attach Files'] },
    { refused: 'cannot-post', missing: ['Attach Files', 'Send Messages'] },
  ],
  'not-in-channel': [{ refused: 'not-in-channel' }],
  stopping: [{ refused: 'stopping' }],
  gone: [{ refused: 'gone', what: 'The picture is gone.' }],
  content: [
    { refused: 'content', stage: 'prompt', categories: [] },
    { refused: 'content', stage: 'picture', categories: ['violence', 'self-harm'] },
    { refused: 'content', stage: 'unknown', categories: [] },
  ],
};
const all = Object.values(examples).flat();

test.each(all.map((refusal) => [refusalText(refusal), refusal] as const))('%s', (sentence, refusal) => {
  expect(sentence).toMatch(/Nothing was (charged|changed)\./);
  expect(sentence).not.toContain('!');
  expect(sentence).not.toMatch(/undefined|\[object|NaN| {2}|\.\./);
  expect(sentence).toMatch(/^[A-Za-z“].*[.?]$/);
  expect(isRefusal(refusal)).toBe(true);
});

test.each(Object.keys(remedy) as (keyof typeof remedy)[])('a fault (%s) says what it cost, and calmly', (code) => {
  expect(faultText(code)).toMatch(/nothing was charged|was given back/i);
  expect(faultText(code)).not.toContain('!');
});

test('nothing else is a refusal', () => {
  for (const other of [undefined, null, 'refused', 5, { available: 1 }, new Fault('timeout', 'x')])
    expect(isRefusal(other)).toBe(false);
});
