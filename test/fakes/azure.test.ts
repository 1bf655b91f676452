import { afterEach, beforeEach, expect, test } from 'vitest';
import { inputPicture } from '../contracts/input-pictures.ts';
import { type FakeAzure, fakeAzure } from './azure/server.ts';

/** The fake of Azure refuses what Azure refuses. */

let fake: FakeAzure;

beforeEach(async () => {
  fake = await fakeAzure({ isToken: (token) => token === 'entra' });
});

afterEach(() => fake.close());

const version = 'api-version=2025-04-01-preview';
const generations = `/openai/deployments/gpt-image-2/images/generations?${version}`;
const picture = { prompt: 'a fox', model: 'gpt-image-2', quality: 'low', size: '1024x1024' };

interface Asked {
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: object;
}

async function ask({ path = generations, headers = { 'api-key': fake.apiKey }, body = {} }: Asked) {
  const answer = await fetch(fake.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ ...picture, ...body }),
  });
  const { error } = (await answer.json()) as { error?: { code?: string } };
  return [answer.status, error?.code, ...fake.violations().map(({ rule }) => rule)];
}

test('makes pictures in both forms, for a key and for a token', async () => {
  for (const path of [
    generations,
    '/openai/v1/images/generations',
    '/openai/v1/images/generations?api-version=preview',
  ])
    for (const headers of [{ 'api-key': fake.apiKey }, { authorization: 'Bearer entra' }])
      expect(await ask({ path, headers })).toEqual([200, undefined]);
});

test.each<[string, () => Asked, unknown[]]>([
  ['no version', () => ({ path: generations.replace(version, '') }), [404, '404', 'api-version']],
  ['another version', () => ({ path: generations.replace('2025', '2024') }), [404, '404', 'api-version']],
  [
    'a dated version in the v1 form',
    () => ({ path: `/openai/v1/images/generations?${version}` }),
    [404, '404', 'api-version'],
  ],
  ['OpenAI’s own address', () => ({ path: '/v1/images/generations' }), [404, null, 'no-such-address']],
  [
    'a deployment that is not there',
    () => ({ path: generations.replace('gpt-image-2', 'mine') }),
    [404, 'DeploymentNotFound'],
  ],
  [
    'one that is not there in the v1 form',
    () => ({ path: '/openai/v1/images/generations', body: { model: 'mine' } }),
    [404, 'DeploymentNotFound', 'unreadable'],
  ],
  ['no key', () => ({ headers: {} }), [401, undefined]],
  ['a wrong key', () => ({ headers: { 'api-key': 'no' } }), [401, '401']],
  [
    'the key as a token',
    () => ({ headers: { authorization: `Bearer ${fake.apiKey}` } }),
    [401, undefined, 'key-as-token'],
  ],
  [
    'a key and a token',
    () => ({ headers: { 'api-key': fake.apiKey, authorization: 'Bearer entra' } }),
    [401, undefined, 'two-credentials'],
  ],
  ['WebP', () => ({ body: { output_format: 'webp' } }), [400, 'invalid_value', 'invalid_value']],
  [
    'a parameter of OpenAI’s alone',
    () => ({ body: { safety_identifier: 'ann' } }),
    [400, 'unknown_parameter', 'unknown_parameter'],
  ],
  ['a size of no model', () => ({ body: { size: '17x17' } }), [400, 'invalid_value', 'invalid_value']],
])('refuses %s', async (_, asked, expected) => {
  expect(await ask(asked())).toEqual(expected);
  expect(fake.calls().some(({ billed }) => billed)).toBe(false);
});

test('refuses WebP as a picture to change', async () => {
  const form = new FormData();
  for (const [name, value] of Object.entries(picture)) form.set(name, value);
  const { bytes } = await inputPicture('webp');
  form.set('image', new File([new Uint8Array(bytes)], 'image.webp', { type: 'image/webp' }));
  const path = generations.replace('generations', 'edits');
  const answer = await fetch(fake.url + path, { method: 'POST', headers: { 'api-key': fake.apiKey }, body: form });
  expect([answer.status, fake.violations().map(({ rule }) => rule)]).toEqual([400, ['unsupported_file_mimetype']]);
});
