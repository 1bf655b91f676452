import type { Previews } from './parts.ts';

const previewEdge = 512;
const pixelsMax = 40_000_000;
/** Tried in turn until one fits: quality, and the long side it is scaled down to. */
const ladder = [
  { quality: 90, edge: 3840 },
  { quality: 80, edge: 3840 },
  { quality: 80, edge: 2048 },
  { quality: 70, edge: 1280 },
] as const;

/** Previews and too-large pictures by sharp, which is loaded when the first one is needed. */
export function sharpPreviews(): Previews {
  const open = async (bytes: Uint8Array) => {
    const { default: sharp } = await import('sharp');
    sharp.cache(false);
    return sharp(bytes, { limitInputPixels: pixelsMax }).timeout({ seconds: 20 });
  };
  const within = (edge: number) => ({ width: edge, height: edge, fit: 'inside', withoutEnlargement: true }) as const;
  return {
    async small(bytes) {
      const picture = await open(bytes);
      return picture.resize(within(previewEdge)).flatten({ background: '#ffffff' }).jpeg({ quality: 75 }).toBuffer();
    },
    async fit(bytes, bytesMax) {
      for (const { quality, edge } of ladder) {
        const picture = await open(bytes);
        const smaller = await picture
          .resize(within(edge))
          .flatten({ background: '#ffffff' })
          .jpeg({ quality })
          .toBuffer();
        if (smaller.length <= bytesMax) return smaller;
      }
      return undefined;
    },
  };
}
