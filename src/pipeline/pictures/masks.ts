import type { Picture, Size } from '../../domain/image.ts';
import { isRefusal, type Refusal } from '../../domain/refusal.ts';
import type { Region } from '../../domain/region.ts';
import type { Decoder } from './decoder.ts';
import { inspectPicture } from './inspect-picture.ts';
import * as unusable from './unusable-picture.ts';

/**
 * Masks say where a picture may change. Services want a PNG with alpha, as large as the picture, below 4 MB, fully
 * transparent where it may. Source: openai@7.55.0 resources/images.d.ts, `ImageEditParams.mask`, read 2026-11.
 */

/** From half on, a pixel is white, or opaque. */
const half = 128;
/** How far a pixel's channels lie apart when it has a colour, and how many such pixels make a colour picture. */
const colourSpread = 64;
const colouredShareMax = 0.02;
/** How far the shapes of mask and picture may differ when one is scaled to the other. */
const misfitMax = 0.01;

/**
 * Reads a mask that a person made: transparent where the picture may change; or, where nothing is transparent, white.
 * It is scaled to `size` where the shape is the same.
 */
export async function readMask(
  bytes: Uint8Array,
  name: string,
  size: Size,
  pictures: Decoder,
): Promise<Picture | Refusal> {
  const seen = await inspectPicture(bytes, name, pictures);
  if (isRefusal(seen)) return seen;
  const given = seen.metadata.autoOrient;
  if (!sameShape(given, size)) return unusable.misfit(given, size);
  const decoded = await pictures.decode(bytes, (picture) =>
    picture
      .autoOrient()
      .resize({ ...size, fit: 'fill' })
      .toColourspace('srgb')
      .ensureAlpha()
      .raw(),
  );
  if (decoded === 'broken' && seen.kind === 'heic') return unusable.foreign(name, 'HEIC');
  if (typeof decoded === 'string') return unusable.undecodable(name, decoded);
  const open = openPixels(decoded.data);
  if (open === 'colourful') return unusable.colourful(name);
  return open.includes(1) ? maskPicture(open, size, pictures) : unusable.allClosed(name);
}

/** A mask of a part of the picture; every pixel that the part touches may change. */
export async function maskOf(region: Region, size: Size, pictures: Decoder): Promise<Picture> {
  const { width, height } = size;
  const [left, right] = [Math.floor((region.left * width) / 100), Math.ceil((region.right * width) / 100)];
  const [top, bottom] = [Math.floor((region.top * height) / 100), Math.ceil((region.bottom * height) / 100)];
  const open = new Uint8Array(width * height);
  for (let row = top; row < bottom; row++) open.fill(1, row * width + left, row * width + right);
  return maskPicture(open, size, pictures);
}

function sameShape(mask: Size, picture: Size): boolean {
  const width = (mask.width / mask.height) * picture.height;
  return Math.abs(width - picture.width) <= Math.max(1, misfitMax * picture.width);
}

/** For each pixel of four channels 1 where the picture may change, else 0. */
function openPixels(pixels: Uint8Array): Uint8Array | 'colourful' {
  const open = new Uint8Array(pixels.length / 4);
  const channel = (at: number) => pixels[at] ?? 0;
  for (let at = 0; at < open.length; at++) open[at] = channel(at * 4 + 3) < half ? 1 : 0;
  if (open.includes(1)) return open;
  let coloured = 0;
  for (let at = 0; at < open.length; at++) {
    const [red, green, blue] = [channel(at * 4), channel(at * 4 + 1), channel(at * 4 + 2)];
    if (Math.max(red, green, blue) - Math.min(red, green, blue) > colourSpread) coloured++;
    open[at] = red + green + blue >= 3 * half ? 1 : 0;
  }
  return coloured > colouredShareMax * open.length ? 'colourful' : open;
}

/**
 * Transparent is white too and opaque black, so that a reader of colours alone sees the same. The worst mask, noise, is
 * below 1 MB at this level in 0.3 s; at level 9 it takes 7 s.
 */
async function maskPicture(open: Uint8Array, size: Size, pictures: Decoder): Promise<Picture> {
  const pixels = new Uint32Array(open.length);
  const [transparentWhite, opaqueBlack] = new Uint32Array(Uint8Array.of(255, 255, 255, 0, 0, 0, 0, 255).buffer);
  for (let at = 0; at < open.length; at++) pixels[at] = (open[at] ? transparentWhite : opaqueBlack) ?? 0;
  const raw = { ...size, channels: 4 } as const;
  const bytes = await pictures.encode(new Uint8Array(pixels.buffer), raw, (mask) => mask.png({ compressionLevel: 6 }));
  return { bytes, format: 'png', ...size };
}
