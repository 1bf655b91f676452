import { randomBytes } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import OpenAI from 'openai';
import { afterEach, expect, test } from 'vitest';
import { type FormField, formBody, inTurn } from '../../src/http/form-body.ts';
import { longCalls } from '../../src/http/long-calls.ts';

const closing: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function listen(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(async () => {
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Answers every request alike and keeps what was sent. */
async function host(status = 200, headers: Record<string, string> = {}) {
  const requests: { readonly headers: IncomingHttpHeaders; readonly body: Buffer<ArrayBuffer> }[] = [];
  const url = await listen(async (request, response) => {
    requests.push({ headers: request.headers, body: Buffer.from(await buffer(request)) });
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end('{"data":[]}');
  });
  const client = new OpenAI({ baseURL: url, apiKey: 'sk-secret', maxRetries: 0, fetch: longCalls() });
  return { url, requests, client };
}

const fox = { model: 'gpt-image-2', prompt: 'a fox' } as const;

/** Sends a form the way providers do. */
function send(client: OpenAI, fields: readonly FormField[]) {
  const { headers, parts } = formBody(fields);
  return client.post<unknown>('/images/edits', { body: inTurn(parts), headers });
}

test('the SDK sends JSON and forms with files through it', async () => {
  const { requests, client } = await host();
  await client.images.generate(fox);
  const bytes = Buffer.from('not really a picture');
  await send(client, [...Object.entries(fox), ['image', { name: 'a.png', type: 'image/png', bytes }]]);
  const [plain, form] = requests.map(({ body }) => body.toString());
  expect(JSON.parse(plain ?? '')).toEqual(fox);
  expect(form).toContain('name="image"; filename="a.png"\r\nContent-Type: image/png\r\n\r\nnot really a picture');
});

test('a form arrives as it was given, its length said beforehand', async () => {
  const { requests, client } = await host();
  const pictures = [randomBytes(1_500_000), randomBytes(70_001), Buffer.from('\r\n--')];
  const files = pictures.map((bytes, at): FormField => {
    return ['image[]', { name: `image-${at + 1}.png`, type: 'image/png', bytes }];
  });
  const prompt = 'two lines:\n"a fox" and\r\nein Füchslein 🦊';
  await send(client, [['prompt', prompt], ['n', '2'], ...files]);
  const [{ headers, body } = { headers: {}, body: Buffer.alloc(0) }] = requests;
  expect(headers).toMatchObject({ 'content-length': String(body.length), authorization: 'Bearer sk-secret' });
  expect(headers).not.toHaveProperty('transfer-encoding');
  const form = await new Response(body, { headers: { 'content-type': headers['content-type'] ?? '' } }).formData();
  expect([form.get('prompt'), form.get('n')]).toEqual([prompt, '2']);
  const came = form.getAll('image[]') as unknown as File[];
  expect(came.map(({ name, type }) => `${name} ${type}`)).toEqual([1, 2, 3].map((at) => `image-${at}.png image/png`));
  for (const [at, file] of came.entries()) expect(Buffer.from(await file.arrayBuffer())).toEqual(pictures[at]);
});

test('names in a form cannot end their line', async () => {
  const file = { name: 'c"\r\nd', type: 'image/png', bytes: Buffer.from('x') };
  const { parts, headers } = formBody([['a"\r\nb', file]]);
  const text = Buffer.concat(parts).toString();
  expect(text).toContain('name="a%22%0D%0Ab"; filename="c%22%0D%0Ad"\r\nContent-Type: image/png\r\n\r\nx');
  expect(text).toHaveLength(Number(headers['content-length']));
});

test('a redirect is not followed: nobody else sees key or prompt', async () => {
  const other = await host();
  const { client } = await host(307, { location: `${other.url}/images/generations` });
  await expect(client.images.generate(fox)).rejects.toMatchObject({ status: 307 });
  expect(other.requests).toEqual([]);
});

test('silence ends it', async () => {
  const url = await listen(() => undefined);
  await expect(longCalls(20)(url)).rejects.toMatchObject({ cause: { code: 'UND_ERR_HEADERS_TIMEOUT' } });
});
