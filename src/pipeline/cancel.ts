import type { JobId } from '../domain/job.ts';
import { excerpt, type Text } from '../domain/text.ts';
import { measureEnd } from './measure.ts';
import type { Parts } from './parts.ts';
import type { Worker } from './queue.ts';
import { tellEnd } from './tell-end.ts';

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
  measureEnd(job, { cancelled: true }, parts);
  // Others may have waited for it.
  worker.wake();
  parts.log.info({ job: id, outcome: 'cancelled' }, 'a job ended without a picture');
  // While it is still being announced, whoever does that shows the end.
  if (!parts.announcing.has(id)) parts.errands.add(tellEnd(job, undefined, parts));
  return `Cancelled ${what}. Nothing was charged.`;
}
