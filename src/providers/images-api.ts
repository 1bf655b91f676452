import OpenAI, { OpenAIError } from 'openai';
import { Fault } from '../domain/fault.ts';
import type { ImageOrder, ImageProvider, Made, Progress, Terms } from '../domain/image-provider.ts';
import type { GuardedFetch } from '../http/guarded-fetch.ts';
import { readPictures } from './answered-pictures.ts';
import { isNotImplemented } from './gateway-codes.ts';
import { sendOrder } from './images-call.ts';
import { readStream, readWhole } from './openai-answer.ts';
import { namedBy, readFailure } from './openai-errors.ts';
import { type EndUserAs, parametersOf } from './openai-parameters.ts';
import { optionalParameters } from './optional-parameters.ts';
import { orAborted } from './or-aborted.ts';
import { staleAnswers } from './stale-answers.ts';

export interface ImagesApiOptions extends Terms {
  /** Knows where the service is and how to sign in there: built with `sdkSettings`. */
  readonly client: OpenAI;
  /** For services that answer with URLs; it allows the base URL's origin. */
  readonly download: GuardedFetch;
  /** By which parameter it is told who asks. */
  readonly endUserAs?: EndUserAs;
}

/** Four 4K PNGs in one JSON already take over 100 MB to parse. */
const picturesPerAnswerMax = 4;

/**
 * A service that speaks OpenAI's Images API, whoever runs it.
 * One call per `start`: a repeat may be billed again, so the pipeline decides about it. Only a call that was refused for
 * what can be left unsaid, which nobody bills, is made again without that.
 * Source: openai@7.55.0 resources/images.d.ts, read 2026-11.
 */
export function imagesApi(options: ImagesApiOptions): ImageProvider {
  const { client, download, nameOf, endUserAs, ...terms } = options;
  const optional = optionalParameters();
  const checkStale = staleAnswers();
  /** What the service has said that it does not do at all: it is not asked for that again. */
  const unable = new Map<ImageOrder['task'], Fault>();
  /**
   * Jobs with a failed call: a cache may have kept the failure, or a picture that the job has already, so what they still
   * lack is asked for anew.
   */
  const failed = new Set<string>();

  async function call(
    order: ImageOrder,
    key: string,
    without: ReadonlySet<string>,
    signal: AbortSignal,
    onProgress: (progress: Progress) => void,
  ): Promise<Made> {
    const parameters = parametersOf(order, key, { without, endUserAs });
    const response = await sendOrder(client, order, parameters, { signal, anew: order.fresh || failed.has(key) });
    onProgress({ answered: namedBy(response.headers) });
    const answer = await (parameters.stream ? readStream(response, client, onProgress) : readWhole(response));
    signal.throwIfAborted();
    const made = await readPictures(answer, download, signal);
    checkStale(order, parameters, { ...made, keptByProxy: answer.keptByProxy });
    return made;
  }

  async function callAsTaken(
    order: ImageOrder,
    key: string,
    signal: AbortSignal,
    onProgress: (progress: Progress) => void,
  ): Promise<Made> {
    for (;;) {
      const without = optional.leftOut(order);
      try {
        return await call(order, key, without, signal, onProgress);
      } catch (error) {
        signal.throwIfAborted();
        if (!(error instanceof OpenAI.APIError) || !optional.learn(order, without, error)) throw error;
      }
    }
  }

  return {
    ...terms,
    placeholder: false,
    imagesPerCallMax: Math.min(picturesPerAnswerMax, ...terms.offers.map(({ countMax }) => countMax)),
    partialImagesMax: Math.max(0, ...terms.offers.map(({ partialImagesMax }) => partialImagesMax)),

    async start(order, key, signal, onProgress) {
      signal.throwIfAborted();
      const said = unable.get(order.task);
      if (said) throw said;
      try {
        // A client that is still signing in does not look at the signal.
        const called = { ...order, model: nameOf(order.model) };
        return await orAborted(callAsTaken(called, key, signal, onProgress), signal);
      } catch (error) {
        signal.throwIfAborted();
        remember(failed, key);
        if (error instanceof OpenAI.APIError && error.headers) onProgress({ answered: namedBy(error.headers) });
        const failure = faultIn(error) ?? readFailure(error, order.task);
        if (!(failure instanceof Error)) return failure;
        const isUnable = error instanceof OpenAI.APIError && isNotImplemented(error);
        if (isUnable && failure instanceof Fault) unable.set(order.task, failure);
        throw failure;
      }
    },

    async check() {
      throw new RangeError(`${terms.name} answers in one call and gives no tickets`);
    },
  };
}

/** Jobs that nobody asks for again are forgotten, oldest first. */
function remember(jobs: Set<string>, key: string): void {
  jobs.add(key);
  for (const oldest of jobs) if (jobs.size > 1_000) jobs.delete(oldest);
}

/** What fails while the SDK gets a token from us comes back as the cause of its own error. */
function faultIn(error: unknown): Fault | undefined {
  if (error instanceof OpenAIError && error.cause instanceof Fault) return error.cause;
  return error instanceof Fault ? error : undefined;
}
