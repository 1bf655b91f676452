import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { Fault } from '../../src/domain/fault.ts';
import { readImage } from '../../src/domain/image.ts';
import type { Made } from '../../src/domain/image-provider.ts';
import { failureOf } from '../contracts/image-provider.ts';
import { editOf, inputPicture } from '../contracts/input-pictures.ts';
import type { Fault as GrsaiFault, LookFault } from '../fakes/grsai/handle.ts';
import { type Desk, desk } from './grsai-desk.ts';

const hash = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const hashes = (made: unknown) => (made as Made).made.map((bytes) => (readImage(bytes) ? hash(bytes) : 'nothing'));
const generations = ['draw', 'api'] as const;

describe.each(generations)('a task of the API %s', (generation) => {
  const open = () => desk({ generation });

  test('gives its ticket at once, and counts', async () => {
    const { fake, ticket, check, told } = await open();
    fake.hold();
    const kept = await ticket();
    expect(told).toEqual([{ answered: { requestId: expect.stringMatching(/^1-/) } }, { percent: 0 }]);
    expect(await check(kept)).toEqual({ percent: undefined });
    for (const percent of [0, 40, 85]) {
      fake.progress(percent);
      expect(await check(kept)).toEqual({ percent });
    }
    fake.release();
  });

  test('that is not known yet is asked for again; one that stays unknown is given up', async () => {
    const { fake, ticket, check, clock } = await open();
    fake.next('vanished');
    const kept = await ticket();
    expect(await check(kept)).toEqual({ percent: undefined });
    await clock.advance(59_999);
    expect(await check(kept)).toEqual({ percent: undefined });
    await clock.advance(1);
    expect(await failureOf(check(kept))).toMatchObject({ code: 'broken-answer', maybeBilled: true });
  });

  test('is gone on with by another process, by the ticket alone, whatever is set there', async () => {
    const first = await open();
    first.fake.hold();
    const kept = await first.ticket({ count: 2 });
    first.fake.release();
    const second = first.again({ generation: generation === 'api' ? 'draw' : 'api', reply: 'stream' });
    const made = await second.end(kept);
    expect(hashes(made)).toEqual(first.fake.calls().map(({ picture }) => picture));
    expect(first.fake.calls()).toHaveLength(2);
  });

  test.each<LookFault>(['page', 'rate-limit', 'bad-gateway', 'drop'])(
    'goes on when a question is answered by %s: that costs nothing but time',
    async (fault) => {
      const { fake, ticket, check, end, clock } = await open();
      const kept = await ticket();
      fake.nextLook(fault);
      const checking = check(kept);
      if (fault === 'rate-limit') {
        await clock.untilSleeping();
        await clock.advance(6_999);
        expect(clock.sleepers()).toBe(1);
        await clock.advance(1);
      }
      expect(await checking).toEqual({ percent: undefined });
      expect(hashes(await end(kept))).toEqual([fake.calls()[0]?.picture]);
    },
  );

  test('that does not end in time is given up, possibly billed', async () => {
    const { fake, ticket, check, clock } = await open();
    fake.next('endless');
    const kept = await ticket();
    for (let checks = 0; checks < 5; checks++) expect(await check(kept)).toHaveProperty('percent');
    await clock.advance(10 * 60_000 - 1);
    expect(await check(kept)).toEqual({ percent: 90 });
    await clock.advance(1);
    const fault = { code: 'timeout', maybeBilled: true, requestId: fake.calls()[0]?.id };
    expect(await failureOf(check(kept))).toMatchObject(fault);
  });

  test('whose key is refused in the middle is a matter for an admin, and possibly billed', async () => {
    const { fake, ticket, check } = await open();
    const kept = await ticket();
    fake.nextLook('wrong-key');
    expect(await failureOf(check(kept))).toMatchObject({ code: 'account', maybeBilled: true });
  });

  test('is stopped at once, with the reason', async () => {
    const { ticket, check } = await open();
    const kept = await ticket();
    const reason = new Error('cancelled');
    expect(await failureOf(check(kept, AbortSignal.abort(reason)))).toBe(reason);
  });

  test.each<[GrsaiFault, string]>([
    ['input-moderation', 'prompt'],
    ['output-moderation', 'picture'],
    ['violation', 'unknown'],
  ])('that ends by %s is declined, and possibly billed', async (fault, stage) => {
    const { fake, ticket, end } = await open();
    fake.next(fault);
    const declined = { refused: 'content', stage, categories: [], maybeBilled: true };
    expect(await end(await ticket())).toEqual(declined);
  });

  test.each<GrsaiFault>(['error', 'dead-link', 'no-link', 'no-picture'])(
    'that ends by %s has no usable picture, and may be billed',
    async (fault) => {
      const { fake, ticket, end } = await open();
      fake.next(fault);
      expect(await failureOf(end(await ticket()))).toMatchObject({
        ...{ code: 'broken-answer', maybeBilled: true, requestId: fake.calls()[0]?.id },
      });
    },
  );

  test('whose picture can’t be had for a moment is not lost', async () => {
    const { fake, ticket, end } = await open();
    fake.next('flaky-link');
    expect(hashes(await end(await ticket()))).toEqual([fake.calls()[0]?.picture]);
    expect(fake.downloads().map(({ status }) => status)).toEqual([502, 200]);
  });
});

