import type OpenAI from 'openai';
import { APIError } from 'openai';
import { Stream } from 'openai/streaming';
import { readImage } from '../domain/image.ts';
import type { Named, Progress } from '../domain/image-provider.ts';
import type { Usage } from '../domain/price.ts';
import { decodeBase64 } from './base64.ts';
import { brokenAnswer, namedBy, requestIdOf } from './openai-errors.ts';
import { parsePictures } from './picture-json.ts';
import { isKeptByProxy } from './stale-answers.ts';

/**
 * Reads what came back, which is not always what the SDK's types promise: relays answer with URLs, with JSON where a
 * stream was asked for, with errors under status 200, or with a page.
 */

/** An answer as it is known before any picture has been decoded. */
export interface Answer extends Named {
  readonly items: readonly Item[];
  readonly usage: Usage | undefined;
  /** A proxy says that it has answered this way before. */
  readonly keptByProxy: boolean;
}

export interface Item {
  /** Bytes where it was no event of a stream. */
  readonly b64_json?: Uint8Array | string | null | undefined;
  readonly url?: string | null | undefined;
}

export async function readWhole(response: Response): Promise<Answer> {
  const { headers } = response;
  const body = await jsonIn(response);
  if (typeof body !== 'object' || body === null) throw brokenAnswer('the answer is no JSON', requestIdOf(headers));
  const { error, usage } = body as { error?: unknown; usage?: unknown };
  const items = itemsIn(body);
  const isFlatError = items.length === 0 && ('message' in body || 'msg' in body || 'detail' in body);
  if (error || isFlatError) throw new APIError(undefined, (error || body) as object, undefined, headers);
  return answerOf(items, usage, headers);
}

/**
 * Reads up to the finished picture, telling the partial ones. Whole answers come where a stream was asked for, called a
 * stream or not, and streams of relays that are one whole answer in an event.
 */
export async function readStream(
  response: Response,
  client: OpenAI,
  onProgress: (progress: Progress) => void,
): Promise<Answer> {
  const { headers } = response;
  const { first, body } = await peek(response);
  // The SDK makes no event, and no error either, of a body that is no event stream.
  const isWhole = /json|html/i.test(headers.get('content-type') ?? '') || /[{[<]/.test(first);
  if (isWhole) return readWhole(new Response(body, { headers }));
  const events = Stream.fromSSEResponse<StreamEvent>(new Response(body, { headers }), new AbortController(), client);
  const iterator = events[Symbol.asyncIterator]();
  for (let next = await iterator.next(); !next.done; next = await iterator.next()) {
    const event = next.value;
    if (event.type?.includes('partial')) {
      const partial = decodeBase64(event.b64_json ?? '');
      if (partial && readImage(partial)) onProgress({ partial });
      continue;
    }
    const items = event.b64_json || event.url ? [event] : itemsIn(event);
    if (items.length === 0) continue;
    drain(iterator);
    return answerOf(items, event.usage, headers);
  }
  throw brokenAnswer('the stream ended without a picture', requestIdOf(headers));
}

/** What the SDK promises of its events, and what relays make of them. */
interface StreamEvent {
  readonly type?: string;
  readonly b64_json?: string | null;
  readonly url?: string | null;
  readonly usage?: unknown;
}

function itemsIn(body: object): Item[] {
  const { data } = body as { data?: unknown };
  return Array.isArray(data) ? data.filter((item) => typeof item === 'object' && item !== null) : [];
}

const answerOf = (items: readonly Item[], usage: unknown, headers: Headers): Answer => ({
  items,
  usage: readUsage(usage),
  ...namedBy(headers),
  keptByProxy: isKeptByProxy(headers),
});

/** The first character that is not blank, and the body as if nobody had looked. Blanks keep connections alive. */
async function peek({ body }: Response): Promise<{ first: string; body: ReadableStream<Uint8Array> | null }> {
  if (!body) return { first: '', body };
  const reader = body.getReader();
  const begun: Uint8Array[] = [];
  let first = '';
  while (first === '') {
    const { done, value } = await reader.read();
    if (done) break;
    begun.push(value);
    first = /[^\s\uFEFF]/.exec(new TextDecoder().decode(value))?.[0] ?? '';
  }
  const whole = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const next = begun.shift() ?? (await reader.read()).value;
      if (next) controller.enqueue(next);
      else controller.close();
    },
    cancel: (reason) => reader.cancel(reason),
  });
  return { first, body: whole };
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
