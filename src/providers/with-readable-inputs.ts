import type { ImageFormat, Picture } from '../domain/image.ts';
import type { ImageOrder, ImageProvider } from '../domain/image-provider.ts';
import { unusablePicture } from './unusable-picture.ts';

/** As large as pictures are let in anywhere. */
const pixelsMax = 40e6;

/**
 * For services that don't read every format that people give: pictures of another one go along as PNG, which loses
 * nothing and has the same size, so that a mask still fits. All others stay as they are.
 */
export function withReadableInputs(provider: ImageProvider, formats: readonly ImageFormat[]): ImageProvider {
  return {
    ...provider,
    async start(order, key, signal, onProgress) {
      signal.throwIfAborted();
      const readable = await readableBy(formats, order);
      signal.throwIfAborted();
      return readable ? provider.start(readable, key, signal, onProgress) : unusablePicture();
    },
  };
}

/** Undefined when one of them can't be read here either. */
async function readableBy(formats: readonly ImageFormat[], order: ImageOrder): Promise<ImageOrder | undefined> {
  if (order.inputPictures.every(({ format }) => formats.includes(format))) return order;
  try {
    const inputPictures: Picture[] = [];
    // One after the other: each takes its pixels in memory.
    for (const picture of order.inputPictures)
      inputPictures.push(formats.includes(picture.format) ? picture : await asPng(picture));
    return { ...order, inputPictures };
  } catch {
    return undefined;
  }
}

async function asPng({ bytes, ...picture }: Picture): Promise<Picture> {
  const { default: sharp } = await import('sharp');
  const png = await sharp(bytes, { limitInputPixels: pixelsMax }).autoOrient().png().toBuffer();
  return { ...picture, bytes: png, format: 'png' };
}
