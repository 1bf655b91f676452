import type { Catalogue, Model } from '../../src/domain/catalogue.ts';

/** A small catalogue for tests: sizes by a rule, sizes by a list, one that is gone and one that nobody knows the price of. */

export const flare: Model = {
  id: 'flare',
  life: { state: 'current' },
  aliases: ['flare-2026-09-08'],
  summary: 'fast',
  qualities: ['low', 'medium', 'high', 'xhigh', 'max'],
  sizes: { rule: { step: 16, ratioMax: 3, edgeMax: 3840, pixelsMin: 655_360, pixelsMax: 8_294_400 } },
  shapes: { square: '1024x1024', wide: '1536x1024', tall: '1024x1536' },
  formats: ['png', 'jpeg', 'webp'],
  backgrounds: ['auto', 'opaque', 'transparent'],
  countMax: 10,
  referencesMax: 16,
  mask: true,
  partialImagesMax: 3,
  promptCharactersMax: 32_000,
  prices: { textIn: 5, imageIn: 8, imageOut: 30 },
  outputTokens: { formula: 'patches', factors: { low: 16, medium: 24, high: 48, xhigh: 64, max: 96 } },
  partialImageTokens: 100,
  inputImageTokens: 1_600,
  kinds: { openai: {} },
};

export const mini: Model = {
  ...flare,
  id: 'mini',
  aliases: [],
  life: { state: 'retiring', on: '2026-12-01' },
  successor: 'flare',
  qualities: ['low', 'medium', 'high'],
  sizes: { list: ['1024x1024', '1536x1024', '1024x1536'] },
  prices: { textIn: 2, imageIn: 2.5, imageOut: 8 },
  outputTokens: {
    table: {
      low: { '1024x1024': 272, '1536x1024': 400, '1024x1536': 408 },
      medium: { '1024x1024': 1_056, '1536x1024': 1_568, '1024x1536': 1_584 },
      high: { '1024x1024': 4_160, '1536x1024': 6_208, '1024x1536': 6_240 },
    },
  },
};

export const old: Model = {
  ...mini,
  id: 'old',
  life: { state: 'gone', on: '2026-05-12' },
  successor: 'mini',
  prices: null,
  outputTokens: { table: {} },
};

export const catalogue: Catalogue = { read: '2026-11-20', default: 'flare', models: [flare, mini, old] };
