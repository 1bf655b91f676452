import OpenAI from 'openai';
import type { ImageProvider, Terms } from '../domain/image-provider.ts';
import type { GuardedFetch } from '../http/guarded-fetch.ts';
import { imagesApi } from './images-api.ts';
import { sdkSettings } from './sdk-settings.ts';
import { versionedUrl } from './versioned-url.ts';

export interface OpenAIOptions extends Terms {
  readonly apiKey: string;
  /** With or without `/v1`. */
  readonly baseUrl: string;
  /** Must bear calls of many minutes, and follow no redirects: `longCalls()`. */
  readonly fetch: typeof fetch;
  /** For relays that answer with URLs; it allows the base URL's origin. */
  readonly download: GuardedFetch;
}

/** OpenAI itself, and whatever speaks like it. */
export function openaiProvider({ apiKey, baseUrl, fetch, ...rest }: OpenAIOptions): ImageProvider {
  const client = new OpenAI({ ...sdkSettings(fetch), apiKey, baseURL: versionedUrl(baseUrl) });
  return imagesApi({ ...rest, client });
}
