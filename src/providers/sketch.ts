import type { Catalogue } from '../domain/catalogue.ts';
import type { Clock } from '../domain/clock.ts';
import type { ImageRequest } from '../domain/image.ts';
import type { ImageProvider } from '../domain/image-provider.ts';
import { useShippedFont } from './shipped-font.ts';
import { sketchLayers, svgOf } from './sketch-page.ts';

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
 * Draws placeholder pictures when no image service is set up, so that everything else about Easel can be tried.
 * It offers what the current models offer, so that options are checked as they will be later. The same prompt draws the
 * same pictures.
 */
export function sketchProvider(options: SketchOptions): ImageProvider {
  const { catalogue, clock, stepMs = 0, concurrency = 4, priceMultiplier = 1, fontFolder } = options;
  const current = catalogue.models.filter(({ life }) => life.state === 'current').map(({ id }) => id);
  const models = current.sort((a, b) => Number(b === catalogue.default) - Number(a === catalogue.default));

  return {
    name: 'sketch',
    placeholder: true,
    models,
    imagesPerCallMax: 10,
    partialImagesMax: 4,
    concurrency,
    priceMultiplier,

    async start(request, _, signal, onProgress) {
      signal.throwIfAborted();
      const draw = await pen(request, fontFolder);
      const pages = Array.from({ length: request.count }, (_, index) => sketchLayers(request, index));
      const [first = []] = pages;
      for (let step = 1; step < first.length; step++) {
        await clock.sleep(stepMs, signal);
        const partial = await draw(first.slice(0, step), partialEdge);
        signal.throwIfAborted();
        onProgress({ partial });
        onProgress({ percent: (100 * step) / first.length });
        signal.throwIfAborted();
      }
      await clock.sleep(stepMs, signal);
      const made = await Promise.all(pages.map((layers) => draw(layers)));
      signal.throwIfAborted();
      return { made, usage: undefined, requestId: undefined };
    },

    async check() {
      throw new RangeError('sketch draws at once and gives no tickets');
    },
  };
}

/** sharp is loaded when the first sketch is drawn: with a real service set up it may never be. */
async function pen({ size, format, background }: ImageRequest, fontFolder: string | undefined) {
  useShippedFont(fontFolder);
  const { default: sharp } = await import('sharp');
  sharp.cache(false);
  return async (layers: readonly string[], edgeMax?: number): Promise<Uint8Array> => {
    const drawing = sharp(svgOf(layers, size, edgeMax));
    const flat = background === 'transparent' ? drawing : drawing.removeAlpha();
    return flat.toFormat(format, format === 'png' ? { compressionLevel: 6 } : { quality: 90 }).toBuffer();
  };
}
