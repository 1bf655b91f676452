import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readImage } from '../../src/domain/image.ts';
import { guardedFetch } from '../../src/http/guarded-fetch.ts';
import { longCalls } from '../../src/http/long-calls.ts';
import { type OpenAIOptions, openaiProvider } from '../../src/providers/openai.ts';
import {
  catalogue,
  failureOf,
  imageProviderContract,
  job,
  make,
  orderFor,
  termsFor,
} from '../contracts/image-provider.ts';
import { editOf, inputPicture, maskFor } from '../contracts/input-pictures.ts';
import { type FakeOpenAI, fakeOpenAI } from '../fakes/openai/server.ts';

function providerOf(baseUrl: string, apiKey: string, more: Partial<OpenAIOptions> = {}) {
  const download = guardedFetch({ allowedOrigins: [new URL(baseUrl).origin] });
  return openaiProvider({ ...termsFor('openai'), apiKey, baseUrl, fetch: longCalls(), download, ...more });
}

imageProviderContract(
  'openai',
  async () => {
    const fake = await fakeOpenAI();
    return {
      provider: providerOf(fake.baseUrl, fake.apiKey),
      received: () => {
        const call = fake.calls().at(-1);
        return call && { images: call.images, mask: call.mask };
      },
      close: () => fake.close(),
    };
  },
  { cannot: { 'writes tickets that survive JSON': 'answers in one long call' } },
);

let fake: FakeOpenAI;

beforeEach(async () => {
  fake = await fakeOpenAI();
});

afterEach(async () => {
  expect(fake.violations()).toEqual([]);
  await fake.close();
});

const openai = (more: Partial<OpenAIOptions> = {}) => providerOf(fake.baseUrl, fake.apiKey, more);

describe('what it sends', () => {
  test('leaves nothing for the service to choose', async () => {
    await make(openai(), { count: 2, quality: 'high', format: 'webp', background: 'transparent' });
    expect(fake.calls()[0]?.parameters).toEqual({
      model: 'gpt-image-2.5-flare',
      prompt: 'a red fox. Flat illustration.',
      size: '1024x1024',
      quality: 'high',
      n: 2,
      background: 'transparent',
      output_format: 'webp',
      safety_identifier: orderFor().endUser,
    });
  });

  test('streams when partial pictures are wanted', async () => {
    const { made, partials } = await make(openai(), { partialImages: 2 });
    expect(fake.calls()[0]?.parameters).toMatchObject({ stream: true, partial_images: 2, n: 1 });
    expect(partials.map((partial) => readImage(partial)?.format)).toEqual(['png', 'png']);
    expect(made?.made).toHaveLength(1);
    expect(made?.usage?.imageOutTokens).toBe(439 + 200);
    expect(made?.requestId).toBe(fake.calls()[0]?.requestId);
  });

  test('does not stream several: events do not say which picture they belong to', async () => {
    const { made, partials } = await make(openai(), { partialImages: 2, count: 2 });
    expect(fake.calls()[0]?.parameters).not.toHaveProperty('stream');
    expect([made?.made.length, partials.length]).toEqual([2, 0]);
  });

  test('something new with every fresh request, so that no cache on the way knows it', async () => {
    for (const order of [{}, editOf([await inputPicture()])])
      for (const fresh of [false, true]) await make(openai(), { ...order, fresh });
    expect(fake.calls().map(({ parameters }) => parameters.user)).toEqual([undefined, job, undefined, job]);
  });

  test('of an edit is the same, and the pictures', async () => {
    const [input, other] = [await inputPicture(), await inputPicture('webp')];
    const more = { count: 2, quality: 'high', format: 'jpeg', size: { width: 1536, height: 864 } } as const;
    await make(openai(), { ...editOf([input, other], await maskFor(input)), ...more });
    expect(fake.calls()).toMatchObject([{ endpoint: 'edits', images: [{}, {}].map(() => expect.any(String)) }]);
    expect(fake.calls()[0]?.parameters).toEqual({
      model: 'gpt-image-2.5-flare',
      prompt: 'a red fox. Flat illustration.',
      size: '1536x864',
      quality: 'high',
      n: 2,
      background: 'auto',
      output_format: 'jpeg',
      safety_identifier: orderFor().endUser,
    });
  });

  test('of an edit is streamed like anything else', async () => {
    const { made, partials } = await make(openai(), { ...editOf([await inputPicture()]), partialImages: 2 });
    expect(fake.calls()[0]?.parameters).toMatchObject({ stream: true, partial_images: 2, n: 1 });
    expect(partials.map((partial) => readImage(partial)?.format)).toEqual(['png', 'png']);
    expect(made?.usage).toMatchObject({ imageInTokens: 256, imageOutTokens: 439 + 200 });
    expect(made?.requestId).toBe(fake.calls()[0]?.requestId);
  });

  test('is the person’s own words, line breaks too', async () => {
    const prompt = 'two lines:\n"a fox"\r\nein Füchslein 🦊';
    for (const order of [{}, editOf([await inputPicture()])]) await make(openai(), { ...order, prompt });
    expect(fake.calls().map((call) => call.prompt)).toEqual([prompt, prompt]);
  });

  test.each(['', '/', '/v1', '/v1/'])('finds the service at its URL followed by "%s"', async (path) => {
    const { made } = await make(openai({ baseUrl: fake.url + path }));
    expect(made?.made).toHaveLength(1);
  });
});

