import { toFile } from 'openai';
import type { ImageEditParamsBase, ImageGenerateParamsBase } from 'openai/resources/images';
import { type ImageFormat, type Picture, sizeText } from '../domain/image.ts';
import type { ImageOrder } from '../domain/image-provider.ts';

/**
 * An order in the words of the Images API. Everything is said, since what is left out means something else for every
 * model; only `input_fidelity` is not, which current models refuse.
 * Source: openai@7.55.0 resources/images.d.ts, read 2026-11.
 */
export const generateParameters = (order: ImageOrder, key: string): ImageGenerateParamsBase => said(order, key);

/** @throws RangeError without a picture to change */
export async function editParameters(order: ImageOrder, key: string): Promise<ImageEditParamsBase> {
  const files = await Promise.all(order.inputPictures.map((picture, at) => fileOf(picture, `image-${at + 1}`)));
  const [first] = files;
  if (!first) throw new RangeError('an edit needs a picture');
  const image = files.length === 1 ? first : files;
  const mask = order.maskPicture && (await fileOf(order.maskPicture, 'mask'));
  return { ...said(order, key), image, ...(mask ? { mask } : {}) };
}

/**
 * What both tasks say. `fresh` has to change the body: caches of relays know requests by it. `user` does that without
 * changing the picture, and OpenAI prefers the other identifier.
 */
function said(order: ImageOrder, key: string) {
  return {
    model: order.model,
    prompt: order.prompt,
    size: sizeText(order.size),
    quality: order.quality,
    n: order.count,
    background: order.background,
    output_format: order.format,
    safety_identifier: order.endUser,
    ...(order.fresh ? { user: key } : {}),
  };
}

const endings: Readonly<Record<ImageFormat, string>> = { png: 'png', jpeg: 'jpg', webp: 'webp' };

/** Without a type it would be sent as `application/octet-stream`, and a bare Buffer as one text field per byte. */
const fileOf = ({ bytes, format }: Picture, name: string) =>
  toFile(bytes, `${name}.${endings[format]}`, { type: `image/${format}` });