test('pictures are downloaded in the same breath as they are found: their addresses do not last', async () => {
  const { fake, ticket, end } = await desk();
  const kept = await ticket();
  await end(kept);
  expect(fake.downloads()).toHaveLength(1);
  fake.expire();
  expect(await failureOf(end(kept))).toMatchObject({ code: 'broken-answer' });
});

describe('several pictures', () => {
  test('count each as long as it is being made', async () => {
    const { fake, start, check } = await desk();
    fake.hold();
    const begun = await start({ count: 3 });
    expect(begun).toMatchObject({ tasks: 3 });
    expect('ticket' in begun && (await check(begun.ticket))).toMatchObject({ tasks: 3 });
  });

  test('are as many tasks with one ticket, and one percent', async () => {
    const { fake, ticket, check, end } = await desk();
    fake.hold();
    const kept = await ticket({ count: 4 });
    expect(fake.calls()).toHaveLength(4);
    await check(kept);
    fake.progress(50);
    expect(await check(kept)).toEqual({ percent: 50, tasks: 4 });
    fake.release();
    expect(new Set(hashes(await end(kept)))).toEqual(new Set(fake.calls().map(({ picture }) => picture)));
  });

  test.each<GrsaiFault>(['error', 'output-moderation', 'dead-link'])(
    'are those that came when one ends by %s; that one stands among them, empty',
    async (fault) => {
      const { fake, ticket, end } = await desk();
      fake.next(fault);
      const made = hashes(await end(await ticket({ count: 3 })));
      expect(made.filter((each) => each === 'nothing')).toHaveLength(1);
      expect(made).toHaveLength(3);
    },
  );

  test('are those that came in time', async () => {
    const { fake, ticket, check, clock } = await desk();
    fake.next('endless');
    const kept = await ticket({ count: 2 });
    for (let checks = 0; checks < 4; checks++) await check(kept);
    await clock.advance(10 * 60_000);
    expect(hashes(await check(kept)).filter((each) => each === 'nothing')).toHaveLength(1);
  });

  test('are those that could be begun, and what was not is told', async () => {
    const { fake, ticket, end, told } = await desk();
    fake.next('bad-gateway');
    expect(hashes(await end(await ticket({ count: 3 })))).toHaveLength(2);
    expect(told).toMatchObject([
      { lost: { code: 'unreachable', maybeBilled: true }, count: 1 },
      { answered: { requestId: expect.stringMatching(/^1-\w+, 2-\w+$/) } },
      { percent: 0 },
    ]);
    expect(fake.calls()).toHaveLength(3);
  });
});

