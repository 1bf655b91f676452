import type { ButtonAction } from '../domain/card.ts';
import type { ChatRequest, Received, Responder } from '../domain/chat-platform.ts';
import type { Job, JobId } from '../domain/job.ts';
import type { Refusal } from '../domain/refusal.ts';
import type { Text } from '../domain/text.ts';
import { unreachable } from '../domain/unreachable.ts';
import { againWish, varyWish } from './again.ts';
import { cancel } from './cancel.ts';
import { originText } from './cards.ts';
import { details, type Viewer } from './details.ts';
import { openEdit, openVary } from './edit-forms.ts';
import { isAdmin, type Parts, platformFor } from './parts.ts';
import type { Worker } from './queue.ts';
import { refuse } from './refuse.ts';
import { request } from './request.ts';

/** What a button does. Again is for everybody and costs whoever pressed it; stopping and deleting are the asker's. */
export async function press(
  asked: ChatRequest,
  action: ButtonAction,
  id: JobId,
  respond: Responder,
  parts: Parts,
  worker: Worker,
): Promise<Received> {
  const job = await parts.store.queue.find(id);
  if (!job) return refuse({ refused: 'gone', what: 'Easel does not know this picture any more.' }, respond);
  const tell = async (text: Text): Promise<Received> => {
    await respond.tell(text);
    return { answered: true };
  };
  const needsPicture = action === 'edit' || action === 'vary';
  if (needsPicture && (job.state === 'queued' || job.state === 'running')) return refuse(notFinished, respond);
  const gone = noLongerKept(action, job);
  if (gone) return refuse(gone, respond);
  switch (action) {
    case 'again':
      return request(asked, againWish(job), respond, parts, worker);
    case 'details':
      return tell(await details(job, await viewerOf(asked, job, parts), parts));
    case 'edit':
      return openEdit(job, respond, parts);
    case 'vary':
      return vary(asked, job, respond, parts, worker);
    case 'undo':
      if (!(await owns(asked, job, parts)))
        return refuse({ refused: 'not-allowed', what: 'undo what others asked for' }, respond);
      return undo(job, respond, parts);
    case 'cancel':
      if (!(await owns(asked, job, parts)))
        return refuse({ refused: 'not-allowed', what: 'stop what others asked for' }, respond);
      return tell(await cancel(id, parts, worker));
    case 'delete':
      if (!(await owns(asked, job, parts)))
        return refuse({ refused: 'not-allowed', what: 'delete what others asked for' }, respond);
      // First, so that whatever breaks off here, nobody is given it again.
      await parts.store.answers.forget(id);
      await platformFor(parts, job.place.platform)
        .thread(job.place, (place) => parts.store.queue.remember(id, place))
        .remove();
      await parts.store.gallery.removed(id);
      return tell('Deleted. What it cost stays booked.');
    default:
      return unreachable(action);
  }
}

const notFinished: Refusal = {
  refused: 'unclear',
  what: 'This picture is not finished yet.',
  hint: 'Try again when it is posted.',
};

/** What can't be done any more with what was purged. */
function noLongerKept(action: ButtonAction, job: Job): Refusal | undefined {
  if (action === 'again' && job.wordsGone)
    return { refused: 'gone', what: 'What was asked for here is no longer kept.' };
  const changes = action === 'edit' || action === 'vary';
  return changes && job.picturesGone
    ? { refused: 'gone', what: 'The original of this picture is no longer kept, so it can’t be changed.' }
    : undefined;
}

async function owns(asked: ChatRequest, job: Job, parts: Parts): Promise<boolean> {
  return asked.person.id === job.person.id || isAdmin(parts, asked.person, asked.place.platform, asked.admin);
}

async function viewerOf(asked: ChatRequest, job: Job, parts: Parts): Promise<Viewer> {
  if (await isAdmin(parts, asked.person, asked.place.platform, asked.admin)) return 'admin';
  return asked.person.id === job.person.id ? 'asker' : 'anybody';
}

async function vary(asked: ChatRequest, job: Job, respond: Responder, parts: Parts, worker: Worker): Promise<Received> {
  const { length } = await parts.store.queue.pictures(job.id);
  if (length > 1) return openVary(job, length, respond);
  return request(asked, varyWish(job, { job: job.id, position: 0 }), respond, parts, worker);
}

const sentence = (words: string): string => words.charAt(0).toUpperCase() + words.slice(1);

/** The thread is about the version before again; what was made stays where it is. */
async function undo(job: Job, respond: Responder, parts: Parts): Promise<Received> {
  const { origin, inputs } = job.request;
  const parent = inputs[0]?.parent;
  if (!origin || !parent) return refuse({ refused: 'gone', what: 'There is nothing to go back to.' }, respond);
  const { thread } = platformFor(parts, job.place.platform).shown(job.place);
  if (!(await parts.store.gallery.turnBack(thread, parent)))
    return refuse({ refused: 'gone', what: `${sentence(originText(origin))} was deleted.` }, respond);
  await respond.tell(`Back to ${originText(origin)}. The next change here begins with that one. Nothing was charged.`);
  return { answered: true };
}
