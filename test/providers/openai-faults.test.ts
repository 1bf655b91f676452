import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Fault, type FaultCode } from '../../src/domain/fault.ts';
import { readImage } from '../../src/domain/image.ts';
import type { ImageOrder, ImageProvider, Progress } from '../../src/domain/image-provider.ts';
import { guardedFetch } from '../../src/http/guarded-fetch.ts';
import { longCalls } from '../../src/http/long-calls.ts';
import { azureProvider } from '../../src/providers/azure.ts';
import { openaiProvider } from '../../src/providers/openai.ts';
import { failureOf, make, termsFor } from '../contracts/image-provider.ts';
import { editOf, inputPicture } from '../contracts/input-pictures.ts';
import { fakeAzure } from '../fakes/azure/server.ts';
import { type ErrorAnswer, type FakeOpenAI, type FaultName, fakeOpenAI, faultNames } from '../fakes/openai/server.ts';

/** Everything that can go wrong at the service, and what becomes of it. */

type Outcome =
  | { readonly refused: 'prompt' | 'picture' | 'unknown'; readonly categories: readonly string[] }
  | { readonly unusable: string }
  | { readonly code: FaultCode; readonly maybeBilled: boolean; readonly retryAfterMs?: number }
  | { readonly pictures: number; readonly format?: string; readonly usage?: 'none' };

interface Expected {
  readonly plain: Outcome;
  /** Unset: the same as plain. */
  readonly stream?: Outcome;
  /** Of an edit, streamed or not. Unset: as when there was nothing to edit. */
  readonly edit?: Outcome;
}

const fault = (code: FaultCode, maybeBilled = false, retryAfterMs?: number): Expected => ({
  plain: { code, maybeBilled, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) },
});
const refused = (stage: 'prompt' | 'picture' | 'unknown', ...categories: string[]): Expected => ({
  plain: { refused: stage, categories },
});
const broken = fault('broken-answer', true);
const account = fault('account');
const rejected = fault('rejected');
/** Of a picture that went along: the person's to mend, no admin hears of it. Where none did, it can't be the person's fault. */
const unusable = (unusable = 'Save it as PNG or JPEG and try again.'): Expected => ({
  ...rejected,
  edit: { unusable },
});
const tooLarge = unusable('Make it smaller and try again.');
const fine: Outcome = { pictures: 2 };
const fineStream: Outcome = { pictures: 1 };

const expected: Record<FaultName, Expected> = {
  'moderation-input': refused('prompt', 'sexual'),
  'moderation-output': refused('picture', 'violence'),
  'moderation-unknown': refused('unknown'),
  'content-policy-violation': refused('unknown'),
  'content-filter': refused('unknown'),
  'image-content-policy-violation': refused('unknown'),
  'invalid-value': rejected,
  'unknown-parameter': rejected,
  'invalid-input-fidelity-model': rejected,
  'invalid-image-file': unusable(),
  'invalid-image': unusable(),
  'invalid-image-format': unusable(),
  'invalid-base64-image': rejected,
  'invalid-image-url': rejected,
  'image-too-large': tooLarge,
  'image-too-small': unusable('Make it larger and try again.'),
  'image-parse-error': unusable(),
  'invalid-image-mode': unusable(),
  'image-file-too-large': tooLarge,
  'unsupported-image-media-type': unusable(),
  'empty-image-file': unusable(),
  'unsupported-file-mimetype': unusable(),
  'invalid-mask-image-format': unusable(),
  'failed-to-download-image': rejected,
  'image-file-not-found': rejected,
  'model-not-found': rejected,
  'model-not-found-400': rejected,
  'flat-error': rejected,
  'html-413': tooLarge,
  'billing-hard-limit-reached': account,
  'organization-must-be-verified': account,
  'organization-must-be-verified-400': account,
  'invalid-api-key': account,
  'ip-not-allowed': account,
  'country-not-supported': account,
  'insufficient-quota': account,
  'credit-balance-exhausted': account,
  'organization-spend-limit-exceeded': account,
  'project-spend-limit-exceeded': account,
  'organization-usage-limit-exceeded': account,
  'rate-limit-retry-after': fault('throttled', false, 1200),
  'rate-limit-text': fault('throttled', false, 12_000),
  'rate-limit-silent': fault('throttled'),
  'rate-limit-503': fault('throttled'),
  'slow-down': fault('throttled'),
  'slow-down-429': fault('throttled'),
  'server-is-overloaded': fault('overloaded'),
  'server-error': fault('unreachable'),
  'server-error-without-code': fault('unreachable'),
  'request-timeout': fault('unreachable'),
  conflict: fault('unreachable'),
  'html-502': fault('unreachable', true),
  'html-504': fault('unreachable', true),
  'html-524': fault('unreachable', true),
  'drop-before': fault('unreachable', true),
  'drop-after': fault('unreachable', true),
  'cut-body': broken,
  'cut-stream': broken,
  'ok-with-error': broken,
  'ok-html': broken,
  'truncated-base64': broken,
  'truncated-image': broken,
  'not-a-picture': broken,
  'empty-data': broken,
  'stream-without-completed': broken,
  'stream-error-event': { ...fault('unreachable'), stream: { code: 'broken-answer', maybeBilled: true } },
  'stream-moderation-event': refused('picture', 'violence'),
  'json-instead-of-stream': { plain: fine, stream: fineStream },
  'missing-usage': { plain: { ...fine, usage: 'none' }, stream: { ...fineStream, usage: 'none' } },
  'url-instead-of-b64': { plain: fine, stream: fineStream },
  'fewer-images': { plain: { pictures: 1 }, stream: { code: 'broken-answer', maybeBilled: true } },
  'fewer-partials': { plain: fine, stream: fineStream },
  'other-format': { plain: { ...fine, format: 'jpeg' }, stream: { ...fineStream, format: 'jpeg' } },
  // Never answers: see with-deadline.test.ts.
  hang: { plain: { code: 'timeout', maybeBilled: true } },
};

