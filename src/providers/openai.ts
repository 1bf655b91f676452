import OpenAI from 'openai';
import type { ImageGenerateParamsBase } from 'openai/resources/images';
import { type Catalogue, findModel } from '../domain/catalogue.ts';
import { Fault } from '../domain/fault.ts';
import { type ImageRequest, sizeText } from '../domain/image.ts';
import type { ImageProvider, Progress } from '../domain/image-provider.ts';
import type { GuardedFetch } from '../http/guarded-fetch.ts';
import { type Answer, readPictures, readStream, readWhole } from './openai-answer.ts';
import { readFailure } from './openai-errors.ts';

export interface OpenAIOptions {
  readonly name: string;
  readonly apiKey: string;
  /** With or without `/v1`. Unset: OpenAI's. */
  readonly baseUrl?: string | undefined;
  readonly catalogue: Catalogue;
  /** Ids of the catalogue in order of preference. Unset: all that still live, the default first. */
  readonly models?: readonly string[] | undefined;
  /** How many previews may be asked for. Unset: as many as the models can. */
  readonly partialImagesMax?: number | undefined;
  readonly priceMultiplier?: number | undefined;
  readonly concurrency?: number | undefined;
  /** Must bear calls of many minutes, and follow no redirects: `longCalls()`. */
  readonly fetch: typeof fetch;
  /** For relays that answer with URLs; it allows the base URL's origin. */
  readonly download: GuardedFetch;
}

/** Four 4K PNGs in one JSON already take over 100 MB to parse. */
const picturesPerAnswerMax = 4;

/** Longer than any deadline: those are `withDeadline`'s, which covers streams too. */
const timeoutMs = 24 * 60 * 60_000;

/**
 * OpenAI's Images API, and whatever speaks like it.
 * One call per `start`, never repeated here: a repeat may be billed again, so `withRetry` decides about it.
 * Source: openai@7.55.0 resources/images.d.ts, read 2026-11.
 */
export function openaiProvider(options: OpenAIOptions): ImageProvider {
  const { name, catalogue, priceMultiplier = 1, concurrency = 8, download } = options;
  const models = options.models ?? livingModels(catalogue);
  const known = models.map((id) => findModel(catalogue, id)).filter((model) => model !== undefined);
  const client = new OpenAI({
    apiKey: options.apiKey,
    baseURL: versionedUrl(options.baseUrl || 'https://api.openai.com/v1'),
    fetch: options.fetch,
    maxRetries: 0,
    timeout: timeoutMs,
    // Not taken from the environment: everything about a provider is in its options.
    ...{ organization: null, project: null, adminAPIKey: null, webhookSecret: null, logLevel: 'off' },
  });

  async function call(
    request: ImageRequest,
    key: string,
    signal: AbortSignal,
    onProgress: (progress: Progress) => void,
  ): Promise<Answer> {
    const wanted = { signal, headers: request.fresh ? { 'cache-control': 'no-cache' } : {} };
    const parameters = parametersOf(request, key);
    if (request.partialImages === 0 || request.count > 1) {
      return readWhole(await client.images.generate(parameters, wanted).asResponse());
    }
    const streaming = { ...parameters, stream: true, partial_images: request.partialImages } as const;
    const { data, response } = await client.images.generate(streaming, wanted).withResponse();
    return readStream(data, response, onProgress);
  }

  return {
    name,
    placeholder: false,
    models,
    imagesPerCallMax: Math.min(picturesPerAnswerMax, ...known.map((model) => model.countMax)),
    partialImagesMax: options.partialImagesMax ?? Math.max(0, ...known.map((model) => model.partialImagesMax)),
    concurrency,
    priceMultiplier,

    async start(request, key, signal, onProgress) {
      signal.throwIfAborted();
      try {
        const answer = await call(request, key, signal, onProgress);
        signal.throwIfAborted();
        return await readPictures(answer, download, signal);
      } catch (error) {
        signal.throwIfAborted();
        const failure = error instanceof Fault ? error : readFailure(error);
        if (failure instanceof Error) throw failure;
        return failure;
      }
    },

    async check() {
      throw new RangeError(`${name} answers in one call and gives no tickets`);
    },
  };
}

/**
 * Everything is said, since what is left out means something else for every model. `fresh` has to change the body: caches
 * of relays know requests by it. `user` does that without changing the picture, and OpenAI prefers the other identifier.
 */
function parametersOf(request: ImageRequest, key: string): ImageGenerateParamsBase {
  return {
    model: request.model,
    prompt: request.prompt,
    size: sizeText(request.size),
    quality: request.quality,
    n: request.count,
    background: request.background,
    output_format: request.format,
    safety_identifier: request.endUser,
    ...(request.fresh ? { user: key } : {}),
  };
}

/** A base URL that names a version anywhere in its path is complete. */
function versionedUrl(baseUrl: string): string {
  const plain = baseUrl.replace(/\/+$/, '');
  return /\/v\d+[a-z]*(\/|$)/.test(new URL(plain).pathname) ? plain : `${plain}/v1`;
}

function livingModels({ models, default: first }: Catalogue): string[] {
  const ids = models.filter(({ life }) => life.state !== 'gone').map(({ id }) => id);
  return ids.sort((a, b) => Number(b === first) - Number(a === first));
}
