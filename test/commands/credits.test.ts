import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { credits } from '../../src/domain/credits.ts';
import type { Call } from '../../src/domain/job-queue.ts';
import type { Person } from '../../src/domain/person.ts';
import { newJob, nothingBooked } from '../contracts/jobs.ts';
import { ann, bob, openDesk, type TestDesk } from './desk.ts';

let desk: TestDesk;
beforeEach(async () => {
  desk = await openDesk();
});
afterEach(() => desk.close());

const job = newJob('ann', 1).id;
const toBob = '<@console:bob|bob>';

describe('/credits', () => {
  test('says what there is', async () => {
    expect(await desk.say('/credits')).toBe('You have 500 credits.');
    expect(await desk.say('/credits balance', bob)).toBe('You have 500 credits.');
  });

  test('says what is held', async () => {
    await desk.store.ledger.hold(job, ann.id, credits(499));
    expect(await desk.say('/credits')).toBe('You have 1 credit, and 499 credits held for pictures in the works.');
  });
});

describe('/credits grant', () => {
  test('adds credits and names the person without pinging', async () => {
    expect(await desk.answer(`/credits grant ${toBob} 50 for the launch`)).toEqual([
      'Granted ',
      { bold: '50 credits' },
      ' to ',
      { person: bob.id },
      '. They have 550 now.',
    ]);
    expect(await desk.say('/credits', bob)).toBe('You have 550 credits.');
  });

  test('leaves who, when and why', async () => {
    await desk.say(`/credits grant ${toBob} 50 for the *launch* <!channel>`);
    expect(await desk.answer('/credits history', bob)).toEqual([
      { code: '2026-11-20 12:00 UTC  +50' },
      ' granted',
      ' by ',
      { person: ann.id },
      ': for the *launch* <!channel>',
      '\n',
      { code: '2026-11-20 12:00 UTC  +500' },
      ' to start with',
    ]);
  });

  test('of the same request is given once', async () => {
    await desk.say(`/credits grant ${toBob} 50 launch`, ann, 'same');
    expect(await desk.say(`/credits grant ${toBob} 50 launch`, ann, 'same')).toContain('They have 550 now.');
  });

  test.each([
    ['0', 'amount must be a whole number from 1 to 10000000; “0” is not. Nothing was charged. Try amount:1.'],
    ['-5', '“-5” is not. Nothing was charged. Try amount:1.'],
    ['5.5', '“5.5” is not. Nothing was charged.'],
  ])('of %s is refused', async (amount, sentence) => {
    expect(await desk.say(`/credits grant ${toBob} ${amount} launch`)).toContain(sentence);
    expect(await desk.say('/credits', bob)).toBe('You have 500 credits.');
  });
});

describe('/credits revoke', () => {
  test('takes credits', async () => {
    expect(await desk.say(`/credits revoke ${toBob} 50 a mistake`)).toBe(
      'Took 50 credits from @console:bob. They have 450 now.',
    );
    expect(await desk.say('/credits history', bob)).toContain('−50 revoked by @console:ann: a mistake');
  });

  test('takes no more than there is, and says so', async () => {
    expect(await desk.say(`/credits revoke ${toBob} 501 leaving`)).toBe(
      'Took 500 credits from @console:bob, all there was. They have 0 now.',
    );
  });

  test('of the same request is taken once', async () => {
    await desk.say(`/credits revoke ${toBob} 50 mistake`, ann, 'same');
    expect(await desk.say(`/credits revoke ${toBob} 50 mistake`, ann, 'same')).toContain('They have 450 now.');
  });
});

describe('/credits history', () => {
  test('tells where the credits of a picture went', async () => {
    await desk.store.ledger.hold(job, ann.id, credits(120));
    await desk.store.ledger.settle(job, credits(100));
    await desk.store.ledger.refund(job, 'could not be posted');
    expect((await desk.say('/credits history')).split('\n')).toEqual([
      '2026-11-20 12:00 UTC  +100 refunded: could not be posted',
      '2026-11-20 12:00 UTC  ·20 given back',
      '2026-11-20 12:00 UTC  −100 charged for a picture',
      '2026-11-20 12:00 UTC  ·120 held for a picture',
      '2026-11-20 12:00 UTC  +500 to start with',
    ]);
  });

  test('is short', async () => {
    for (let n = 0; n < 20; n++) await desk.say(`/credits grant ${toBob} 1 again`);
    expect((await desk.say('/credits history', bob)).split('\n')).toHaveLength(15);
  });
});

describe('/credits report', () => {
  const day = 24 * 60 * 60 * 1000;
  const noon = Date.UTC(2026, 10, 20, 12);

  /** A call that made so many pictures, 17 credits each, at this share of the list price. */
  async function made(
    asker: Person,
    n: number,
    pictures: number,
    more: Partial<Call> & { at?: number; share?: number },
  ) {
    const { at = noon - 1, share = 1, ...rest } = more;
    const accepted = newJob(asker.name, n);
    await desk.store.queue.add(accepted, 'host');
    await desk.store.queue.record({
      ...{ job: accepted.id, attempt: 1, provider: 'openai', model: 'gpt-image-2.5-flare', quality: 'medium' },
      ...{ size: accepted.request.size, count: pictures, startedAt: at - 9_000, endedAt: at, outcome: 'made' },
      ...{ ...nothingBooked, delivered: pictures, charged: credits(17 * pictures) },
      ...{ listMicroUsd: 17_000 * pictures, billedMicroUsd: 17_000 * pictures * share, ...rest },
    });
  }

  test('says what each service made, took and saved, who pays it, and who and what took most', async () => {
    await made(ann, 1, 2, {});
    await made(bob, 1, 4, { provider: 'relay', share: 0.5, absorbed: credits(3) });
    await made(bob, 2, 100, { at: noon - 30 * day - 1 });
    expect((await desk.say('/credits report')).split('\n')).toEqual([
      'The last 30 days since 2026-10-21 12:00 UTC',
      'openai 2 pictures · list US$0.0340, paid US$0.0340, saved US$0.00 (0 %) · 34 credits charged, 0 paid by the house',
      'relay 4 pictures · list US$0.0680, paid US$0.0340, saved US$0.0340 (50 %) · 68 credits charged, 3 paid by the house',
      'Together 6 pictures · list US$0.1020, paid US$0.0680, saved US$0.0340 (33 %) · 102 credits charged, 3 paid by the house',
      'Most credits @console:bob 68, @console:ann 34',
      'Most pictures gpt-image-2.5-flare 6 (102 credits)',
    ]);
    expect(await desk.answer('/credits report')).toContainEqual({ person: bob.id });
    expect(await desk.say('/credits report days:31')).toContain('relay 4 pictures');
    expect(await desk.say('/credits report days:31')).toContain('openai 102 pictures · list US$1.73, paid US$1.73');
  });

  test('says where a service takes more than the list', async () => {
    await made(ann, 1, 1, { share: 1.5 });
    expect(await desk.say('/credits report days:1')).toContain(
      'list US$0.0170, paid US$0.0255, US$0.0085 (50 %) over the list',
    );
  });

  test('says where there was nothing', async () => {
    expect(await desk.say('/credits report days:1')).toBe(
      'The last day since 2026-11-19 12:00 UTC: no image service was called.',
    );
  });

  test.each(['0', '366', 'many'])('of %s days is refused', async (days) => {
    expect(await desk.say(`/credits report days:${days}`)).toContain('days must be a whole number from 1 to 365');
  });
});
