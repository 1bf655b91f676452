import { type Offer, type Task, takesSize } from '../domain/catalogue.ts';
import type { ImageRequest } from '../domain/image.ts';
import type { ImageProvider, Lane } from '../domain/image-provider.ts';
import type { Pace } from '../domain/pace.ts';
import { isPriced, quote } from '../domain/price.ts';
import type { Rules } from './parts.ts';
import type { Standings } from './standings.ts';
import { tariff } from './tariff.ts';

/** A way to a picture: a service, and the model as that offers it. */
export interface Way {
  readonly provider: ImageProvider;
  readonly offer: Offer;
}

/** Every service that does this with this model, in order of preference. */
export function offering(model: string, task: Task, providers: readonly ImageProvider[]): Way[] {
  return providers.flatMap((provider) => {
    const offer = provider.offers.find(({ id }) => id === model);
    return offer?.tasks.includes(task) ? [{ provider, offer }] : [];
  });
}

/** Whether the service can make exactly this; previews are left out where it has none. */
export function canDo({ offer }: Way, request: ImageRequest): boolean {
  return (
    offer.id === request.model &&
    offer.tasks.includes(request.task) &&
    takesSize(offer, request.size) &&
    offer.qualities.includes(request.quality) &&
    offer.formats.includes(request.format) &&
    offer.backgrounds.includes(request.background) &&
    request.inputs.length <= offer.referencesMax &&
    (request.mask === undefined || offer.mask) &&
    request.prompt.length <= offer.promptCharactersMax &&
    isPriced(offer, request)
  );
}

/** Every service that can make exactly this, in order of preference. */
export const waysFor = (request: ImageRequest, providers: readonly ImageProvider[]): Way[] =>
  offering(request.model, request.task, providers).filter((way) => canDo(way, request));

/** How often `normal` tries another service than the best, so that one which has recovered is noticed. */
const explorationShare = 0.05;

export interface Choosing {
  readonly rules: Pick<Rules, 'creditUsd'>;
  readonly standings: Pick<Standings, 'of'>;
  /** From 0 to 1; 1 never explores. */
  readonly chance: () => number;
}

/**
 * The ways in the order they are to be tried: for `priority` as they are preferred, for `batch` the cheapest first, for
 * `normal` by price, pace and reliability together. Services that do not serve the lane come into question only where
 * none does.
 */
export function rank(ways: readonly Way[], lane: Lane, request: ImageRequest, choosing: Choosing): Way[] {
  const serving = ways.filter(({ provider }) => provider.lanes.includes(lane));
  const choice = serving.length > 0 ? serving : [...ways];
  if (lane === 'priority' || choice.length < 2) return choice;
  const prices = new Map(choice.map((way) => [way, priceOf(way, request, choosing)]));
  if (lane === 'batch') return choice.toSorted((a, b) => (prices.get(a) ?? 0) - (prices.get(b) ?? 0));
  const scores = scored(choice, prices, choosing);
  const ranked = choice.toSorted((a, b) => (scores.get(a) ?? 0) - (scores.get(b) ?? 0));
  return explored(ranked, choosing.chance);
}

const priceOf = (way: Way, request: ImageRequest, { rules }: Choosing): number =>
  quote(way.offer, request, tariff(way, { rules })) ?? Number.POSITIVE_INFINITY;

/**
 * Lower is better: price and p90 latency, each as a multiple of the best one's, over the share of calls that succeed. A
 * service that nothing is known of lately counts as the fastest, so that it gets its chance.
 */
function scored(ways: readonly Way[], prices: ReadonlyMap<Way, number>, { standings }: Choosing): Map<Way, number> {
  const seen = new Map(ways.map((way) => [way, standings.of(way.provider.name, way.offer.id)]));
  // Not below one credit and one millisecond: multiples of nothing are endless.
  const least = (values: readonly number[]) => Math.max(Math.min(...values), 1);
  const cheapest = least([...prices.values()]);
  const known = [...seen.values()].flatMap(({ p90Ms }) => p90Ms ?? []);
  const fastest = known.length > 0 ? least(known) : 1;
  return new Map(
    ways.map((way) => {
      const { p90Ms = fastest, errorRate } = seen.get(way) ?? { p90Ms: undefined, errorRate: 0 };
      const cost = Math.max(prices.get(way) ?? 0, 1) / cheapest + Math.max(p90Ms, 1) / fastest;
      return [way, cost / Math.max(1 - errorRate, 0.05)];
    }),
  );
}

/** Those that have room for another call come first, else as they were: nobody waits in line beside an idle service. */
export const withRoomFirst = (ranked: readonly Way[], { room }: Pick<Pace, 'room'>): Way[] =>
  ranked.toSorted((a, b) => Number(room(b.provider.name)) - Number(room(a.provider.name)));

/** Now and then another one comes first. */
function explored(ranked: readonly Way[], chance: () => number): Way[] {
  const [best, ...others] = ranked;
  if (!best || chance() >= explorationShare) return [...ranked];
  const picked = others[Math.floor(chance() * others.length)] ?? best;
  return [picked, ...ranked.filter((way) => way !== picked)];
}
