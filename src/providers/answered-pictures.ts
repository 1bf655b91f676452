import { readImage } from '../domain/image.ts';
import type { Made } from '../domain/image-provider.ts';
import type { GuardedFetch } from '../http/guarded-fetch.ts';
import { decodeBase64 } from './base64.ts';
import { fetchPicture } from './fetch-picture.ts';
import type { Answer, Item } from './openai-answer.ts';
import { brokenAnswer } from './openai-errors.ts';

/**
 * The pictures of an answer, those at a URL downloaded. What is no picture stays among them, since it was billed, as
 * long as there is one.
 */
export async function readPictures(answer: Answer, download: GuardedFetch, signal: AbortSignal): Promise<Made> {
  const { usage, requestId, organisation } = answer;
  const failures: unknown[] = [];
  const fetchedOnce = async (url: string) => {
    try {
      return await fetchPicture(url, download, signal);
    } catch (error) {
      signal.throwIfAborted();
      failures.push(error);
      return undefined;
    }
  };
  /** A picture that does not come is paid for all the same, so it is asked for once more. */
  const fetched = async (url: string) => (await fetchedOnce(url)) ?? (await fetchedOnce(url));
  const bytesOf = async ({ b64_json, url }: Item) => {
    if (b64_json instanceof Uint8Array && b64_json.length > 0) return b64_json;
    const inline = (typeof b64_json === 'string' && b64_json) || (url?.startsWith('data:') ? url : undefined);
    const bytes = inline ? decodeBase64(inline) : url && (await fetched(url));
    return bytes || new Uint8Array();
  };
  const made = await Promise.all(answer.items.map(bytesOf));
  if (made.some((bytes) => readImage(bytes))) return { made, usage, requestId, organisation };
  throw brokenAnswer(`no picture among ${made.length} results`, requestId, failures[0]);
}
