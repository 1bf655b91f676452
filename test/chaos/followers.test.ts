import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFailed, onTestFinished, test } from 'vitest';
import { jobId } from '../../src/domain/job.ts';
import { onEveryDatabase, type TestDatabase } from '../storage/databases.ts';
import { openTown } from './town.ts';
import { judge } from './verdict.ts';

const full = process.env.CHAOS === 'full';
/** How long after the service lets go Easel is killed: while it is made, kept, shared, posted, or when all is done. */
const killedAfterMs = full ? [0, 10, 30, 60, 90, 120, 150, 200, 300, 450, 700, 1_200] : [5, 120, 300];
/** What every call of a platform takes, so that Easel can die during one. */
const callMs = 15;
const people = ['amy', 'bo', 'cat'];

onEveryDatabase((current) => {
  test(
    'killed while several people wait for one picture: each of them gets it once, one of them pays, once',
    () => survive(current()),
    full ? 600_000 : 120_000,
  );
});

async function survive(at: TestDatabase): Promise<void> {
  const town = await openTown({ at, callMs });
  onTestFinished(() => town.close());
  const everywhere = [
    {
      platform: 'discord',
      ask: (user: string, prompt: string) =>
        jobId(
          'discord',
          town.discord.command('imagine', { prompt, count: 2, quality: 'low' }, { user, channel: 'general' }).id,
        ),
    },
    {
      platform: 'slack',
      ask: (user: string, prompt: string) =>
        jobId(
          'slack',
          town.slack.command('/imagine', `${prompt} count:2 quality:low`, { user, channel: '#studio' }).requestId,
        ),
    },
  ];
  for (const ms of killedAfterMs) {
    const child = town.start();
    await child.ready;
    town.openai.hold();
    for (const { ask, platform } of everywhere) {
      for (const user of people) {
        const accepted = child.untilLine(({ msg, job: known }) => msg === 'a job was accepted' && known === job);
        const job = ask(user, `a fox of ${platform}, killed after ${ms} ms`);
        await accepted;
      }
    }
    await town.openai.untilHeld(1);
    town.openai.release();
    await anyMoment(ms);
    await child.kill();
    await town.untilGone();
  }
  const last = town.start();
  onTestFailed(() => console.error(last.tail()));
  await last.ready;
  await town.untilEnded(last);
  expect(await last.stop()).toBe(0);

  expect((await judge(town, new Set())).wrong).toEqual([]);
  expect(await whoPays(at)).toEqual(killedAfterMs.flatMap(() => everywhere.map(() => '1 of 3, 1 set of pictures')));
  expect(await town.doctor()).toMatchObject({ code: 0, said: expect.stringContaining('"findings": []') });
}

/** For everything that was asked for: how many of those who asked for it pay, and how many sets of pictures they have. */
async function whoPays({ database: { db } }: TestDatabase): Promise<string[]> {
  const jobs = await db.selectFrom('jobs').select(['id', 'request', 'charged', 'state']).execute();
  const pictures = await db.selectFrom('pictures').selectAll().orderBy('position').execute();
  const wordsOf = ({ request }: { request: string }): string => JSON.parse(request).words;
  return Object.values(Object.groupBy(jobs, wordsOf)).map((same = []) => {
    const paid = same.filter(({ charged }) => charged !== 0);
    const sets = same.map(({ id }) =>
      pictures
        .filter(({ job }) => job === id)
        .map(({ blob }) => blob)
        .join(),
    );
    return `${paid.length} of ${same.length}, ${new Set(sets).size} set of pictures`;
  });
}

/** The only place where time decides: any moment may be the last. */
const anyMoment = (ms: number): Promise<void> => sleep(ms);
