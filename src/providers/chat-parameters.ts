import type { ChatCompletionContentPart, ChatCompletionCreateParams } from 'openai/resources/chat/completions';
import type { Picture, Size } from '../domain/image.ts';
import type { ImageOrder } from '../domain/image-provider.ts';

/**
 * An order as one message. These models have no parameters for size, quality or format: the outline is a mark behind the
 * words, everything else is as the model likes. Nothing is said that a text model would take, such as `temperature`.
 * Sources: docs.apiyi.com "gpt-image-2-all", "Chat completions"; docs.laozhang.ai (ratio marks). Read 2026-11.
 * @param call another for every call: caches on the way know requests by their body, and what is asked for is to be made
 * @throws RangeError for an edit without a picture
 */
export function chatParameters(order: ImageOrder, call: string) {
  const pictures = order.inputPictures.map(partOf);
  if (order.task === 'edit' && pictures.length === 0) throw new RangeError('an edit needs a picture');
  const text = `${order.prompt}\n\n${ratioMark(order.size)}`;
  const content = pictures.length === 0 ? text : [{ type: 'text' as const, text }, ...pictures];
  return {
    model: order.model,
    messages: [{ role: 'user' as const, content }],
    user: call,
    ...(order.model.includes('/') ? { modalities } : {}),
  } satisfies ChatCompletionCreateParams;
}

/**
 * Without it, routers of many vendors' models, which name them `vendor/model`, answer in words only; others do not know it,
 * and nor does the package. Source: openrouter.ai/docs and vercel.com/docs/ai-gateway "Image Generation", read 2026-11.
 */
const modalities = ['image', 'text'] as 'text'[];

/** `【3:2】`, in the smallest numbers. */
function ratioMark({ width, height }: Size): string {
  const divisor = (a: number, b: number): number => (b === 0 ? a : divisor(b, a % b));
  const common = divisor(width, height);
  return `【${width / common}:${height / common}】`;
}

function partOf({ bytes, format }: Picture): ChatCompletionContentPart {
  const letters = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
  return { type: 'image_url', image_url: { url: `data:image/${format};base64,${letters}` } };
}
