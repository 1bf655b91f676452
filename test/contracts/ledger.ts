import { beforeEach, describe, expect, test } from 'vitest';
import { type Credits, credits } from '../../src/domain/credits.ts';
import type { JobId } from '../../src/domain/job.ts';
import type { Ledger } from '../../src/domain/ledger.ts';
import { personId } from '../../src/domain/person.ts';

const ann = personId('discord', '11111');
const bob = personId('slack', 'T1/U2');
const admin = personId('console', 'admin');
const job = (n: number) => `console-job-${n}` as JobId;

/**
 * What every ledger promises.
 * @param open empties the books and gives a ledger with these starting credits
 */
export function ledgerContract(name: string, open: (startingCredits: Credits) => Promise<Ledger>): void {
  describe(`${name} as a ledger`, () => {
    let ledger: Ledger;
    beforeEach(async () => {
      ledger = await open(credits(500));
    });
    const balanceOf = async (person = ann) => {
      const { available, held } = await ledger.balance(person);
      return [available, held];
    };
    const kindsOf = async (person = ann) => (await ledger.history(person, 50)).map(({ kind }) => kind).reverse();

    test('a person starts with the starting credits', async () => {
      expect(await balanceOf()).toEqual([500, 0]);
      expect(await ledger.history(ann, 5)).toMatchObject([{ kind: 'start', amount: 500 }]);
    });

    test('starting credits are given once, also when ten first uses come at the same time', async () => {
      await Promise.all(Array.from({ length: 10 }, () => ledger.balance(ann)));
      expect(await balanceOf()).toEqual([500, 0]);
      expect(await kindsOf()).toEqual(['start']);
    });

    test('whatever comes first opens the account', async () => {
      await ledger.hold(job(1), ann, credits(100));
      expect(await balanceOf()).toEqual([400, 100]);
      await ledger.grant(bob, credits(5), admin, 'welcome', 'g1');
      expect(await balanceOf(bob)).toEqual([505, 0]);
    });

    test('without starting credits a person has nothing and no entries', async () => {
      ledger = await open(credits(0));
      expect(await balanceOf()).toEqual([0, 0]);
      expect(await ledger.history(ann, 5)).toEqual([]);
    });

    test('a grant adds credits and keeps who and why', async () => {
      expect(await ledger.grant(ann, credits(70), admin, 'for the launch', 'g1')).toEqual({ available: 570, held: 0 });
      expect((await ledger.history(ann, 1))[0]).toMatchObject({
        kind: 'grant',
        amount: 70,
        by: admin,
        reason: 'for the launch',
        job: undefined,
      });
    });

    test('a repeated grant is booked once, also when both come at the same time', async () => {
      const grant = () => ledger.grant(ann, credits(70), admin, 'launch', 'same');
      await Promise.all([grant(), grant(), grant()]);
      expect(await grant()).toEqual({ available: 570, held: 0 });
      expect(await kindsOf()).toEqual(['start', 'grant']);
    });

    test('a revoke takes at most what is available and says how much', async () => {
      await ledger.hold(job(1), ann, credits(200));
      const first = await ledger.revoke(ann, credits(100), admin, 'mistake', 'r1');
      expect(first).toEqual({ available: 200, held: 200, taken: 100 });
      const second = await ledger.revoke(ann, credits(1_000), admin, 'all', 'r2');
      expect(second).toEqual({ available: 0, held: 200, taken: 200 });
    });

    test('a repeated revoke is booked once and says what the first one took', async () => {
      await ledger.revoke(ann, credits(600), admin, 'all', 'r1');
      await ledger.grant(ann, credits(50), admin, 'again', 'g1');
      expect(await ledger.revoke(ann, credits(600), admin, 'all', 'r1')).toEqual({
        available: 50,
        held: 0,
        taken: 500,
      });
    });

    test('revokes at the same time never take more than there is', async () => {
      const taken = await Promise.all(
        [1, 2, 3, 4].map((n) =>
          ledger.revoke(ann, credits(200), admin, 'race', `r${n}`).then((answer) => answer.taken),
        ),
      );
      expect(taken.reduce((sum, one) => sum + one, 0)).toBe(500);
      expect(await balanceOf()).toEqual([0, 0]);
    });

    test('a hold sets credits aside', async () => {
      expect(await ledger.hold(job(1), ann, credits(120))).toEqual({ available: 380, held: 120 });
      expect((await ledger.history(ann, 1))[0]).toMatchObject({ kind: 'hold', amount: 120, job: job(1) });
    });

    test('everything that is there can be held', async () => {
      expect(await ledger.hold(job(1), ann, credits(500))).toEqual({ available: 0, held: 500 });
    });

    test('a repeated hold is booked once', async () => {
      await Promise.all([1, 2, 3].map(() => ledger.hold(job(1), ann, credits(120))));
      expect(await ledger.hold(job(1), ann, credits(120))).toEqual({ available: 380, held: 120 });
      expect(await kindsOf()).toEqual(['start', 'hold']);
    });

    test('a repeated hold is no refusal when the first one took all there was', async () => {
      await ledger.hold(job(1), ann, credits(500));
      expect(await ledger.hold(job(1), ann, credits(500))).toEqual({ available: 0, held: 500 });
    });

    test('a hold is not taken again after it has ended', async () => {
      await ledger.hold(job(1), ann, credits(120));
      await ledger.release(job(1));
      expect(await ledger.hold(job(1), ann, credits(120))).toEqual({ available: 500, held: 0 });
    });

    test('who is too poor is refused, and nothing changes', async () => {
      expect(await ledger.hold(job(1), ann, credits(501))).toEqual({
        refused: 'too-poor',
        needs: 501,
        holds: 501,
        has: 500,
        cheaper: undefined,
      });
      expect(await balanceOf()).toEqual([500, 0]);
      expect(await kindsOf()).toEqual(['start']);
    });

    test('twenty holds at the same time never overdraw', async () => {
      const answers = await Promise.all(Array.from({ length: 20 }, (_, n) => ledger.hold(job(n), ann, credits(60))));
      expect(answers.filter((answer) => 'refused' in answer)).toHaveLength(12);
      expect(await balanceOf()).toEqual([20, 480]);
    });

    test('settling charges the cost and gives the rest back', async () => {
      await ledger.hold(job(1), ann, credits(120));
      expect(await ledger.settle(job(1), credits(100))).toEqual({ charged: 100, returned: 20 });
      expect(await balanceOf()).toEqual([400, 0]);
      expect(await kindsOf()).toEqual(['start', 'hold', 'charge', 'release']);
    });

    test.each([0, 120])('a cost of %d of 120 held is settled too', async (cost) => {
      await ledger.hold(job(1), ann, credits(120));
      expect(await ledger.settle(job(1), credits(cost))).toEqual({ charged: cost, returned: 120 - cost });
      expect(await balanceOf()).toEqual([500 - cost, 0]);
    });

    test('a hold of nothing ends like any other', async () => {
      await ledger.hold(job(1), ann, credits(0));
      expect(await ledger.settle(job(1), credits(0))).toEqual({ charged: 0, returned: 0 });
      expect(await balanceOf()).toEqual([500, 0]);
    });

    test('releasing gives the whole hold back', async () => {
      await ledger.hold(job(1), ann, credits(120));
      expect(await ledger.release(job(1))).toEqual({ charged: 0, returned: 120 });
      expect(await balanceOf()).toEqual([500, 0]);
    });

    test('the first of settle and release wins, and both say how the job stands', async () => {
      await ledger.hold(job(1), ann, credits(120));
      await ledger.settle(job(1), credits(100));
      expect(await ledger.release(job(1))).toEqual({ charged: 100, returned: 20 });
      expect(await ledger.settle(job(1), credits(90))).toEqual({ charged: 100, returned: 20 });

      await ledger.hold(job(2), ann, credits(120));
      await ledger.release(job(2));
      expect(await ledger.settle(job(2), credits(100))).toEqual({ charged: 0, returned: 120 });
      expect(await balanceOf()).toEqual([400, 0]);
    });

    test('settles and releases at the same time end a hold once', async () => {
      await ledger.hold(job(1), ann, credits(120));
      const ends = await Promise.all([
        ledger.settle(job(1), credits(100)),
        ledger.release(job(1)),
        ledger.settle(job(1), credits(50)),
        ledger.release(job(1)),
      ]);
      expect(new Set(ends.map(({ charged }) => charged)).size).toBe(1);
      expect(await balanceOf()).toEqual([500 - (ends[0]?.charged ?? 0), 0]);
    });

    test('a cost beyond the hold is a bug, and changes nothing', async () => {
      await ledger.hold(job(1), ann, credits(120));
      await expect(ledger.settle(job(1), credits(121))).rejects.toThrow(RangeError);
      expect(await balanceOf()).toEqual([380, 120]);
      expect(await ledger.release(job(1))).toEqual({ charged: 0, returned: 120 });
    });

    test('ending what was never held is a bug', async () => {
      await expect(ledger.settle(job(1), credits(0))).rejects.toThrow(RangeError);
      await expect(ledger.release(job(1))).rejects.toThrow(RangeError);
    });

    test('a refund gives back what was charged, once', async () => {
      await ledger.hold(job(1), ann, credits(120));
      await ledger.settle(job(1), credits(100));
      await Promise.all([1, 2, 3].map(() => ledger.refund(job(1), 'nowhere to post it')));
      expect(await balanceOf()).toEqual([500, 0]);
      expect((await ledger.history(ann, 1))[0]).toMatchObject({
        kind: 'refund',
        amount: 100,
        job: job(1),
        reason: 'nowhere to post it',
      });
    });

    test('a refund after a release adds nothing', async () => {
      await ledger.hold(job(1), ann, credits(120));
      await ledger.release(job(1));
      await ledger.refund(job(1), 'nowhere to post it');
      expect(await balanceOf()).toEqual([500, 0]);
    });

    test('a refund before the end, or without a hold, is a bug and changes nothing', async () => {
      await expect(ledger.refund(job(1), 'none')).rejects.toThrow(RangeError);
      await ledger.hold(job(1), ann, credits(120));
      await expect(ledger.refund(job(1), 'too early')).rejects.toThrow(RangeError);
      expect(await balanceOf()).toEqual([380, 120]);
    });

    test('what the house pays touches nobody', async () => {
      await ledger.hold(job(1), ann, credits(120));
      await ledger.absorb(job(1), credits(30), 'beyond the hold', 'job-1 beyond');
      await ledger.absorb(job(1), credits(30), 'beyond the hold', 'job-1 beyond');
      await ledger.absorb(job(1), credits(0), 'nothing', 'job-1 nothing');
      expect(await balanceOf()).toEqual([380, 120]);
      expect(await kindsOf()).toEqual(['start', 'hold']);
    });

    test('history is newest first, at most as many as asked for, and nobody else’s', async () => {
      for (const n of [1, 2, 3]) await ledger.grant(ann, credits(n), admin, `no. ${n}`, `g${n}`);
      await ledger.grant(bob, credits(9), admin, 'other', 'g9');
      expect((await ledger.history(ann, 2)).map(({ amount }) => amount)).toEqual([3, 2]);
    });
  });
}
