import { termsOf } from './build-providers.ts';
import type { Config } from './config.ts';
import { type Catalogue, findModel } from './domain/catalogue.ts';
import type { Terms } from './domain/image-provider.ts';
import type { ListedModel, Listing, OfferListing } from './domain/listing.ts';
import { guardedFetch } from './http/guarded-fetch.ts';
import type { ProviderConfig } from './provider-config.ts';
import { listedModels } from './providers/listed-models.ts';

/** Asks every configured service, side by side, what it says of the models that it is to offer. Never fails. */
export function listModels(config: Config, catalogue: Catalogue, signal?: AbortSignal): Promise<readonly Listing[]> {
  return Promise.all(config.providers.map((provider) => listModelsOf(provider, catalogue, signal)));
}

async function listModelsOf(config: ProviderConfig, catalogue: Catalogue, signal?: AbortSignal): Promise<Listing> {
  const { name: provider, kind, baseUrl, apiKey, apiVersion } = config;
  const fetch = guardedFetch({ allowedOrigins: [new URL(baseUrl).origin] });
  const listed = await listedModels({ kind, baseUrl, apiKey, apiVersion, fetch }, signal);
  if (typeof listed === 'string') return { provider, unknown: listed };
  if (listed.length === 0) return { provider, unknown: 'lists no models at all' };
  return { provider, offers: offerListings(termsOf(config, catalogue), kind, catalogue, listed) };
}

/**
 * Azure lists models and is asked for deployments, so there the catalogue's names count; everywhere else what the service
 * calls the model. Where that is the catalogue's own name, dated ones count too.
 */
function offerListings(
  { offers, nameOf }: Terms,
  kind: ProviderConfig['kind'],
  catalogue: Catalogue,
  listed: readonly ListedModel[],
): OfferListing[] {
  const byId = new Map(listed.map((model) => [model.id.toLowerCase(), model]));
  return offers.map(({ id, aliases }) => {
    const name = kind === 'azure' ? id : nameOf(id);
    const isOurs = findModel(catalogue, name)?.id === id;
    const found = [name, ...(isOurs ? [id, ...aliases] : [])]
      .map((known) => byId.get(known.toLowerCase()))
      .find((model) => model !== undefined);
    return { model: id, name, listed: found !== undefined, shutsDownOn: found?.shutsDownOn };
  });
}
