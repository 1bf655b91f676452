import OpenAI, { APIError } from 'openai';
import { Fault } from '../domain/fault.ts';
import type { ImageOrder, ImageProvider, Made, Terms } from '../domain/image-provider.ts';
import type { Refusal } from '../domain/refusal.ts';
import { excerpt } from '../domain/text.ts';
import type { GuardedFetch } from '../http/guarded-fetch.ts';
import { chatParameters } from './chat-parameters.ts';
import { findPictures, pickPicture } from './chat-pictures.ts';
import { isNamedRefusal, refusalIn, refusalInError } from './chat-refusals.ts';
import { type Reply, readReply } from './chat-reply.ts';
import { brokenAnswer, namedBy, readFailure } from './openai-errors.ts';
import { sdkSettings } from './sdk-settings.ts';
import { versionedUrl } from './versioned-url.ts';

export interface ChatOptions extends Terms {
  readonly apiKey: string;
  /** With or without `/v1`. */
  readonly baseUrl: string;
  /** Must bear calls of many minutes, and follow no redirects: `longCalls()`. */
  readonly fetch: typeof fetch;
  /** For the pictures that answers link to; it allows the base URL's origin. */
  readonly download: GuardedFetch;
}

/**
 * Image models behind chat completions: asked in a message, answering with a message that has a picture somewhere in it.
 * One picture a call, whose tokens nobody can bill by.
 * Sources: docs.apiyi.com "gpt-image-2-all" (overview, chat completions); openrouter.ai/docs "Image Generation". Read
 * 2026-11.
 */
export function chatProvider({ apiKey, baseUrl, fetch, download, nameOf, ...terms }: ChatOptions): ImageProvider {
  const client = new OpenAI({ ...sdkSettings(fetch), apiKey, baseURL: versionedUrl(baseUrl) });
  let calls = 0;

  return {
    ...terms,
    placeholder: false,
    imagesPerCallMax: 1,
    partialImagesMax: 0,

    async start(given, key, signal, onProgress) {
      signal.throwIfAborted();
      const order = { ...given, model: nameOf(given.model) };
      const parameters = chatParameters(order, `${key}-${++calls}`);
      try {
        const headers = order.fresh ? { 'cache-control': 'no-cache' } : {};
        const asked = client.chat.completions.create({ ...parameters, stream: true }, { signal, headers });
        const { data, response } = await asked.withResponse();
        onProgress({ answered: namedBy(response.headers) });
        const reply = await readReply(data, response, order.prompt, onProgress);
        signal.throwIfAborted();
        return await readAnswer(reply, order, download, signal);
      } catch (error) {
        signal.throwIfAborted();
        if (error instanceof APIError && error.headers) onProgress({ answered: namedBy(error.headers) });
        const failure = error instanceof Fault ? error : readFailure(error, order.task);
        const refusal = failure instanceof Error ? declined(error) : failure;
        if (refusal) return refusal;
        throw failure;
      }
    },

    async check() {
      throw new RangeError(`${terms.name} answers in one call and gives no tickets`);
    },
  };
}

/**
 * A picture, or words instead: only words that speak of moderation or policy are a refusal. Everything else is an answer
 * that was likely paid for and is of no use.
 */
async function readAnswer(
  reply: Reply,
  { prompt }: ImageOrder,
  download: GuardedFetch,
  signal: AbortSignal,
): Promise<Made | Refusal> {
  const { requestId } = reply;
  const refusal = refusalIn(reply, prompt);
  if (refusal && isNamedRefusal(reply, prompt)) return refusal;
  const found = findPictures(reply, prompt);
  const { picture, failure } = await pickPicture(found, download, signal);
  if (picture) return { made: [picture], usage: undefined, requestId };
  if (found.length === 0 && refusal) return refusal;
  const what = found.length === 0 ? 'no picture in the answer' : `no usable picture in ${found.flat().length} places`;
  throw brokenAnswer(`${what}: ${excerpt(reply.text, 300)}`, requestId, failure);
}

/** Gateways also decline with an error that only its words tell from others. */
const declined = (error: unknown): Refusal | undefined =>
  error instanceof APIError ? refusalInError(error) : undefined;
