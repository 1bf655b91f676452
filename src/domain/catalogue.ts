import {
  type Background,
  type ImageFormat,
  type ImageRequest,
  type Quality,
  qualities,
  readSize,
  type Shape,
  type Size,
} from './image.ts';

/** What is known of every model: what it can, how long it lives, what it costs. Read from models.json. */
export interface Catalogue {
  /** The day the facts were read, `YYYY-MM-DD`. */
  readonly read: string;
  readonly default: string;
  readonly models: readonly Model[];
}

export type Life =
  | { readonly state: 'current' }
  | { readonly state: 'retiring'; readonly on: string }
  | { readonly state: 'gone'; readonly on: string };

/** Sizes a model takes: a list of `WxH`, or a rule in pixels. */
export type Sizes =
  | { readonly list: readonly string[] }
  | {
      readonly rule: {
        readonly step: number;
        readonly ratioMax: number;
        readonly edgeMax: number;
        readonly pixelsMin: number;
        readonly pixelsMax: number;
      };
    };

/** How many output tokens a picture takes: by `price.ts`'s patch formula with a factor per quality, or a table. */
export type OutputTokens =
  | { readonly formula: 'patches'; readonly factors: Partial<Record<Quality, number>> }
  | { readonly table: Partial<Record<Quality, Readonly<Record<string, number>>>> };

/** What a service speaks: `PROVIDER_<NAME>_KIND`. */
export const providerKinds = ['openai', 'azure', 'grsai', 'chat'] as const;
export type ProviderKind = (typeof providerKinds)[number];

/** US$ for one picture, whatever it takes: one price for all, or by quality and `WxH`. */
export type PerImage = number | Partial<Record<Quality, Readonly<Record<string, number>>>>;

export interface Model {
  readonly id: string;
  readonly life: Life;
  readonly successor?: string;
  readonly aliases: readonly string[];
  readonly summary: string;
  readonly qualities: readonly Quality[];
  readonly sizes: Sizes;
  readonly shapes: Readonly<Record<Shape, string>>;
  readonly formats: readonly ImageFormat[];
  readonly backgrounds: readonly Background[];
  readonly countMax: number;
  readonly referencesMax: number;
  readonly mask: boolean;
  readonly partialImagesMax: number;
  readonly promptCharactersMax: number;
  /** US$ per million tokens; null: not known, so the model is refused rather than free. */
  readonly prices: { readonly textIn: number; readonly imageIn: number; readonly imageOut: number } | null;
  readonly outputTokens: OutputTokens;
  readonly partialImageTokens: number;
  readonly inputImageTokens: number;
  /** Billing per picture. Where there are token prices too, the cheaper of both counts for each request. */
  readonly perImage?: PerImage;
  /** Which kinds of services offer it, and what differs there. */
  readonly kinds: Readonly<Partial<Record<ProviderKind, Differences>>>;
}

export const tasks = ['generate', 'edit'] as const satisfies readonly ImageRequest['task'][];
export type Task = (typeof tasks)[number];

/** What differs where a kind of service offers a model: limits and prices in place of the model's own. */
export type Differences = Partial<Omit<Model, 'id' | 'life' | 'successor' | 'aliases' | 'summary' | 'kinds'>> & {
  readonly tasks?: readonly Task[];
  /** What services of this kind call it, unless an operator says otherwise. */
  readonly called?: string;
};

/** A model as one service offers it. */
export interface Offer extends Model {
  readonly tasks: readonly Task[];
  readonly called?: string;
}

/** Undefined where services of this kind do not offer it. */
export function offerOf(model: Model, kind: ProviderKind): Offer | undefined {
  const differences = model.kinds[kind];
  return (
    differences && { ...model, tasks: model.referencesMax > 0 ? ['generate', 'edit'] : ['generate'], ...differences }
  );
}

/**
 * What a service of this kind offers, in order of preference: all models of the kind that still live, the default
 * first, or those that are named.
 * @param named ids of the catalogue
 */
