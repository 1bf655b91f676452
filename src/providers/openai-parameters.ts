import type { ImageGenerateParamsBase } from 'openai/resources/images';
import { type ImageFormat, type Picture, sizeText } from '../domain/image.ts';
import type { ImageOrder } from '../domain/image-provider.ts';
import type { FormField, FormFile } from '../http/form-body.ts';

/** What a call says besides its pictures. */
export type Parameters = Readonly<Record<string, string | number | boolean>>;

/** The parameter that tells a service who asks: OpenAI's, or the older one that others still have alone. */
export type EndUserAs = 'safety_identifier' | 'user';

interface Ways {
  /** Names of what this service does not take. */
  readonly without: ReadonlySet<string>;
  readonly endUserAs: EndUserAs | undefined;
}

/**
 * An order in the words of the Images API. Everything is said, since what is left out means something else for every
 * model; only `input_fidelity` is not, which current models refuse. Streams are asked for with one picture only: their
 * events do not say which picture they belong to.
 * Source: openai@7.55.0 resources/images.d.ts, read 2026-11.
 */
export function parametersOf(order: ImageOrder, key: string, { without, endUserAs }: Ways): Parameters {
  const streams =
    order.partialImages > 0 && order.count === 1 && !without.has('stream') && !without.has('partial_images');
  const said = {
    model: order.model,
    prompt: order.prompt,
    size: sizeText(order.size),
    quality: order.quality,
    n: order.count,
    background: order.background,
    output_format: order.format,
    ...whoAsks(order, key, endUserAs),
    ...(streams ? { partial_images: order.partialImages } : {}),
  } satisfies ImageGenerateParamsBase;
  const kept = Object.entries(said).filter(([name]) => !without.has(name));
  return { ...Object.fromEntries(kept), ...(streams ? { stream: true } : {}) };
}

/** An edit as the fields of a form. @throws RangeError without a picture to change */
export function editFields(order: ImageOrder, parameters: Parameters): FormField[] {
  const files = order.inputPictures.map((picture, at) => fileOf(picture, `image-${at + 1}`));
  if (files.length === 0) throw new RangeError('an edit needs a picture');
  const name = files.length === 1 ? 'image' : 'image[]';
  const mask = order.maskPicture && fileOf(order.maskPicture, 'mask');
  return [
    ...Object.entries(parameters).map(([field, value]): FormField => [field, String(value)]),
    ...files.map((file): FormField => [name, file]),
    ...(mask ? [['mask', mask] as const] : []),
  ];
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
