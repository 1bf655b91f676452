import { randomUUID } from 'node:crypto';
import type { ChatRequest, Received, Responder } from '../domain/chat-platform.ts';
import type { Option, RawValue, RawValues } from '../domain/command.ts';
import type { Form, FormField } from '../domain/form.ts';
import { qualities, shapes } from '../domain/image.ts';
import type { FileRef, ImageSource } from '../domain/image-source.ts';
import type { Job, JobId } from '../domain/job.ts';
import { isRefusal, type Refusal } from '../domain/refusal.ts';
import { counted, excerpt } from '../domain/text.ts';
import { varyWish } from './again.ts';
import { editWish } from './edit-wish.ts';
import { pointedAt } from './meant.ts';
import type { Parts } from './parts.ts';
import type { Worker } from './queue.ts';
import { refuse } from './refuse.ts';
import { request } from './request.ts';

/** The windows that ask what to change: for a picture of ours, for files of somebody's message, and for a variation. */

const promptMost = 4_000;
/** Discord and Slack both take ten files in a form. */
const filesMost = 10;
/** How long files of a message are remembered while the form is open. */
const openMs = 60 * 60_000;

const choice = (values: readonly string[]) => ({ kind: 'choice', summary: '', values }) as const satisfies Option;

const questions: readonly FormField[] = [
  {
    name: 'prompt',
    label: 'What to change',
    input: { kind: 'text', summary: '', maxLength: promptMost },
    required: true,
    placeholder: 'Make the sky darker, keep everything else',
  },
  { name: 'quality', label: 'Quality', input: choice(qualities), required: false, placeholder: 'medium' },
  {
    name: 'images',
    label: `More pictures to look at, up to ${filesMost}`,
    input: { kind: 'images', most: filesMost },
    required: false,
  },
  {
    name: 'mask',
    label: 'Where it may change: transparent or white',
    input: { kind: 'images', most: 1 },
    required: false,
  },
  { name: 'shape', label: 'Shape', input: choice(['auto', ...shapes]), required: false, placeholder: 'as it is' },
];

function whichPicture(names: readonly string[]): FormField {
  const values = names.map((_, at) => String(at + 1));
  const labels = Object.fromEntries(names.map((name, at) => [String(at + 1), name]));
  return { name: 'picture', label: 'Which picture', input: choice(values), required: true, labels };
}

const numbered = (count: number): string[] => Array.from({ length: count }, (_, at) => `Picture ${at + 1}`);

const asking = (key: string, names: readonly string[]): Form => ({
  key,
  title: 'Edit this picture',
  submit: 'Change it',
  fields: [...(names.length > 1 ? [whichPicture(names)] : []), ...questions],
});

/** Asks what to change about the pictures of a job. */
export async function openEdit(job: Job, respond: Responder, { store }: Parts): Promise<Received> {
  const { length } = await store.queue.pictures(job.id);
  return show(asking(`edit.${job.id}`, numbered(length)), respond);
}

/** Asks which of several pictures to vary. */
export function openVary(job: Job, count: number, respond: Responder): Promise<Received> {
  const fields = [whichPicture(numbered(count))];
  return show({ key: `vary.${job.id}`, title: 'Vary a picture', submit: 'Vary it', fields }, respond);
}

/** "Edit this picture" on a message: one of ours, or one with files of people. */
export async function openPicked(
  { messages, files }: Extract<ChatRequest['ask'], { picked: unknown }>['picked'],
  respond: Responder,
  parts: Parts,
): Promise<Received> {
  const ours = await pointedAt(messages, parts);
  if (ours) return openEdit(ours.job, respond, parts);
  if (files.length === 0) {
    return refuse(
      { refused: 'unclear', what: 'There is no picture in that message.', hint: 'Pick one that has a picture.' },
      respond,
    );
  }
  const key = `pick.${randomUUID()}`;
  await parts.forms.set(key, files, openMs);
  const names = files.slice(0, 25).map(({ name }, at) => `${at + 1}: ${excerpt(name, 60)}`);
  return show(asking(key, names), respond);
}

const noForm = 'The form could not be opened. Press again, or reply to the picture and say what to change.';

async function show(form: Form, respond: Responder): Promise<Received> {
  if (!(await respond.open(form))) await respond.tell(`${noForm} Nothing was charged.`);
  return { answered: true };
}

/** Does what a form asked for. */
export async function filled(
  asked: ChatRequest,
  key: string,
  values: RawValues,
  respond: Responder,
  parts: Parts,
  worker: Worker,
): Promise<Received> {
  const [kind = '', about = ''] = key.split(/\.(.*)/s);
  const sources = await sourcesOf(kind, about, key, parts);
  if (isRefusal(sources)) return refuse(sources, respond);
  const source = sources[Number(values.picture ?? 1) - 1];
  if (!source) {
    const what = `There is no picture ${values.picture}; there ${sources.length === 1 ? 'is' : 'are'} ${counted(sources.length, 'picture')}.`;
    return refuse({ refused: 'unclear', what, hint: undefined }, respond);
  }
  if (kind === 'vary' && 'picture' in source) {
    const job = await parts.store.queue.find(source.picture.job);
    if (job) return request(asked, varyWish(job, source.picture), respond, parts, worker);
  }
  const { picture: _, images, ...rest } = values;
  const wish = editWish(rest, [source, ...filesIn(images).map((file) => ({ file }))], parts);
  return isRefusal(wish) ? refuse(wish, respond) : request(asked, wish, respond, parts, worker);
}

const filesIn = (value: RawValue | undefined): readonly FileRef[] =>
  [value].flat().filter((file): file is FileRef => typeof file === 'object');

async function sourcesOf(
  kind: string,
  about: string,
  key: string,
  { store, forms }: Parts,
): Promise<readonly ImageSource[] | Refusal> {
  if (kind === 'pick') {
    const files = await forms.get<readonly FileRef[]>(key);
    if (files) return files.map((file) => ({ file }));
    return { refused: 'gone', what: 'This form was open for too long. Pick the message again.' };
  }
  const job = about as JobId;
  const pictures = await store.queue.pictures(job);
  if (pictures.length === 0) return { refused: 'gone', what: 'Easel does not know this picture any more.' };
  return pictures.map((_, position) => ({ picture: { job, position } }));
}
