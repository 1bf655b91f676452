import { beforeEach, describe, expect, test } from 'vitest';
import type { Job, JobId, NewJob } from '../../src/domain/job.ts';
import type { Call, Claim, JobQueue } from '../../src/domain/job-queue.ts';
import { leaseMs } from '../../src/storage/turns.ts';
import { type ManualClock, manualClock } from '../fakes/clock.ts';
import { finished, newEdit, newJob, nothingBooked, person, picture, pictureOf, place, request } from './jobs.ts';

const here = ['console'] as const;
const unmade = { refusal: { refused: 'stopping' } } as const;

/** What every job queue promises. @param open gives an empty one */
export function jobQueueContract(name: string, open: (clock: ManualClock) => Promise<JobQueue>): void {
  describe(`${name} as a job queue`, () => {
    let queue: JobQueue;
    let clock: ManualClock;
    beforeEach(async () => {
      clock = manualClock(1_000_000);
      queue = await open(clock);
    });

    /** Adds and announces the jobs `who-1`, `who-2`, … in the order given. */
    const ask = async (...jobs: readonly [who: string, n: number][]) => {
      for (const [who, n] of jobs) {
        await queue.add(newJob(who, n), 'host');
        await queue.announced(newJob(who, n).id, place);
      }
    };
    const idOf = (who: string, n = 1) => newJob(who, n).id;
    const claim = (owner = 'host', runningMax = 9) => queue.claim(owner, here, true, runningMax);
    const mustClaim = async (owner = 'host', runningMax = 9): Promise<Claim> => {
      const claimed = await claim(owner, runningMax);
      if (!claimed) throw new RangeError('there was nothing to claim');
      return claimed;
    };
    const claimIds = async (times: number, runningMax = 9): Promise<JobId[]> => {
      const ids: JobId[] = [];
      for (let n = 0; n < times; n++) {
        const claimed = await claim('host', runningMax);
        if (claimed) ids.push(claimed.job.id);
      }
      return ids;
    };
    const renew = (owner: string) => queue.renew(owner, [idOf('ann')]);
    const stateOf = async (job: JobId) => (await queue.find(job))?.state;

    describe('taking jobs in', () => {
      test('a job comes back as it was given', async () => {
        const lane = 'priority' as const;
        const job = { ...newJob('ann', 1), lane, notes: ['made with “x”'], place: { ...place, deep: [{ a: null }] } };
        expect(await queue.add(job, 'host')).toBe('added');
        expect(await queue.find(job.id)).toEqual({
          ...job,
          state: 'queued',
          wordsGone: false,
          picturesGone: false,
          attempt: 0,
          startedAt: undefined,
          endedAt: undefined,
          ticket: undefined,
          provider: undefined,
          providerRequest: undefined,
          charged: undefined,
          version: undefined,
          outcome: undefined,
          posting: false,
          cancelAsked: false,
        });
      });

      test('a known job changes nothing, whatever came of it', async () => {
        await ask(['ann', 1]);
        const claimed = await mustClaim();
        expect(await queue.add({ ...newJob('ann', 1), notes: ['again'] }, 'other')).toBe('known');
        expect(await queue.find(idOf('ann'))).toEqual(claimed.job);
        await queue.end(claimed, { cancelled: true });
        expect(await queue.add(newJob('ann', 1), 'other')).toBe('known');
        expect(await stateOf(idOf('ann'))).toBe('cancelled');
        expect(await claim()).toBeUndefined();
      });

      test('the same job added many times at once is added once', async () => {
        const answers = await Promise.all(Array.from({ length: 8 }, () => queue.add(newJob('ann', 1), 'host')));
        expect(answers.filter((answer) => answer === 'added')).toHaveLength(1);
      });

      test('what nobody added is not found', async () => {
        expect(await queue.find(idOf('nobody'))).toBeUndefined();
        expect(await queue.pictures(idOf('nobody'))).toEqual([]);
        expect(await queue.placeInQueue(idOf('nobody'))).toBeUndefined();
      });

      test('a job that is being announced can’t be claimed until it is', async () => {
        await queue.add(newJob('ann', 1), 'host');
        expect(await claim()).toBeUndefined();
        await queue.announced(idOf('ann'), { ...place, root: 'm1' });
        expect((await mustClaim()).job.place).toEqual({ ...place, root: 'm1' });
      });

      test('a job whose announcer died can be claimed when the lease is over', async () => {
        await queue.add(newJob('ann', 1), 'host');
        await clock.advance(leaseMs);
        expect(await mustClaim('other')).toMatchObject({ job: { id: idOf('ann') }, resumed: false });
      });

      test('an announcement that comes too late does not take the job from who claimed it', async () => {
        await queue.add(newJob('ann', 1), 'host');
        await clock.advance(leaseMs);
        const claimed = await mustClaim('other');
        await queue.announced(idOf('ann'), place);
        expect(await claim('third')).toBeUndefined();
        expect(await queue.made(claimed, finished)).toBe(1);
      });

      test('load counts what waits and what runs, and when the last minute’s jobs were asked for', async () => {
        await ask(['ann', 900_000], ['ann', 940_001], ['ann', 960_000], ['bob', 950_000]);
        await claim();
        expect(await queue.load(person('ann').id)).toEqual({
          queued: 2,
          running: 1,
          askedLastMinute: [940_001, 960_000],
        });
        expect(await queue.load(person('nobody').id)).toEqual({ queued: 0, running: 0, askedLastMinute: [] });
      });

      test('a person’s jobs come newest first, at most as many as asked for', async () => {
        await ask(['ann', 1], ['bob', 2], ['ann', 3], ['ann', 4]);
        const recent = await queue.recent(person('ann').id, 2);
        expect(recent.map(({ id }) => id)).toEqual([idOf('ann', 4), idOf('ann', 3)]);
      });
    });

    describe('fairness', () => {
      test('people take turns, however many jobs one of them brought', async () => {
        await ask(['ann', 1], ['ann', 2], ['ann', 3], ['bob', 4], ['cas', 5], ['bob', 6]);
        const order = [idOf('ann', 1), idOf('bob', 4), idOf('cas', 5), idOf('ann', 2), idOf('bob', 6), idOf('ann', 3)];
        expect((await queue.waiting(here, 10)).map(({ id }) => id)).toEqual(order);
        expect(await claimIds(7)).toEqual(order);
      });

      test('who comes later waits for one round at the most', async () => {
        await ask(['ann', 1], ['ann', 2], ['ann', 3], ['ann', 4]);
        await claimIds(2);
        await ask(['bob', 5]);
        expect(await claimIds(2)).toEqual([idOf('ann', 3), idOf('bob', 5)]);
      });

      test('a burst that arrives all at once does not stop the others either', async () => {
        await Promise.all([1, 2, 3, 4, 5].map((n) => queue.add(newJob('ann', n), 'host')));
        for (const n of [1, 2, 3, 4, 5]) await queue.announced(idOf('ann', n), place);
        await ask(['bob', 6]);
        expect(await queue.placeInQueue(idOf('bob', 6))).toBe(2);
      });

      test('the place in the queue is the order of starting', async () => {
        await ask(['ann', 1], ['ann', 2], ['bob', 3], ['cas', 4]);
        const waiting = await queue.waiting(here, 10);
        const places = await Promise.all(waiting.map(({ id }) => queue.placeInQueue(id)));
        expect(places).toEqual([1, 2, 3, 4]);
        await claim();
        expect(await queue.placeInQueue(idOf('ann', 1))).toBeUndefined();
        expect(await queue.placeInQueue(idOf('ann', 2))).toBe(3);
      });

      test('nobody has more running than the most per person', async () => {
        await ask(['ann', 1], ['ann', 2], ['ann', 3], ['bob', 4]);
        expect(await claimIds(4, 2)).toEqual([idOf('ann', 1), idOf('bob', 4), idOf('ann', 2)]);
      });

      test('a job that ends makes room for the person’s next', async () => {
        await ask(['ann', 1], ['ann', 2]);
        const first = await mustClaim('host', 1);
        expect(await claim('host', 1)).toBeUndefined();
        await queue.made(first, finished);
        expect((await mustClaim('host', 1)).job.id).toBe(idOf('ann', 2));
      });

      test('only jobs of the platforms that are on are claimed', async () => {
        await ask(['ann', 1]);
        expect(await queue.claim('host', ['discord', 'slack'], true, 9)).toBeUndefined();
        expect(await queue.waiting(['discord'], 9)).toEqual([]);
        expect(await queue.claim('host', ['discord', 'console'], true, 9)).toBeDefined();
      });
    });

    describe('leases', () => {
      test('a claim starts a job, which is then nobody else’s', async () => {
        await ask(['ann', 1]);
        const claimed = await mustClaim();
        expect(claimed).toMatchObject({ owner: 'host', resumed: false });
        expect(claimed.job).toMatchObject({ state: 'running', attempt: 1, startedAt: 1_000_000 });
        expect(await claim('other')).toBeUndefined();
      });

      test('a lease that is kept does not run out', async () => {
        await ask(['ann', 1]);
        await mustClaim();
        for (let n = 0; n < 4; n++) {
          await clock.advance(leaseMs - 1);
          expect(await renew('host')).toEqual([{ job: idOf('ann'), attempt: 1, cancel: false }]);
        }
        expect(await claim('other')).toBeUndefined();
      });

      test('only the leases that are asked for are kept, and only the owner’s own', async () => {
        await ask(['ann', 1], ['bob', 2], ['cas', 3]);
        await mustClaim('host');
        await mustClaim('host');
        await mustClaim('other');
        await clock.advance(leaseMs - 1);
        expect(await queue.renew('host', [])).toEqual([]);
        const kept = await queue.renew('host', [idOf('ann'), idOf('cas', 3)]);
        expect(kept.map(({ job }) => job)).toEqual([idOf('ann')]);
        await clock.advance(1);
        expect(await claimIds(3)).toEqual([idOf('bob', 2), idOf('cas', 3)]);
      });

      test('a ticket of which nothing came can be taken back', async () => {
        await ask(['ann', 1]);
        const claimed = await mustClaim('host');
        await queue.calling(claimed, 'grsai', { task: 7 });
        expect(await queue.calling(claimed, 'grsai', undefined)).toBe(true);
        expect(await queue.find(idOf('ann'))).toMatchObject({ ticket: undefined, provider: 'grsai' });
      });

      test('a lease that ran out lets another go on, and fences off who had it', async () => {
        await ask(['ann', 1]);
        const old = await mustClaim('host');
        await queue.calling(old, 'azure', { task: 7 });
        await clock.advance(leaseMs);
        const resumed = await mustClaim('other');
        expect(resumed).toMatchObject({ owner: 'other', resumed: true });
        expect(resumed.job).toMatchObject({ attempt: 2, ticket: { task: 7 }, provider: 'azure', startedAt: 1_000_000 });

        expect(await renew('host')).toEqual([]);
        expect(await queue.calling(old, 'azure', 'late')).toBe(false);
        expect(await queue.made(old, finished)).toBeUndefined();
        expect(await queue.end(old, { fault: 'timeout' })).toBe(false);
        await queue.putBack(old);
        expect(await queue.find(idOf('ann'))).toEqual(resumed.job);
        expect(await queue.pictures(idOf('ann'))).toEqual([]);
        expect(await queue.made(resumed, finished)).toBe(1);
      });

      test('the same owner that lost a claim and got it again is fenced off from the first', async () => {
        await ask(['ann', 1]);
        const first = await mustClaim();
        await clock.advance(leaseMs);
        const second = await mustClaim();
        expect(await queue.made(first, finished)).toBeUndefined();
        expect(await queue.made(second, finished)).toBe(1);
      });

      test('a job that was put back is resumed at once', async () => {
        await ask(['ann', 1]);
        const claimed = await mustClaim();
        await queue.putBack(claimed);
        expect(await queue.made(claimed, finished)).toBeUndefined();
        expect(await mustClaim('other')).toMatchObject({ resumed: true, job: { state: 'running' } });
      });

      test('the leases of dead processes are freed, the others stay', async () => {
        await ask(['ann', 1], ['bob', 2]);
        await mustClaim('dead');
        await mustClaim('alive');
        await queue.add(newJob('cas', 3), 'dead');
        expect(await queue.free((owner) => owner === 'dead')).toBe(2);
        expect(await claimIds(3)).toEqual([idOf('ann', 1), idOf('cas', 3)]);
        expect(await queue.free((owner) => owner === 'dead')).toBe(0);
      });

      test('what ended keeps no lease', async () => {
        await ask(['ann', 1]);
        await queue.end(await mustClaim(), { fault: 'timeout' });
        expect(await renew('host')).toEqual([]);
        expect(await queue.free(() => true)).toBe(0);
      });
    });

    describe('steps', () => {
      test('a job goes queued, running, made, delivered', async () => {
        await ask(['ann', 1]);
        const claimed = await mustClaim();
        expect(await queue.made(claimed, finished)).toBe(1);
        expect(await queue.find(idOf('ann'))).toMatchObject({
          state: 'made',
          charged: 100,
          provider: 'sketch',
          providerRequest: 'req_1',
          version: 1,
          posting: false,
        });
        expect(await queue.posting(claimed)).toBe(true);
        expect(await queue.find(idOf('ann'))).toMatchObject({ state: 'made', posting: true });
        await clock.advance(5_000);
        expect(await queue.delivered(claimed)).toBe(true);
        expect(await queue.find(idOf('ann'))).toMatchObject({ state: 'delivered', endedAt: 1_005_000 });
      });

      test('a step that was taken can’t be taken again, and none can be left out', async () => {
        await ask(['ann', 1]);
        const claimed = await mustClaim();
        expect(await queue.posting(claimed)).toBe(false);
        expect(await queue.delivered(claimed)).toBe(false);
        await queue.made(claimed, finished);
        expect(await queue.made(claimed, finished)).toBeUndefined();
        expect(await queue.calling(claimed, 'azure', 'late')).toBe(false);
        await queue.delivered(claimed);
        expect(await queue.delivered(claimed)).toBe(false);
        expect(await queue.end(claimed, { cancelled: true })).toBe(false);
      });

      test('pictures come back in their order', async () => {
        await ask(['ann', 1]);
        const pictures = [3, 1, 2].map((bytes) => ({ ...picture, bytes }));
        await queue.made(await mustClaim(), { ...finished, pictures });
        expect(await queue.pictures(idOf('ann'))).toEqual(pictures);
      });

      test.each([
        ['failed', { fault: 'timeout' }],
        ['refused', { refusal: { refused: 'content', stage: 'prompt', categories: ['x'] } }],
        ['cancelled', { cancelled: true }],
      ] as const)('a job ends %s and says why', async (state, outcome) => {
        await ask(['ann', 1]);
        expect(await queue.end(await mustClaim(), outcome)).toBe(true);
        expect(await queue.find(idOf('ann'))).toMatchObject({ state, outcome, endedAt: 1_000_000, charged: undefined });
        expect(await claim()).toBeUndefined();
      });

      test('what was made but can’t be posted ends without a charge', async () => {
        await ask(['ann', 1]);
        const claimed = await mustClaim();
        await queue.made(claimed, finished);
        expect(await queue.end(claimed, { fault: 'no-access' })).toBe(true);
        expect(await queue.find(idOf('ann'))).toMatchObject({ state: 'failed', charged: undefined });
      });

      test('what is made and only waits to be posted comes before everything else', async () => {
        await ask(['ann', 1], ['bob', 2], ['cas', 3]);
        await mustClaim('dead');
        const made = await mustClaim('dead');
        await queue.made(made, finished);
        await queue.free((owner) => owner === 'dead');
        const order = [await mustClaim(), await mustClaim(), await mustClaim()];
        expect(order.map(({ job, resumed }) => [job.id, job.state, resumed])).toEqual([
          [idOf('bob', 2), 'made', false],
          [idOf('ann', 1), 'running', true],
          [idOf('cas', 3), 'running', false],
        ]);
      });

      test('who only posts gets only what is made', async () => {
        await ask(['ann', 1], ['bob', 2], ['cas', 3]);
        await mustClaim('dead');
        await queue.made(await mustClaim('dead'), finished);
        await queue.free((owner) => owner === 'dead');
        expect((await queue.claim('host', here, false, 9))?.job.id).toBe(idOf('bob', 2));
        expect(await queue.claim('host', here, false, 9)).toBeUndefined();
      });

      test('the poster before is fenced off from what is being posted again', async () => {
        await ask(['ann', 1]);
        const first = await mustClaim();
        await queue.made(first, finished);
        await queue.posting(first);
        await clock.advance(leaseMs);
        const second = await mustClaim('other');
        expect(second.job).toMatchObject({ state: 'made', posting: true });
        expect(await queue.posting(first)).toBe(false);
        expect(await queue.delivered(first)).toBe(false);
        expect(await queue.delivered(second)).toBe(true);
      });

      test('where a job is shown is remembered, whoever holds it', async () => {
        await ask(['ann', 1]);
        const claimed = await mustClaim();
        await queue.remember(idOf('ann'), { ...place, thread: 't1' });
        expect((await queue.find(idOf('ann')))?.place).toEqual({ ...place, thread: 't1' });
        expect(await queue.made(claimed, finished)).toBe(1);
      });
    });

    describe('cancelling', () => {
      test('a waiting job ends at once', async () => {
        await ask(['ann', 1]);
        expect(await queue.cancel(idOf('ann'))).toBe('ended');
        expect(await queue.find(idOf('ann'))).toMatchObject({ state: 'cancelled', outcome: { cancelled: true } });
        expect(await claim()).toBeUndefined();
      });

      test('a job that is being announced ends at once too, and its announcement does not bring it back', async () => {
        await queue.add(newJob('ann', 1), 'host');
        expect(await queue.cancel(idOf('ann'))).toBe('ended');
        await queue.announced(idOf('ann'), place);
        expect(await claim()).toBeUndefined();
      });

      test('a running job is asked to stop', async () => {
        await ask(['ann', 1]);
        await mustClaim();
        expect(await queue.cancel(idOf('ann'))).toBe('asked');
        expect(await renew('host')).toEqual([{ job: idOf('ann'), attempt: 1, cancel: true }]);
        expect(await queue.find(idOf('ann'))).toMatchObject({ state: 'running', cancelAsked: true });
      });

      test('a job that is asked to stop is not made any more', async () => {
        await ask(['ann', 1]);
        const claimed = await mustClaim();
        await queue.cancel(idOf('ann'));
        expect(await queue.made(claimed, finished)).toBeUndefined();
        expect(await queue.find(idOf('ann'))).toMatchObject({ state: 'running', version: undefined });
        expect(await queue.pictures(idOf('ann'))).toEqual([]);
        expect(await queue.end(claimed, { cancelled: true })).toBe(true);
      });

      test('a job that is made and not being posted yet is asked to stop, and then not posted', async () => {
        await ask(['ann', 1]);
        const claimed = await mustClaim();
        await queue.made(claimed, finished);
        expect([await queue.cancel(idOf('ann')), await queue.cancel(idOf('ann'))]).toEqual(['asked', 'asked']);
        expect(await renew('host')).toEqual([{ job: idOf('ann'), attempt: 1, cancel: true }]);
        expect(await queue.posting(claimed)).toBe(false);
        expect(await queue.find(idOf('ann'))).toMatchObject({ state: 'made', posting: false, cancelAsked: true });
        expect(await queue.end(claimed, { cancelled: true })).toBe(true);
      });

      test('anything later, or unknown, is late', async () => {
        await ask(['ann', 1]);
        const claimed = await mustClaim();
        await queue.made(claimed, finished);
        await queue.posting(claimed);
        expect(await queue.cancel(idOf('ann'))).toBe('late');
        expect(await queue.posting(claimed)).toBe(true);
        await queue.delivered(claimed);
        expect(await queue.cancel(idOf('ann'))).toBe('late');
        expect(await queue.cancel(idOf('nobody'))).toBe('late');
      });

      test('of a cancel and a posting at the same time, one gets the job', async () => {
        for (let round = 0; round < 20; round++) {
          await ask(['ann', round]);
          const claimed = await mustClaim('host', 99);
          await queue.made(claimed, finished);
          const posting = () => queue.posting(claimed);
          const cancel = () => queue.cancel(claimed.job.id);
          const [posts, cancelled] =
            round % 2 === 0
              ? await Promise.all([posting(), cancel()])
              : (await Promise.all([cancel(), posting()])).toReversed();
          expect([posts, cancelled]).toEqual(posts ? [true, 'late'] : [false, 'asked']);
          await queue.end(claimed, { cancelled: true });
        }
      });

      test('a job that could not be announced is withdrawn, unless it was claimed meanwhile', async () => {
        await queue.add(newJob('ann', 1), 'host');
        expect(await queue.withdraw(idOf('ann'), unmade)).toBe(true);
        expect(await queue.find(idOf('ann'))).toMatchObject({ state: 'refused', outcome: unmade });
        expect(await queue.withdraw(idOf('ann'), unmade)).toBe(false);

        await ask(['bob', 2]);
        await mustClaim();
        expect(await queue.withdraw(idOf('bob', 2), unmade)).toBe(false);
        expect(await stateOf(idOf('bob', 2))).toBe('running');
      });

      test('of a cancel and a claim at the same time, one gets the job', async () => {
        for (let round = 0; round < 20; round++) {
          await ask(['ann', round]);
          const job = idOf('ann', round);
          const [claimed, cancelled] = await Promise.all([
            claim('host', 99),
            round % 2 === 0 ? queue.cancel(job) : queue.withdraw(job, unmade),
          ]);
          const ended = cancelled === 'ended' || cancelled === true;
          expect([claimed === undefined, await stateOf(job)]).toEqual([
            ended,
            ended ? (round % 2 === 0 ? 'cancelled' : 'refused') : 'running',
          ]);
        }
      });

      test('of a late finish and a resuming claim at the same time, one gets the job', async () => {
        for (let round = 0; round < 20; round++) {
          await ask(['ann', round]);
          const job = idOf('ann', round);
          const old = await mustClaim('slow', 99);
          await clock.advance(leaseMs);
          const [made, next] = await Promise.all([queue.made(old, finished), claim('other', 99)]);
          const now = await queue.find(job);
          if (made) {
            expect(now?.state).toBe('made');
            if (next) expect(next.job).toMatchObject({ state: 'made', charged: 100 });
          } else expect([now?.state, next?.job.state, next?.resumed]).toEqual(['running', 'running', true]);
          await queue.end(next ?? old, { cancelled: true });
        }
      });
    });

    describe('versions', () => {
      /** Adds, announces and claims an edit of the first picture of `parent`. */
      const edit = async (who: string, n: number, parent: NewJob): Promise<Claim> => {
        const job = newEdit(who, n, pictureOf(parent));
        await queue.add(job, 'host');
        await queue.announced(job.id, place);
        return mustClaim('host', 99);
      };
      const make = async (claimed: Claim): Promise<Job> => {
        const version = await queue.made(claimed, finished);
        expect((await queue.find(claimed.job.id))?.version).toBe(version);
        return { ...claimed.job, version };
      };

      test('are counted in the order of being made, through all branches of a family', async () => {
        await ask(['ann', 1]);
        const first = await make(await mustClaim());
        const second = await make(await edit('bob', 2, first));
        const slow = await edit('ann', 3, second);
        const branch = await make(await edit('cas', 4, first));
        expect([second, branch, await make(slow)].map(({ family, version }) => [family, version])).toEqual([
          [first.id, 2],
          [first.id, 3],
          [first.id, 4],
        ]);
      });

      test('of other families are counted by themselves', async () => {
        await ask(['ann', 1], ['bob', 2]);
        const [one, other] = [await make(await mustClaim()), await make(await mustClaim())];
        await make(await edit('ann', 3, one));
        expect((await make(await edit('ann', 4, other))).version).toBe(2);
      });

      test('are not used up by what is never made', async () => {
        await ask(['ann', 1]);
        const first = await make(await mustClaim());
        await queue.end(await edit('ann', 2, first), { fault: 'timeout' });
        const lost = await edit('ann', 3, first);
        await queue.cancel(lost.job.id);
        expect(await queue.made(lost, finished)).toBeUndefined();
        const next = await edit('ann', 4, first);
        expect([(await make(next)).version, await queue.made(next, finished)]).toEqual([2, undefined]);
      });

      test('that are made at the same time get different numbers', async () => {
        await ask(['ann', 1]);
        const first = await make(await mustClaim());
        const claims: Claim[] = [];
        for (let n = 2; n < 10; n++) claims.push(await edit('ann', n, first));
        const versions = await Promise.all(claims.map((each) => queue.made(each, finished)));
        expect(versions.toSorted((a, b) => Number(a) - Number(b))).toEqual([2, 3, 4, 5, 6, 7, 8, 9]);
      });
    });

    describe('many at once', () => {
      test('eight claimers never get the same job, nor more of a person than may run', async () => {
        const people = ['ann', 'bob', 'cas', 'dee', 'eve'];
        await ask(...people.flatMap((who) => [1, 2, 3, 4].map((n): [string, number] => [who, n])));
        const claims = await Promise.all(Array.from({ length: 16 }, (_, n) => claim(`host-${n % 8}`, 2)));
        const got = claims.filter((each) => each !== undefined).map(({ job }) => job);
        expect(new Set(got.map(({ id }) => id)).size).toBe(got.length);
        for (const who of people) expect((await queue.load(person(who).id)).running).toBeLessThanOrEqual(2);
        while (await claim('host', 2));
        for (const who of people) expect((await queue.load(person(who).id)).running).toBe(2);
      });
    });

    describe('how long it takes', () => {
      const call = (attempt: number, changes: Partial<Call> = {}): Call => ({
        job: idOf('ann'),
        attempt,
        provider: 'sketch',
        model: request.model,
        quality: 'medium',
        size: request.size,
        count: 1,
        startedAt: 0,
        endedAt: attempt,
        outcome: 'made',
        ...nothingBooked,
        ...changes,
      });
      const past = () => queue.pastDurations(request.model, 'medium', request.size, 1);

      test('is learnt from the newest twenty calls that were like it and made pictures', async () => {
        expect(await past()).toEqual([]);
        for (let n = 1; n <= 22; n++) await queue.record(call(n));
        const unlike: Partial<Call>[] = [
          { model: 'gpt-image-2' },
          { quality: 'high' },
          { size: { width: 1536, height: 1024 } },
          { count: 2 },
          { outcome: 'timeout' },
        ];
        for (const changes of unlike) await queue.record(call(99, changes));
        expect(await past()).toEqual(Array.from({ length: 20 }, (_, n) => 22 - n));
      });
    });
  });
}
