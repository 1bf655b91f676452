import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import OpenAI, { toFile } from 'openai';
import { afterEach, expect, test } from 'vitest';
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
  const bodies: string[] = [];
  const url = await listen(async (request, response) => {
    bodies.push(await text(request));
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end('{"data":[]}');
  });
  const client = new OpenAI({ baseURL: url, apiKey: 'sk-secret', maxRetries: 0, fetch: longCalls() });
  return { url, bodies, client };
}

const fox = { model: 'gpt-image-2', prompt: 'a fox' } as const;

test('the SDK sends JSON and forms with files through it', async () => {
  const { bodies, client } = await host();
  await client.images.generate(fox);
  const image = await toFile(Buffer.from('not really a picture'), 'a.png', { type: 'image/png' });
  await client.images.edit({ ...fox, image });
  expect(JSON.parse(bodies[0] ?? '')).toEqual(fox);
  expect(bodies[1]).toContain('name="image"; filename="a.png"\r\nContent-Type: image/png\r\n\r\nnot really a picture');
});

test('a redirect is not followed: nobody else sees key or prompt', async () => {
  const other = await host();
  const { client } = await host(307, { location: `${other.url}/images/generations` });
  await expect(client.images.generate(fox)).rejects.toMatchObject({ status: 307 });
  expect(other.bodies).toEqual([]);
});

test('silence ends it', async () => {
  const url = await listen(() => undefined);
  await expect(longCalls(20)(url)).rejects.toMatchObject({ cause: { code: 'UND_ERR_HEADERS_TIMEOUT' } });
});
