/** What the fake service knows about its models. Kept apart from Easel's catalogue on purpose: a mistake there must not repeat here. */

export interface ModelRule {
  readonly id: string;
  readonly snapshots: readonly string[];
  readonly qualities: readonly string[];
  /** What `quality: auto`, or no quality at all, comes down to. */
  readonly automaticQuality: string;
  readonly sizes: 'free' | 'standard';
  readonly transparent: boolean;
  readonly inputFidelity: readonly string[];
  readonly complexity: boolean;
  readonly markup: boolean;
  readonly outputTokens:
    | { readonly kind: 'patches'; readonly factors: Readonly<Record<string, number>> }
    | { readonly kind: 'table'; readonly table: Readonly<Record<string, Readonly<Record<string, number>>>> };
  readonly shutdownDate: string | null;
}

export const standardSizes = ['1024x1024', '1536x1024', '1024x1536'] as const;

const threeQualities = ['low', 'medium', 'high'];

const firstGeneration = {
  snapshots: [],
  qualities: threeQualities,
  automaticQuality: 'high',
  sizes: 'standard',
  transparent: true,
  inputFidelity: ['low', 'high'],
  complexity: false,
  markup: false,
  outputTokens: {
    kind: 'table',
    table: {
      low: { '1024x1024': 272, '1024x1536': 408, '1536x1024': 400 },
      medium: { '1024x1024': 1056, '1024x1536': 1584, '1536x1024': 1568 },
      high: { '1024x1024': 4160, '1024x1536': 6240, '1536x1024': 6208 },
    },
  },
  shutdownDate: '2026-12-01',
} satisfies Omit<ModelRule, 'id'>;

const freeSizes = { sizes: 'free', inputFidelity: [], snapshots: [], shutdownDate: null } as const;

const generation25 = {
  ...freeSizes,
  qualities: [...threeQualities, 'xhigh', 'max'],
  automaticQuality: 'high',
  transparent: true,
  complexity: false,
  markup: true,
  outputTokens: { kind: 'patches', factors: { low: 16, medium: 24, high: 48, xhigh: 64, max: 96 } },
} satisfies Omit<ModelRule, 'id'>;

/**
 * 2.6 `low` is fitted to the one measured call (664 tokens at 1536x1024); `high` is the factor of 2.5.
 * Where no official page says that 2.6 can do something (xhigh, max, transparency, markup), this service refuses it.
 */
const generation26 = {
  ...generation25,
  qualities: threeQualities,
  transparent: false,
  complexity: true,
  markup: false,
  outputTokens: { kind: 'patches', factors: { low: 33.74, medium: 44, high: 48 } },
} satisfies Omit<ModelRule, 'id'>;

/** Source: openai@7.55.0 resources/images.d.ts; developers.openai.com, model pages and "Image generation". Read 2026-11-20. */
export const models: readonly ModelRule[] = [
  { ...generation26, id: 'gpt-image-2.6-flare', automaticQuality: 'medium' },
  { ...generation26, id: 'gpt-image-2.6-sunburst' },
  { ...generation25, id: 'gpt-image-2.5-flare', snapshots: ['gpt-image-2.5-flare-2026-09-08'] },
  { ...generation25, id: 'gpt-image-2.5-sunburst', snapshots: ['gpt-image-2.5-sunburst-2026-09-08'] },
  {
    ...freeSizes,
    id: 'gpt-image-2',
    snapshots: ['gpt-image-2-2026-04-21'],
    qualities: threeQualities,
    automaticQuality: 'medium',
    transparent: false,
    complexity: false,
    markup: false,
    outputTokens: { kind: 'patches', factors: { low: 16, medium: 48, high: 96 } },
  },
  { ...firstGeneration, id: 'gpt-image-1.5', snapshots: ['gpt-image-1.5-2025-12-16'] },
  { ...firstGeneration, id: 'gpt-image-1-mini', inputFidelity: ['low'] },
  { ...firstGeneration, id: 'chatgpt-image-latest' },
  { ...firstGeneration, id: 'gpt-image-1', shutdownDate: '2026-10-23' },
  { ...firstGeneration, id: 'dall-e-3', shutdownDate: '2026-05-12' },
  { ...firstGeneration, id: 'dall-e-2', shutdownDate: '2026-05-12' },
];

/** The model behind an id or a dated snapshot. Absent: nobody ever made such a model. */
export function modelNamed(name: string): ModelRule | undefined {
  return models.find((model) => model.id === name || model.snapshots.includes(name));
}

/** `today` is `YYYY-MM-DD`; a model is gone from the morning of its shutdown date. */
export function isGone(model: ModelRule, today: string): boolean {
  return model.shutdownDate !== null && model.shutdownDate <= today;
}

/** Shutdown dates that the service announces beyond those of its rules, by model id. */
export type Announced = ReadonlyMap<string, string>;

/** The body of GET /v1/models: every id that still answers. Source: openai@7.55.0 resources/models.d.ts. */
export function modelList(today: string, announced: Announced) {
  const data = models
    .filter((model) => !isGone(model, today))
    .flatMap((model) => [model.id, ...model.snapshots].map((id) => modelEntry(id, model, announced)));
  return { object: 'list', data };
}

/** `shutdown_date` is a date or null. Source: developers.openai.com API reference "List models", read 2026-11. */
export function modelEntry(id: string, model: ModelRule, announced: Announced) {
  const shutdown_date = announced.get(model.id) ?? model.shutdownDate;
  return { id, object: 'model', created: 1_757_289_600, owned_by: 'system', shutdown_date };
}
