import { describe, expect, test } from 'vitest';
import {
  type Catalogue,
  type Differences,
  type Model,
  nearestSize,
  offersOf,
  type ProviderKind,
  providerKinds,
  takesSize,
} from '../../src/domain/catalogue.ts';
import { readSize, type Shape } from '../../src/domain/image.ts';
import { quote } from '../../src/domain/price.ts';
import catalogue from '../../src/providers/models.json' with { type: 'json' };

/** The catalogue's plain facts. How prices come of them is tested where prices are made. */

const { models } = catalogue;
const living = new Set(models.filter((model) => model.life.state === 'current').map((model) => model.id));
const day = /^20\d\d-[01]\d-[0-3]\d$/;

function modelOf(id: string) {
  const model = models.find((each) => each.id === id);
  if (!model) throw new RangeError(`No model ${id}.`);
  return model;
}

function factorsOf(id: string): Record<string, number> {
  return modelOf(id).outputTokens?.factors ?? {};
}

/** Source: community.openai.com t/1382699, not official. */
function patches(factor: number, size: string): number {
  const [width = 0, height = 0] = size.split('x').map(Number);
  const short = Math.round((factor * Math.min(width, height)) / Math.max(width, height));
  return Math.ceil((factor * short * (2_000_000 + width * height)) / 4_000_000);
}

test('names every model that the SDK names, each once', () => {
  const ids = models.flatMap((model) => [model.id, ...model.aliases]);
  expect(new Set(ids).size).toBe(ids.length);
  expect(models.map((model) => model.id).sort()).toEqual([
    'chatgpt-image-latest',
    'dall-e-2',
    'dall-e-3',
    'gpt-image-1',
    'gpt-image-1-mini',
    'gpt-image-1.5',
    'gpt-image-2',
    'gpt-image-2.5-flare',
    'gpt-image-2.5-sunburst',
    'gpt-image-2.6-flare',
    'gpt-image-2.6-sunburst',
  ]);
});

test('the default is a current model with a price', () => {
  expect(living).toContain(catalogue.default);
  expect(modelOf(catalogue.default).prices).not.toBeNull();
});

test.each(models)('$id says how long it lives and who comes next', ({ life, successor }) => {
  if (life.state === 'current') return expect(successor).toBeUndefined();
  expect(['retiring', 'gone']).toContain(life.state);
  expect(life.on).toMatch(day);
  expect(life.state === 'gone').toBe(String(life.on) <= catalogue.read);
  expect(living).toContain(successor);
});

test.each(models)('$id says for every group of facts where it was read, and when', ({ sources }) => {
  expect(Object.keys(sources)).toEqual(['life', 'options', 'sizes', 'inputs', 'prices', 'tokens']);
  for (const { source, read } of Object.values(sources)) {
    expect(source.length).toBeGreaterThan(10);
    expect(read).toMatch(day);
  }
});

test.each(models)('the three shapes of $id are sizes it can make', ({ sizes, shapes }) => {
  for (const size of Object.values(shapes)) {
    if ('list' in sizes && sizes.list) {
      expect(sizes.list).toContain(size);
      continue;
    }
    const rule = sizes.rule;
    if (!rule) throw new RangeError('No rule and no list.');
    const [width = 0, height = 0] = size.split('x').map(Number);
    expect([width % rule.step, height % rule.step]).toEqual([0, 0]);
    expect(Math.max(width, height)).toBeLessThanOrEqual(rule.edgeMax);
    expect(Math.max(width, height) / Math.min(width, height)).toBeLessThanOrEqual(rule.ratioMax);
    expect(width * height).toBeGreaterThanOrEqual(rule.pixelsMin);
    expect(width * height).toBeLessThanOrEqual(rule.pixelsMax);
  }
});

test.each(models)(
  '$id counts tokens for each of its qualities, if it has a price',
  ({ prices, qualities, ...model }) => {
    if (prices === null) return;
    const { factors, table } = model.outputTokens ?? {};
    expect(Object.keys(factors ?? table ?? {})).toEqual(qualities);
    for (const sizes of Object.values(table ?? {}))
      expect(Object.keys(sizes).sort()).toEqual([...(model.sizes.list ?? [])].sort());
  },
);

test('a living model has a price, a model without one is gone', () => {
  for (const { id, prices, life } of models) expect([id, prices === null]).toEqual([id, life.state === 'gone']);
});

test.each(providerKinds)(
  'what services of kind %s offer has a price in every quality, in each of its sizes',
  (kind) => {
    for (const offer of offersOf(catalogue as unknown as Catalogue, kind)) {
      const shapes = (Object.keys(offer.shapes) as Shape[]).map((shape) => readSize(offer.shapes[shape]));
      const listed = 'list' in offer.sizes ? offer.sizes.list.map(readSize) : [];
      for (const size of [...shapes, ...listed].filter((size) => size !== undefined)) {
        expect([offer.id, nearestSize(offer, size), takesSize(offer, size)]).toEqual([offer.id, size, true]);
        for (const quality of offer.qualities) {
          const request = { size, quality, count: 1, partialImages: 0 };
          expect(quote(offer, request, { creditUsd: 0.001, multiplier: 1 })).toBeGreaterThan(0);
        }
      }
    }
  },
);

test('the formula gives the known figures', () => {
  const { high } = factorsOf('gpt-image-2.5-flare');
  expect(high).toBe(48);
  expect(['1024x1024', '1536x1024', '3840x2160'].map((size) => patches(high ?? 0, size))).toEqual([1756, 1372, 3336]);
});

