import type { ImageRequest } from '../../src/domain/image.ts';
import type { ImageProvider } from '../../src/domain/image-provider.ts';
import type { Way } from '../../src/pipeline/route.ts';
import { request } from '../contracts/jobs.ts';
import { scriptedProvider } from '../fakes/provider.ts';

/** The service `name`, by which a picture of the usual request can be made. */
export function wayBy(name: string, more: Partial<ImageProvider> = {}, offer: Partial<Way['offer']> = {}): Way {
  const { provider } = scriptedProvider({ name, ...more });
  const offers = provider.offers.map((offered) => ({ ...offered, ...offer }));
  const [first] = offers;
  if (!first) throw new RangeError('the service offers nothing');
  return { provider: { ...provider, offers }, offer: first };
}

export const wanted: ImageRequest = request;

export const names = (ways: readonly Way[]): string[] => ways.map(({ provider }) => provider.name);
