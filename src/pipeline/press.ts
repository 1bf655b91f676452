import type { ButtonAction } from '../domain/card.ts';
import type { ChatRequest, Received, Responder } from '../domain/chat-platform.ts';
import { creditsText } from '../domain/credits.ts';
import { type ImageRequest, type ImageWish, sizeText } from '../domain/image.ts';
import type { Job, JobId } from '../domain/job.ts';
import { counted, duration, lines, type Text } from '../domain/text.ts';
import { unreachable } from '../domain/unreachable.ts';
import { cancel } from './cancel.ts';
import { outcomeText } from './cards.ts';
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
  switch (action) {
    case 'again':
      return request(asked, wishOf(job.request), respond, parts, worker);
    case 'details':
      return tell(details(job));
    case 'edit':
      return refuse({ refused: 'gone', what: 'Easel can’t edit pictures yet.' }, respond);
    case 'cancel':
      if (!(await owns(asked, job, parts)))
        return refuse({ refused: 'not-allowed', what: 'stop what others asked for' }, respond);
      return tell(await cancel(id, parts, worker));
    case 'delete':
      if (!(await owns(asked, job, parts)))
        return refuse({ refused: 'not-allowed', what: 'delete what others asked for' }, respond);
      await platformFor(parts, job.place.platform)
        .thread(job.place, (place) => parts.store.queue.remember(id, place))
        .remove();
      return tell('Deleted. What it cost stays booked.');
    default:
      return unreachable(action);
  }
}

async function owns(asked: ChatRequest, job: Job, parts: Parts): Promise<boolean> {
  return asked.person.id === job.person.id || isAdmin(parts, asked.person, asked.place.platform, asked.admin);
}

/** The same again, really new. */
function wishOf(made: ImageRequest): ImageWish {
  const added = made.prompt.slice(made.words.length).trim();
  const { task, words, quality, count, model, background, format } = made;
  return {
    task,
    words,
    additions: added ? [added] : [],
    shape: sizeText(made.size),
    quality,
    count,
    model,
    background,
    format,
    fresh: true,
  };
}

function details({
  id,
  notes,
  request: made,
  state,
  outcome,
  quote,
  charged,
  provider,
  providerRequest,
  createdAt,
  startedAt,
  endedAt,
}: Job): Text {
  const line = (name: string, value: string | undefined): Text | undefined =>
    value === undefined ? undefined : [{ bold: name }, ` ${value}`];
  const took = startedAt !== undefined && endedAt !== undefined ? duration(endedAt - startedAt) : undefined;
  return lines(
    line('Prompt', made.prompt),
    line(
      'Model',
      `${made.model}, ${made.quality}, ${sizeText(made.size)}, ${made.format}, background ${made.background}`,
    ),
    line(
      'Asked for',
      `${counted(made.count, 'picture')} at ${new Date(createdAt).toISOString().slice(0, 16).replace('T', ' ')} UTC`,
    ),
    line('State', outcome ? outcomeText(outcome) : state),
    line('Quote', creditsText(quote)),
    line('Charged', charged === undefined ? undefined : creditsText(charged)),
    line('Took', took),
    line('Made by', provider && (providerRequest ? `${provider}, request ${providerRequest}` : provider)),
    ...notes,
    [{ quiet: `job ${id}` }],
  );
}
