import type { ImageGenerateParamsBase } from 'openai/resources/images';
import { type ImageFormat, type Picture, sizeText } from '../domain/image.ts';
import type { ImageOrder } from '../domain/image-provider.ts';
import type { FormField, FormFile } from '../http/form-body.ts';

/**
 * An order in the words of the Images API. Everything is said, since what is left out means something else for every
 * model; only `input_fidelity` is not, which current models refuse.
 * Source: openai@7.55.0 resources/images.d.ts, read 2026-11.
 */
export const generateParameters = (order: ImageOrder, key: string, endUserAs?: EndUserAs): ImageGenerateParamsBase =>
  said(order, key, endUserAs);

/** The parameter that tells a service who asks: OpenAI's, or the older one that others still have alone. */
export type EndUserAs = 'safety_identifier' | 'user';

/** The same for an edit, as the fields of a form. @throws RangeError without a picture to change */
export function editFields(order: ImageOrder, key: string, endUserAs?: EndUserAs): FormField[] {
  const files = order.inputPictures.map((picture, at) => fileOf(picture, `image-${at + 1}`));
  if (files.length === 0) throw new RangeError('an edit needs a picture');
  const name = files.length === 1 ? 'image' : 'image[]';
  const mask = order.maskPicture && fileOf(order.maskPicture, 'mask');
  return [
    ...Object.entries(said(order, key, endUserAs)).map(([field, value]): FormField => [field, String(value)]),
    ...files.map((file): FormField => [name, file]),
    ...(mask ? [['mask', mask] as const] : []),
  ];
}

function said(order: ImageOrder, key: string, endUserAs?: EndUserAs) {
  return {
    model: order.model,
    prompt: order.prompt,
    size: sizeText(order.size),
    quality: order.quality,
    n: order.count,
    background: order.background,
    output_format: order.format,
    ...whoAsks(order, key, endUserAs),
  };
}

/**
 * `fresh` has to change the body: caches of relays know requests by it. `user` does that without changing the picture,
 * and OpenAI prefers the other identifier; where there is no other, it still begins with the person.
 */
function whoAsks({ endUser, fresh }: ImageOrder, key: string, endUserAs: EndUserAs = 'safety_identifier') {
  if (endUserAs === 'user') return { user: fresh ? `${endUser}-${key}` : endUser };
  return { safety_identifier: endUser, ...(fresh ? { user: key } : {}) };
}

const endings: Readonly<Record<ImageFormat, string>> = { png: 'png', jpeg: 'jpg', webp: 'webp' };

const fileOf = ({ bytes, format }: Picture, name: string): FormFile => ({
  bytes,
  name: `${name}.${endings[format]}`,
  type: `image/${format}`,
});
