import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readRegion, regionNames } from '../../src/domain/region.ts';

describe('a region', () => {
  test('has a name: halves, the middle, and the cells of three by three', () => {
    expect(regionNames).toHaveLength(14);
    expect(readRegion('left')).toEqual({ left: 0, top: 0, right: 50, bottom: 100 });
    expect(readRegion('bottom')).toEqual({ left: 0, top: 50, right: 100, bottom: 100 });
    expect(readRegion('center')).toEqual({ left: 25, top: 25, right: 75, bottom: 75 });
    expect(readRegion('top-left')).toEqual({ left: 0, top: 0, right: 33, bottom: 33 });
    expect(readRegion('middle')).toEqual({ left: 33, top: 33, right: 67, bottom: 67 });
    expect(readRegion('bottom-right')).toEqual({ left: 67, top: 67, right: 100, bottom: 100 });
  });

  test('cells cover the picture and do not overlap', () => {
    const cells = regionNames.flatMap((name) => (/-|^middle$/.test(name) ? [readRegion(name)] : []));
    const area = cells.map((cell) => (cell ? (cell.right - cell.left) * (cell.bottom - cell.top) : 0));
    expect([cells.length, area.reduce((sum, each) => sum + each, 0)]).toEqual([9, 10_000]);
  });

  test.each(['Top Left', ' top-left ', 'TOP-LEFT', 'top  left'])('is named as people type: “%s”', (text) => {
    expect(readRegion(text)).toEqual(readRegion('top-left'));
  });

  test.each(['centre', 'Top centre', 'top-center'])('is named in both spellings: %s', (text) => {
    expect(readRegion(text)).toEqual(readRegion(text.toLowerCase().replace('centre', 'center').replace(' ', '-')));
    expect(readRegion(text)).toBeDefined();
  });

  test.each(['10,20-60,80', '10, 20 - 60, 80', '10%,20%-60%,80%', '10,20–60,80', '10,20--60,80'])(
    'is two corners: %s',
    (text) => {
      expect(readRegion(text)).toEqual({ left: 10, top: 20, right: 60, bottom: 80 });
    },
  );

  test.each([
    ...['', 'the fox', 'constructor', '__proto__', 'toString', 'left right', '10,20', '10,20-60', '10-20-60-80'],
    ...[
      '60,20-10,80',
      '10,80-60,20',
      '10,20-10,80',
      '10,20-60,20',
      '0,0-101,100',
      '-1,0-50,50',
      '1.5,0-50,50',
      '0,0-1000,9',
    ],
  ])('is not “%s”', (text) => {
    expect(readRegion(text)).toBeUndefined();
  });

  test('that is read lies within the picture and has an area, whatever was typed', () => {
    const percent = fc.integer({ min: -5, max: 130 });
    const corners = fc.tuple(percent, percent, percent, percent).map(([a, b, c, d]) => `${a},${b}-${c},${d}`);
    fc.assert(
      fc.property(fc.oneof(corners, fc.string(), fc.constantFrom(...regionNames)), (text) => {
        const region = readRegion(text);
        if (!region) return;
        const { left, top, right, bottom } = region;
        expect(0 <= left && left < right && right <= 100 && 0 <= top && top < bottom && bottom <= 100).toBe(true);
      }),
    );
  });
});
