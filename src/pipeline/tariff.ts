import type { Tariff } from '../domain/price.ts';
import type { Parts } from './parts.ts';
import type { Way } from './route.ts';

/** What a service takes, in our credits. */
export const tariff = (
  { provider }: Way,
  { rules }: { readonly rules: Pick<Parts['rules'], 'creditUsd'> },
): Tariff => ({
  creditUsd: rules.creditUsd,
  multiplier: provider.priceMultiplier,
  imagesPerCallMax: provider.imagesPerCallMax,
});
