import type { Config } from '../config.ts';
import {
  type Catalogue,
  isGone,
  livingSuccessor,
  type Model,
  type Offer,
  type PerImage,
  type Task,
} from '../domain/catalogue.ts';
import { type ImageFormat, type Quality, readSize, type Shape, shapes } from '../domain/image.ts';
import type { Lane, Terms } from '../domain/image-provider.ts';
import type { Listing } from '../domain/listing.ts';
import { quote } from '../domain/price.ts';

/** What `npm run models` knows. Plain JSON: `--json` prints it as it is, so names and meanings stay. */
export interface ModelReport {
  /** The day on which the catalogue's facts were read, `YYYY-MM-DD`. */
  readonly read: string;
  readonly default: string;
  readonly creditUsd: number;
  /** True while nothing but the built-in sketch makes pictures. */
  readonly placeholders: boolean;
  readonly models: readonly ModelRow[];
  readonly services: readonly ServiceRow[];
}

interface ModelRow {
  readonly id: string;
  readonly state: 'current' | 'retiring' | 'gone';
  /** The last day, or null. */
  readonly on: string | null;
  /** Whole days until then, below 0 when it is over, or null. */
  readonly inDays: number | null;
  /** What requests are made with once it is gone, or null. */
  readonly successor: string | null;
  readonly aliases: readonly string[];
  readonly summary: string;
  /** US$ per million tokens, or null. */
  readonly tokenPrices: Model['prices'];
  /** US$ per picture, or null. Where there are both, the cheaper counts. */
  readonly perImage: PerImage | null;
  /** List price of one picture. */
  readonly prices: readonly PriceRow[];
  /** US$ for a preview that is shown while a picture is made, and for a picture that is given to be changed. */
  readonly extras: { readonly previewUsd: number; readonly inputUsd: number } | null;
  readonly offers: readonly OfferRow[];
}

export interface PriceRow {
  readonly quality: Quality;
  readonly shape: Shape;
  readonly size: string;
  /** Null: no price is known, so it is refused. */
  readonly usd: number | null;
  readonly credits: number | null;
}

export interface OfferRow {
  readonly provider: string;
  /** What the service calls it. */
  readonly name: string;
  readonly priceMultiplier: number;
  readonly lanes: readonly Lane[];
  readonly tasks: readonly Task[];
  readonly formats: readonly ImageFormat[];
  /** The model's, or what differs there; without the multiplier. */
  readonly tokenPrices: Model['prices'];
  readonly perImage: PerImage | null;
  /** With the multiplier. */
  readonly prices: readonly PriceRow[];
  /** Whether the service lists it itself, and the day on which it ends there; null where it does not say. */
  readonly listed: boolean | null;
  readonly shutsDownOn: string | null;
}

interface ServiceRow {
  readonly provider: string;
  /** Why its list of models could not be compared, as the end of a sentence; null when it was. */
  readonly unknown: string | null;
}

const dayMs = 24 * 60 * 60 * 1000;

/** Brings together what the catalogue, the configuration and the services say. */
export function modelReport(
  catalogue: Catalogue,
  terms: readonly Terms[],
  listings: readonly Listing[],
  { creditUsd, providers }: Pick<Config, 'creditUsd' | 'providers'>,
  now: number,
): ModelReport {
  return {
    ...{ read: catalogue.read, default: catalogue.default, creditUsd, placeholders: providers.length === 0 },
    models: catalogue.models.map((model) => ({
      ...lifeOf(model, catalogue, now),
      aliases: model.aliases,
      summary: model.summary,
      tokenPrices: model.prices,
      perImage: model.perImage ?? null,
      prices: pricesOf(model, creditUsd, 1),
      extras: extrasOf(model),
      offers: terms.flatMap((service) => offerRow(model.id, service, listings, creditUsd)),
    })),
    services: listings.map((listing) => ({
      provider: listing.provider,
      unknown: 'unknown' in listing ? listing.unknown : null,
    })),
  };
}

function lifeOf(model: Model, catalogue: Catalogue, now: number) {
  const { id, life } = model;
  if (life.state === 'current') return { id, state: life.state, on: null, inDays: null, successor: null };
  const end = Date.parse(`${life.on}T00:00:00Z`);
  const living = livingSuccessor(catalogue, model, Math.max(end, now));
  return {
    id,
    state: isGone(model, now) ? ('gone' as const) : ('retiring' as const),
    on: life.on,
    inDays: Math.ceil((end - now) / dayMs),
    successor: living?.id ?? model.successor ?? null,
  };
}

/** One picture of every quality in every shape. In micro-dollars a quote is a price. */
function pricesOf(model: Model, creditUsd: number, multiplier: number): PriceRow[] {
  return model.qualities.flatMap((quality) =>
    shapes.map((shape) => {
      const size = readSize(model.shapes[shape]);
      const request = size && { size, quality, count: 1, partialImages: 0 };
      const credits = request && quote(model, request, { creditUsd, multiplier });
      const microUsd = request && quote(model, request, { creditUsd: 1e-6, multiplier });
      return {
        ...{ quality, shape, size: model.shapes[shape], credits: credits ?? null },
        usd: microUsd === undefined ? null : microUsd / 1e6,
      };
    }),
  );
}

const extrasOf = ({ prices, partialImageTokens, inputImageTokens }: Model): ModelRow['extras'] =>
  prices && {
    previewUsd: (partialImageTokens * prices.imageOut) / 1e6,
    inputUsd: (inputImageTokens * prices.imageIn) / 1e6,
  };

function offerRow(id: string, service: Terms, listings: readonly Listing[], creditUsd: number): OfferRow[] {
  const { name: provider, priceMultiplier, lanes, offers, nameOf } = service;
  const offer: Offer | undefined = offers.find((each) => each.id === id);
  if (!offer) return [];
  const listing = listings.find((each) => each.provider === provider);
  const said = listing && 'offers' in listing ? listing.offers.find(({ model }) => model === id) : undefined;
  return [
    {
      ...{ provider, name: nameOf(id), priceMultiplier, lanes, tasks: offer.tasks, formats: offer.formats },
      ...{ tokenPrices: offer.prices, perImage: offer.perImage ?? null },
      prices: pricesOf(offer, creditUsd, priceMultiplier),
      ...{ listed: said?.listed ?? null, shutsDownOn: said?.shutsDownOn ?? null },
    },
  ];
}