describe('a task that can’t be begun', () => {
  test.each<[GrsaiFault, object]>([
    ['insufficient-credits', { code: 'account', maybeBilled: false }],
    ['rate-limit', { code: 'throttled', retryAfterMs: 7_000, maybeBilled: false }],
    ['overloaded', { code: 'overloaded', maybeBilled: false }],
    ['bad-gateway', { code: 'unreachable', maybeBilled: true }],
    ['odd-code', { code: 'unreachable', maybeBilled: false }],
    ['page', { code: 'broken-answer', maybeBilled: true }],
    ['drop', { code: 'unreachable', maybeBilled: true }],
    ['redirect', { code: 'rejected', maybeBilled: false }],
  ])('for %s', async (fault, expected) => {
    for (const generation of generations)
      for (const reply of ['poll', 'stream'] as const) {
        const { fake, start } = await desk({ generation, reply });
        fake.always(fault);
        const failure = await failureOf(start());
        expect(failure).toBeInstanceOf(Fault);
        expect(failure).toMatchObject(expected);
        expect(fake.downloads()).toEqual([]);
      }
  });

  test('with a wrong key is a matter for an admin', async () => {
    for (const generation of generations) {
      const { again } = await desk({ generation });
      expect(await failureOf(again({ apiKey: 'sk-wrong' }).start())).toMatchObject({ code: 'account' });
    }
  });

  test('where nobody listens was not billed', async () => {
    const { fake, start } = await desk();
    await fake.close();
    const failure = await failureOf(start());
    expect(failure).toMatchObject({ code: 'unreachable', maybeBilled: false });
  });

  test('since it is declined already is an answer, under any status', async () => {
    const { fake, ticket, end } = await desk({ generation: 'api' });
    fake.next('violation-400');
    expect(await end(await ticket())).toMatchObject({ refused: 'content', maybeBilled: true });
  });
});

test('a ticket of somebody else’s is a mistake of ours', async () => {
  const { check } = await desk();
  for (const ticket of ['ticket', null, 7, {}, { generation: 'api', tasks: [], begunAt: 1, until: 2 }])
    expect(await failureOf(check(ticket))).toBeInstanceOf(RangeError);
});

describe.each(generations)('by stream, the API %s', (generation) => {
  const open = () => desk({ generation, reply: 'stream' });

  /** What a check comes to that waits for news. */
  const settles = async ({ clock }: Desk, checking: Promise<unknown>) => {
    await clock.untilSleeping();
    await clock.advance(10_000);
    return checking;
  };

  test('gives the ticket with the first line, counts, and is not asked', async () => {
    const place = await open();
    const { fake, ticket, check } = place;
    fake.hold();
    const kept = await ticket();
    const checking = check(kept);
    await place.clock.untilSleeping();
    fake.progress(40);
    expect(await checking).toEqual({ percent: 40 });
    expect(await settles(place, check(kept))).toEqual({ percent: 40 });
    const last = check(kept);
    fake.release();
    expect(hashes(await last)).toEqual([fake.calls()[0]?.picture]);
    expect(fake.calls()).toMatchObject([{ looks: 0 }]);
  });

  test('is asked when the stream breaks off', async () => {
    const { fake, ticket, end } = await open();
    fake.next('cut-stream');
    expect(hashes(await end(await ticket()))).toEqual([fake.calls()[0]?.picture]);
    expect(fake.calls()[0]?.looks).toBeGreaterThan(0);
  });

  test('holds no stream when it is cancelled', async () => {
    const place = await open();
    const { fake, start, clock } = place;
    fake.hold();
    const controller = new AbortController();
    const answer = await start({}, controller.signal);
    if (!('ticket' in answer)) throw new RangeError('no ticket');
    const reason = new Error('cancelled');
    const checking = place.check(answer.ticket, controller.signal);
    await clock.untilSleeping();
    controller.abort(reason);
    expect(await failureOf(checking)).toBe(reason);
    expect(await place.check(answer.ticket)).toEqual({ percent: undefined });
    expect(fake.calls()[0]?.looks).toBe(1);
  });

  test('with pictures works alike', async () => {
    const { fake, ticket, end } = await open();
    const made = await end(await ticket({ ...editOf([await inputPicture('webp')]), count: 2 }));
    expect(hashes(made).toSorted()).toEqual(
      fake
        .calls()
        .map(({ picture }) => picture)
        .toSorted(),
    );
  });
});
