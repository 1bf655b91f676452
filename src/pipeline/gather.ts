import type { ChatRequest } from '../domain/chat-platform.ts';
import { Fault } from '../domain/fault.ts';
import type { EditWish, ImageWish, InputPicture, Origin, Picture, Size } from '../domain/image.ts';
import type { GivenImage, ImageSource, PictureRef } from '../domain/image-source.ts';
import type { Job, JobId } from '../domain/job.ts';
import { readPick } from '../domain/picture-pick.ts';
import { isRefusal, type Refusal, unusable } from '../domain/refusal.ts';
import type { Region } from '../domain/region.ts';
import { excerpt } from '../domain/text.ts';
import { choosePicture, newestHere, pointedAt } from './meant.ts';
import { inputBytesMax, type Parts, platformFor } from './parts.ts';

/** What goes along with a request: looked at and stored, and nothing held for it yet. */
export interface Gathered {
  readonly inputs: readonly InputPicture[];
  readonly mask?: InputPicture;
  readonly region?: Region;
  /** The job that made the first input, where it is one of ours. */
  readonly parent?: Job;
  readonly origin?: Origin;
  /** How large the first picture is where it was posted; the input may be smaller. */
  readonly outline?: Size;
  /** Without the number that named the picture. */
  readonly words: string;
}

/** More than any model takes. Source: openai@7.55.0 resources/images.d.ts, read 2026-11. */
const inputsMost = 16;
/** What is larger is scaled down for the service. */
const edgeMost = 2048;

/** Brings together the pictures of a wish. Nothing is held yet, so whatever is wrong with one costs nothing. */
export async function gather(asked: ChatRequest, wish: ImageWish, parts: Parts): Promise<Gathered | Refusal> {
  if (wish.task === 'generate') return { inputs: [], words: wish.words };
  const { sources, words } = await withSource(asked, wish, parts);
  if (isRefusal(sources)) return sources;
  if (sources.length > inputsMost) {
    return unusable(`You gave ${sources.length} pictures; ${inputsMost} are the most.`, 'Leave some of them out.');
  }
  const inputs: InputPicture[] = [];
  // One after the other: each may take 50 MB of memory.
  for (const source of sources) {
    const input = await inputOf(source, asked, parts);
    if (isRefusal(input)) return input;
    inputs.push(input);
  }
  const [first] = inputs;
  if (!first) throw new RangeError('an edit without a picture');
  const mask = await maskFor(first, wish, asked, parts);
  if (isRefusal(mask)) return mask;
  const region = wish.region && { region: wish.region };
  return { inputs, words, ...(mask && { mask }), ...region, ...(await descent(first, parts)) };
}

const goneText = 'Easel does not have this picture any more.';

interface Sourced {
  readonly sources: readonly Source[] | Refusal;
  readonly words: string;
}

/** With the picture that is meant here, where the wish leaves it open. */
async function withSource(asked: ChatRequest, { sources, words }: EditWish, parts: Parts): Promise<Sourced> {
  const [first, ...others] = sources;
  const given = others.flatMap((source) => ('newest' in source ? [] : [source]));
  if (!first || !('newest' in first)) return { sources: first ? [first, ...given] : given, words };
  const place = platformFor(parts, asked.place.platform).shown(asked.place);
  const meant = await newestHere(place, parts);
  const nothing = 'There is no picture here to change.';
  if (!meant) return { sources: unusable(nothing, 'Give one as image, or reply to a picture.'), words };
  const chosen = await choosePicture(meant, readPick(words), words, place, parts);
  if (isRefusal(chosen)) return { sources: chosen, words };
  return { sources: [{ picture: chosen.picture }, ...given], words: chosen.words || words };
}

type Source = Exclude<ImageSource, { newest: unknown }>;

async function inputOf(source: Source, asked: ChatRequest, parts: Parts): Promise<InputPicture | Refusal> {
  if ('input' in source) {
    return (await parts.blobs.renew(source.input.blob)) && (await parts.blobs.renew(source.input.original))
      ? source.input
      : unusable(goneText, 'Give another one.');
  }
  if ('picture' in source) return ownPicture(source.picture, parts);
  const given = await bring(source, asked, parts);
  if (isRefusal(given)) return given;
  if ('picture' in given) return ownPicture(given.picture, parts);
  const prepared = await parts.inputs.prepare(given.bytes, given.name);
  return isRefusal(prepared) ? prepared : store(prepared, given.bytes, parts);
}

