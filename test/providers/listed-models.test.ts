import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { guardedFetch } from '../../src/http/guarded-fetch.ts';
import { type ListingSite, listedModels } from '../../src/providers/listed-models.ts';
import { fakeOpenAI } from '../fakes/openai/server.ts';

interface Heard {
  readonly url: string | undefined;
  readonly authorization: string | undefined;
  readonly apiKey: string | string[] | undefined;
}

/** A host that writes down what it is asked, and answers as told. */
async function host(answer: (response: ServerResponse, request: IncomingMessage) => void) {
  const heard: Heard[] = [];
  const server = createServer((request, response) => {
    const { authorization, 'api-key': apiKey } = request.headers;
    heard.push({ url: request.url, authorization, apiKey });
    answer(response, request);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(() => resolve()));
  });
  return { heard, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

const json =
  (body: unknown, status = 200) =>
  (response: ServerResponse) =>
    void response
      .writeHead(status, { 'content-type': 'application/json' })
      .end(typeof body === 'string' ? body : JSON.stringify(body));

const site = (baseUrl: string, more: Partial<ListingSite> = {}): ListingSite => ({
  kind: 'openai',
  baseUrl,
  apiKey: 'sk-secret',
  apiVersion: undefined,
  fetch: guardedFetch({ allowedOrigins: [new URL(baseUrl).origin] }),
  ...more,
});

describe('a service that lists its models', () => {
  test('is read with the days on which it shuts them down', async () => {
    const fake = await fakeOpenAI();
    onTestFinished(() => fake.close());
    for (const baseUrl of [fake.url, fake.baseUrl, `${fake.baseUrl}/`]) {
      const listed = await listedModels(site(baseUrl, { apiKey: fake.apiKey }));
      expect(listed).toContainEqual({ id: 'gpt-image-1-mini', shutsDownOn: '2026-12-01' });
      expect(listed).toContainEqual({ id: 'gpt-image-2.5-flare', shutsDownOn: undefined });
    }
    expect(await listedModels(site(fake.baseUrl, { apiKey: 'sk-wrong' }))).toBe('refuses the key (401)');
    expect(fake.violations()).toEqual([]);
  });

  test.each<[unknown, string | undefined]>([
    ['2027-01-31', '2027-01-31'],
    ['2027-01-31T23:30:00Z', '2027-01-31'],
    [Date.UTC(2027, 0, 31) / 1_000, '2027-01-31'],
    [String(Date.UTC(2027, 0, 31) / 1_000), '2027-01-31'],
    ...[null, undefined, '', 'soon', '31.1.2027', '2027-02-31T', 0, -1, 1e300, Date.UTC(2027, 0, 31), {}, [], true].map(
      (given): [unknown, undefined] => [given, undefined],
    ),
    ['2027-01-31'.padEnd(100, ' '), undefined],
  ])('says %j for its shutdown, which is %s', async (given, day) => {
    const { url } = await host(json({ object: 'list', data: [{ id: 'a', shutdown_date: given }] }));
    expect(await listedModels(site(url))).toEqual([{ id: 'a', shutsDownOn: day }]);
  });

  test('is believed only as far as it makes sense', async () => {
    const data = [
      { id: 'a' },
      null,
      7,
      'b',
      {},
      { id: 7 },
      { id: '' },
      { id: 'x'.repeat(201) },
      { id: 'c', deprecation: 'no' },
    ];
    const { url } = await host(json({ data }));
    expect(await listedModels(site(url))).toEqual([
      { id: 'a', shutsDownOn: undefined },
      { id: 'c', shutsDownOn: undefined },
    ]);
  });

  test('on Azure is asked with its own header, at the v1 form only', async () => {
    const deprecation = { fine_tune: 1_677_662_127, inference: Date.UTC(2027, 3, 1) / 1_000 };
    const { url, heard } = await host(json({ data: [{ id: 'gpt-image-2', deprecation }] }));
    const azure = { kind: 'azure', apiKey: 'azure-secret' } as const;
    expect(await listedModels(site(`${url}/openai/v1/`, { ...azure, apiVersion: 'preview' }))).toEqual([
      { id: 'gpt-image-2', shutsDownOn: '2027-04-01' },
    ]);
    expect(heard).toEqual([
      { url: '/openai/v1/models?api-version=preview', authorization: undefined, apiKey: 'azure-secret' },
    ]);
    expect(await listedModels(site(url, azure))).toContain('deployment form');
    expect(await listedModels(site(`${url}/openai/v1`, { ...azure, apiKey: undefined }))).toContain('has a key');
    expect(await listedModels(site(url, { kind: 'grsai' }))).toBe('has no list of models');
    expect(heard).toHaveLength(1);
  });
});

describe('a service that does not', () => {
  const redirect = (location: string) => (response: ServerResponse) => void response.writeHead(302, { location }).end();

  test.each([
    ['refuses the key (403)', json({ error: { message: 'no' } }, 403)],
    ['has no list of models (404)', json('<html>404</html>', 404)],
    ['is asked too often (429)', json({}, 429)],
    ['fails to list its models (502)', json('<html>502</html>', 502)],
    ['answers with something that is no list of models', json('<html>welcome</html>')],
    ['answers with something that is no list of models', json({ data: { id: 'a' } })],
    ['answers with something that is no list of models', json('null')],
    ['answers with more than 4 MB', json({ data: [{ id: 'x'.repeat(4_100_000) }] })],
    ['could not be reached', (response: ServerResponse) => void response.destroy()],
    [
      'sends the question around without end',
      (response: ServerResponse, request: IncomingMessage) => redirect(`${request.url}x`)(response),
    ],
  ])('comes down to a few words: %s', async (words, answer) => {
    const { url } = await host(answer);
    expect(await listedModels(site(url))).toBe(words);
  });

  test('and sends the question elsewhere takes the key nowhere', async () => {
    const hostile = await host(json({ data: [] }));
    const { url } = await host(redirect(`${hostile.url}/v1/models`));
    expect(await listedModels(site(url))).toBe('sends the question to another host, which does not get the key');
    expect(hostile.heard).toEqual([]);
  });

  test('and does not exist, or not any more, is no error', async () => {
    expect(await listedModels(site('http://127.0.0.1:9'))).toBe('could not be reached');
  });

  test('and is not waited for any longer breaks off with the reason', async () => {
    const over = new AbortController();
    const { url } = await host(() => over.abort(new RangeError('stopping')));
    await expect(listedModels(site(url), over.signal)).rejects.toThrow('stopping');
  });

  test('whatever it answers', async () => {
    let body = '';
    const { url } = await host((response) => json(body)(response));
    await fc.assert(
      fc.asyncProperty(fc.json(), async (given) => {
        body = given;
        return ['string', 'object'].includes(typeof (await listedModels(site(url))));
      }),
      { numRuns: 50 },
    );
  });
});
