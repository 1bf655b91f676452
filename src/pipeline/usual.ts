import type { ImageRequest } from '../domain/image.ts';
import type { Parts } from './parts.ts';

/** How many milliseconds requests like this take as a rule, learnt from past ones; undefined without any. */
export async function usualMs(request: ImageRequest, { store }: Pick<Parts, 'store'>): Promise<number | undefined> {
  const { model, quality, size, count } = request;
  const durations = await store.queue.pastDurations(model, quality, size, count);
  return durations.toSorted((a, b) => a - b)[Math.floor(durations.length / 2)];
}
