import { expect, test } from 'vitest';
import { guardedFetch } from '../../src/http/guarded-fetch.ts';
import { longCalls } from '../../src/http/long-calls.ts';
import { openaiProvider } from '../../src/providers/openai.ts';
import { deadlineByQuality, withDeadline } from '../../src/providers/with-deadline.ts';
import { failureOf, make, orderFor, termsFor } from '../contracts/image-provider.ts';
import { manualClock } from '../fakes/clock.ts';
import { fakeOpenAI } from '../fakes/openai/server.ts';
import { nothingMade, scriptedProvider } from '../fakes/provider.ts';

test('better pictures may take longer, from 2 to 10 minutes', () => {
  const deadlines = (['low', 'medium', 'high', 'xhigh', 'max'] as const).map((quality) =>
    deadlineByQuality(orderFor({ quality })),
  );
  expect(deadlines).toEqual([...deadlines].sort((a, b) => a - b));
  expect([deadlines[0], deadlines.at(-1)]).toEqual([120_000, 600_000]);
});

test('a call that takes too long is ended, although it may be billed', async () => {
  const clock = manualClock();
  const { provider, untilCalled } = scriptedProvider();
  const failed = failureOf(make(withDeadline(provider, clock, () => 5000)));
  const { signal } = await untilCalled(1);
  await clock.advance(4999);
  expect(signal.aborted).toBe(false);
  await clock.advance(1);
  expect(signal.aborted).toBe(true);
  expect(await failed).toMatchObject({ code: 'timeout', maybeBilled: true, message: 'scripted took over 5 s' });
});

test('a call that is in time leaves no timer behind', async () => {
  const clock = manualClock();
  const { provider, untilCalled } = scriptedProvider();
  const making = make(withDeadline(provider, clock));
  (await untilCalled(1)).resolve(nothingMade);
  expect((await making).result).toBe(nothingMade);
  expect(clock.sleepers()).toBe(0);
});

test('cancelling wins, with its own reason, even when the provider does not listen', async () => {
  const clock = manualClock();
  const controller = new AbortController();
  const { provider, untilCalled } = scriptedProvider();
  const failed = failureOf(make(withDeadline(provider, clock), {}, controller.signal));
  await untilCalled(1);
  const reason = new Error('cancelled');
  controller.abort(reason);
  expect(await failed).toBe(reason);
  expect(clock.sleepers()).toBe(0);
});

test('asking how a ticket stands can be repeated, so it is no time-out when late', async () => {
  const clock = manualClock();
  const failed = failureOf(withDeadline(scriptedProvider().provider, clock).check('t', new AbortController().signal));
  await clock.advance(60_000);
  expect(await failed).toMatchObject({ code: 'unreachable', maybeBilled: false });
});

test.each([
  { what: 'headers', partialImages: 0, fault: 'hang' },
  { what: 'the rest of a stream', partialImages: 1, fault: null },
] as const)('it covers waiting for $what', async ({ partialImages, fault }) => {
  const fake = await fakeOpenAI();
  fake.always(fault);
  fake.hold();
  const clock = manualClock();
  const { baseUrl, apiKey } = fake;
  const download = guardedFetch({ allowedOrigins: [] });
  const openai = openaiProvider({ ...termsFor('openai'), apiKey, baseUrl, fetch: longCalls(), download });
  const failed = failureOf(make(withDeadline(openai, clock), { partialImages }));
  await fake.untilHeld(1);
  await clock.advance(240_000);
  expect(await failed).toMatchObject({ code: 'timeout', maybeBilled: true });
  await fake.untilEnded(1);
  expect(fake.calls()[0]?.abortedAt).not.toBeNull();
  await fake.close();
});
