import { type ImageRequest, type Picture, readImage, type Size } from '../domain/image.ts';
import type { ImageOrder } from '../domain/image-provider.ts';
import type { Refusal } from '../domain/refusal.ts';
import { changeLayers } from './sketch-change-page.ts';
import { type Desk, encoded, type Sharps } from './sketch-desk.ts';
import { paper, scaled, svgOf } from './sketch-page.ts';
import type { Box } from './sketch-text.ts';
import { unusablePicture } from './unusable-picture.ts';

/**
 * Draws over the first of the pictures that go along, cut to the size that was asked for, and where there is a mask,
 * only where that is wholly transparent: all other pixels stay as they are.
 * @returns a Refusal when a picture can't be read, or the mask is not as large as the first
 * @throws RangeError without a picture to change
 */
export async function changeDesk(order: ImageOrder, sharp: Sharps): Promise<Desk | Refusal> {
  const { inputPictures, maskPicture, size } = order;
  const [first] = inputPictures;
  if (!first) throw new RangeError('an edit needs a picture');
  if (!inputPictures.every(({ bytes }) => readImage(bytes)) || (maskPicture && !fits(maskPicture, first)))
    return unusablePicture();
  try {
    const ground = await groundOf(first, order, sharp);
    const cover = maskPicture && (await coverOf(maskPicture, size, sharp));
    return deskOver(order, ground, cover, sharp);
  } catch {
    return unusablePicture();
  }
}

function fits(mask: Picture, first: Picture): boolean {
  const [read, other] = [readImage(mask.bytes), readImage(first.bytes)];
  return read?.format === 'png' && read.width === other?.width && read.height === other.height;
}

/** Pixels, one byte per channel. */
interface Raw {
  readonly pixels: Buffer;
  readonly raw: Size & { readonly channels: 1 | 2 | 3 | 4 };
}

const pixelsMax = 40e6;

async function groundOf({ bytes }: Picture, { size, background, format }: ImageRequest, sharp: Sharps): Promise<Raw> {
  const cut = sharp(bytes, { limitInputPixels: pixelsMax })
    .resize({ ...size, fit: 'cover' })
    .toColourspace('srgb');
  const mayBeClear = background !== 'opaque' && format !== 'jpeg';
  const { data, info } = await (mayBeClear ? cut : cut.flatten({ background: paper }))
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { pixels: data, raw: { ...size, channels: info.channels } };
}

/** What must not be drawn on: opaque there, and where it is not, in the smallest box around all of that. */
interface Cover extends Raw {
  readonly box: Box;
}

async function coverOf({ bytes }: Picture, size: Size, sharp: Sharps): Promise<Cover> {
  const { width, height } = size;
  const pixels = await sharp(bytes, { limitInputPixels: pixelsMax })
    .resize({ ...size, fit: 'cover', kernel: 'nearest' })
    .toColourspace('srgb')
    .ensureAlpha()
    .raw()
    .toBuffer();
  let [left, top, right, bottom] = [width, height, 0, 0];
  for (let y = 0, alpha = 3; y < height; y++) {
    for (let x = 0; x < width; x++, alpha += 4) {
      if (pixels[alpha] !== 0) {
        pixels[alpha] = 255;
        continue;
      }
      if (x < left) left = x;
      if (x >= right) right = x + 1;
      if (y < top) top = y;
      bottom = y + 1;
    }
  }
  const box = right > left ? { x: left, y: top, width: right - left, height: bottom - top } : { x: 0, y: 0, ...size };
  return { pixels, raw: { ...size, channels: 4 }, box };
}

function deskOver(order: ImageOrder, ground: Raw, cover: Cover | undefined, sharp: Sharps): Desk {
  const { size } = order;
  const box = cover?.box ?? { x: 0, y: 0, ...size };

  return {
    layers: (index) => changeLayers(order, index, box),
    async draw(layers, edgeMax) {
      const to = scaled(size, edgeMax);
      const [below, around] = await Promise.all([fitted(ground, to, sharp), cover && fitted(cover, to, sharp)]);
      const drawing = sharp(svgOf(layers, size, edgeMax)).composite([
        ...(around ? [{ input: around.pixels, raw: around.raw, blend: 'dest-out' as const }] : []),
        { input: below.pixels, raw: below.raw, blend: 'dest-over' },
      ]);
      return encoded(below.raw.channels === 4 ? drawing : drawing.removeAlpha(), order);
    },
  };
}

async function fitted(picture: Raw, to: Size, sharp: Sharps): Promise<Raw> {
  const { width, height, channels } = picture.raw;
  if (to.width === width && to.height === height) return picture;
  const smaller = sharp(picture.pixels, { raw: picture.raw }).resize({ ...to, fit: 'fill' });
  return { pixels: await smaller.raw().toBuffer(), raw: { ...to, channels } };
}
