import { type Catalogue, offersOf } from '../src/domain/catalogue.ts';
import type { ImageRequest } from '../src/domain/image.ts';
import { type ImageProvider, lanes } from '../src/domain/image-provider.ts';
import { loadCatalogue } from '../src/load-catalogue.ts';
import { rank, waysFor } from '../src/pipeline/route.ts';
import { openTries } from '../src/pipeline/tries.ts';
import { systemClock } from '../src/system-clock.ts';
import { atMost, type Figure, quantile } from './figure.ts';

const services = 10;
const warmUps = 2_000;
const choices = 20_000;
const mostUs = 1_000;

const request: ImageRequest = {
  ...{ task: 'generate', inputs: [], words: 'a red fox', prompt: 'a red fox', model: 'gpt-image-2.5-flare' },
  ...{ size: { width: 1024, height: 1024 }, quality: 'medium', count: 1, background: 'auto', format: 'png' },
  ...{ partialImages: 2, fresh: false, endUser: 'nobody' },
};

/** What choosing among ten services costs: who can, in which order, and who is asked first. */
export async function route(): Promise<Figure[]> {
  const catalogue = await loadCatalogue();
  const providers = Array.from({ length: services }, (_, at) => service(at, catalogue));
  return lanes.map((lane) => {
    const choose = () => {
      const ranked = rank(waysFor(request, providers), lane, request, choosing);
      return openTries(ranked, awake, systemClock, Math.random).next();
    };
    const took = Array.from({ length: warmUps + choices }, () => {
      const begun = performance.now();
      if (!choose()) throw new RangeError('nobody was chosen');
      return (performance.now() - begun) * 1_000;
    }).slice(warmUps);
    return atMost(`choice among ${services} services, lane ${lane}, p99`, mostUs, quantile(took, 0.99), ' µs');
  });
}

const awake = { readyAt: () => 0 };

const choosing = {
  rules: { creditUsd: 0.001 },
  chance: Math.random,
  // Each does differently, so that there is something to compare.
  standings: { of: (name: string) => ({ p90Ms: 20_000 + 100 * name.length, errorRate: 0.01 * name.length }) },
};

const service = (at: number, catalogue: Catalogue): ImageProvider => ({
  name: 'service'.padEnd(8 + at, '!'),
  ...{ placeholder: false, offers: offersOf(catalogue, 'openai'), imagesPerCallMax: 4, partialImagesMax: 3 },
  ...{ concurrency: 8, priceMultiplier: 1 - at / 20, lanes },
  start: () => Promise.reject(new RangeError('it is only chosen')),
  check: () => Promise.reject(new RangeError('it is only chosen')),
});
