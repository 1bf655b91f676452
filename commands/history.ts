import { answerCommand } from '../src/domain/command.ts';
import { creditsText } from '../src/domain/credits.ts';
import { sizeText } from '../src/domain/image.ts';
import type { Job, JobState } from '../src/domain/job.ts';
import type { JobQueue } from '../src/domain/job-queue.ts';
import { excerpt, lines, type Text } from '../src/domain/text.ts';

/** What a person asked for lately, and how it ended. */
export default answerCommand({
  summary: 'Your latest pictures and what they cost',
  options: { most: { kind: 'integer', summary: 'How many to list', min: 1, max: 25 } },
  async answer({ most }, { queue, asker }) {
    const jobs = await queue.recent(asker.id, most ?? 10);
    return jobs.length === 0
      ? 'You have not asked for a picture yet. Try /imagine a red fox.'
      : lines(...(await Promise.all(jobs.map(async (job) => jobLine(job, await leaderOf(job, queue))))));
  },
});

const states: Record<JobState, string> = {
  queued: 'waiting',
  running: 'being made',
  made: 'made, being posted',
  delivered: 'delivered',
  failed: 'failed',
  refused: 'declined',
  cancelled: 'cancelled',
};

/** Whose pictures a job got too. */
const leaderOf = async ({ leader }: Job, queue: Pick<JobQueue, 'find'>): Promise<Job | undefined> =>
  leader && queue.find(leader);

const minute = (at: number): string => new Date(at).toISOString().slice(0, 16).replace('T', ' ');

function jobLine({ createdAt, request, state, charged }: Job, leader: Job | undefined): Text {
  const madeAt = leader?.madeAt ?? leader?.endedAt;
  const free = madeAt === undefined ? '' : `, free: made at ${minute(madeAt)} UTC`;
  const cost = charged === undefined ? '' : free || `, ${creditsText(charged)}`;
  const many = request.count > 1 ? ` × ${request.count}` : '';
  return [
    { code: `${minute(createdAt)} UTC` },
    ` ${excerpt(request.words, 60)}`,
    { quiet: ` ${request.model} ${sizeText(request.size)} ${request.quality}${many}: ${states[state]}${cost}` },
  ];
}
