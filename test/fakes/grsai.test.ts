import { afterEach, beforeEach, expect, test } from 'vitest';
import { type FakeGrsai, fakeGrsai } from './grsai/server.ts';

/** That the fake is no kinder than the service: what Easel relies on has to be refused where it is wrong. */

let fake: FakeGrsai;

beforeEach(async () => {
  fake = await fakeGrsai();
});

afterEach(() => fake.close());

const fox = { model: 'gpt-image-2.5-flare', prompt: 'a red fox', aspectRatio: '1024x1024', quality: 'medium' };

async function ask(path: string, body?: object, key = fake.apiKey) {
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  const response = await fetch(`${fake.url}${path}`, {
    headers,
    ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

const draw = (more: object = {}) => ask('/v1/draw/completions', { ...fox, webHook: '-1', ...more });
const generate = (more: object = {}) => ask('/v1/api/generate', { ...fox, replyType: 'async', ...more });
const looked = (id: unknown) => ask(`/v1/api/result?id=${String(id)}`);

test('both APIs begin a task, each knows its own, and not at once', async () => {
  const { body: older } = await draw();
  const { body: newer } = await generate();
  expect(older).toMatchObject({ code: 0, data: { id: expect.any(String) } });
  expect(newer).toMatchObject({ status: 'running', id: expect.any(String) });
  expect(await looked((older.data as { id: string }).id)).toMatchObject({ status: 404 });
  expect(await looked(newer.id)).toMatchObject({ status: 404, body: { error: 'result not exist' } });
  expect(await looked(newer.id)).toMatchObject({ status: 200, body: { status: 'running' } });
  expect(await ask('/v1/draw/result', { id: newer.id })).toMatchObject({ body: { code: -22 } });
});

test('a wrong key is refused by every endpoint', async () => {
  expect(await ask('/v1/draw/completions', fox, 'sk-wrong')).toMatchObject({ body: { code: -1, msg: 'apikey error' } });
  expect(await ask('/v1/draw/result', { id: '1' }, 'sk-wrong')).toMatchObject({ body: { code: -1 } });
  expect(await ask('/v1/api/generate', fox, 'sk-wrong')).toMatchObject({ status: 401 });
  expect(await ask('/v1/api/result?id=1', undefined, 'sk-wrong')).toMatchObject({ status: 401 });
  expect(fake.calls()).toEqual([]);
});

test.each([
  ['unknown-parameter', 'draw', { n: 2 }],
  ['unknown-parameter', 'api', { mask: 'data:' }],
  ['unknown-parameter', 'api', { webHook: '-1' }],
  ['model', 'api', { model: 'gpt-image-9' }],
  ['quality', 'api', { quality: 'max' }],
  ['quality', 'draw', { model: 'gpt-image-2' }],
  ['size', 'api', { aspectRatio: '1:1' }],
  ['size', 'draw', { model: 'gpt-image-2', quality: 'auto', aspectRatio: '2048x2048' }],
  ['prompt', 'api', { prompt: ' ' }],
  ['replyType', 'api', { replyType: 'json' }],
  ['webHook', 'draw', { webHook: 'easel' }],
  ['background', 'draw', { background: 'auto' }],
  ['variants', 'draw', { variants: 4 }],
  ['images', 'api', { images: [] }],
  ['images', 'api', { images: Array.from({ length: 7 }, () => 'data:') }],
  ['data-url', 'api', { images: ['https://pictures.example/fox.png'] }],
  ['unreadable', 'draw', { urls: ['data:image/png;base64,AAAA'] }],
] as const)('is refused, and remembered as wrong: %s, by the API %s', async (rule, generation, more) => {
  const { status, body } = await (generation === 'draw' ? draw(more) : generate(more));
  if (generation === 'draw') expect(body).toMatchObject({ code: -1, data: null });
  else expect(status).toBe(400);
  expect(fake.violations()).toMatchObject([{ rule }]);
  expect(fake.calls()).toMatchObject([{ id: '' }]);
});
