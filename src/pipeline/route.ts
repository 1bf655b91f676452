import type { ImageRequest } from '../domain/image.ts';
import type { ImageProvider } from '../domain/image-provider.ts';

/** The provider that does this with this model: the first in order of preference that offers it. */
export function offering(
  model: string,
  task: ImageRequest['task'],
  providers: readonly ImageProvider[],
): ImageProvider | undefined {
  return providers.find(({ models, tasks }) => models.includes(model) && tasks.includes(task));
}
