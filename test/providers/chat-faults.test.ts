import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Fault, faultText } from '../../src/domain/fault.ts';
import { guardedFetch } from '../../src/http/guarded-fetch.ts';
import { longCalls } from '../../src/http/long-calls.ts';
import { chatProvider } from '../../src/providers/chat.ts';
import { openaiProvider } from '../../src/providers/openai.ts';
import { failureOf, make, termsFor } from '../contracts/image-provider.ts';
import { editOf, inputPicture } from '../contracts/input-pictures.ts';
import { type Answer, oddBodies, refusalNames, stageOf, uselessNames } from '../fakes/chat/answers.ts';
import { type FakeChat, fakeChat } from '../fakes/chat/server.ts';
import { errorFaultNames, errorFaults, fakeOpenAI } from '../fakes/openai/server.ts';

/** Everything that can go wrong with a message, and what becomes of it. */

let fake: FakeChat;

beforeEach(async () => {
  fake = await fakeChat();
});

afterEach(async () => {
  expect(fake.violations()).toEqual([]);
  await fake.close();
});

function chat() {
  const download = guardedFetch({ allowedOrigins: [fake.url, fake.storeOrigin] });
  const { apiKey, baseUrl } = fake;
  return chatProvider({ ...termsFor('chat'), apiKey, baseUrl, fetch: longCalls(), download });
}

const streamed = [true, false];
const broken = { code: 'broken-answer', maybeBilled: true };

describe.each(streamed)('words instead of a picture, streamed: %s,', (streams) => {
  beforeEach(() => fake.streams(streams));

  test.each(refusalNames)('are a refusal: %s', async (message) => {
    fake.always({ message });
    const { result, progress } = await make(chat());
    expect(result).toEqual({ refused: 'content', stage: stageOf(message), categories: [] });
    expect(progress).toContainEqual({ answered: { requestId: expect.stringMatching(/^req_/) } });
    expect(fake.downloads()).toEqual([]);
  });

  test.each(uselessNames)('are a fault that may be billed: %s', async (message) => {
    fake.always({ message });
    const prompt = `like ${fake.storeOrigin}/own.png`;
    expect(await failureOf(make(chat(), { prompt }))).toMatchObject(broken);
  });
});

test('what the person wrote is no refusal when the service repeats it', async () => {
  fake.always({ events: [chunk('You asked for: a poster \\"no content policy violation, input_moderation\\". Hm.')] });
  const prompt = 'a poster "no content policy violation, input_moderation"';
  expect(await failureOf(make(chat(), { prompt }))).toMatchObject(broken);
});

test('the words of the service are kept for the log, shortened, and are nobody’s to read', async () => {
  fake.always({ events: [chunk(`Foxes ${'are small '.repeat(2000)}`)] });
  const failure = await failureOf(make(chat()));
  if (!(failure instanceof Fault)) throw failure;
  expect(failure.message).toMatch(/^no picture in the answer: Foxes are small/);
  expect(failure.message.length).toBeLessThan(400);
  expect(faultText(failure.code)).not.toContain('Foxes');
});

const chunk = (content: string): string => `{"choices":[{"delta":{"content":"${content}"}}]}`;

describe('an answer that is no message', () => {
  test.each(Object.keys(oddBodies) as (keyof typeof oddBodies)[])('is broken: %s', async (body) => {
    fake.always({ body });
    expect(await failureOf(make(chat()))).toMatchObject(broken);
  });

  test.each([
    ['is no JSON', ['{"choices":[{"delta":', '[DONE]']],
    ['is an error', ['{"error":{"message":"upstream error","type":"new_api_error","code":"do_request_failed"}}']],
    ['has no choices', ['{"object":"chat.completion.chunk"}', 'null', '7', '"x"', '[]', '[DONE]']],
    ['has nothing at all', []],
  ] as [string, string[]][])('is broken where a stream %s', async (_, events) => {
    fake.always({ events });
    expect(await failureOf(make(chat()))).toMatchObject(broken);
  });

  test.each(streamed)('is broken where it breaks off, streamed: %s', async (streams) => {
    fake.streams(streams);
    fake.always({ cut: 'before-the-end' });
    expect(await failureOf(make(chat()))).toMatchObject(broken);
    expect(fake.downloads()).toEqual([]);
  });
});

const errors: [string, Answer, object][] = [
  ['quota', error(403, 'insufficient_user_quota', '用户额度不足'), { code: 'account', maybeBilled: false }],
  ['no channel', error(503, 'model_not_found', '无可用渠道'), { code: 'rejected', maybeBilled: false }],
  ['moderation', error(500, 'bad_response', '生成失败: output_moderation'), { refused: 'content', stage: 'picture' }],
  ['policy', error(400, null, '请求违反了内容政策'), { refused: 'content', stage: 'unknown' }],
  ['banned', error(403, null, 'Banned for violating our usage policies'), { code: 'account', maybeBilled: false }],
];

function error(status: number, code: string | null, message: string): Answer {
  return { error: { status, error: { message, type: 'new_api_error', param: null, code } } };
}

test.each(errors)('an error of a gateway is what it says: %s', async (_, answer, outcome) => {
  fake.always(answer);
  expect(await outcomeOf(chat())).toMatchObject(outcome);
});

const outcomeOf = (provider: ReturnType<typeof chat>, order = {}) =>
  make(provider, order).then(
    ({ result }) => result as object,
    (failure: unknown) => failure,
  );

describe('an error means what it means at the Images API:', () => {
  test.each(errorFaultNames)('%s', async (name) => {
    const openai = await fakeOpenAI();
    const download = guardedFetch({ allowedOrigins: [] });
    const { apiKey, baseUrl } = openai;
    const images = openaiProvider({ ...termsFor('openai'), apiKey, baseUrl, fetch: longCalls(), download });
    openai.always(name);
    fake.always({ error: errorFaults[name] });
    for (const order of [{}, editOf([await inputPicture()])]) {
      const { code, maybeBilled, retryAfterMs, ...refusal } = (await outcomeOf(images, order)) as Fault;
      const expected = code === undefined ? refusal : { code, maybeBilled, retryAfterMs };
      expect(await outcomeOf(chat(), order)).toMatchObject(expected);
    }
    await openai.close();
  });
});
