import path from 'node:path';
import type { Config } from './config.ts';
import { type Catalogue, findModel, type Offer, offersOf, type ProviderKind } from './domain/catalogue.ts';
import type { Clock } from './domain/clock.ts';
import type { ImageProvider, Terms } from './domain/image-provider.ts';
import type { Pace } from './domain/pace.ts';
import { type GuardedFetch, guardedFetch } from './http/guarded-fetch.ts';
import { longCalls } from './http/long-calls.ts';
import type { ProviderConfig } from './provider-config.ts';
import { deadlineByQuality, withDeadline } from './providers/with-deadline.ts';
import { withLimits } from './providers/with-limits.ts';
import { withRepeatedChecks } from './providers/with-repeated-checks.ts';
import { withSeveralCalls } from './providers/with-several-calls.ts';
import type { Hooks } from './web/hooks.ts';

/** The sketch takes its time, so that progress can be seen. */
const sketchStepMs = 800;

/** What a kind of service is built from: its terms, its settings, and the ways out into the world. */
interface Site {
  readonly terms: Terms;
  readonly config: ProviderConfig;
  /** Bears calls of many minutes, follows no redirects. */
  readonly fetch: typeof fetch;
  /** For what answers point to: public addresses, and the service's own origin. */
  readonly download: GuardedFetch;
  readonly clock: Clock;
  /** A way in for callbacks, and its address; unset where nothing listens. */
  readonly openHook: Hooks['open'] | undefined;
}

/** Every kind of service, loaded when it is used. */
const kinds: Record<ProviderKind, (site: Site) => Promise<ImageProvider>> = {
  openai: async ({ terms, config: { apiKey = '', baseUrl }, ...ways }) =>
    (await import('./providers/openai.ts')).openaiProvider({ ...terms, apiKey, baseUrl, ...ways }),
  grsai: async ({ terms, config, openHook, ...ways }) => {
    const { grsaiProvider, generationNamed } = await import('./providers/grsai.ts');
    const { apiKey = '', baseUrl, apiVersion, reply, deadlineMs: patienceMs } = config;
    const hook = openHook && ((onCall: (body: string) => void) => openHook(`grsai ${config.name}`, onCall));
    const generation = generationNamed(apiVersion);
    return grsaiProvider({ ...terms, ...ways, apiKey, baseUrl, generation, reply, patienceMs, openHook: hook });
  },
  chat: async ({ terms, config: { apiKey = '', baseUrl }, ...ways }) =>
    (await import('./providers/chat.ts')).chatProvider({ ...terms, apiKey, baseUrl, ...ways }),
  azure: async ({ terms, config: { apiKey, baseUrl, apiVersion, scope }, ...ways }) =>
    (await import('./providers/azure.ts')).azureProvider({ ...terms, apiKey, baseUrl, apiVersion, scope, ...ways }),
};

/**
 * The configured image services with everything that fits them all, or the sketch that stands in for them.
 * @param hooks where services can call back; unset where nothing listens
 */
export async function buildProviders(
  config: Config,
  catalogue: Catalogue,
  clock: Clock,
  pace: Pace,
  hooks?: Hooks,
): Promise<readonly ImageProvider[]> {
  if (config.providers.length === 0) {
    const { sketchProvider } = await import('./providers/sketch.ts');
    const fontFolder = path.join(config.dataDir, 'cache', 'fonts');
    return [sketchProvider({ catalogue, clock, stepMs: sketchStepMs, fontFolder })];
  }
  return Promise.all(config.providers.map((provider) => buildProvider(provider, catalogue, clock, pace, hooks)));
}

async function buildProvider(
  config: ProviderConfig,
  catalogue: Catalogue,
  clock: Clock,
  pace: Pace,
  hooks: Hooks | undefined,
): Promise<ImageProvider> {
  const terms = termsOf(config, catalogue);
  const download = guardedFetch({ allowedOrigins: [new URL(config.baseUrl).origin] });
  const bare = await kinds[config.kind]({ terms, config, fetch: longCalls(), download, clock, openHook: hooks?.open });
  const { deadlineMs } = config;
  const timed = withDeadline(bare, clock, deadlineMs === undefined ? deadlineByQuality : () => deadlineMs);
  return withSeveralCalls(withRepeatedChecks(withLimits(timed, pace, config.imagesPerMinute), { clock }));
}

/**
 * What the catalogue and the configuration say of a service.
 * @throws Error in plain words that names models which nobody knows, or which services of its kind do not offer
 */
export function termsOf(config: ProviderConfig, catalogue: Catalogue): Terms {
  const { name, kind, models, tasks, pricePerImage, priceMultiplier, concurrency, lanes } = config;
  const fail = (what: string): never => {
    throw new Error(`Easel can't start: ${what}, which provider ${name} is to offer.`);
  };
  const named = models?.map(({ model }) => model);
  const unknown = named?.filter((id) => !findModel(catalogue, id)) ?? [];
  if (unknown.length > 0) return fail(`the catalogue knows no model ${unknown.join(', ')}`);
  const offers = offersOf(catalogue, kind, named);
  const elsewhere = named?.filter((id) => !offers.some((offer) => offer.id === findModel(catalogue, id)?.id)) ?? [];
  if (elsewhere.length > 0) return fail(`services of kind ${kind} have no model ${elsewhere.join(', ')}`);
  const names = new Map(models?.map(({ model, called }) => [findModel(catalogue, model)?.id, called ?? model]));
  const priced = (offer: Offer): Offer =>
    pricePerImage === undefined ? offer : { ...offer, prices: null, perImage: pricePerImage };
  const asked = (offer: Offer): Offer => ({ ...offer, tasks: offer.tasks.filter((task) => tasks.includes(task)) });
  return {
    ...{ name, priceMultiplier, concurrency, lanes },
    offers: offers.map(priced).map(asked),
    nameOf: (model) => names.get(model) ?? offers.find(({ id }) => id === model)?.called ?? model,
  };
}