/** One of ours: the original as it was posted, wherever the platform's copy is by now. */
async function ownPicture(parent: PictureRef, parts: Parts): Promise<InputPicture | Refusal> {
  const kept = (await parts.store.queue.pictures(parent.job))[parent.position];
  if (!kept || !(await parts.blobs.renew(kept.blob))) return unusable(goneText, 'Give another one.');
  const { blob, format, width, height, bytes } = kept;
  const fits = Math.max(width, height) <= edgeMost;
  if (fits) return { blob, format, width, height, bytes, original: blob, parent };
  const original = await parts.blobs.get(blob);
  const prepared = original && (await parts.inputs.prepare(original, 'the picture'));
  if (!prepared) return unusable(goneText, 'Give another one.');
  return isRefusal(prepared) ? prepared : { ...(await store(prepared, original, parts)), parent };
}

interface Given {
  readonly bytes: Uint8Array;
  readonly name: string;
}

/** What a person gave: a file of the platform, or what an address leads to. One of ours is not fetched at all. */
async function bring(
  source: GivenImage,
  asked: ChatRequest,
  parts: Parts,
): Promise<Given | { readonly picture: PictureRef } | Refusal> {
  const platform = platformFor(parts, asked.place.platform);
  const link = 'link' in source ? source.link : '';
  try {
    const file = 'file' in source ? source.file : await platform.fileAt(source.link, asked);
    if (isRefusal(file)) return file;
    const picture = file?.key && (await ownFile(file.key, asked, parts));
    if (picture) return { picture };
    const coming = file ? platform.download(file, inputBytesMax) : parts.fetchLink(link);
    const bytes = await unlessClosing(coming, parts.closing);
    return isRefusal(bytes) ? bytes : { bytes, name: file?.name ?? nameIn(link) };
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    parts.log.warn({ request: asked.id, err: error }, 'a picture could not be fetched');
    return unusable('The picture can’t be fetched right now.', 'Try again in a minute.');
  }
}

/** A download may take longer than Easel has when it stops. */
function unlessClosing<T>(coming: Promise<T>, closing: AbortSignal): Promise<T | Refusal> {
  const stopping: Refusal = { refused: 'stopping' };
  if (closing.aborted) return Promise.resolve(stopping);
  const { promise, resolve } = Promise.withResolvers<Refusal>();
  const stop = () => resolve(stopping);
  closing.addEventListener('abort', stop, { once: true });
  return Promise.race([coming, promise]).finally(() => closing.removeEventListener('abort', stop));
}

/** A file that Easel posted there itself, where it is the only one of its job. */
async function ownFile(key: string, asked: ChatRequest, parts: Parts): Promise<PictureRef | undefined> {
  const ours = await pointedAt([key], parts);
  if (!ours) return undefined;
  const platform = platformFor(parts, asked.place.platform);
  const isHere = platform.shown(ours.job.place).channel === platform.shown(asked.place).channel;
  const { length } = await parts.store.queue.pictures(ours.job.id);
  return isHere && length === 1 ? { job: ours.job.id, position: 0 } : undefined;
}

/** The last part of an address's path, or its host. */
function nameIn(address: string): string {
  const url = URL.parse(address);
  return url?.pathname.split('/').findLast(Boolean) ?? url?.host ?? address;
}

async function store(picture: Picture, original: Uint8Array, { blobs }: Parts): Promise<InputPicture> {
  const { bytes, format, width, height } = picture;
  const blob = await blobs.put(bytes);
  const kept = bytes === original ? blob : await blobs.put(original);
  return { blob, format, width, height, bytes: bytes.length, original: kept };
}

async function maskFor(
  first: InputPicture,
  wish: EditWish,
  asked: ChatRequest,
  parts: Parts,
): Promise<InputPicture | Refusal | undefined> {
  const size = { width: first.width, height: first.height };
  if (wish.region) {
    const mask = await parts.inputs.maskOf(wish.region, size);
    return store(mask, mask.bytes, parts);
  }
  if (!wish.mask) return undefined;
  if ('input' in wish.mask) return inputOf(wish.mask, asked, parts);
  const given = await bring(wish.mask, asked, parts);
  if (isRefusal(given)) return given;
  if ('picture' in given) return unusable('A picture that Easel made is no mask.', 'Give a mask as a file.');
  const mask = await parts.inputs.mask(given.bytes, given.name, size);
  return isRefusal(mask) ? mask : store(mask, given.bytes, parts);
}

/** Which of our pictures an edit goes out from, in words for people. */
async function descent(
  first: InputPicture,
  { store: { queue } }: Parts,
): Promise<Pick<Gathered, 'parent' | 'origin' | 'outline'>> {
  const parent = first.parent && (await queue.find(first.parent.job));
  if (!first.parent || !parent) return {};
  const family: JobId = parent.family;
  const eldest = family === parent.id ? parent : await queue.find(family);
  const pictures = await queue.pictures(parent.id);
  const kept = pictures[first.parent.position];
  const origin: Origin = {
    words: excerpt((eldest ?? parent).request.words, 200),
    version: parent.version ?? 1,
    ...(pictures.length > 1 && { picture: first.parent.position + 1 }),
  };
  return { parent, origin, ...(kept && { outline: { width: kept.width, height: kept.height } }) };
}