let fake: FakeOpenAI;

beforeEach(async () => {
  fake = await fakeOpenAI();
});

afterEach(() => fake.close());

function openai(baseUrl = fake.baseUrl, silenceMsMax?: number) {
  const download = guardedFetch({ allowedOrigins: [fake.url] });
  const options = { ...termsFor('openai'), apiKey: fake.apiKey, download };
  return openaiProvider({ ...options, baseUrl, fetch: longCalls(silenceMsMax) });
}

async function azure() {
  await fake.close();
  fake = await fakeAzure();
  const { apiKey, url: baseUrl } = fake;
  const settings = { apiKey, baseUrl, apiVersion: '2025-04-01-preview', scope: '' };
  return azureProvider({
    ...{ ...termsFor('azure'), ...settings, fetch: longCalls() },
    download: guardedFetch({ allowedOrigins: [baseUrl] }),
  });
}

async function outcomeOf(provider: ImageProvider, order: Partial<ImageOrder>): Promise<unknown> {
  const { result, made } = await make(provider, order);
  if (!made) return result;
  const pictures = made.made.map((bytes) => readImage(bytes));
  return { pictures: pictures.length, format: pictures[0]?.format, usage: made.usage ? 'some' : 'none' };
}

function meaning(outcome: Outcome): unknown {
  if ('refused' in outcome) return { refused: 'content', stage: outcome.refused, categories: outcome.categories };
  if ('unusable' in outcome)
    return { refused: 'unusable', what: 'The image service can’t use a picture you gave.', hint: outcome.unusable };
  if ('code' in outcome) return { name: 'Fault', retryAfterMs: undefined, ...outcome };
  return { format: 'png', usage: 'some', ...outcome };
}

const answering = faultNames.filter((name) => name !== 'hang');

describe.each([
  { kind: 'openai', task: 'generate', how: 'plain', count: 2, partialImages: 0 },
  { kind: 'openai', task: 'generate', how: 'stream', count: 1, partialImages: 2 },
  { kind: 'openai', task: 'edit', how: 'plain', count: 2, partialImages: 0 },
  { kind: 'openai', task: 'edit', how: 'stream', count: 1, partialImages: 2 },
  // Speaks the same, behind another door.
  { kind: 'azure', task: 'generate', how: 'plain', count: 2, partialImages: 0 },
  { kind: 'azure', task: 'edit', how: 'stream', count: 1, partialImages: 2 },
] as const)('$kind, $task, $how:', ({ kind, task, how, count, partialImages }) => {
  test.each(answering)('%s', async (name) => {
    const provider = kind === 'azure' ? await azure() : openai();
    fake.always(name);
    const row = expected[name];
    const outcome = (task === 'edit' ? row.edit : undefined) ?? row[how] ?? row.plain;
    const order = task === 'edit' ? editOf([await inputPicture()]) : {};
    const calling = outcomeOf(provider, { ...order, count, partialImages });
    const came = 'code' in outcome ? await failureOf(calling) : await calling;
    expect(came).toMatchObject(meaning(outcome) as object);
    expect(fake.calls()).toHaveLength(1);
    if (came instanceof Fault && fake.calls()[0]?.billed) expect(came.maybeBilled).toBe(true);
  });
});

test('whatever is wrong with a mask is the person’s to mend', async () => {
  const edit = editOf([await inputPicture()]);
  for (const code of ['invalid_mask', 'invalid_mask_image', 'invalid_mask_size']) {
    fake.next(answer(400, { message: 'no', type: 'image_generation_user_error', param: 'mask', code }));
    expect((await make(openai(), edit)).result).toMatchObject({ refused: 'unusable' });
  }
});

