import type { PictureRef } from '../domain/image-source.ts';
import type { Job, JobId } from '../domain/job.ts';
import type { Pick } from '../domain/picture-pick.ts';
import type { Refusal } from '../domain/refusal.ts';
import { counted } from '../domain/text.ts';
import type { Parts } from './parts.ts';

/** Which picture people mean, where they do not give one. */

/** The job whose pictures one of these messages shows. */
export async function pointedAt(
  messages: readonly string[],
  { store: { gallery, queue } }: Parts,
): Promise<Job | undefined> {
  for (const message of messages) {
    const job = await gallery.shownBy(message);
    if (job) return queue.find(job);
  }
  return undefined;
}

/** The job that a thread is about. */
export async function aboutIn(thread: string, { store: { gallery, queue } }: Parts): Promise<Job | undefined> {
  const current = await gallery.current(thread);
  return current && queue.find(current);
}

/**
 * The picture of this job, or the one that a number names: of the job's own when it has several, else of the versions in
 * the thread.
 */
export async function pictureOf(job: Job, pick: Pick, thread: string, parts: Parts): Promise<PictureRef | Refusal> {
  const chosen = pick.version === undefined ? job : await versionOf(job, pick.version, thread, parts);
  if (!chosen) return none(`There is no version ${pick.version} here.`);
  const pictures = await parts.store.queue.pictures(chosen.id);
  if (pictures.length === 0) return none('That picture is gone.');
  if (pictures.length === 1) {
    if (pick.nth === undefined || pick.nth === 'last') return { job: chosen.id, position: 0 };
    return nthVersion(chosen, pick.nth, thread, parts);
  }
  const nth = pick.nth === 'last' ? pictures.length : pick.nth;
  if (nth === undefined) {
    return none(`There are ${pictures.length} pictures.`, 'Begin with the number of one, such as 2: make it blue.');
  }
  if (nth >= 1 && nth <= pictures.length) return { job: chosen.id, position: nth - 1 };
  return none(`There is no picture ${nth}; there are ${pictures.length}.`);
}

const none = (what: string, hint?: string): Refusal => ({ refused: 'unclear', what, hint });

async function versionOf(job: Job, version: number, thread: string, parts: Parts): Promise<Job | undefined> {
  if (job.version === version) return job;
  const here = await parts.store.gallery.inThread(thread);
  return here.find((other) => other.family === job.family && other.version === version);
}

async function nthVersion(job: Job, nth: number, thread: string, parts: Parts): Promise<PictureRef | Refusal> {
  const found = await versionOf(job, nth, thread, parts);
  if (found) return { job: found.id, position: 0 };
  const versions = (await parts.store.gallery.inThread(thread)).filter(({ family }) => family === job.family).length;
  return none(
    `There is no picture ${nth} here; there ${versions === 1 ? 'is' : 'are'} ${counted(versions, 'picture')}.`,
  );
}

/** What an edit begins with when no picture is given: what the thread is about, else the newest of the channel. */
export async function newestHere(
  { thread, channel }: { readonly thread: string; readonly channel: string },
  { store: { gallery } }: Parts,
): Promise<JobId | undefined> {
  return (await gallery.current(thread)) ?? gallery.newestIn(channel);
}
