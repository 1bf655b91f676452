import { beforeEach, describe, expect, test } from 'vitest';
import type { WishKey } from '../../src/domain/answers.ts';
import { credits } from '../../src/domain/credits.ts';
import type { JobId, NewJob } from '../../src/domain/job.ts';
import type { Claim, JobQueue } from '../../src/domain/job-queue.ts';
import type { Store } from '../../src/domain/store.ts';
import { manualClock } from '../fakes/clock.ts';
import { finished, newJob, person, picture, place } from './jobs.ts';

const here = ['console'] as const;
const wish = 'ab'.repeat(32) as WishKey;
const idOf = (who: string, n = 1) => newJob(who, n).id;

/** What every job queue promises of jobs that get the pictures of others. @param open gives the store of an empty one */
export function followersContract(name: string, open: (clock: ReturnType<typeof manualClock>) => Promise<Store>): void {
  describe(`${name} as a queue of jobs that ask for the same`, () => {
    let store: Store;
    let queue: JobQueue;
    beforeEach(async () => {
      store = await open(manualClock(1_000_000));
      queue = store.queue;
    });

    /** As admission does it. */
    const admit = (job: NewJob) =>
      store.transaction(async (books) => {
        await books.queue.add(job, 'host');
        return books.queue.follow(job.id);
      });
    /** Adds and announces jobs, each by itself. */
    const ask = async (...jobs: readonly [who: string, n: number][]) => {
      for (const [who, n] of jobs) {
        await queue.add(newJob(who, n), 'host');
        await queue.announced(idOf(who, n), place);
      }
    };
    /** Adds and announces jobs that ask for the same. Resolves to whom each of them follows. */
    const askSame = async (...jobs: readonly [who: string, n: number][]) => {
      const leaders: (JobId | undefined)[] = [];
      for (const [who, n] of jobs) {
        leaders.push(await admit({ ...newJob(who, n), wish }));
        await queue.announced(idOf(who, n), place);
      }
      return leaders;
    };
    const leaderOf = async (who: string, n: number) => (await queue.find(idOf(who, n)))?.leader;
    const claim = (owner = 'host', runningMax = 9) => queue.claim(owner, here, true, runningMax);
    const mustClaim = async (owner = 'host', runningMax = 9): Promise<Claim> => {
      const claimed = await claim(owner, runningMax);
      if (!claimed) throw new RangeError('there was nothing to claim');
      return claimed;
    };
    const claimIds = async (times: number): Promise<JobId[]> => {
      const ids: JobId[] = [];
      for (let n = 0; n < times; n++) {
        const claimed = await claim();
        if (claimed) ids.push(claimed.job.id);
      }
      return ids;
    };

    test('a job that asks for the same as an open one follows it, whether that waits or runs', async () => {
      expect(await askSame(['ann', 1], ['bob', 2])).toEqual([undefined, idOf('ann')]);
      await mustClaim();
      expect(await askSame(['cas', 3], ['ann', 4])).toEqual([idOf('ann'), idOf('ann')]);
      expect(await queue.find(idOf('bob', 2))).toMatchObject({ state: 'queued', leader: idOf('ann'), wish });
    });

    test('what asks for something else, or for nothing that is shared, follows nobody', async () => {
      await askSame(['ann', 1]);
      const follows = [
        await admit({ ...newJob('bob', 2), wish: 'cd'.repeat(32) as WishKey }),
        await admit(newJob('cas', 3)),
        await admit(newJob('dee', 4)),
      ];
      expect(follows).toEqual([undefined, undefined, undefined]);
    });

    test('followers are not made while their leader waits or runs, and have no place in the queue', async () => {
      await askSame(['ann', 1], ['bob', 2], ['cas', 3]);
      await ask(['dee', 4]);
      expect((await queue.waiting(here, 9)).map(({ id }) => id)).toEqual([idOf('ann'), idOf('dee', 4)]);
      const places = await Promise.all([idOf('bob', 2), idOf('dee', 4)].map((id) => queue.placeInQueue(id)));
      expect(places).toEqual([undefined, 2]);
      expect(await claimIds(9)).toEqual([idOf('ann'), idOf('dee', 4)]);
    });

    test('followers count as waiting', async () => {
      await askSame(['ann', 1], ['bob', 2], ['bob', 3]);
      expect(await queue.load(person('bob').id)).toMatchObject({ queued: 2, running: 0 });
    });

    test('a leader comes no later than its followers would have', async () => {
      await ask(['ann', 1], ['ann', 2]);
      await askSame(['ann', 3]);
      await ask(['bob', 4]);
      expect(await askSame(['cas', 5])).toEqual([idOf('ann', 3)]);
      expect(await claimIds(9)).toEqual([idOf('ann', 1), idOf('ann', 3), idOf('bob', 4), idOf('ann', 2)]);
    });

    test('when the leader is made they are claimed at once, before everything that waits, and even if nobody makes', async () => {
      await askSame(['ann', 1], ['bob', 2], ['cas', 3]);
      await ask(['dee', 4]);
      await queue.made(await mustClaim('busy'), finished);
      const post = () => queue.claim('host', here, false, 9);
      const claims = [await post(), await post(), await post()];
      expect(claims.map((each) => each?.job.id)).toEqual([idOf('bob', 2), idOf('cas', 3), undefined]);
      expect(claims[0]?.job).toMatchObject({ state: 'running', leader: idOf('ann') });
      expect(claims[0] && (await queue.made(claims[0], { ...finished, charged: credits(0) }))).toBe(1);
      expect(await queue.pictures(idOf('bob', 2))).toEqual([picture]);
    });

    test('one that is over already is followed at once, and need not be open', async () => {
      await askSame(['ann', 1]);
      const claimed = await mustClaim();
      await queue.made(claimed, finished);
      await queue.delivered(claimed);
      await queue.add({ ...newJob('bob', 2), wish, leader: idOf('ann') }, 'host');
      expect(await claim()).toBeUndefined();
      await queue.announced(idOf('bob', 2), place);
      expect((await mustClaim()).job).toMatchObject({ id: idOf('bob', 2), leader: idOf('ann') });
    });

    test('being made for somebody else does not take one of a person’s own places', async () => {
      await ask(['bob', 1]);
      await askSame(['ann', 2], ['bob', 3]);
      await mustClaim('host', 1);
      await queue.made(await mustClaim('host', 1), finished);
      expect((await mustClaim('host', 1)).job.id).toBe(idOf('bob', 3));
    });

    test.each([
      ['declined', { refusal: { refused: 'content', stage: 'prompt', categories: [] } }],
      ['failed', { fault: 'account' }],
    ] as const)('when the leader is %s, they are claimed to end in the same way', async (_, outcome) => {
      await askSame(['ann', 1], ['bob', 2]);
      await queue.end(await mustClaim(), outcome);
      const claimed = await mustClaim();
      expect(claimed.job).toMatchObject({ id: idOf('bob', 2), leader: idOf('ann') });
      expect(await queue.find(idOf('ann'))).toMatchObject({ outcome });
    });

    test.each([
      ['is cancelled while it waits', async () => queue.cancel(idOf('ann'))],
      ['is cancelled while it runs', async () => queue.end(await mustClaim(), { cancelled: true })],
      ['could not be announced', async () => queue.withdraw(idOf('ann'), { refusal: { refused: 'not-in-channel' } })],
    ])('when the leader %s, the first of them is made for the others', async (_, end) => {
      await askSame(['ann', 1], ['bob', 2], ['cas', 3], ['dee', 4]);
      await end();
      const claimed = await mustClaim();
      expect(claimed.job).toMatchObject({ id: idOf('bob', 2), state: 'running', leader: undefined });
      expect(await claim()).toBeUndefined();
      expect([await leaderOf('cas', 3), await leaderOf('dee', 4)]).toEqual([idOf('bob', 2), idOf('bob', 2)]);
      expect(await askSame(['eve', 5])).toEqual([idOf('bob', 2)]);
      await queue.made(claimed, finished);
      expect(await claimIds(4)).toEqual([idOf('cas', 3), idOf('dee', 4), idOf('eve', 5)]);
    });

    test('nobody follows one that is asked to stop', async () => {
      await askSame(['ann', 1]);
      await mustClaim();
      await queue.cancel(idOf('ann'));
      expect(await askSame(['bob', 2], ['cas', 3])).toEqual([undefined, idOf('bob', 2)]);
    });

    test('a leader that nobody knows leaves nobody behind', async () => {
      await queue.add({ ...newJob('bob', 2), wish, leader: idOf('nobody') }, 'host');
      await queue.announced(idOf('bob', 2), place);
      expect((await mustClaim()).job).toMatchObject({ id: idOf('bob', 2), leader: undefined });
    });

    test('a follower that was cut off in being given its pictures is claimed again', async () => {
      await askSame(['ann', 1], ['bob', 2]);
      await queue.made(await mustClaim('busy'), finished);
      const first = await mustClaim('dead');
      await queue.free((owner) => owner === 'dead');
      const second = await mustClaim();
      expect([first.job.id, second.job.id, second.job.leader]).toEqual([idOf('bob', 2), idOf('bob', 2), idOf('ann')]);
      expect(await queue.made(first, finished)).toBeUndefined();
    });

    test('a follower is cancelled like anything that waits, and the others go on', async () => {
      await askSame(['ann', 1], ['bob', 2], ['cas', 3]);
      expect(await queue.cancel(idOf('bob', 2))).toBe('ended');
      await queue.made(await mustClaim(), finished);
      expect((await mustClaim()).job.id).toBe(idOf('cas', 3));
    });

    test('of many that ask at the same time, one leads and the others follow it', async () => {
      const jobs = Array.from({ length: 8 }, (_, n) => ({ ...newJob(`p${n}`, n), wish }));
      await Promise.all(jobs.map((job) => admit(job)));
      const leaders = await Promise.all(jobs.map(async ({ id }) => (await queue.find(id))?.leader));
      expect(leaders.filter((leader) => leader === undefined)).toHaveLength(1);
      expect(new Set(leaders).size).toBe(2);
    });

    test('of a join and an end at the same time, nobody is left behind', async () => {
      for (let round = 0; round < 20; round++) {
        const key = `${round}`.padStart(64, '0') as WishKey;
        await queue.add({ ...newJob('ann', round), wish: key }, 'host');
        await queue.announced(idOf('ann', round), place);
        const leading = await mustClaim('host', 99);
        const ends = [
          () => queue.made(leading, finished),
          () => queue.end(leading, { cancelled: true }),
          () => queue.end(leading, { fault: 'timeout' }),
        ] as const;
        const joining = admit({ ...newJob('bob', round), wish: key });
        await Promise.all([joining, ends[round % 3]?.()]);
        await queue.announced(idOf('bob', round), place);
        const next = await mustClaim('other', 99);
        expect(next.job.id).toBe(idOf('bob', round));
        await queue.end(next, { cancelled: true });
      }
    });
  });
}
