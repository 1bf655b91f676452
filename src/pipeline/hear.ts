import type { ChatRequest, Received, Responder, Said } from '../domain/chat-platform.ts';
import { named } from '../domain/command-text.ts';
import type { Shown } from '../domain/gallery.ts';
import type { EditWish } from '../domain/image.ts';
import type { FileRef, ImageSource } from '../domain/image-source.ts';
import { type JobId, jobId } from '../domain/job.ts';
import { type PicturePick, readPick } from '../domain/picture-pick.ts';
import { isRefusal, type Refusal } from '../domain/refusal.ts';
import { isSmallTalk } from '../domain/small-talk.ts';
import { editWishOf } from './edit-wish.ts';
import { aboutIn, choosePicture, type Meant, newestHere, pointedAt } from './meant.ts';
import { type Parts, platformFor } from './parts.ts';
import type { Worker } from './queue.ts';
import { refuse } from './refuse.ts';
import { request } from './request.ts';

const ignored = { ignored: true } as const;

/**
 * Listens to what is said under pictures and to Easel. Talk among people costs nobody anything: what does not name Easel
 * counts only when it comes from whoever asked for the picture, and thanks, praise and bare links never do.
 * @param closed true while Easel is stopping
 */
export async function hear(
  asked: ChatRequest,
  said: Said,
  respond: Responder,
  parts: Parts,
  worker: Worker,
  closed: boolean,
): Promise<Received> {
  const place = platformFor(parts, asked.place.platform).shown(asked.place);
  const answered = await pointedAt(said.messages, parts);
  const about = answered ?? (await aboutIn(place.thread, parts));
  if (said.withheld) return about ? hint(asked, said, respond, parts) : ignored;
  if (!said.toEasel && !(await isRequesters(asked, said, about, place, parts))) return ignored;
  const words = await said.words();
  if (isTalk(words, said)) return ignored;
  if (closed) return refuse({ refused: 'stopping' }, respond);
  // Ordinary talk does not count as asking; only from here on somebody wants something.
  const flood = await parts.floods.take(asked.person.id);
  if (flood) return refuse({ refused: 'flooding', ...flood }, respond);

  const meant = await meantBy(said, answered, about, place, parts);
  if (isRefusal(meant)) return refuse(meant, respond);
  const chosen = await chosenBy(words, said.files, meant, place, parts);
  if (isRefusal(chosen)) return refuse(chosen, respond);
  if (chosen.words.trim() === '') return refuse(sayWhat, respond);
  const wish = editWishOf(chosen.words, chosen.sources, parts);
  if (isRefusal(wish)) return refuse(wish, respond);
  if (wish.sources.length === 0) return refuse(noPicture, respond);
  return once(asked, wish, respond, parts, worker);
}

/** What is sent twice is meant once. What is delivered twice is not even answered twice. */
async function once(
  asked: ChatRequest,
  wish: EditWish,
  respond: Responder,
  parts: Parts,
  worker: Worker,
): Promise<Received> {
  const id = jobId(asked.place.platform, asked.id);
  if (parts.announcing.has(id) || (await parts.store.queue.find(id))) return { known: true };
  const wished = `${asked.person.id} ${JSON.stringify(wish)}`;
  if (!(await parts.wishes.enter(wished))) return refuse(repeated, respond);
  let job: JobId | undefined;
  try {
    const received = await request(asked, wish, respond, parts, worker);
    if ('accepted' in received) job = received.accepted;
    return received;
  } finally {
    parts.wishes.leave(wished, job);
  }
}

const sayWhat: Refusal = { refused: 'unclear', what: 'Say what to change.', hint: 'For example: make it blue.' };
const noPicture: Refusal = {
  refused: 'unclear',
  what: 'Easel does not see which picture you mean.',
  hint: 'Reply to a picture that Easel posted, attach one, or type /imagine for a new one.',
};
const unseen: Refusal = {
  refused: 'unclear',
  what: 'Easel can’t see that message.',
  hint: 'Use Apps, Edit this picture on it, or attach the picture yourself.',
};
const repeated: Refusal = { refused: 'unclear', what: 'That is being made already.', hint: undefined };

/**
 * Words that nobody named Easel in: they count for whoever asked for the picture, in a conversation that began with it,
 * unless they are for somebody else or the workspace wants mentions.
 */
async function isRequesters(
  { person }: ChatRequest,
  { toOthers }: Said,
  about: Meant | undefined,
  { thread }: Shown,
  parts: Parts,
): Promise<boolean> {
  if (toOthers || about?.job.person.id !== person.id) return false;
  const [first] = await parts.store.gallery.inThread(thread);
  if (!first || !platformFor(parts, first.place.platform).shown(first.place).own) return false;
  const { replies = 'requester' } = await parts.preferences.ofWorkspace(person.workspace);
  return replies === 'requester';
}

/** Thanks, praise, links and files by themselves. Files that are given to Easel by name are for it, whatever is said. */
function isTalk(words: string, { files, toEasel }: Said): boolean {
  if (files.length > 0 && toEasel) return false;
  const spoken = named(words).replaceAll(/\bhttps?:\/\/\S+/gi, ' ');
  return isSmallTalk(spoken);
}

/**
 * The picture that is answered, or the thread's. Files are about themselves where they stand in somebody else's message,
 * or where there is no thread about a picture.
 */
async function meantBy(
  { messages, files, direct, unseen: isUnseen, toEasel }: Said,
  answered: Meant | undefined,
  about: Meant | undefined,
  place: Shown,
  parts: Parts,
): Promise<Meant | Refusal | undefined> {
  if (answered) return answered;
  if (isUnseen && toEasel && files.length === 0) return unseen;
  if (files.length > 0) return messages.length === 0 && place.thread !== place.channel ? about : undefined;
  return about ?? (direct ? newestHere(place, parts) : undefined);
}

interface ChosenSources {
  readonly sources: readonly ImageSource[];
  readonly words: string;
}

/** The picture that is meant, then the files that came along; of files alone, the one that the words name. */
async function chosenBy(
  said: string,
  files: readonly FileRef[],
  meant: Meant | undefined,
  place: Shown,
  parts: Parts,
): Promise<ChosenSources | Refusal> {
  const pick = readPick(said);
  const given = files.map((file) => ({ file }));
  if (!meant) return chosenFile(said, pick, given);
  const chosen = await choosePicture(meant, pick, said, place, parts);
  if (isRefusal(chosen)) return chosen;
  return { sources: [{ picture: chosen.picture }, ...given], words: chosen.words };
}

function chosenFile(said: string, pick: PicturePick, given: readonly { readonly file: FileRef }[]): ChosenSources {
  const file = pick.nth === 'last' ? given.at(-1) : given[(pick.nth ?? 0) - 1];
  return file && given.length > 1 ? { sources: [file], words: pick.rest } : { sources: given, words: said };
}

/** Somebody answered a picture and Discord keeps their words to itself. They hear once how it works. */
async function hint(
  { person }: ChatRequest,
  { toEasel }: Said,
  respond: Responder,
  { hints }: Parts,
): Promise<Received> {
  const key = `reply ${person.id}`;
  if (await hints.get(key)) return ignored;
  await hints.set(key, true);
  const why = toEasel
    ? 'Discord keeps replies to this message from Easel. Reply to the picture itself, or press Edit.'
    : 'To change this picture, reply with the mention switched on, name Easel in your reply, or press Edit.';
  await respond.tell(`${why} Nothing was charged.`);
  return { answered: true };
}