test('a service that says nothing at all is given up', async () => {
  fake.always('hang');
  const failure = await failureOf(make(openai(fake.baseUrl, 20)));
  expect(failure).toMatchObject(expected.hang.plain);
});

test('a service that is not there has billed nothing', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  const failure = await failureOf(make(openai(`http://127.0.0.1:${port}`)));
  expect(failure).toMatchObject({ code: 'unreachable', maybeBilled: false });
});

test('one broken picture of several stays among them, to be seen as billed and not delivered', async () => {
  const { made } = await make(openai(), { count: 2 });
  const [good] = made?.made ?? [];
  const server = createServer((_, response) => {
    const data = [{ b64_json: Buffer.from(good ?? []).toString('base64') }, { b64_json: 'abcde' }, {}];
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ data }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const relayed = await make(openai(`http://127.0.0.1:${port}`), { count: 3 });
  expect(relayed.made?.made.map((bytes) => readImage(bytes)?.format)).toEqual(['png', undefined, undefined]);
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

test('the words of the service are kept for the log, with its id for the call', async () => {
  fake.next('html-502');
  fake.next('insufficient-quota');
  const gateway = await failureOf(make(openai()));
  expect(gateway).toMatchObject({ message: '502 502 Bad Gateway', requestId: fake.calls()[0]?.requestId });
  const quota = await failureOf(make(openai()));
  expect((quota as Fault).message).toMatch(/exceeded your current quota.*\(insufficient_quota\)/);
});

const answer = (status: number, error: ErrorAnswer['error'], headers: Record<string, string> = {}): ErrorAnswer => ({
  status,
  ...(error ? { error } : {}),
  headers,
});
const limit = (message: string) => ({ message, type: 'requests', param: null, code: 'rate_limit_exceeded' });
const noon = 'Fri, 20 Nov 2026 12:00:00 GMT';

test.each([
  ['Please try again in 850ms.', {}, 850],
  ['Please try again in 1m30s.', {}, 90_000],
  ['Try again in 2 minutes.', {}, 120_000],
  ['Please retry after 1.5 s.', {}, 1500],
  ['Please try again later.', {}, undefined],
  ['Slow down.', { 'retry-after': '3' }, 3000],
  ['Slow down.', { 'retry-after': 'Fri, 20 Nov 2026 12:00:07 GMT', date: noon }, 7000],
  ['Slow down.', { 'retry-after': 'Fri, 20 Nov 2026 11:00:00 GMT', date: noon }, 0],
  ['Slow down.', { 'retry-after': 'soon', date: noon }, undefined],
])('"%s" %o means %s ms', async (message, headers, retryAfterMs) => {
  fake.next(answer(429, limit(message), headers as Record<string, string>));
  expect(await failureOf(make(openai()))).toMatchObject({ code: 'throttled', retryAfterMs });
});

test.each(['moderation-input', 'rate-limit-text', 'ok-with-error', 'not-a-picture', 'cut-stream'] as const)(
  'what the call is known by is told, whatever comes of it: %s',
  async (name) => {
    fake.next(name);
    const told: Progress[] = [];
    const tell = (step: Progress) => void told.push(step);
    await make(openai(), { partialImages: name === 'cut-stream' ? 2 : 0 }, undefined, tell).catch(() => undefined);
    expect(told.filter((step) => 'answered' in step).at(-1)).toEqual({
      answered: { requestId: fake.calls()[0]?.requestId, organisation: 'org-fake' },
    });
  },
);

test('categories are told in readable words, whichever way they come', async () => {
  const base = { message: 'no', type: 'image_generation_user_error', param: null };
  const categories = ['self-harm/intent', 'sexual_minors', '<b>', 7, 'violence', 'violence'];
  const details = { moderation_stage: 'output', categories };
  const filters = { hate: { filtered: true }, violence: { filtered: false } };
  fake.next(answer(400, { ...base, code: 'moderation_blocked', moderation_details: details }));
  fake.next(answer(400, { ...base, code: null, message: 'rejected, safety_violations=[sexual, violence/graphic]' }));
  fake.next(answer(400, { ...base, code: 'contentFilter', inner_error: { content_filter_results: filters } }));
  fake.next(answer(451, { ...base, code: null }));
  const said = async () => (await make(openai())).result;
  expect(await said()).toMatchObject({
    stage: 'picture',
    categories: ['self-harm: intent', 'sexual minors', 'violence'],
  });
  expect(await said()).toMatchObject({ categories: ['sexual', 'violence: graphic'] });
  expect(await said()).toMatchObject({ categories: ['hate'] });
  expect(await said()).toMatchObject({ refused: 'content', categories: [] });
});
