import type { Model } from './catalogue.ts';
import { type Credits, credits } from './credits.ts';
import { type ImageRequest, type Quality, type Size, sizeText } from './image.ts';

/** Prices are reckoned in micro-dollars (tokens × US$ per million tokens), so that sums stay exact enough to round. */

/** What a provider says a call used. */
export interface Usage {
  readonly textInTokens: number;
  readonly imageInTokens: number;
  readonly imageOutTokens: number;
}

export interface Tariff {
  /** US$ per credit: `CREDIT_USD`. */
  readonly creditUsd: number;
  /** What this provider takes of the list price: 0.5 for a relay at half price. */
  readonly multiplier: number;
  /** More pictures than this take several calls, each with all input pictures. Unset: one call. */
  readonly imagesPerCallMax?: number;
}

/**
 * Output tokens of one picture, or undefined where the catalogue does not know.
 * The patch formula is community-derived and reproduces OpenAI's published prices; it is not official.
 * Source: community.openai.com t/1382699, read 2026-11.
 */
export function outputTokens(model: Model, quality: Quality, size: Size): number | undefined {
  if ('table' in model.outputTokens) return model.outputTokens.table[quality]?.[sizeText(size)];
  const factor = model.outputTokens.factors[quality];
  if (factor === undefined) return undefined;
  const { width, height } = size;
  const short = Math.round((factor * Math.min(width, height)) / Math.max(width, height));
  return Math.ceil((factor * short * (2_000_000 + width * height)) / 4_000_000);
}

type Priced = Pick<ImageRequest, 'size' | 'quality' | 'count' | 'partialImages'> & {
  readonly inputs?: readonly unknown[];
};

/** Micro-dollars for one picture where the service bills per picture; undefined where it does not. */
function perImageOfOne({ perImage }: Model, { quality, size }: Priced): number | undefined {
  const usd = typeof perImage === 'number' ? perImage : perImage?.[quality]?.[sizeText(size)];
  return usd === undefined ? undefined : usd * 1e6;
}

/**
 * Micro-dollars for one picture of the request where the service bills per token: its previews and its share of the
 * input pictures included. Undefined when no price is known.
 */
function tokenPriceOfOne(model: Model, request: Priced, { imagesPerCallMax }: Tariff): number | undefined {
  const tokens = outputTokens(model, request.quality, request.size);
  if (model.prices === null || tokens === undefined) return undefined;
  const calls = Math.ceil(request.count / (imagesPerCallMax ?? request.count));
  const inputTokens = (request.inputs?.length ?? 0) * model.inputImageTokens;
  const inputs = (inputTokens * model.prices.imageIn * calls) / request.count;
  return (tokens + request.partialImages * model.partialImageTokens) * model.prices.imageOut + inputs;
}

/** How this request is billed: where a service bills both ways, by the cheaper one. Undefined when no price is known. */
function billingOf(
  model: Model,
  request: Priced,
  tariff: Tariff,
): { readonly by: 'token' | 'picture'; readonly one: number } | undefined {
  const token = tokenPriceOfOne(model, request, tariff);
  const picture = perImageOfOne(model, request);
  if (picture !== undefined && (token === undefined || picture < token)) return { by: 'picture', one: picture };
  return token === undefined ? undefined : { by: 'token', one: token };
}

/** Micro-dollars of list price that a provider's own count comes to; undefined when the model has no price. */
export function listPriceOfUsage(model: Model, usage: Usage): number | undefined {
  if (model.prices === null) return undefined;
  const { textIn, imageIn, imageOut } = model.prices;
  return usage.textInTokens * textIn + usage.imageInTokens * imageIn + usage.imageOutTokens * imageOut;
}

/** Credits for `count` pictures at this list price each: a whole number per picture, always rounded up. */
export function inCredits(microUsdOfOne: number, count: number, { creditUsd, multiplier }: Tariff): Credits {
  const each = Math.max(Math.ceil((microUsdOfOne * multiplier) / (creditUsd * 1e6) - 1e-9), 0);
  return credits(each * count);
}

/** What the person is told before: list price × multiplier for every picture; undefined when no price is known. */
export function quote(model: Model, request: Priced, tariff: Tariff): Credits | undefined {
  const billing = billingOf(model, request, tariff);
  return billing && inCredits(billing.one, request.count, tariff);
}

/** The quote and a fifth, rounded up: what is set aside, and the most that is ever charged. */
export const holdFor = (quoted: Credits): Credits => credits(quoted + Math.ceil(quoted / 5));

/** What no price is known of is refused, not free. */
export const isPriced = (model: Model, request: Priced): boolean =>
  billingOf(model, request, { creditUsd: 1, multiplier: 1 }) !== undefined;

/** Micro-dollars that the request comes to by the list, whatever this provider makes of it; 0 when no price is known. */
export const listPrice = (model: Model, request: Priced, tariff: Tariff): number =>
  (billingOf(model, request, tariff)?.one ?? 0) * request.count;

export interface Bill {
  /** What the person pays: never more than the hold. */
  readonly charged: Credits;
  /** What the provider takes beyond that: for pictures that never came, or beyond the hold. Booked to the house. */
  readonly house: Credits;
  /** Micro-dollars by the list. */
  readonly listMicroUsd: number;
}

/**
 * Splits a call's cost between the person and the house.
 * @param made how many pictures the provider made and bills for; what it counted is billed also when there are none
 * @param delivered how many of them are usable: only these are charged
 */
export function bill(
  model: Model,
  request: Priced,
  call: { readonly usage: Usage | undefined; readonly made: number; readonly delivered: number },
  held: Credits,
  tariff: Tariff,
): Bill {
  const billing = billingOf(model, request, tariff);
  const fromUsage = billing?.by === 'token' && call.usage ? listPriceOfUsage(model, call.usage) : undefined;
  const billed = fromUsage === undefined ? call.made : Math.max(call.made, 1);
  const one = fromUsage === undefined ? (billing?.one ?? 0) : fromUsage / billed;
  const due = inCredits(one, call.delivered, tariff);
  const whole = inCredits(one, billed, tariff);
  const charged = credits(Math.min(due, held));
  return { charged, house: credits(Math.max(whole - charged, 0)), listMicroUsd: one * billed };
}
