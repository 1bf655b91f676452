import { beforeEach, describe, expect, test } from 'vitest';
import type { AuditedCall } from '../../src/domain/audit.ts';
import { credits } from '../../src/domain/credits.ts';
import type { JobId } from '../../src/domain/job.ts';
import type { Call } from '../../src/domain/job-queue.ts';
import type { Store } from '../../src/domain/store.ts';
import { newJob, nothingBooked, person } from './jobs.ts';

/** A call that ended at `endedAt` and took a second. */
const call = (job: JobId, endedAt: number, more: Partial<Call> = {}): Call => ({
  ...{ job, attempt: 1, provider: 'openai', model: 'gpt-image-2', quality: 'low', size: { width: 512, height: 256 } },
  ...{ count: 1, startedAt: endedAt - 1_000, endedAt, outcome: 'made', ...nothingBooked, ...more },
});

/** One that made pictures for so many credits, at half the list price. */
const paid = (job: JobId, endedAt: number, amount: number, more: Partial<Call> = {}): Call =>
  call(job, endedAt, {
    ...{ delivered: 1, charged: credits(amount), listMicroUsd: amount * 2_000, billedMicroUsd: amount * 1_000 },
    ...more,
  });

/**
 * What every audit promises: each call is listed once and adds up once.
 * @param open empties it; the starting credits are 500
 */
