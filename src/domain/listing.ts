/** A model in a service's own list. */
export interface ListedModel {
  /** As the service calls it. */
  readonly id: string;
  /** `YYYY-MM-DD`, where the service says that it will shut the model down. */
  readonly shutsDownOn: string | undefined;
}

/** What a service says itself of a model that it is to offer here. */
export interface OfferListing {
  /** The catalogue's id. */
  readonly model: string;
  /** What the list was searched for. */
  readonly name: string;
  readonly listed: boolean;
  readonly shutsDownOn: string | undefined;
}

/** What asking a service for its models came to: one entry per offer, or why there are none, as the end of a sentence. */
export type Listing =
  | { readonly provider: string; readonly offers: readonly OfferListing[] }
  | { readonly provider: string; readonly unknown: string };

/** Services that say when they shut this model down, soonest first. */
export function shutdownsOf(model: string, listings: readonly Listing[]): { provider: string; day: string }[] {
  return listings
    .flatMap((listing) => ('offers' in listing ? listing.offers.map((offer) => ({ ...listing, ...offer })) : []))
    .flatMap(({ provider, model: id, shutsDownOn: day }) => (id === model && day ? [{ provider, day }] : []))
    .sort((a, b) => a.day.localeCompare(b.day));
}