test('the estimate for 2.6 is not below what was measured', () => {
  for (const id of ['gpt-image-2.6-flare', 'gpt-image-2.6-sunburst']) {
    const { low = 0, high = 0 } = factorsOf(id);
    expect(patches(low, '1536x1024')).toBeGreaterThanOrEqual(664);
    expect(patches(low, '1024x1024')).toBeGreaterThanOrEqual(800);
    expect(patches(high, '1536x1024')).toBeGreaterThanOrEqual(1353);
  }
});

test('gpt-image-2 makes no transparent pictures, and nobody makes gif or svg', () => {
  expect(modelOf('gpt-image-2').backgrounds).not.toContain('transparent');
  for (const { formats } of models) expect(['png', 'jpeg', 'webp']).toEqual(expect.arrayContaining(formats));
});

test('Azure makes no WebP, and every difference there says where it was read', () => {
  const azure = models.flatMap(({ kinds }) => ('azure' in kinds ? [kinds.azure] : []));
  expect(azure).toHaveLength(3);
  for (const { formats, sources } of azure) {
    expect(formats).toEqual(['png', 'jpeg']);
    expect(Object.keys(sources)).toEqual(['life', 'options', 'prices']);
  }
});

/** Each model as each kind of service offers it, with what differs there. */
interface AtKind {
  readonly id: string;
  readonly kind: ProviderKind;
  readonly model: Model;
  readonly differences: Differences & { readonly sources?: Record<string, { source: string; read: string }> };
}
const typed = catalogue as unknown as Catalogue;
const offered: readonly AtKind[] = typed.models.flatMap((model) =>
  providerKinds.flatMap((kind) => {
    const differences = model.kinds[kind];
    return differences ? [{ id: model.id, kind, model, differences }] : [];
  }),
);
const differing = offered.filter(({ differences }) => Object.keys(differences).length > 0);

describe('where a kind of service offers a model', () => {
  test('kinds are those that can be configured, and OpenAI’s own has every model', () => {
    for (const { id, kinds } of typed.models) {
      expect([id, Object.keys(kinds).filter((kind) => !providerKinds.some((known) => known === kind))]).toEqual([
        id,
        [],
      ]);
      expect([id, kinds.openai]).toEqual([id, {}]);
    }
  });

  test.each(differing)('what differs for $id at $kind says where it was read, and when', ({ differences }) => {
    const { sources = {} } = differences;
    expect(Object.keys(sources)).not.toEqual([]);
    for (const { source, read } of Object.values(sources)) {
      expect(source.length).toBeGreaterThan(10);
      expect(read).toMatch(day);
    }
  });

  test.each(differing)('$id can do no more at $kind than the model can', ({ model, differences }) => {
    const { qualities, formats, backgrounds, sizes, shapes, tasks } = differences;
    expect(model.qualities).toEqual(expect.arrayContaining([...(qualities ?? [])]));
    expect(model.formats).toEqual(expect.arrayContaining([...(formats ?? [])]));
    expect(model.backgrounds).toEqual(expect.arrayContaining([...(backgrounds ?? [])]));
    for (const limit of ['countMax', 'referencesMax', 'partialImagesMax', 'promptCharactersMax'] as const)
      expect([limit, (differences[limit] ?? 0) <= model[limit]]).toEqual([limit, true]);
    expect(differences.mask === true && !model.mask).toBe(false);
    if (tasks?.includes('edit')) expect(differences.referencesMax ?? model.referencesMax).toBeGreaterThan(0);
    const named = [...(sizes && 'list' in sizes ? sizes.list : []), ...Object.values(shapes ?? {})].map(readSize);
    for (const size of named) expect(size && takesSize(model, size)).toBe(true);
    if (sizes && 'rule' in sizes && 'rule' in model.sizes) {
      const { rule: ours } = sizes;
      const { rule } = model.sizes;
      expect(ours.step % rule.step).toBe(0);
      expect(ours.pixelsMin).toBeGreaterThanOrEqual(rule.pixelsMin);
      for (const most of ['ratioMax', 'edgeMax', 'pixelsMax'] as const)
        expect(ours[most]).toBeLessThanOrEqual(rule[most]);
    }
  });
});

/** Source: developers.openai.com Image generation guide and model pages, per image at 1024x1024, 1024x1536, 1536x1024; read 2026-11-20. */
test.each([
  ['gpt-image-2', { low: [0.006, 0.005, 0.005], medium: [0.053, 0.041, 0.041], high: [0.211, 0.165, 0.165] }],
  ['gpt-image-1.5', { low: [0.009, 0.013, 0.013], medium: [0.034, 0.05, 0.05], high: [0.133, 0.2, 0.2] }],
  ['chatgpt-image-latest', { low: [0.009, 0.013, 0.013], medium: [0.034, 0.05, 0.05], high: [0.133, 0.2, 0.2] }],
] as const)('the prices of %s come to those that OpenAI publishes, which are rounded', (id, published) => {
  const model = typed.models.find((each) => each.id === id);
  for (const [quality, prices] of Object.entries(published) as ['low', readonly number[]][]) {
    const sizes = ['1024x1024', '1024x1536', '1536x1024'].map(readSize).filter((size) => size !== undefined);
    const ours = sizes.map((size) =>
      model ? quote(model, { size, quality, count: 1, partialImages: 0 }, { creditUsd: 1e-6, multiplier: 1 }) : 0,
    );
    for (const [at, price] of prices.entries()) expect(Math.abs((ours[at] ?? 0) / 1e6 - price)).toBeLessThan(0.0015);
  }
});
