import type { JobId } from '../domain/job.ts';
import { excerpt, type Text } from '../domain/text.ts';
import { endedCard } from './cards.ts';
import type { Parts } from './parts.ts';
import type { Worker } from './queue.ts';
import { openOrGoBlind } from './show.ts';

/** Stops a job on a person's wish: a waiting one ends here, a running one is stopped by whoever works on it. */
export async function cancel(id: JobId, parts: Parts, worker: Worker): Promise<Text> {
  const verdict = await parts.store.transaction(async ({ queue, ledger }) => {
    const state = await queue.cancel(id);
    if (state === 'ended') await ledger.release(id);
    return state;
  });
  const job = await parts.store.queue.find(id);
  if (!job || verdict === 'late') return 'It is finished already, so there is nothing to stop.';
  const what = `“${excerpt(job.request.words, 60)}”`;
  if (verdict === 'asked') {
    worker.cancel(id);
    return `Stopping ${what}. Nothing is charged.`;
  }
  parts.log.info({ job: id, outcome: 'cancelled' }, 'a job ended without a picture');
  const card = endedCard(job, { cancelled: true });
  parts.errands.add(openOrGoBlind(job, card, parts).then((show) => show?.finish(card)));
  return `Cancelled ${what}. Nothing was charged.`;
}
