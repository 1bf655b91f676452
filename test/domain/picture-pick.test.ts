import { describe, expect, test } from 'vitest';
import { readPick } from '../../src/domain/picture-pick.ts';

describe('the picture that words begin by naming', () => {
  test.each([
    ['2: make it blue', { nth: 2, surely: true, rest: 'make it blue' }],
    ['2) make it blue', { nth: 2, surely: true, rest: 'make it blue' }],
    ['#2 make it blue', { nth: 2, surely: true, rest: 'make it blue' }],
    ['#2: make it blue', { nth: 2, surely: true, rest: 'make it blue' }],
    ['second one make it blue', { nth: 2, rest: 'make it blue' }],
    ['The second one: make it blue', { nth: 2, rest: 'make it blue' }],
    ['on the third picture, add a hat', { nth: 3, rest: 'add a hat' }],
    ['4th one add a hat', { nth: 4, rest: 'add a hat' }],
    ['last one: add a hat', { nth: 'last', rest: 'add a hat' }],
    ['v2 make it blue', { version: 2, rest: 'make it blue' }],
    ['version 3: make it blue', { version: 3, surely: true, rest: 'make it blue' }],
    ['v1: 2: make it blue', { version: 1, nth: 2, surely: true, rest: 'make it blue' }],
    ['#2', { nth: 2, surely: true, rest: '' }],
    ['v1', { version: 1, surely: true, rest: '' }],
    ['v8 engine instead', { version: 8, rest: 'engine instead' }],
  ])('%j', (words, pick) => expect(readPick(words)).toEqual(pick));

  test.each([
    '2 more birds',
    '2x larger',
    'second thoughts: no hat',
    'first make it blue',
    'v-neck shirt',
    'very dark',
    '12:30 on the clock',
    'make it blue',
  ])('%j names none', (words) => expect(readPick(words)).toEqual({ rest: words }));
});
