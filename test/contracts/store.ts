import { beforeEach, describe, expect, test } from 'vitest';
import { credits } from '../../src/domain/credits.ts';
import type { Refusal } from '../../src/domain/refusal.ts';
import type { Store } from '../../src/domain/store.ts';
import { finished, newJob, person, place } from './jobs.ts';

/**
 * What every store promises beyond its ledger and its queue: that what is said in one transaction happens together.
 * @param open empties it; the starting credits are 500
 */
export function storeContract(name: string, open: () => Promise<Store>): void {
  describe(`${name} as a store`, () => {
    let store: Store;
    beforeEach(async () => {
      store = await open();
    });
    const ann = person('ann');
    const job = newJob('ann', 1);
    const balanceOf = async () => {
      const { available, held } = await store.ledger.balance(ann.id);
      return [available, held];
    };
    const accept = (amount: number) =>
      store.transaction(async ({ ledger, queue }) => {
        const added = await queue.add(job, 'host');
        const held = await ledger.hold(job.id, ann.id, credits(amount));
        return 'refused' in held ? held : added;
      });

    test('answers a ping', async () => {
      await store.ping();
    });

    test('a transaction does all of it and returns what the work returned', async () => {
      expect(await accept(100)).toBe('added');
      expect(await balanceOf()).toEqual([400, 100]);
      expect(await store.queue.find(job.id)).toMatchObject({ state: 'queued' });
    });

    test('a transaction that returns a refusal undoes everything and returns the refusal', async () => {
      expect(await accept(501)).toMatchObject({ refused: 'too-poor', needs: 501, has: 500 });
      expect(await balanceOf()).toEqual([500, 0]);
      expect(await store.queue.find(job.id)).toBeUndefined();
    });

    test('any refusal undoes what was done before it', async () => {
      const stopping: Refusal = { refused: 'stopping' };
      const answer = await store.transaction(async ({ ledger, queue }) => {
        await queue.add(job, 'host');
        await ledger.hold(job.id, ann.id, credits(100));
        return stopping;
      });
      expect(answer).toEqual(stopping);
      expect(await balanceOf()).toEqual([500, 0]);
      expect(await store.queue.waiting(['console'], 5)).toEqual([]);
    });

    test('a transaction that throws undoes everything and throws the same', async () => {
      const bug = new RangeError('a bug');
      const work = store.transaction(async ({ ledger, queue }) => {
        await queue.add(job, 'host');
        await ledger.hold(job.id, ann.id, credits(100));
        throw bug;
      });
      await expect(work).rejects.toBe(bug);
      expect(await balanceOf()).toEqual([500, 0]);
      expect(await store.queue.find(job.id)).toBeUndefined();
    });

    test('a bug inside a ledger verb undoes the job’s step too', async () => {
      await accept(100);
      await store.queue.announced(job.id, place);
      const claim = await store.queue.claim('host', ['console'], true, 2);
      if (!claim) throw new RangeError('no claim');

      const work = store.transaction(async ({ ledger, queue }) => {
        await queue.made(claim, { ...finished, charged: credits(101) });
        await ledger.settle(job.id, credits(101));
      });
      await expect(work).rejects.toThrow(RangeError);
      expect(await store.queue.find(job.id)).toMatchObject({ state: 'running' });
      expect(await balanceOf()).toEqual([400, 100]);
    });

    test('the same request accepted many times at once is one job and one hold', async () => {
      const answers = await Promise.all(Array.from({ length: 8 }, () => accept(100)));
      expect(answers.toSorted()).toEqual(['added', ...Array.from({ length: 7 }, () => 'known')]);
      expect(await balanceOf()).toEqual([400, 100]);
    });

    test('the same request accepted again while the job is being finished disturbs neither', async () => {
      await accept(100);
      await store.queue.announced(job.id, place);
      const claim = await store.queue.claim('host', ['console'], true, 2);
      if (!claim) throw new RangeError('no claim');
      const finish = store.transaction(async ({ ledger, queue }) => {
        const ended = await queue.end(claim, { cancelled: true });
        await ledger.release(job.id);
        return ended;
      });
      const again = Array.from({ length: 8 }, () => accept(100));
      expect(await Promise.all([finish, ...again])).toEqual([true, ...again.map(() => 'known')]);
      expect(await balanceOf()).toEqual([500, 0]);
    });
  });
}
