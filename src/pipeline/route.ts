import type { Offer, Task } from '../domain/catalogue.ts';
import { takesSize } from '../domain/catalogue.ts';
import type { ImageRequest } from '../domain/image.ts';
import type { ImageProvider } from '../domain/image-provider.ts';

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
    request.prompt.length <= offer.promptCharactersMax
  );
}

/** Every service that can make exactly this, in order of preference. */
export const waysFor = (request: ImageRequest, providers: readonly ImageProvider[]): Way[] =>
  offering(request.model, request.task, providers).filter((way) => canDo(way, request));
