import { type Picture, sizeText } from '../domain/image.ts';
import type { ImageOrder } from '../domain/image-provider.ts';

/** The older task API, `/v1/draw/…`, and the newer one, `/v1/api/…`. */
export type Generation = 'draw' | 'api';

/** How the older API answers: as a stream, at once, or by calling back. */
export type Reply = 'stream' | 'at once' | { readonly callBack: string };

/** Masks and backgrounds are known of the older API only, and so are callbacks. */
export const needsDraw = ({ maskPicture, background }: ImageOrder): boolean =>
  maskPicture !== undefined || background !== 'auto';

/**
 * An order in the words of either API, for one picture.
 * @param model as the service calls it
 * @param quality `auto` for a model that has one quality only
 * @throws RangeError for an edit without a picture
 * Source: clients of GrsAI in public repositories; "aspectRatio" takes pixels too. Read 2026-11.
 */
export function bodyFor(
  generation: Generation,
  order: ImageOrder,
  { model, quality }: { readonly model: string; readonly quality: string },
  reply: Reply,
): string {
  const pictures = order.inputPictures.map(dataUrl);
  if (order.task === 'edit' && pictures.length === 0) throw new RangeError('an edit needs a picture');
  const said = { model, prompt: order.prompt, aspectRatio: sizeText(order.size), quality };
  if (generation === 'api') {
    const images = pictures.length > 0 ? { images: pictures } : {};
    return JSON.stringify({ ...said, ...images, replyType: reply === 'stream' ? 'stream' : 'async' });
  }
  return JSON.stringify({
    ...said,
    ...(pictures.length > 0 ? { urls: pictures } : {}),
    ...(order.maskPicture ? { mask: dataUrl(order.maskPicture) } : {}),
    ...(order.background === 'auto' ? {} : { background: order.background }),
    ...{ variants: 1, shutProgress: false },
    ...(reply === 'stream' ? {} : { webHook: reply === 'at once' ? '-1' : reply.callBack }),
  });
}

function dataUrl({ bytes, format }: Picture): string {
  const letters = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
  return `data:image/${format};base64,${letters}`;
}
