import { describe, expect, test } from 'vitest';
import styles from '../../src/domain/styles.json' with { type: 'json' };
import { plan } from './desk.ts';

const open = {
  task: 'generate',
  words: 'a red fox',
  additions: [],
  shape: undefined,
  quality: undefined,
  count: undefined,
  model: undefined,
  background: undefined,
  format: undefined,
  fresh: false,
};

test('words alone leave everything open', () => {
  expect(plan('a red fox')).toEqual(open);
});

test('every option arrives', () => {
  const line = 'shape:wide quality:high count:3 model:gpt-image-2 background:opaque format:webp --fresh';
  expect(plan(`a red fox ${line}`)).toEqual({
    ...open,
    shape: 'wide',
    quality: 'high',
    count: 3,
    model: 'gpt-image-2',
    background: 'opaque',
    format: 'webp',
    fresh: true,
  });
});

describe('size', () => {
  test('is another word for shape', () => {
    expect(plan('a red fox size:1536x864')).toEqual({ ...open, shape: '1536x864' });
    expect(plan('a red fox shape:1536x864')).toEqual({ ...open, shape: '1536x864' });
    expect(plan('a red fox shape:1536x864 size:1536x864')).toEqual({ ...open, shape: '1536x864' });
  });

  test('and shape that differ are refused', () => {
    expect(plan('a red fox shape:wide size:1024x1024')).toBe(
      'You gave both shape wide and size 1024x1024. Nothing was charged. Leave one of them out.',
    );
  });
});

describe('additions', () => {
  test.each(Object.entries(styles))('style:%s says it in words', (style, sentence) => {
    expect(plan(`a red fox style:${style}`)).toEqual({ ...open, additions: [sentence] });
  });

  test('style comes before the words to appear, and neither touches the person’s own', () => {
    expect(plan('a red fox text:"top: OPEN" style:photo')).toEqual({
      ...open,
      additions: [
        styles.photo,
        'The picture shows exactly this text, spelled as it stands: “OPEN” at the top. It shows no other text.',
      ],
    });
  });

  test('words to appear that are none are refused', () => {
    expect(plan('a red fox text:"top: | bottom: x"')).toContain('A part of text: has no words in it.');
  });
});

test('a prompt that is too long is refused with both numbers', () => {
  expect(plan('x'.repeat(6_001))).toBe(
    'prompt may have 6000 characters; yours has 6001. Nothing was charged. Shorten it.',
  );
});
