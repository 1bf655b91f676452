import { describe, expect, test } from 'vitest';
import { Fault, type FaultCode } from '../../src/domain/fault.ts';
import type { Pending } from '../../src/domain/image-provider.ts';
import { type RetryOptions, withRetry } from '../../src/providers/with-retry.ts';
import { failureOf, make } from '../contracts/image-provider.ts';
import { manualClock } from '../fakes/clock.ts';
import { nothingMade, scriptedProvider } from '../fakes/provider.ts';

const throttled = (retryAfterMs?: number) => new Fault('throttled', 'slow down', { retryAfterMs });

/** Nothing is left to chance: by default the lot is always the smallest. */
function setUp(more: Partial<RetryOptions> = {}, signal?: AbortSignal) {
  const clock = manualClock();
  const { provider, calls, untilCalled } = scriptedProvider();
  const making = make(withRetry(provider, { clock, random: () => 0, ...more }), {}, signal);
  making.catch(() => undefined);
  return { clock, calls, untilCalled, making };
}

describe('a service that says when', () => {
  test('is asked again then, not a moment earlier', async () => {
    const { clock, calls, untilCalled, making } = setUp();
    (await untilCalled(1)).reject(throttled(12_000));
    await clock.untilSleeping();
    await clock.advance(11_999);
    expect(calls).toHaveLength(1);
    await clock.advance(1);
    (await untilCalled(2)).resolve(nothingMade);
    expect((await making).result).toBe(nothingMade);
  });

  test('is not waited for longer than there is time', async () => {
    const { calls, untilCalled, making } = setUp({ waitMsMax: 120_000 });
    const fault = throttled(120_001);
    (await untilCalled(1)).reject(fault);
    expect(await failureOf(making)).toBe(fault);
    expect(calls).toHaveLength(1);
  });

  test('uses up that time over all tries', async () => {
    const { clock, untilCalled, making } = setUp({ waitMsMax: 120_000 });
    (await untilCalled(1)).reject(throttled(80_000));
    await clock.untilSleeping();
    await clock.advance(80_000);
    const last = throttled(50_000);
    (await untilCalled(2)).reject(last);
    expect(await failureOf(making)).toBe(last);
  });
});

test('each further try is told before, with what went wrong', async () => {
  const { clock, untilCalled, making } = setUp();
  const fault = new Fault('broken-answer', 'half a picture', { maybeBilled: true });
  const other = throttled(3000);
  (await untilCalled(1)).reject(fault);
  (await untilCalled(2)).reject(other);
  await clock.untilSleeping();
  await clock.advance(3000);
  (await untilCalled(3)).resolve(nothingMade);
  expect((await making).progress).toEqual([
    { retrying: fault, waitMs: 0 },
    { retrying: other, waitMs: 3000 },
  ]);
});

test('waits grow from try to try and are drawn by lot, four tries in all', async () => {
  const { clock, calls, untilCalled, making } = setUp({ random: () => 0.5 });
  const last = new Fault('overloaded', 'busy');
  for (const [at, waitMs] of [500, 1000, 2000].entries()) {
    (await untilCalled(at + 1)).reject(new Fault('overloaded', 'busy'));
    await clock.untilSleeping();
    await clock.advance(waitMs - 1);
    expect(calls).toHaveLength(at + 1);
    await clock.advance(1);
  }
  (await untilCalled(4)).reject(last);
  expect(await failureOf(making)).toBe(last);
});

test.each(['unreachable', 'broken-answer'] as const)(
  '%s gets one more try, since it may be billed twice',
  async (code) => {
    const { untilCalled, making, calls } = setUp();
    (await untilCalled(1)).reject(new Fault(code, 'first'));
    const second = new Fault('unreachable', 'second');
    (await untilCalled(2)).reject(second);
    expect(await failureOf(making)).toBe(second);
    expect(calls).toHaveLength(2);
  },
);

const finals = ['timeout', 'account', 'rejected', 'no-access', 'interrupted', 'bug'] as const satisfies FaultCode[];

test.each(finals)('%s is final', async (code) => {
  const { calls, untilCalled, making } = setUp();
  const fault = new Fault(code, 'no');
  (await untilCalled(1)).reject(fault);
  expect(await failureOf(making)).toBe(fault);
  expect(calls).toHaveLength(1);
});

test('so is anything that is no fault of the service', async () => {
  const { calls, untilCalled, making } = setUp();
  const bug = new TypeError('undefined is not a function');
  (await untilCalled(1)).reject(bug);
  expect(await failureOf(making)).toBe(bug);
  expect(calls).toHaveLength(1);
});

describe('asking how a ticket stands', () => {
  /** Checks that answer with these, one after the other. */
  function asked(...answers: readonly (Fault | Pending)[]) {
    const clock = manualClock();
    let checks = 0;
    const { provider } = scriptedProvider({
      check: async () => {
        const answer = answers[checks++];
        if (!answer || answer instanceof Fault) throw answer ?? new RangeError('asked too often');
        return answer;
      },
    });
    const checking = withRetry(provider, { clock, random: () => 0 }).check('ticket', new AbortController().signal);
    return { checking, checks: () => checks };
  }

  test('costs nothing, so it is tried for longer', async () => {
    const away = new Fault('unreachable', 'away');
    const { checking } = asked(away, away, away, { percent: 40 });
    expect(await checking).toEqual({ percent: 40 });
  });

  test('is over when nothing came of it: that does not change', async () => {
    const broken = new Fault('broken-answer', 'no picture', { maybeBilled: true });
    const { checking, checks } = asked(broken);
    expect(await failureOf(checking)).toBe(broken);
    expect(checks()).toBe(1);
  });
});

test('a refusal is an answer', async () => {
  const { calls, untilCalled, making } = setUp();
  const refusal = { refused: 'content', stage: 'prompt', categories: [] } as const;
  (await untilCalled(1)).resolve(refusal);
  expect((await making).result).toBe(refusal);
  expect(calls).toHaveLength(1);
});

test('cancelling ends a wait at once', async () => {
  const controller = new AbortController();
  const { clock, calls, untilCalled, making } = setUp({}, controller.signal);
  (await untilCalled(1)).reject(throttled(60_000));
  await clock.untilSleeping();
  const reason = new Error('cancelled');
  controller.abort(reason);
  expect(await failureOf(making)).toBe(reason);
  expect(calls).toHaveLength(1);
});
