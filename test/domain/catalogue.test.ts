import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  findModel,
  isGone,
  livingSuccessor,
  type Model,
  nearestQuality,
  nearestSize,
  takesSize,
} from '../../src/domain/catalogue.ts';
import { qualities, readSize, shapes, sizeText } from '../../src/domain/image.ts';
import { loadCatalogue } from '../../src/load-catalogue.ts';
import { catalogue, flare, mini, old } from './models.ts';

const size = (text: string) => readSize(text) ?? { width: 0, height: 0 };
const near = (model: Model, text: string) => sizeText(nearestSize(model, size(text)));

const models = [flare, mini, ...(await loadCatalogue()).models];

describe('finding a model', () => {
  test('by its id or a dated alias, however it is written', () => {
    expect(findModel(catalogue, 'flare')).toBe(flare);
    expect(findModel(catalogue, ' FLARE-2026-09-08 ')).toBe(flare);
    expect(findModel(catalogue, 'constructor')).toBeUndefined();
  });

  test('that has gone leads to the one that took its place', () => {
    const before = Date.UTC(2026, 10, 30, 23, 59);
    const after = Date.UTC(2026, 11, 1);
    expect([isGone(flare, after), isGone(mini, before), isGone(mini, after), isGone(old, before)]).toEqual([
      false,
      false,
      true,
      true,
    ]);
    expect(livingSuccessor(catalogue, old, before)).toBe(mini);
    expect(livingSuccessor(catalogue, old, after)).toBe(flare);
    expect(livingSuccessor(catalogue, flare, after)).toBe(flare);
  });

  test('that has gone in a circle, or to nowhere, leads nowhere', () => {
    const circle = { ...catalogue, models: [flare, { ...mini, successor: 'old' }, old] };
    expect(livingSuccessor(circle, old, Date.UTC(2027, 0, 1))).toBeUndefined();
    const { successor: _, ...alone } = old;
    expect(livingSuccessor(catalogue, alone, Date.UTC(2027, 0, 1))).toBeUndefined();
    expect(livingSuccessor(catalogue, { ...old, successor: 'nobody' }, Date.UTC(2027, 0, 1))).toBeUndefined();
  });
});

describe('sizes', () => {
  test.each([
    ['1024x1024', true],
    ['1536x864', true],
    ['3840x2160', true],
    ['2160x3840', true],
    ['1000x1000', false],
    ['512x512', false],
    ['3840x1264', false],
    ['3856x2160', false],
    ['3840x3840', false],
  ])('%s by the rule: %s', (text, taken) => {
    expect(takesSize(flare, size(text))).toBe(taken);
  });

  test.each([
    ['1000x1000', '1008x1008'],
    ['512x512', '816x816'],
    ['1920x1080', '1936x1088'],
    ['4096x4096', '2880x2880'],
    ['8000x100', '1536x512'],
  ])('near %s there is %s', (text, expected) => {
    expect(near(flare, text)).toBe(expected);
  });

  test.each([
    ['512x512', '1024x1024'],
    ['1920x1080', '1536x1024'],
    ['100x9999', '1024x1536'],
  ])('in the list near %s there is %s', (text, expected) => {
    expect(near(mini, text)).toBe(expected);
  });

  test.each(models)(
    '$id: the nearest to any size is one that it takes, and a size that it takes is its own',
    (model) => {
      const edge = fc.oneof(
        fc.nat(100_000),
        fc.nat(250).map((n) => n * 16),
      );
      fc.assert(
        fc.property(edge, edge, (width, height) => {
          const wanted = { width, height };
          const found = nearestSize(model, wanted);
          expect(takesSize(model, found)).toBe(true);
          if (takesSize(model, wanted)) expect(found).toEqual(wanted);
        }),
        { numRuns: 1_000 },
      );
    },
  );

  test.each(models)('$id: its shapes are sizes that it takes', (model) => {
    for (const shape of shapes) expect(takesSize(model, size(model.shapes[shape]))).toBe(true);
  });
});

test('the nearest quality is the model’s own, and itself where it has it', () => {
  for (const wanted of qualities) {
    expect(nearestQuality(flare, wanted)).toBe(wanted);
    expect(nearestQuality(mini, wanted)).toBe(wanted === 'xhigh' || wanted === 'max' ? 'high' : wanted);
  }
});
