import { type Catalogue, offersOf } from '../../src/domain/catalogue.ts';
import {
  type ImageOrder,
  type ImageProvider,
  lanes,
  type Made,
  type Progress,
  type Ticket,
} from '../../src/domain/image-provider.ts';
import type { Refusal } from '../../src/domain/refusal.ts';
import models from '../../src/providers/models.json' with { type: 'json' };

/** One call of a scripted provider, open until its test ends it. */
export interface OpenCall {
  readonly order: ImageOrder;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
  resolve(answer: Made | Ticket | Refusal): void;
  reject(error: unknown): void;
}

export const nothingMade: Made = { made: [], usage: undefined, requestId: undefined };

/** A provider whose calls a test holds in its hands. It does not even mind its signal. */
export function scriptedProvider(more: Partial<ImageProvider> = {}) {
  const calls: OpenCall[] = [];
  let watching: readonly { readonly count: number; readonly resolve: () => void }[] = [];

  const open = (order: ImageOrder, signal: AbortSignal, onProgress: OpenCall['onProgress']) => {
    const { promise, resolve, reject } = Promise.withResolvers<Made | Ticket | Refusal>();
    calls.push({ order, signal, onProgress, resolve, reject });
    for (const watch of watching) if (calls.length >= watch.count) watch.resolve();
    return promise;
  };

  const provider: ImageProvider = {
    name: 'scripted',
    placeholder: false,
    offers: offersOf(models as unknown as Catalogue, 'openai', ['gpt-image-2.5-flare']),
    imagesPerCallMax: 4,
    partialImagesMax: 3,
    concurrency: 2,
    priceMultiplier: 1,
    lanes,
    start: (order, _, signal, onProgress) => open(order, signal, onProgress),
    check: () => new Promise(() => undefined),
    ...more,
  };

  return {
    provider,
    calls,
    /** Resolves as soon as `count` calls were made. */
    untilCalled(count: number): Promise<OpenCall> {
      return new Promise((resolve) => {
        const look = () => {
          const call = calls[count - 1];
          if (call) resolve(call);
        };
        watching = [...watching, { count, resolve: look }];
        look();
      });
    },
  };
}
