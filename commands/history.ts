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
    const named = new Set(jobs.map(madeBy).filter(Boolean)).size > 1;
    return jobs.length === 0
      ? 'You have not asked for a picture yet. Try /imagine a red fox.'
      : lines(...(await Promise.all(jobs.map(async (job) => jobLine(job, await leaderOf(job, queue), named)))));
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

/** The service that made it: undefined where none did, or for somebody else. */
const madeBy = ({ state, provider, leader }: Job): string | undefined =>
  (state === 'made' || state === 'delivered') && provider && !leader ? provider : undefined;

/** @param named says which service made it: worth the words where not all were made by the same one */
function jobLine(job: Job, leader: Job | undefined, named: boolean): Text {
  const { createdAt, request, state, charged } = job;
  const madeAt = leader?.madeAt ?? leader?.endedAt;
  const free = madeAt === undefined ? '' : `, free: made at ${minute(madeAt)} UTC`;
  const cost = charged === undefined ? '' : free || `, ${creditsText(charged)}`;
  const by = named && madeBy(job) ? ` by ${madeBy(job)}` : '';
  const many = request.count > 1 ? ` × ${request.count}` : '';
  return [
    { code: `${minute(createdAt)} UTC` },
    ` ${excerpt(request.words, 60)}`,
    { quiet: ` ${request.model} ${sizeText(request.size)} ${request.quality}${many}: ${states[state]}${by}${cost}` },
  ];
}
