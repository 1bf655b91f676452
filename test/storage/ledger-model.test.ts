import path from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { credits } from '../../src/domain/credits.ts';
import type { JobId } from '../../src/domain/job.ts';
import type { Ledger } from '../../src/domain/ledger.ts';
import { personId } from '../../src/domain/person.ts';
import { isRefusal } from '../../src/domain/refusal.ts';
import { fileBlobs } from '../../src/storage/blobs.ts';
import { diagnose } from '../../src/storage/doctor.ts';
import { sqlStore } from '../../src/storage/store.ts';
import { manualClock } from '../fakes/clock.ts';
import { onEveryDatabase } from './databases.ts';

const startingCredits = 300;
const admin = personId('console', 'admin');
const ids = { job: (n: number) => `console-j${n}` as JobId, person: (n: number) => personId('console', `p${n % 3}`) };

/** One verb with its arguments as small numbers. Job and key `n` belong to the person `n % 3`, always the same. */
const verb = fc.record({
  name: fc.constantFrom('grant', 'revoke', 'hold', 'settle', 'release', 'refund', 'absorb'),
  n: fc.nat(8),
  amount: fc.nat(400),
});
type Verb = typeof verb extends fc.Arbitrary<infer V> ? V : never;

/** What the books must say: as plain as it gets. */
class Model {
  readonly available = [startingCredits, startingCredits, startingCredits];
  readonly held = [0, 0, 0];
  readonly seen = new Set<string>();
  readonly holds = new Map<number, number>();
  readonly ends = new Map<number, number>();
  granted = 0;
  house = 0;

  move(n: number, available: number, held = 0): void {
    this.available[n % 3] = (this.available[n % 3] ?? 0) + available;
    this.held[n % 3] = (this.held[n % 3] ?? 0) + held;
  }

  /** True for the first time. */
  first(key: string): boolean {
    if (this.seen.has(key)) return false;
    this.seen.add(key);
    return true;
  }
}

async function run({ name, n, amount }: Verb, ledger: Ledger, model: Model): Promise<void> {
  const [job, person] = [ids.job(n), ids.person(n)];
  const available = model.available[n % 3] ?? 0;
  const hold = model.holds.get(n);
  const end = model.ends.get(n);
  switch (name) {
    case 'grant':
      await ledger.grant(person, credits(amount), admin, 'r', `${n}`);
      if (model.first(`grant ${n}`)) {
        model.move(n, amount);
        model.granted += amount;
      }
      return;
    case 'revoke': {
      const taken = Math.min(amount, available);
      const answer = await ledger.revoke(person, credits(amount), admin, 'r', `${n}`);
      if (!model.first(`revoke ${n}`)) return;
      expect(answer.taken).toBe(taken);
      model.move(n, -taken);
      model.granted -= taken;
      return;
    }
    case 'hold': {
      const answer = await ledger.hold(job, person, credits(amount));
      const poor = hold === undefined && amount > available;
      if (hold === undefined || amount <= available) expect(isRefusal(answer)).toBe(poor);
      if (poor || hold !== undefined) return;
      model.holds.set(n, amount);
      return model.move(n, -amount, amount);
    }
    case 'settle':
    case 'release': {
      const cost = name === 'settle' ? amount : 0;
      const ending = name === 'settle' ? ledger.settle(job, credits(cost)) : ledger.release(job);
      if (hold === undefined || cost > hold) return expect(ending).rejects.toThrow(RangeError);
      const charged = end ?? cost;
      expect(await ending).toEqual({ charged, returned: hold - charged });
      if (end !== undefined) return;
      model.ends.set(n, cost);
      return model.move(n, hold - cost, -hold);
    }
    case 'refund':
      if (end === undefined) return expect(ledger.refund(job, 'r')).rejects.toThrow(RangeError);
      await ledger.refund(job, 'r');
      if (model.first(`refund ${n}`)) model.move(n, end);
      return;
    case 'absorb':
      await ledger.absorb(job, credits(amount), 'r', `${n}`);
      if (amount > 0 && model.first(`absorb ${n}`)) model.house += amount;
      return;
  }
}

onEveryDatabase((current) => {
  test('whatever is done to the books, they say what a plain model says, and add up', async () => {
    const { database, folder, engine, empty } = current();
    const blobs = fileBlobs(path.join(folder, 'blobs'));
    await fc.assert(
      fc.asyncProperty(fc.array(verb, { maxLength: 40 }), async (verbs) => {
        await empty();
        const { ledger } = sqlStore(database, manualClock(), credits(startingCredits));
        const model = new Model();
        for (const each of verbs) await run(each, ledger, model);
        for (const n of [0, 1, 2]) {
          const balance = { available: model.available[n], held: model.held[n] };
          expect(await ledger.balance(ids.person(n))).toEqual(balance);
        }
        const { credits: sums, findings } = await diagnose(database.db, blobs);
        expect(sums.issued).toBe(3 * startingCredits + model.granted);
        expect(sums.available + sums.held + sums.charged).toBe(sums.issued);
        expect(sums.house).toBe(model.house);
        // There are no jobs here that the holds and charges could belong to.
        expect(findings.filter(({ check }) => check === 'balance')).toEqual([]);
      }),
      { numRuns: engine === 'sqlite' ? 80 : 12 },
    );
  });

  test('verbs that run at the same time leave books that add up, and nobody below zero', async () => {
    const { database, folder, engine, empty } = current();
    const blobs = fileBlobs(path.join(folder, 'blobs'));
    await fc.assert(
      fc.asyncProperty(fc.array(verb, { minLength: 5, maxLength: 30 }), async (verbs) => {
        await empty();
        const { ledger } = sqlStore(database, manualClock(), credits(startingCredits));
        const work = ({ name, n, amount }: Verb): Promise<unknown> => {
          const [job, person, value] = [ids.job(n), ids.person(n), credits(amount)];
          if (name === 'grant' || name === 'revoke') return ledger[name](person, value, admin, 'r', `${n}`);
          if (name === 'hold') return ledger.hold(job, person, value);
          if (name === 'settle') return ledger.settle(job, value);
          if (name === 'release') return ledger.release(job);
          return name === 'refund' ? ledger.refund(job, 'r') : ledger.absorb(job, value, 'r', `${n}`);
        };
        const done = await Promise.allSettled(verbs.map(work));
        for (const each of done) if (each.status === 'rejected') expect(each.reason).toBeInstanceOf(RangeError);
        const { credits: sums, findings } = await diagnose(database.db, blobs);
        expect(sums.available + sums.held + sums.charged).toBe(sums.issued);
        expect(findings.filter(({ check }) => check === 'balance')).toEqual([]);
      }),
      { numRuns: engine === 'sqlite' ? 30 : 12 },
    );
  });
});
