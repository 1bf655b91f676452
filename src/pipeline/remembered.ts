import type { WishKey } from '../domain/answers.ts';
import type { Job, JobId, KeptPicture } from '../domain/job.ts';
import type { Books } from '../domain/store.ts';
import type { Parts } from './parts.ts';

/** The job whose pictures answer this wish. One whose pictures are gone is forgotten. */
export async function recall(wish: WishKey, { store, blobs, rules, clock }: Parts): Promise<JobId | undefined> {
  const job = await store.answers.find(wish, clock.now() - rules.cacheMs);
  if (!job) return undefined;
  const pictures = await store.queue.pictures(job);
  const there = await Promise.all(pictures.map(({ blob }) => blobs.has(blob)));
  if (pictures.length > 0 && there.every(Boolean)) return job;
  await store.answers.forget(job);
  return undefined;
}

/** Remembers a job that made all it was asked for. In the transaction that makes it. */
export async function remember(
  { id, wish, request }: Job,
  pictures: readonly KeptPicture[],
  { answers }: Pick<Books, 'answers'>,
  { clock }: Pick<Parts, 'clock'>,
): Promise<void> {
  if (!wish || pictures.length < request.count) return;
  const bytes = pictures.reduce((sum, picture) => sum + picture.bytes, 0);
  await answers.remember(wish, id, bytes, clock.now());
}

/** Keeps what is remembered within its limits. */
export const forgetOld = ({ store, rules, clock }: Parts): Promise<void> =>
  store.answers.evict(clock.now() - rules.cacheMs, rules.cacheBytesMax);
