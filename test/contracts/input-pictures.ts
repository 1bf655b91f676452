import { createHash } from 'node:crypto';
import sharp from 'sharp';
import type { ImageFormat, InputPicture, Picture, Size } from '../../src/domain/image.ts';
import type { ImageOrder } from '../../src/domain/image-provider.ts';

/** Pictures that go along with an order, as they come out of admission. */

const usual: Size = { width: 256, height: 256 };

/** @param shade from 0 to 15: each makes other pixels */
export async function inputPicture(format: ImageFormat = 'png', size = usual, shade = 0): Promise<Picture> {
  const background = { r: 200 - 10 * shade, g: 90, b: 20 + 10 * shade };
  const bytes = await sharp({ create: { ...size, channels: 3, background } })
    .toFormat(format)
    .toBuffer();
  return { bytes, format, ...size };
}

/** As large as the picture; the right half may change. */
export async function maskFor({ width, height }: Size): Promise<Picture> {
  const pixels = Buffer.alloc(width * height * 4, 255);
  for (let at = 0; at < width * height; at++) if (at % width >= width / 2) pixels[at * 4 + 3] = 0;
  const bytes = await sharp(pixels, { raw: { width, height, channels: 4 } })
    .png()
    .toBuffer();
  return { bytes, format: 'png', width, height };
}

/** The part of an order that makes it an edit. */
export function editOf(pictures: readonly Picture[], mask?: Picture): Partial<ImageOrder> {
  return {
    task: 'edit',
    inputs: pictures.map(inputOf),
    inputPictures: pictures,
    ...(mask ? { mask: inputOf(mask) } : {}),
    maskPicture: mask,
  };
}

function inputOf({ bytes, format, width, height }: Picture): InputPicture {
  const blob = createHash('sha256').update(bytes).digest('hex');
  return { blob, original: blob, format, width, height, bytes: bytes.length };
}