export function offersOf(catalogue: Catalogue, kind: ProviderKind, named?: readonly string[]): readonly Offer[] {
  const living = catalogue.models
    .filter(({ life }) => life.state !== 'gone')
    .sort((a, b) => Number(b.id === catalogue.default) - Number(a.id === catalogue.default));
  const models = named?.map((id) => findModel(catalogue, id)) ?? living;
  return models.map((model) => model && offerOf(model, kind)).filter((offer) => offer !== undefined);
}

/** The model with this id or dated alias. */
export function findModel(catalogue: Catalogue, id: string): Model | undefined {
  const wanted = id.trim().toLowerCase();
  return catalogue.models.find((model) => model.id === wanted || model.aliases.includes(wanted));
}

/** A model past its last day is gone, whatever the file said when it was written. Days are UTC. */
export function isGone({ life }: Model, now: number): boolean {
  return life.state !== 'current' && now >= Date.parse(`${life.on}T00:00:00Z`);
}

/** The living model that takes the place of one that is gone, following successors of successors. */
export function livingSuccessor(catalogue: Catalogue, model: Model, now: number): Model | undefined {
  const seen = new Set<string>();
  let next: Model | undefined = model;
  while (next && isGone(next, now)) {
    if (seen.has(next.id) || next.successor === undefined) return undefined;
    seen.add(next.id);
    next = findModel(catalogue, next.successor);
  }
  return next;
}

/** True when the model takes exactly this size. */
export function takesSize(model: Model, size: Size): boolean {
  if ('list' in model.sizes) return model.sizes.list.includes(`${size.width}x${size.height}`);
  const { step, ratioMax, edgeMax, pixelsMin, pixelsMax } = model.sizes.rule;
  const { width, height } = size;
  const pixels = width * height;
  return (
    width % step === 0 &&
    height % step === 0 &&
    Math.max(width, height) <= edgeMax &&
    Math.max(width, height) <= ratioMax * Math.min(width, height) &&
    pixels >= pixelsMin &&
    pixels <= pixelsMax
  );
}

/** The size nearest to `wanted` that the model takes: same outline first, then same area. */
export function nearestSize(model: Model, wanted: Size): Size {
  const ratio = Math.max(wanted.width, 1) / Math.max(wanted.height, 1);
  const distance = (size: Size) =>
    4 * Math.abs(Math.log(size.width / size.height / ratio)) +
    Math.abs(Math.log((size.width * size.height) / (wanted.width * wanted.height || 1)));
  const candidates = sizesNear(model, ratio, wanted).filter((size) => takesSize(model, size));
  return candidates.reduce((best, size) => (distance(size) < distance(best) ? size : best));
}

function sizesNear(model: Model, ratio: number, wanted: Size): Size[] {
  const known = 'list' in model.sizes ? model.sizes.list : Object.values(model.shapes);
  const listed = known.map(readSize).filter((size) => size !== undefined);
  if ('list' in model.sizes) return listed;
  const { step, ratioMax, edgeMax, pixelsMin, pixelsMax } = model.sizes.rule;
  const bounded = Math.min(Math.max(ratio, 1 / ratioMax), ratioMax);
  const area = Math.min(Math.max(wanted.width * wanted.height, pixelsMin), pixelsMax);
  const height = Math.min(Math.sqrt(area / bounded), edgeMax, edgeMax / bounded);
  const around = (edge: number) => [-1, 0, 1, 2].map((n) => (Math.floor(edge / step) + n) * step);
  const grid = around(height).flatMap((h) => around(height * bounded).map((w) => ({ width: w, height: h })));
  return [...listed, ...grid.filter(({ width, height: h }) => width > 0 && h > 0)];
}

/** The quality of the model that is nearest to `wanted` on the scale from low to max. */
export function nearestQuality(model: Model, wanted: Quality): Quality {
  const at = (quality: Quality) => qualities.indexOf(quality);
  return model.qualities.reduce((best, quality) =>
    Math.abs(at(quality) - at(wanted)) < Math.abs(at(best) - at(wanted)) ? quality : best,
  );
}
