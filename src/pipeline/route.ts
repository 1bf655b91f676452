import type { ImageProvider } from '../domain/image-provider.ts';

/** The provider that makes a picture with this model: the first in order of preference that offers it. */
export function offering(model: string, providers: readonly ImageProvider[]): ImageProvider | undefined {
  return providers.find(({ models }) => models.includes(model));
}
