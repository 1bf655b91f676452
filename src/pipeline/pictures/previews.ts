import type { OutputInfo, Sharp } from 'sharp';
import type { Size } from '../../domain/image.ts';
import type { Region } from '../../domain/region.ts';
import type { Previews } from '../parts.ts';
import { type Decoder, decoder } from './decoder.ts';

const previewEdge = 512;
/** Tried in turn until one fits: quality, and the long side it is scaled down to. */
const ladder = [
  { quality: 90, edge: 3840 },
  { quality: 80, edge: 3840 },
  { quality: 80, edge: 2048 },
  { quality: 70, edge: 1280 },
] as const;

/** Previews and too-large pictures by sharp. */
export function sharpPreviews(pictures: Decoder = decoder()): Previews {
  return {
    async small(bytes, region) {
      const small = await pictures.decode(bytes, (picture) => {
        const plain = within(previewEdge, picture.autoOrient());
        return region ? plain.toColourspace('srgb').raw() : plain.jpeg({ quality: 75 });
      });
      if (typeof small === 'string') return undefined;
      return region ? outlined(small.data, small.info, region, pictures) : small.data;
    },
    async fit(bytes, bytesMax) {
      for (const { quality, edge } of ladder) {
        const smaller = await pictures.decode(bytes, (picture) => within(edge, picture).jpeg({ quality }));
        if (typeof smaller === 'string') return undefined;
        if (smaller.data.length <= bytesMax) return smaller.data;
      }
      return undefined;
    },
  };
}

const within = (edge: number, picture: Sharp): Sharp =>
  picture
    .resize({ width: edge, height: edge, fit: 'inside', withoutEnlargement: true })
    .flatten({ background: '#ffffff' });

/** In pixels of the preview: a white line with a dark edge, which is seen on every ground. */
const line = { white: 3, dark: 7 } as const;

function outlined(pixels: Buffer, info: OutputInfo, region: Region, pictures: Decoder): Promise<Uint8Array> {
  const { width, height, channels } = info;
  const drawing = Buffer.from(outline(region, { width, height }));
  return pictures.encode(pixels, { width, height, channels }, (picture) =>
    picture.composite([{ input: drawing }]).jpeg({ quality: 75 }),
  );
}

/** The whole line stands within the picture, also where the region ends at its edge. */
function outline({ left, top, right, bottom }: Region, { width, height }: Size): string {
  const inset = line.dark / 2;
  const [x, y] = [(left / 100) * width + inset, (top / 100) * height + inset];
  const [wide, high] = [((right - left) / 100) * width - line.dark, ((bottom - top) / 100) * height - line.dark];
  const box = `x="${x}" y="${y}" width="${Math.max(1, wide)}" height="${Math.max(1, high)}" rx="2" fill="none"`;
  const strokes = [
    `stroke="#111" stroke-opacity="0.8" stroke-width="${line.dark}"`,
    `stroke="#fff" stroke-width="${line.white}"`,
  ];
  const boxes = strokes.map((stroke) => `<rect ${box} ${stroke}/>`).join('');
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${boxes}</svg>`;
}
