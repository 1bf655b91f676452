import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { guardedFetch } from '../../src/http/guarded-fetch.ts';
import { longCalls } from '../../src/http/long-calls.ts';
import { openaiProvider } from '../../src/providers/openai.ts';
import { localPace } from '../../src/providers/pace.ts';
import { withDeadline } from '../../src/providers/with-deadline.ts';
import { withLimits } from '../../src/providers/with-limits.ts';
import { withRepeatedChecks } from '../../src/providers/with-repeated-checks.ts';
import { withSeveralCalls } from '../../src/providers/with-several-calls.ts';
import { make, termsFor } from '../contracts/image-provider.ts';
import { editOf, inputPicture, maskFor } from '../contracts/input-pictures.ts';
import { manualClock } from '../fakes/clock.ts';
import { fakeOpenAI } from '../fakes/openai/server.ts';
import { nothingMade, scriptedProvider } from '../fakes/provider.ts';

/** All the wrappers around one another, as `build.ts` puts them. */

const wrapped = (provider: Parameters<typeof withDeadline>[0]) => {
  const clock = manualClock();
  return withSeveralCalls(
    withRepeatedChecks(withLimits(withDeadline(provider, clock), localPace(clock)), { clock, random: () => 0 }),
  );
};

const hash = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

test('every call of an edit goes out with the very same pictures', async () => {
  const fake = await fakeOpenAI();
  const { baseUrl, apiKey } = fake;
  const download = guardedFetch({ allowedOrigins: [] });
  const openai = openaiProvider({ ...termsFor('openai'), apiKey, baseUrl, fetch: longCalls(), download });
  const [input, other] = [await inputPicture('jpeg'), await inputPicture('webp', { width: 700, height: 300 })];
  const mask = await maskFor(input);
  const { made } = await make(wrapped(openai), { ...editOf([input, other], mask), count: 6 });
  expect(made?.made).toHaveLength(6);
  expect(made?.usage?.imageInTokens).toBe(2 * (256 + 220));
  const sent = { endpoint: 'edits', images: [hash(input.bytes), hash(other.bytes)], mask: hash(mask.bytes) };
  expect(fake.calls()).toMatchObject([sent, sent]);
  expect(fake.violations()).toEqual([]);
  await fake.close();
});

test('the bytes are handed on, never copied', async () => {
  const { provider, untilCalled } = scriptedProvider();
  const input = await inputPicture();
  const mask = await maskFor(input);
  const making = make(wrapped(provider), editOf([input], mask));
  const { order, resolve } = await untilCalled(1);
  expect(order.inputPictures[0]?.bytes).toBe(input.bytes);
  expect(order.maskPicture?.bytes).toBe(mask.bytes);
  resolve(nothingMade);
  await making;
});

test('what can be done stays said', () => {
  const { provider } = scriptedProvider();
  expect(wrapped(provider).offers).toBe(provider.offers);
});

test('a picture that can’t be used is an answer: nobody asks twice', async () => {
  const { provider, calls, untilCalled } = scriptedProvider();
  const making = make(wrapped(provider), editOf([await inputPicture()]));
  const refusal = { refused: 'unusable', what: 'No.', hint: undefined } as const;
  (await untilCalled(1)).resolve(refusal);
  expect((await making).result).toBe(refusal);
  expect(calls).toHaveLength(1);
});