export function auditContract(name: string, open: () => Promise<Store>): void {
  describe(`${name} as an audit`, () => {
    let store: Store;
    beforeEach(async () => {
      store = await open();
    });
    const [one, two] = [newJob('ann', 1), newJob('ann', 2)];
    const bobs = newJob('bob', 1);
    const accept = async (...jobs: readonly (typeof one)[]) => {
      for (const job of jobs) {
        await store.queue.add(job, 'host');
        await store.ledger.hold(job.id, job.person.id, job.held);
      }
    };
    const record = async (...calls: readonly Call[]) => {
      for (const each of calls) await store.queue.record(each);
    };
    const pages = async (since: number, until: number, most: number) => {
      const found: AuditedCall[] = [];
      for (;;) {
        const page = await store.audit.page(since, until, found.at(-1), most);
        found.push(...page);
        if (page.length < most) return found;
      }
    };

    test('tells all that was written down of a call, and who it was for', async () => {
      await accept(one);
      const booked = {
        ...{ requestId: 'req_1', organisation: 'org-1', delivered: 2, count: 3, attempt: 4, contentCredentials: true },
        ...{ usage: { textInTokens: 5, imageInTokens: 6, imageOutTokens: 7 }, absorbed: credits(8) },
      };
      await record(paid(one.id, 9_000, 34, booked));
      expect(await store.audit.page(0, 10_000, undefined, 9)).toEqual([
        {
          ...{ seq: expect.any(Number), job: one.id, attempt: 4, person: person('ann') },
          ...{ provider: 'openai', model: 'gpt-image-2', quality: 'low', size: '512x256', count: 3, delivered: 2 },
          ...{ requestId: 'req_1', organisation: 'org-1', startedAt: 8_000, endedAt: 9_000, outcome: 'made' },
          ...{ textInTokens: 5, imageInTokens: 6, imageOutTokens: 7, listMicroUsd: 68_000, billedMicroUsd: 34_000 },
          ...{ charged: 34, absorbed: 8, refunded: 0, contentCredentials: true },
        },
      ]);
    });

    test('tells nothing where nothing was said', async () => {
      await record(call('console-lost' as JobId, 5, { outcome: 'timeout' }));
      const [found] = await store.audit.page(0, 10, undefined, 9);
      expect(found).toMatchObject({ outcome: 'timeout', delivered: 0, charged: 0, listMicroUsd: 0 });
      for (const what of ['person', 'requestId', 'organisation', 'textInTokens', 'contentCredentials'] as const)
        expect(found?.[what], what).toBeUndefined();
    });

    test.each([1, 2, 3, 7, 8])('brings every call once, oldest first, %i at a time', async (most) => {
      await record(...[5, 3, 5, 9, 5, 1, 3].map((endedAt, n) => call(one.id, endedAt, { requestId: `r${n}` })));
      expect((await pages(0, 10, most)).map(({ requestId }) => requestId)).toEqual([
        ...['r5', 'r1', 'r6', 'r0', 'r2', 'r4', 'r3'],
      ]);
    });

    test('keeps to its time: the first millisecond is in it, the last is not', async () => {
      await record(...[2, 3, 4, 5].map((endedAt) => call(one.id, endedAt)));
      expect((await pages(3, 5, 1)).map(({ endedAt }) => endedAt)).toEqual([3, 4]);
      expect(await pages(6, 9, 1)).toEqual([]);
    });

    test('tells the calls of one job and of no other, the newest ones', async () => {
      await record(...[1, 2, 3].map((n) => call(one.id, n)), call(two.id, 4));
      const endsOf = async (job: JobId, most: number) =>
        (await store.audit.ofJob(job, most)).map((each) => each.endedAt);
      expect(await endsOf(one.id, 9)).toEqual([1, 2, 3]);
      expect(await endsOf(one.id, 2)).toEqual([2, 3]);
      expect(await endsOf(two.id, 9)).toEqual([4]);
      expect(await endsOf(bobs.id, 9)).toEqual([]);
    });

    test('adds up what each provider made, what it takes, and who pays that', async () => {
      await accept(one, two, bobs);
      await record(
        paid(one.id, 10, 17),
        paid(two.id, 11, 30, { provider: 'relay', delivered: 3, model: 'gpt-image-2.5-flare' }),
        paid(bobs.id, 12, 20, { absorbed: credits(4) }),
        call(bobs.id, 13, { outcome: 'timeout', listMicroUsd: 5_000, billedMicroUsd: 5_000, absorbed: credits(5) }),
        paid(one.id, 9, 1_000),
      );
      expect(await store.audit.report(10, 9)).toEqual({
        providers: [
          {
            ...{ provider: 'openai', calls: 3, unpriced: 0, pictures: 2, listMicroUsd: 79_000, billedMicroUsd: 42_000 },
            ...{ charged: 37, absorbed: 9 },
          },
          {
            ...{ provider: 'relay', calls: 1, unpriced: 0, pictures: 3, listMicroUsd: 60_000, billedMicroUsd: 30_000 },
            ...{ charged: 30, absorbed: 0 },
          },
        ],
        people: [
          { person: person('ann').id, pictures: 4, charged: 47 },
          { person: person('bob').id, pictures: 1, charged: 20 },
        ],
        models: [
          { model: 'gpt-image-2.5-flare', pictures: 3, charged: 30 },
          { model: 'gpt-image-2', pictures: 2, charged: 37 },
        ],
      });
    });

    test('names no more people and models than asked for, those with most first', async () => {
      const jobs = ['ann', 'bob', 'cas'].map((name) => newJob(name, 1));
      await accept(...jobs);
      for (const [n, { id }] of jobs.entries())
        await record(paid(id, 10, 10 + n, { model: `m${n}`, delivered: 9 - n }));
      const { people, models } = await store.audit.report(0, 2);
      expect(people.map((each) => each.person)).toEqual([person('cas').id, person('bob').id]);
      expect(models.map(({ model }) => model)).toEqual(['m0', 'm1']);
    });

    test('what was given back later is the house’s, in every sum', async () => {
      await accept(one, bobs);
      await record(paid(one.id, 10, 17), paid(bobs.id, 10, 20));
      await store.ledger.settle(one.id, credits(17));
      await store.ledger.refund(one.id, 'its pictures could not be brought');
      const [call] = await store.audit.ofJob(one.id, 9);
      expect(call).toMatchObject({ charged: 17, refunded: 17 });
      const { providers, people, models } = await store.audit.report(0, 9);
      expect(providers).toMatchObject([{ charged: 20, absorbed: 17, pictures: 2 }]);
      expect(people).toEqual([{ person: person('bob').id, pictures: 1, charged: 20 }]);
      expect(models).toMatchObject([{ pictures: 2, charged: 20 }]);
    });

    test('where nothing was called there is nothing to report', async () => {
      expect(await store.audit.report(0, 9)).toEqual({ providers: [], people: [], models: [] });
    });
  });
}
