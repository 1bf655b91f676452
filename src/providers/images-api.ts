import type OpenAI from 'openai';
import type { ImageEditStreamEvent, ImagesResponse } from 'openai/resources/images';
import type { Stream } from 'openai/streaming';
import { Fault } from '../domain/fault.ts';
import type { ImageOrder, ImageProvider, Progress, Terms } from '../domain/image-provider.ts';
import { type FormField, formBody, inTurn } from '../http/form-body.ts';
import type { GuardedFetch } from '../http/guarded-fetch.ts';
import { type Answer, readPictures, readStream, readWhole } from './openai-answer.ts';
import { readFailure } from './openai-errors.ts';
import { editFields, generateParameters } from './openai-parameters.ts';

export interface ImagesApiOptions extends Terms {
  /** Knows where the service is and how to sign in there: built with `sdkSettings`. */
  readonly client: OpenAI;
  /** For services that answer with URLs; it allows the base URL's origin. */
  readonly download: GuardedFetch;
}

/** Four 4K PNGs in one JSON already take over 100 MB to parse. */
const picturesPerAnswerMax = 4;

/**
 * A service that speaks OpenAI's Images API, whoever runs it.
 * One call per `start`, never repeated here: a repeat may be billed again, so the pipeline decides about it.
 * Source: openai@7.55.0 resources/images.d.ts, read 2026-11.
 */
export function imagesApi({ client, download, nameOf, ...terms }: ImagesApiOptions): ImageProvider {
  /** Both tasks have an endpoint of their own, and differ in nothing else. */
  async function call(
    given: ImageOrder,
    key: string,
    signal: AbortSignal,
    onProgress: (progress: Progress) => void,
  ): Promise<Answer> {
    const order = { ...given, model: nameOf(given.model) };
    const { images } = client;
    const wanted = { signal, headers: order.fresh ? { 'cache-control': 'no-cache' } : {} };
    /** The SDK's own way to an edit copies every picture twice. */
    const edit = <Answered>(stream: boolean, more: readonly FormField[]) => {
      const { headers, parts } = formBody([...editFields(order, key), ...more]);
      return client.post<Answered>('/images/edits', {
        ...wanted,
        stream,
        body: inTurn(parts),
        headers: { ...wanted.headers, ...headers },
        // From here AzureOpenAI knows the deployment, which it puts into the path.
        __metadata: { model: order.model },
      });
    };
    const isEdit = order.task === 'edit';
    if (order.partialImages === 0 || order.count > 1) {
      const whole = isEdit ? edit<ImagesResponse>(false, []) : images.generate(generateParameters(order, key), wanted);
      return readWhole(await whole.asResponse());
    }
    const partial_images = order.partialImages;
    const stream = isEdit
      ? edit<Stream<ImageEditStreamEvent>>(true, [
          ['stream', 'true'],
          ['partial_images', String(partial_images)],
        ])
      : images.generate({ ...generateParameters(order, key), stream: true, partial_images }, wanted);
    const { data, response } = await stream.withResponse();
    return readStream(data, response, onProgress);
  }

  return {
    ...terms,
    placeholder: false,
    imagesPerCallMax: Math.min(picturesPerAnswerMax, ...terms.offers.map(({ countMax }) => countMax)),
    partialImagesMax: Math.max(0, ...terms.offers.map(({ partialImagesMax }) => partialImagesMax)),

    async start(order, key, signal, onProgress) {
      signal.throwIfAborted();
      try {
        const answer = await call(order, key, signal, onProgress);
        signal.throwIfAborted();
        return await readPictures(answer, download, signal);
      } catch (error) {
        signal.throwIfAborted();
        const failure = error instanceof Fault ? error : readFailure(error, order.task);
        if (failure instanceof Error) throw failure;
        return failure;
      }
    },

    async check() {
      throw new RangeError(`${terms.name} answers in one call and gives no tickets`);
    },
  };
}
