import type { ChatRequest, Received, Responder, Said } from '../domain/chat-platform.ts';
import type { Shown } from '../domain/gallery.ts';
import type { EditWish } from '../domain/image.ts';
import type { FileRef, ImageSource } from '../domain/image-source.ts';
import type { Job } from '../domain/job.ts';
import { type Pick, readPick } from '../domain/picture-pick.ts';
import { isRefusal, type Refusal } from '../domain/refusal.ts';
import { isSmallTalk } from '../domain/small-talk.ts';
import { editWishOf } from './edit-wish.ts';
import { aboutIn, pictureOf, pointedAt } from './meant.ts';
import { type Parts, platformFor } from './parts.ts';
import type { Worker } from './queue.ts';
import { refuse } from './refuse.ts';
import { request } from './request.ts';

const ignored = { ignored: true } as const;

/**
 * Listens to what is said under pictures and to Easel. Talk among people costs nobody anything: what does not name Easel
 * counts only when it comes from whoever asked for the picture, and thanks and praise never do.
 */
export async function hear(
  asked: ChatRequest,
  said: Said,
  respond: Responder,
  parts: Parts,
  worker: Worker,
): Promise<Received> {
  const place = platformFor(parts, asked.place.platform).shown(asked.place);
  const answered = await pointedAt(said.messages, parts);
  const job =
    answered ?? (await aboutIn(place.thread, parts)) ?? (said.direct ? await newest(place, parts) : undefined);
  if (said.withheld) return job ? hint(asked, respond, parts) : ignored;
  if (!said.toEasel && !(await isRequesters(asked, job, parts))) return ignored;
  if (isSmallTalk(said.words) && said.files.length === 0) return ignored;
  // Ordinary talk does not count as asking; only from here on somebody wants something.
  const flood = await parts.floods.take(asked.person.id);
  if (flood) return refuse({ refused: 'flooding', ...flood }, respond);

  const pick = readPick(said.words);
  const isMeant = answered !== undefined || meansThread(said, place);
  const sources = await sourcesOf(said.files, isMeant ? job : undefined, pick, place.thread, parts);
  if (isRefusal(sources)) return refuse(sources, respond);
  if (pick.rest.trim() === '') return refuse(sayWhat, respond);
  const wish = editWishOf(pick.rest, sources, parts);
  if (isRefusal(wish)) return refuse(wish, respond);
  if (wish.sources.length === 0) return refuse(noPicture, respond);
  if (await isRepeated(asked, wish, parts)) return { known: true };
  return request(asked, wish, respond, parts, worker);
}

/** What is said to Easel alone and to no picture in particular is about the last one there. */
async function newest({ channel }: Shown, { store }: Parts): Promise<Job | undefined> {
  const job = await store.gallery.newestIn(channel);
  return job && store.queue.find(job);
}

const sayWhat: Refusal = { refused: 'unclear', what: 'Say what to change.', hint: 'For example: make it blue.' };
const noPicture: Refusal = {
  refused: 'unclear',
  what: 'Easel does not see which picture you mean.',
  hint: 'Reply to a picture, attach one, or type /imagine for a new one.',
};

/** An answer that nobody named Easel in: it counts for whoever asked for the picture, unless the workspace wants mentions. */
async function isRequesters({ person }: ChatRequest, job: Job | undefined, parts: Parts): Promise<boolean> {
  if (job?.person.id !== person.id) return false;
  const { replies = 'requester' } = await parts.preferences.ofWorkspace(person.workspace);
  return replies === 'requester';
}

/**
 * True when words that answer none of our pictures are about the one of the thread. Files are about themselves where
 * they stand in somebody else's message, or where everything is said in one place.
 */
const meansThread = ({ messages, files }: Said, { thread, channel }: Shown): boolean =>
  files.length === 0 || (messages.length === 0 && thread !== channel);

/** The picture that is meant, then the files that came along. */
async function sourcesOf(
  files: readonly FileRef[],
  job: Job | undefined,
  pick: Pick,
  thread: string,
  parts: Parts,
): Promise<readonly ImageSource[] | Refusal> {
  const given = files.map((file) => ({ file }));
  if (!job) return given;
  const picture = await pictureOf(job, pick, thread, parts);
  return isRefusal(picture) ? picture : [{ picture }, ...given];
}

/** Somebody answered a picture and Discord keeps their words to itself. They hear once how it works. */
async function hint({ person }: ChatRequest, respond: Responder, { hints }: Parts): Promise<Received> {
  const key = `reply ${person.id}`;
  if (await hints.get(key)) return ignored;
  await hints.set(key, true);
  await respond.tell(
    'To change this picture, reply with the mention switched on, name Easel in your reply, or press Edit. Nothing was charged.',
  );
  return { answered: true };
}

/** The same words for the same picture while the first are still being followed: sent twice, meant once. */
async function isRepeated({ person }: ChatRequest, { words, sources }: EditWish, { store }: Parts): Promise<boolean> {
  const [first] = sources;
  if (!first || !('picture' in first)) return false;
  const { job, position } = first.picture;
  const recent = await store.queue.recent(person.id, 10);
  return recent.some(({ state, request: { words: before, inputs } }) => {
    const parent = inputs[0]?.parent;
    const isOpen = state === 'queued' || state === 'running' || state === 'made';
    return isOpen && before === words && parent?.job === job && parent.position === position;
  });
}
