import { expect, test } from 'vitest';
import { Fault, type FaultCode } from '../../src/domain/fault.ts';
import { type RepeatOptions, withRepeatedChecks } from '../../src/providers/with-repeated-checks.ts';
import { failureOf } from '../contracts/image-provider.ts';
import { manualClock } from '../fakes/clock.ts';
import { scriptedProvider } from '../fakes/provider.ts';

const pending = { percent: 40 };

/** A service that fails at so many checks before it answers. Nothing is left to chance: the lot is always the half. */
function setUp(faults: readonly unknown[], more: Partial<RepeatOptions> = {}, signal = new AbortController().signal) {
  const clock = manualClock();
  let asked = 0;
  const check = async () => {
    const fault = faults[asked++];
    if (fault) throw fault;
    return pending;
  };
  const provider = withRepeatedChecks(scriptedProvider({ check }).provider, { clock, random: () => 0.5, ...more });
  const checking = provider.check('ticket', signal);
  checking.catch(() => undefined);
  return { clock, checking, asked: () => asked };
}

test('a service that says when is asked again then, and up to a tenth later', async () => {
  const { clock, checking, asked } = setUp([new Fault('throttled', 'slow down', { retryAfterMs: 12_000 })]);
  await clock.untilSleeping();
  await clock.advance(12_599);
  expect(asked()).toBe(1);
  await clock.advance(1);
  expect(await checking).toBe(pending);
});

test('waits grow from try to try, four tries in all', async () => {
  const last = new Fault('overloaded', 'busy');
  const { clock, checking, asked } = setUp([1, 2, 3].map(() => new Fault('unreachable', 'away') as Fault).concat(last));
  for (const [at, waitMs] of [500, 1_000, 2_000].entries()) {
    await clock.untilSleeping();
    await clock.advance(waitMs - 1);
    expect(asked()).toBe(at + 1);
    await clock.advance(1);
  }
  expect(await failureOf(checking)).toBe(last);
});

test('a service that wants more time than there is, is not asked again', async () => {
  const fault = new Fault('throttled', 'slow down', { retryAfterMs: 120_001 });
  const { checking, asked } = setUp([fault]);
  expect(await failureOf(checking)).toBe(fault);
  expect(asked()).toBe(1);
});

const finals = ['broken-answer', 'timeout', 'account', 'rejected', 'bug'] as const satisfies FaultCode[];

test.each([...finals.map((code) => new Fault(code, 'no')), new TypeError('undefined is not a function')])(
  '%s is what became of the task, or our own mistake: final',
  async (fault) => {
    const { checking, asked } = setUp([fault]);
    expect(await failureOf(checking)).toBe(fault);
    expect(asked()).toBe(1);
  },
);

test('cancelling ends a wait at once', async () => {
  const controller = new AbortController();
  const { clock, checking, asked } = setUp(
    [new Fault('throttled', 'x', { retryAfterMs: 60_000 })],
    {},
    controller.signal,
  );
  await clock.untilSleeping();
  const reason = new Error('cancelled');
  controller.abort(reason);
  expect(await failureOf(checking)).toBe(reason);
  expect(asked()).toBe(1);
});
