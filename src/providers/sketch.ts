import { type Catalogue, offersOf } from '../domain/catalogue.ts';
import type { Clock } from '../domain/clock.ts';
import { type ImageProvider, lanes } from '../domain/image-provider.ts';
import { changeDesk } from './sketch-change.ts';
import { blankDesk, loadSharp } from './sketch-desk.ts';

export interface SketchOptions {
  readonly catalogue: Catalogue;
  readonly clock: Clock;
  /** How long each of the steps seems to take. 0: as fast as it draws. */
  readonly stepMs?: number;
  readonly concurrency?: number;
  readonly priceMultiplier?: number;
  /** Where the font's settings are kept; unset: a folder that goes with the process. */
  readonly fontFolder?: string;
}

/** How large partial pictures are, on their longer edge. */
const partialEdge = 512;

/**
 * Draws placeholder pictures when no image service is set up, so that everything else about Easel can be tried. Edits are
 * drawn over the picture they change. It offers what the current models offer, so that options are checked as they will
 * be later. The same prompt draws the same pictures.
 */
export function sketchProvider(options: SketchOptions): ImageProvider {
  const { catalogue, clock, stepMs = 0, concurrency = 4, priceMultiplier = 1, fontFolder } = options;
  const offers = offersOf(catalogue, 'openai').filter(({ life }) => life.state === 'current');

  return {
    name: 'sketch',
    placeholder: true,
    offers,
    imagesPerCallMax: 10,
    partialImagesMax: 4,
    concurrency,
    priceMultiplier,
    lanes,

    async start(order, _, signal, onProgress) {
      signal.throwIfAborted();
      const sharp = await loadSharp(fontFolder);
      const desk = order.task === 'edit' ? await changeDesk(order, sharp) : blankDesk(order, sharp);
      signal.throwIfAborted();
      if ('refused' in desk) return desk;
      const pages = Array.from({ length: order.count }, (_, index) => desk.layers(index));
      const [first = []] = pages;
      for (let step = 1; step < first.length; step++) {
        await clock.sleep(stepMs, signal);
        const partial = await desk.draw(first.slice(0, step), partialEdge);
        signal.throwIfAborted();
        onProgress({ partial });
        onProgress({ percent: (100 * step) / first.length });
        signal.throwIfAborted();
      }
      await clock.sleep(stepMs, signal);
      const made = await Promise.all(pages.map((layers) => desk.draw(layers)));
      signal.throwIfAborted();
      return { made, usage: undefined, requestId: undefined };
    },

    async check() {
      throw new RangeError('sketch draws at once and gives no tickets');
    },
  };
}
