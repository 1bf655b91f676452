import type { IncomingMessage, ServerResponse } from 'node:http';
import { describe, expect, test } from 'vitest';
import { readImage } from '../../src/domain/image.ts';
import { guardedFetch } from '../../src/http/guarded-fetch.ts';
import { failureOf, make } from '../contracts/image-provider.ts';
import { editOf, inputPicture } from '../contracts/input-pictures.ts';
import { localServer } from '../fakes/local-server.ts';
import { bytesOf } from '../fakes/openai/read-body.ts';
import { closeAfter, providerAt } from './gateway.ts';

/** Whoever answers, the key stays between Easel and the origin of the base URL. */

const apiKey = 'sk-secret-0123456789';

/** Writes down every byte that reaches it. */
async function recorder(answer: (request: IncomingMessage, response: ServerResponse) => unknown) {
  const seen: string[] = [];
  const server = await localServer(async (request, response) => {
    seen.push(`${request.url} ${JSON.stringify(request.rawHeaders)} ${(await bytesOf(request)).toString('latin1')}`);
    await answer(request, response);
  });
  closeAfter(server);
  return { ...server, seen };
}

const picture = (await inputPicture()).bytes;
const orders = {
  generate: {},
  'generate, streamed': { partialImages: 1 },
  edit: editOf([await inputPicture()]),
  'edit, streamed': { ...editOf([await inputPicture()]), partialImages: 1 },
};

describe.each(Object.entries(orders))('a key, when the service is asked to %s,', (_, order) => {
  test.each([301, 302, 303, 307, 308])('does not follow a redirect (%i)', async (status) => {
    const thief = await recorder((_request, response) => response.end('{}'));
    const relay = await recorder((_request, response) =>
      response.writeHead(status, { location: `${thief.url}/v1/images/generations` }).end(),
    );
    const failure = await failureOf(make(providerAt({ url: relay.url, apiKey }), order));
    expect(failure).toMatchObject({ code: 'rejected', maybeBilled: false });
    expect(relay.seen.join()).toContain(apiKey);
    expect(thief.seen).toEqual([]);
  });

  test('goes neither to the host of a picture nor to where that redirects', async () => {
    const store = await recorder((_request, response) => response.end(picture));
    const cdn = await recorder((_request, response) =>
      response.writeHead(302, { location: `${store.url}/fox`, 'set-cookie': 'a=b' }).end(),
    );
    const body = JSON.stringify({ data: [{ url: `${cdn.url}/fox.png?X-Signature=abc` }] });
    const relay = await recorder((_request, response) =>
      response.setHeader('content-type', 'application/json').end(body),
    );
    const download = guardedFetch({ allowedOrigins: [relay.url, cdn.url, store.url] });
    const { made } = await make(providerAt({ url: relay.url, apiKey }, { download }), order);
    expect(made?.made.map((bytes) => readImage(bytes)?.format)).toEqual(['png']);
    for (const { seen } of [cdn, store]) {
      expect(seen).toHaveLength(1);
      expect(seen.join()).not.toMatch(/sk-secret|authorization|cookie|safety|OpenAI/i);
    }
  });

  test('does not lead into the own network by a picture’s address', async () => {
    const inside = await recorder((_request, response) => response.end(picture));
    for (const url of [`${inside.url}/fox`, inside.url.replace('127.0.0.1', 'localhost'), 'file:///etc/passwd']) {
      const body = JSON.stringify({ data: [{ url }] });
      const relay = await recorder((_request, response) =>
        response.setHeader('content-type', 'application/json').end(body),
      );
      const failure = await failureOf(make(providerAt({ url: relay.url, apiKey }), order));
      expect(failure).toMatchObject({ code: 'broken-answer', maybeBilled: true });
    }
    expect(inside.seen).toEqual([]);
  });
});

test('a picture that does not come is asked for once more: it is paid for', async () => {
  let asked = 0;
  const relay = await recorder((request, response) => {
    if (request.method === 'POST') return response.end(JSON.stringify({ data: [{ url: `${relay.url}/fox` }] }));
    asked++;
    return asked === 1 ? response.writeHead(404).end() : response.end(picture);
  });
  expect((await make(providerAt({ url: relay.url, apiKey }))).made?.made).toHaveLength(1);
  expect(asked).toBe(2);
});
