import { APIError } from 'openai';
import type { ImageEditStreamEvent, ImageGenStreamEvent } from 'openai/resources/images';
import { readImage } from '../domain/image.ts';
import type { Made, Progress } from '../domain/image-provider.ts';
import type { Usage } from '../domain/price.ts';
import type { GuardedFetch } from '../http/guarded-fetch.ts';
import { decodeBase64 } from './base64.ts';
import { fetchPicture } from './fetch-picture.ts';
import { brokenAnswer } from './openai-errors.ts';
import { parsePictures } from './picture-json.ts';

/**
 * Reads what came back, which is not always what the SDK's types promise: relays answer with URLs, with JSON where a
 * stream was asked for, with errors under status 200, or with a page.
 */

/** An answer as it is known before any picture has been decoded. */
export interface Answer {
  readonly items: readonly Item[];
  readonly usage: Usage | undefined;
  readonly requestId: string | undefined;
}

interface Item {
  /** Bytes where it was no event of a stream. */
  readonly b64_json?: Uint8Array | string | null | undefined;
  readonly url?: string | null | undefined;
}

export async function readWhole(response: Response): Promise<Answer> {
  const requestId = requestIdOf(response);
  const body = await jsonIn(response);
  if (typeof body !== 'object' || body === null) throw brokenAnswer('the answer is no JSON', requestId);
  const { data, usage, error } = body as { data?: unknown; usage?: unknown; error?: unknown };
  if (error) throw new APIError(undefined, error as object, undefined, response.headers);
  const items = Array.isArray(data) ? data.filter((item) => typeof item === 'object' && item !== null) : [];
  return { items, usage: readUsage(usage), requestId };
}

/**
 * Reads up to the finished picture, telling the partial ones. Streams are asked for with one picture only: their
 * events do not say which picture they belong to.
 */
export async function readStream(
  events: AsyncIterable<ImageGenStreamEvent | ImageEditStreamEvent>,
  response: Response,
  onProgress: (progress: Progress) => void,
): Promise<Answer> {
  // The SDK makes no event, and no error either, of a body that is no event stream.
  if (/json|html/i.test(response.headers.get('content-type') ?? '')) return readWhole(response);
  const iterator = events[Symbol.asyncIterator]();
  for (let next = await iterator.next(); !next.done; next = await iterator.next()) {
    const event = next.value;
    if (event.type === 'image_generation.partial_image' || event.type === 'image_edit.partial_image') {
      const partial = decodeBase64(event.b64_json);
      if (partial && readImage(partial)) onProgress({ partial });
    } else if (event.type === 'image_generation.completed' || event.type === 'image_edit.completed') {
      drain(iterator);
      return { items: [event], usage: readUsage(event.usage), requestId: requestIdOf(response) };
    }
  }
  throw brokenAnswer('the stream ended without a picture', requestIdOf(response));
}

/** Lets the connection come to its own end, so that it can be used again. The picture is here, whatever happens to it. */
function drain(iterator: AsyncIterator<unknown>): void {
  const rest = async () => {
    while (!(await iterator.next()).done);
  };
  rest().catch(() => undefined);
}

/** Undefined when it is none. */
async function jsonIn({ body }: Response): Promise<unknown> {
  try {
    return body && (await parsePictures(body));
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/**
 * The pictures of an answer, those at a URL downloaded. What is no picture stays among them, since it was billed, as
 * long as there is one.
 */
export async function readPictures(answer: Answer, download: GuardedFetch, signal: AbortSignal): Promise<Made> {
  const { usage, requestId } = answer;
  const failures: unknown[] = [];
  const fetched = async (url: string) => {
    try {
      return await fetchPicture(url, download, signal);
    } catch (error) {
      signal.throwIfAborted();
      failures.push(error);
      return undefined;
    }
  };
  const bytesOf = async ({ b64_json, url }: Item) => {
    if (b64_json instanceof Uint8Array && b64_json.length > 0) return b64_json;
    const inline = (typeof b64_json === 'string' && b64_json) || (url?.startsWith('data:') ? url : undefined);
    const bytes = inline ? decodeBase64(inline) : url && (await fetched(url));
    return bytes || new Uint8Array();
  };
  const made = await Promise.all(answer.items.map(bytesOf));
  if (made.some((bytes) => readImage(bytes))) return { made, usage, requestId };
  throw brokenAnswer(`no picture among ${made.length} results`, requestId, failures[0]);
}

/** Undefined where a relay leaves it out or fills it with zeros: a picture always takes output tokens. */
function readUsage(usage: unknown): Usage | undefined {
  const { input_tokens, input_tokens_details, output_tokens } = (usage ?? {}) as Record<string, unknown>;
  const details = (input_tokens_details ?? {}) as Record<string, unknown>;
  if (!isCount(output_tokens) || output_tokens === 0) return undefined;
  const imageInTokens = isCount(details.image_tokens) ? details.image_tokens : 0;
  const input = isCount(input_tokens) ? input_tokens : 0;
  const textInTokens = isCount(details.text_tokens) ? details.text_tokens : Math.max(input - imageInTokens, 0);
  return { textInTokens, imageInTokens, imageOutTokens: output_tokens };
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

const requestIdOf = (response: Response): string | undefined => response.headers.get('x-request-id') ?? undefined;
