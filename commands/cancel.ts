import { answerCommand } from '../src/domain/command.ts';
import { type Job, openStates } from '../src/domain/job.ts';
import { lines, type Text } from '../src/domain/text.ts';

const isOpen = ({ state }: Job): boolean => openStates.some((open) => open === state);

/** Stops what has not been posted yet; everything held for it comes back. */
export default answerCommand({
  summary: 'Stop your newest picture that is not finished',
  options: { all: { kind: 'flag', summary: 'Stop all of yours' } },
  async answer({ all }, { queue, asker, cancel }) {
    const open = (await queue.recent(asker.id, 50)).filter(isOpen);
    if (open.length === 0) return 'You have nothing in the works. Nothing was charged.';
    const answers: Text[] = [];
    for (const job of all ? open : open.slice(0, 1)) answers.push(await cancel(job.id));
    return lines(...answers);
  },
});
