import { expect, onTestFinished, test } from 'vitest';
import type { Fault } from '../../src/domain/fault.ts';
import { guardedFetch } from '../../src/http/guarded-fetch.ts';
import { longCalls } from '../../src/http/long-calls.ts';
import { openaiProvider } from '../../src/providers/openai.ts';
import { make, termsFor } from '../contracts/image-provider.ts';
import { editOf, inputPicture } from '../contracts/input-pictures.ts';
import type { ErrorAnswer } from '../fakes/openai/faults.ts';
import { errorFaultNames, errorFaults, fakeOpenAI } from '../fakes/openai/server.ts';
import { desk } from './grsai-desk.ts';

/** Errors in the words of the Images API, and pages: they come from what is behind the service, or before it. */

const outcomeOf = async (answer: Promise<unknown>): Promise<object> => {
  const { code, maybeBilled, retryAfterMs, ...more } = (await answer.catch((error: unknown) => error)) as Fault;
  return code === undefined ? { ...more, maybeBilled: undefined } : { code, maybeBilled, retryAfterMs };
};

function spelled(given: ErrorAnswer) {
  const type = given.html === undefined ? 'application/json' : 'text/html';
  const json = given.flat ? given.error : { error: given.error };
  const headers = { ...given.headers, 'content-type': type };
  return { status: given.status, headers, body: given.html ?? JSON.stringify(json) };
}

test.each(errorFaultNames)('an error means what it means at the Images API: %s', async (name) => {
  const openai = await fakeOpenAI();
  onTestFinished(() => openai.close());
  const { apiKey, baseUrl } = openai;
  const download = guardedFetch({ allowedOrigins: [] });
  const images = openaiProvider({ ...termsFor('openai'), apiKey, baseUrl, fetch: longCalls(), download });
  openai.always(name);
  const { fake, start } = await desk();
  fake.always(spelled(errorFaults[name]));
  for (const order of [{}, editOf([await inputPicture()])]) {
    const expected = await outcomeOf(make(images, order).then(({ result }) => result));
    expect(await outcomeOf(start(order))).toEqual(expected);
  }
});
