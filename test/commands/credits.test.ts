import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { credits } from '../../src/domain/credits.ts';
import { newJob } from '../contracts/jobs.ts';
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
