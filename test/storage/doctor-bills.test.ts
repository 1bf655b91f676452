import { sql } from 'kysely';
import { beforeEach, expect, test } from 'vitest';
import { credits } from '../../src/domain/credits.ts';
import type { Call } from '../../src/domain/job-queue.ts';
import type { Store } from '../../src/domain/store.ts';
import { bills, providerBills, roundingOf } from '../../src/storage/doctor-bills.ts';
import { sqlStore } from '../../src/storage/store.ts';
import { newJob, nothingBooked, request } from '../contracts/jobs.ts';
import { manualClock } from '../fakes/clock.ts';
import { onEveryDatabase } from './databases.ts';

onEveryDatabase((current) => {
  let store: Store;

  beforeEach(async () => {
    await current().empty();
    store = sqlStore(current().database, manualClock(), credits(1_000));
  });

  const run = (statement: string) => sql.raw(statement).execute(current().database.db);
  const findings = async () =>
    (await bills(current().database.db)).map(({ check, subject, what }) => [check, subject, what]);

  /** A call of the `n`th job that cost so much; booked as the pipeline does it. */
  async function called(n: number, provider: string, cost: Partial<Call>): Promise<void> {
    const { id } = newJob('ann', n);
    const { model, quality, size, count } = request;
    const call: Call = {
      ...nothingBooked,
      ...{ job: id, attempt: 1, provider, model, quality, size, count, startedAt: 0, endedAt: 1, outcome: 'made' },
      ...cost,
    };
    await store.queue.record(call);
    await store.ledger.absorb(id, call.absorbed, 'possibly billed', `${id}:${provider}`);
  }

  async function held(n: number): Promise<void> {
    const { id, person } = newJob('ann', n);
    await store.ledger.hold(id, person.id, credits(120));
  }

  /** The first service failed, the second made the picture; the third job was given back. */
  async function story(): Promise<void> {
    for (const n of [1, 2]) await held(n);
    await called(1, 'first', {
      ...{ outcome: 'timeout', listMicroUsd: 16_200, billedMicroUsd: 16_200, absorbed: credits(17) },
    });
    await called(1, 'relay', {
      ...{ delivered: 1, listMicroUsd: 40_000, billedMicroUsd: 19_500, charged: credits(16), absorbed: credits(4) },
    });
    await store.ledger.settle(newJob('ann', 1).id, credits(16));
    await called(2, 'relay', { delivered: 1, listMicroUsd: 20_000, billedMicroUsd: 10_000, charged: credits(10) });
    const { id } = newJob('ann', 2);
    await store.ledger.settle(id, credits(10));
    await store.ledger.refund(id, 'nowhere to post it');
    await store.ledger.absorb(id, credits(10), 'billed: refunded', `${id}:refund`);
  }

  test('what calls cost is what the entries say, refunds included', async () => {
    await story();
    expect(await findings()).toEqual([]);
  });

  test('each service is shown with what it billed and who paid that', async () => {
    await story();
    const [first, relay] = await providerBills(current().database.db);
    expect(first).toEqual({
      ...{ provider: 'first', calls: 1, listMicroUsd: 16_200, billedMicroUsd: 16_200 },
      ...{ charged: 0, refunded: 0, forNothing: 17, beyond: 0 },
    });
    expect(relay).toEqual({
      ...{ provider: 'relay', calls: 2, listMicroUsd: 60_000, billedMicroUsd: 29_500 },
      ...{ charged: 26, refunded: 10, forNothing: 0, beyond: 4 },
    });
    expect(first && roundingOf(first, 0.001)).toBe(0.8);
    expect(relay && roundingOf(relay, 0.001)).toBe(0.5);
  });

  test('nothing was called: nothing was billed', async () => {
    expect(await findings()).toEqual([]);
    expect(await providerBills(current().database.db)).toEqual([]);
  });

  test('a charge of another amount than its calls say is found', async () => {
    await story();
    await run(`update calls set charged = 15 where charged = 16`);
    expect(await findings()).toEqual([
      ['bill', 'job console-ann-1', 'its calls say 15 credits were charged, its entries 16'],
    ]);
  });

  test('a call that nobody paid is found', async () => {
    await story();
    await run(`delete from entries where kind = 'house' and amount = 17`);
    expect(await findings()).toEqual([
      ['bill', 'job console-ann-1', 'its calls say 21 credits were paid by the house, its entries 4'],
    ]);
  });

  test('an entry without its call is found', async () => {
    await story();
    await run(`delete from calls where provider = 'first'`);
    expect(await findings()).toEqual([
      ['bill', 'job console-ann-1', 'its calls say 4 credits were paid by the house, its entries 21'],
    ]);
  });

  test('calls from before their cost was written down do not count', async () => {
    await story();
    await run(`update calls set charged = null, absorbed = null where provider = 'first'`);
    expect(await findings()).toEqual([]);
    expect((await providerBills(current().database.db)).map(({ provider }) => provider)).toEqual(['relay']);
  });
});
