import type { About, Shown } from '../domain/gallery.ts';
import type { PictureRef } from '../domain/image-source.ts';
import type { Job } from '../domain/job.ts';
import type { PicturePick } from '../domain/picture-pick.ts';
import type { Refusal } from '../domain/refusal.ts';
import { counted } from '../domain/text.ts';
import { type Parts, platformFor } from './parts.ts';

/** Which picture people mean, where they do not give one. */

/** A job, and which of its pictures, where that is known. */
export interface Meant {
  readonly job: Job;
  readonly position: number | undefined;
}

/** The job whose pictures one of these messages is about. */
export async function pointedAt(
  messages: readonly string[],
  { store: { gallery, queue } }: Pick<Parts, 'store'>,
): Promise<Meant | undefined> {
  for (const message of messages) {
    const id = await gallery.shownBy(message);
    const job = id && (await queue.find(id));
    if (job) return { job, position: undefined };
  }
  return undefined;
}

/** What a thread is about. */
export async function aboutIn(thread: string, { store }: Pick<Parts, 'store'>): Promise<Meant | undefined> {
  return found(await store.gallery.current(thread), store);
}

/** What is meant where no picture is given: what the thread is about, else what the newest of the channel's is. */
export async function newestHere({ thread, channel }: Shown, parts: Parts): Promise<Meant | undefined> {
  const { store } = parts;
  const about = await aboutIn(thread, parts);
  if (about) return about;
  const newest = await store.gallery.newestIn(channel);
  const job = newest && (await store.queue.find(newest));
  if (!job) return undefined;
  // Somebody may have gone back to an earlier version in its own thread.
  return (await aboutIn(shownOf(job, parts).thread, parts)) ?? { job, position: undefined };
}

async function found(about: About | undefined, { queue }: Parts['store']): Promise<Meant | undefined> {
  const job = about && (await queue.find(about.job));
  return job && { job, position: about.position };
}

const shownOf = ({ place }: Job, parts: Parts): Shown => platformFor(parts, place.platform).shown(place);

/** A picture, and what the words say about it. */
export interface Chosen {
  readonly picture: PictureRef;
  readonly words: string;
}

/**
 * The picture that the words begin by naming: a version of the family, one of several that the job has, or one of those
 * in the thread in the order they were posted. Without a name, the one that is meant. What may be no name at all and names
 * nothing here, is none.
 */
export async function choosePicture(
  meant: Meant,
  pick: PicturePick,
  words: string,
  place: Shown,
  parts: Parts,
): Promise<Chosen | Refusal> {
  const named = await namedPicture(meant, pick, place, parts);
  if ('picture' in named) return { picture: named.picture, words: pick.rest };
  if (pick.surely || named.unasked) return named.refusal;
  const unnamed = await namedPicture(meant, { rest: words }, place, parts);
  return 'picture' in unnamed ? { picture: unnamed.picture, words } : unnamed.refusal;
}

type Named = { readonly picture: PictureRef } | { readonly refusal: Refusal; readonly unasked?: true };

async function namedPicture(meant: Meant, pick: PicturePick, place: Shown, parts: Parts): Promise<Named> {
  const job = pick.version === undefined ? meant.job : await versionOf(meant.job, pick.version, place, parts);
  if (!job) return none(`There is no version ${pick.version} here.`, await versionsHere(meant.job, place, parts));
  const { length } = await parts.store.queue.pictures(job.id);
  const at = (position: number): Named => ({ picture: { job: job.id, position } });
  if (length === 0)
    return none(
      job.picturesGone ? 'The original of that picture is no longer kept.' : 'That picture is gone.',
      'Reply to another one.',
    );
  if (pick.nth === undefined) {
    if (length === 1) return at(0);
    if (job === meant.job && meant.position !== undefined) return at(meant.position);
    const refusal = none(`There are ${length} pictures.`, 'Begin with the number of one, such as 2: make it blue.');
    return { ...refusal, unasked: true };
  }
  const nth = pick.nth === 'last' ? length : pick.nth;
  if (pick.version !== undefined || (length > 1 && nth <= length)) {
    return nth >= 1 && nth <= length ? at(nth - 1) : none(`There is no picture ${nth}.`, `There are ${length}.`);
  }
  return nthInThread(pick.nth, place, parts);
}

const none = (what: string, hint: string): { refusal: Refusal } => ({ refusal: { refused: 'unclear', what, hint } });

async function versionOf(job: Job, version: number, place: Shown, parts: Parts): Promise<Job | undefined> {
  return (await familyHere(job, place, parts)).find((other) => other.version === version);
}

/** Those of its versions that everybody here can see. */
async function familyHere(job: Job, { channel }: Shown, parts: Parts): Promise<Job[]> {
  const family = await parts.store.gallery.family(job.id);
  return family.filter((other) => other.id === job.id || shownOf(other, parts).channel === channel);
}

async function versionsHere(job: Job, place: Shown, parts: Parts): Promise<string> {
  const versions = (await familyHere(job, place, parts)).flatMap(({ version }) => version ?? []);
  return versions.length > 0
    ? `There is ${versions.map((version) => `v${version}`).join(', ')}.`
    : 'Reply to a picture.';
}

/** Counted as they stand there, all pictures of one post after the other. */
async function nthInThread(nth: number | 'last', { thread }: Shown, { store }: Parts): Promise<Named> {
  const here: PictureRef[] = [];
  for (const { id } of await store.gallery.inThread(thread)) {
    const pictures = await store.queue.pictures(id);
    here.push(...pictures.map((_, position) => ({ job: id, position })));
  }
  const picture = nth === 'last' ? here.at(-1) : here[nth - 1];
  if (picture) return { picture };
  const count = `There ${here.length === 1 ? 'is' : 'are'} ${counted(here.length, 'picture')}.`;
  return none(`There is no picture ${nth} here.`, count);
}
