import type { Kysely } from 'kysely';
import type { Finding } from './doctor.ts';
import type { Schema } from './schema.ts';

/** The doctor's look at jobs that get the pictures of others. */

const finding = (id: string, what: string): Finding => ({ check: 'follower', subject: `job ${id}`, what });

/** Those that would wait for ever: for a job that nobody knows, or for one that is not made itself. */
export async function hanging(db: Kysely<Schema>): Promise<Finding[]> {
  const jobs = await db
    .selectFrom('jobs')
    .leftJoin('jobs as leading', 'leading.id', 'jobs.leader')
    .select(['jobs.id', 'jobs.leader', 'leading.id as known'])
    .where('jobs.state', '=', 'queued')
    .where('jobs.leader', 'is not', null)
    .where(({ eb, and, or }) =>
      or([
        eb('leading.id', 'is', null),
        and([eb('leading.state', '=', 'queued'), eb('leading.leader', 'is not', null)]),
      ]),
    )
    .orderBy('jobs.id')
    .execute();
  return jobs.map(({ id, leader, known }) =>
    finding(id, `waits for job ${leader}, which ${known === null ? 'nobody knows' : 'waits for another itself'}`),
  );
}

/** Those that got other pictures than their leader made, or were charged for them. */
export async function unshared(db: Kysely<Schema>): Promise<Finding[]> {
  const charged = await db
    .selectFrom('jobs')
    .select(['id', 'leader', 'charged'])
    .where('leader', 'is not', null)
    .where('charged', '>', 0)
    .orderBy('id')
    .execute();
  const other = await db
    .selectFrom('jobs')
    .innerJoin('pictures', 'pictures.job', 'jobs.id')
    .leftJoin('pictures as led', (join) =>
      join
        .onRef('led.job', '=', 'jobs.leader')
        .onRef('led.position', '=', 'pictures.position')
        .onRef('led.blob', '=', 'pictures.blob'),
    )
    .select(['jobs.id', 'jobs.leader'])
    .distinct()
    .where('jobs.leader', 'is not', null)
    .where('led.job', 'is', null)
    .orderBy('jobs.id')
    .execute();
  return [
    ...charged.map((job) => finding(job.id, `is charged ${job.charged} credits for the pictures of job ${job.leader}`)),
    ...other.map(({ id, leader }) => finding(id, `has other pictures than job ${leader}, whose it got`)),
  ];
}
