import { Fault } from '../domain/fault.ts';
import { readImage } from '../domain/image.ts';
import type { Made } from '../domain/image-provider.ts';
import type { Refusal } from '../domain/refusal.ts';
import { FetchFailure, type GuardedFetch } from '../http/guarded-fetch.ts';
import { declined, isAboutPicture } from './grsai-errors.ts';
import type { Task } from './grsai-task.ts';
import type { GrsaiTicket } from './grsai-ticket.ts';
import { unusablePicture } from './unusable-picture.ts';

const nothing = new Uint8Array();
/** A picture that is made and paid for is worth more than one try. */
const triesMax = 2;
/** All tries together are shorter than a check may take. */
const deadlineMs = 20_000;

/**
 * What came of the tasks, the pictures downloaded at once: their addresses are good for two hours. A task without a
 * picture is an empty one among them, as long as there is one: whether it is billed is not known, so the house pays it.
 * @throws Fault when there is none, and nothing was declined
 */
export async function endOf(
  { tasks: ids, isEdit }: GrsaiTicket,
  tasks: readonly Task[],
  download: GuardedFetch,
  signal: AbortSignal,
): Promise<Made | Refusal> {
  const requestId = ids.join(', ');
  const made = await Promise.all(tasks.map((task) => pictureOf(task, download, signal)));
  if (made.some((bytes) => readImage(bytes))) return { made, usage: undefined, requestId };
  const refused = tasks.find((task) => task.state === 'declined');
  if (refused) return declined(refused.stage);
  const words = tasks.map((task) => (task.state === 'failed' ? task.words : task.state)).join('; ');
  if (isEdit && isAboutPicture(words)) return unusablePicture();
  throw new Fault('broken-answer', `no picture: ${words}`, { maybeBilled: true, requestId });
}

async function pictureOf(task: Task, download: GuardedFetch, signal: AbortSignal): Promise<Uint8Array> {
  const [url] = task.state === 'made' ? task.urls : [];
  if (url === undefined) return nothing;
  for (let tries = 1; tries <= triesMax; tries++) {
    try {
      const { status, bytes } = await download(url, { signal, deadlineMs, headers: { accept: 'image/*' } });
      if (status === 200) return bytes;
      if (status < 500) return nothing;
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof FetchFailure && error.code !== 'unreachable' && error.code !== 'timeout') return nothing;
    }
  }
  return nothing;
}
