import type { Sharp } from 'sharp';
import type { ImageRequest } from '../domain/image.ts';
import { useShippedFont } from './shipped-font.ts';
import { sketchLayers, svgOf } from './sketch-page.ts';

export type Sharps = typeof import('sharp').default;

/** What the pictures of one order are drawn with. */
export interface Desk {
  /** The layers of picture `index`, as SVG, from the ground up. */
  layers(index: number): readonly string[];
  /** A picture of some layers. `edgeMax` makes it smaller, never larger. */
  draw(layers: readonly string[], edgeMax?: number): Promise<Uint8Array>;
}

/** sharp is loaded when the first sketch is drawn: with a real service set up it may never be. */
export async function loadSharp(fontFolder: string | undefined): Promise<Sharps> {
  useShippedFont(fontFolder);
  const { default: sharp } = await import('sharp');
  sharp.cache(false);
  return sharp;
}

/** Draws on white paper. */
export function blankDesk(request: ImageRequest, sharp: Sharps): Desk {
  return {
    layers: (index) => sketchLayers(request, index),
    async draw(layers, edgeMax) {
      const drawing = sharp(svgOf(layers, request.size, edgeMax));
      return encoded(request.background === 'transparent' ? drawing : drawing.removeAlpha(), request);
    },
  };
}

export const encoded = (drawing: Sharp, { format }: ImageRequest): Promise<Uint8Array> =>
  drawing.toFormat(format, format === 'png' ? { compressionLevel: 6 } : { quality: 90 }).toBuffer();