describe('what it offers', () => {
  test('is all that still lives, the default first', () => {
    const models = openai().offers.map(({ id }) => id);
    expect(models[0]).toBe(catalogue.default);
    expect(models).toContain('gpt-image-1.5');
    expect(models).not.toContain('gpt-image-1');
  });

  test('is called there as the operator says', async () => {
    await make(openai({ nameOf: (model) => (model === catalogue.default ? 'gpt-image-2' : model) }));
    expect(fake.calls()[0]?.parameters.model).toBe('gpt-image-2');
  });
});

describe('while a call runs', () => {
  test.each([
    { task: 'generate', partialImages: 0 },
    { task: 'generate', partialImages: 1 },
    { task: 'edit', partialImages: 0 },
    { task: 'edit', partialImages: 1 },
  ])('cancelling it hangs up ($task, with $partialImages partial pictures)', async ({ task, partialImages }) => {
    fake.hold();
    const controller = new AbortController();
    const reason = new Error('cancelled');
    const order = task === 'edit' ? editOf([await inputPicture()]) : {};
    const failed = failureOf(make(openai(), { ...order, partialImages }, controller.signal));
    await fake.untilHeld(1);
    controller.abort(reason);
    expect(await failed).toBe(reason);
    await fake.untilEnded(1);
    expect(fake.calls()[0]?.abortedAt).not.toBeNull();
  });
});

describe('foreign hosts', () => {
  const closing: (() => Promise<void>)[] = [];

  afterEach(async () => {
    for (const close of closing.splice(0)) await close();
  });

  async function host(answer: RequestListener) {
    const seen: string[] = [];
    const server = createServer((request, response) => {
      seen.push(JSON.stringify(request.rawHeaders));
      answer(request, response);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    closing.push(async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    });
    return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen };
  }

  const answerWith =
    (body: unknown): RequestListener =>
    (_, response) =>
      void response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));

  test('get no key by a redirect', async () => {
    const thief = await host(answerWith({}));
    const relay = await host((_, response) => void response.writeHead(307, { location: thief.url }).end());
    const failure = await failureOf(make(providerOf(relay.url, 'sk-secret')));
    expect(failure).toMatchObject({ code: 'rejected', maybeBilled: false });
    expect(thief.seen).toEqual([]);
  });

  test('get no key by a picture’s URL, and inside ones are not even asked', async () => {
    const inside = await host(answerWith({}));
    const relay = await host(answerWith({ data: [{ url: `${inside.url}/fox.png` }] }));
    const failure = await failureOf(make(providerOf(relay.url, 'sk-secret')));
    expect(failure).toMatchObject({ code: 'broken-answer', maybeBilled: true });
    expect(inside.seen).toEqual([]);
  });

  test('that are the relay itself get a download without the key', async () => {
    fake.next('url-instead-of-b64');
    const { made } = await make(openai());
    expect(made?.made.map((bytes) => readImage(bytes)?.format)).toEqual(['png']);
    expect(fake.downloads()).toMatchObject([{ status: 200, authorized: false }]);
  });

  test('may send a data URL', async () => {
    const { made } = await make(openai());
    const url = `data:image/png;base64,${Buffer.from(made?.made[0] ?? []).toString('base64')}`;
    const relay = await host(answerWith({ data: [{ url }, { b64_json: url }], usage: { output_tokens: 0 } }));
    const relayed = await make(providerOf(relay.url, 'k'), { count: 2 });
    expect(relayed.made?.made).toEqual([made?.made[0], made?.made[0]]);
    expect(relayed.made?.usage).toBeUndefined();
  });

  test('that answer in a stream with a URL are fine too', async () => {
    const { made } = await make(openai());
    const picture = await host((_, response) => void response.end(made?.made[0]));
    const relay = await host((_, response) => {
      const event = { type: 'image_generation.completed', url: `${picture.url}/fox` };
      response
        .writeHead(200, { 'content-type': 'text/event-stream' })
        .end(`: hello\n\nevent: odd\ndata: {"type":"odd"}\n\ndata: ${JSON.stringify(event)}\n\ndata: [DONE]\n\n`);
    });
    const download = guardedFetch({ allowedOrigins: [picture.url] });
    const relayed = await make(providerOf(relay.url, 'k', { download }), { partialImages: 1 });
    expect(relayed.made?.made).toEqual(made?.made);
  });

  test.each([
    { how: 'never end', after: () => undefined },
    { how: 'break off', after: (socket: Socket | null) => void socket?.destroy() },
  ])('may $how a stream once the picture is there', async ({ after }) => {
    const { made } = await make(openai());
    const b64_json = Buffer.from(made?.made[0] ?? []).toString('base64');
    const relay = await host((_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      const text = `data: ${JSON.stringify({ type: 'image_generation.completed', b64_json })}\n\n`;
      response.write(text, () => after(response.socket));
    });
    expect((await make(providerOf(relay.url, 'k'), { partialImages: 1 })).made?.made).toEqual(made?.made);
  });
});
