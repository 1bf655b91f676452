import { describe, expect, test } from 'vitest';
import { readImage } from '../../src/domain/image.ts';
import { failureOf, make } from '../contracts/image-provider.ts';
import { editOf, inputPicture } from '../contracts/input-pictures.ts';
import { localServer } from '../fakes/local-server.ts';
import type { FakeOpenAI } from '../fakes/openai/server.ts';
import { closeAfter, gatewayWith, providerAt } from './gateway.ts';

const strict = (upstream: FakeOpenAI) => expect(upstream.violations()).toEqual([]);

describe('an answer', () => {
  const orders = async () => [{}, { partialImages: 1 }, editOf([await inputPicture()])];

  test.each(['b64_json', 'url', 'data-url', 'data-url-as-b64'] as const)(
    'may have its picture as %s',
    async (gives) => {
      const { upstream, gateway, provider } = await gatewayWith({ gives, streams: 'ignored' });
      for (const order of await orders()) {
        const { made } = await make(provider, order);
        expect(made?.made.map((bytes) => readImage(bytes)?.format)).toEqual(['png']);
      }
      expect(gateway.downloads).toEqual(gives === 'url' ? [1, 2, 3].map(() => ({ authorized: false })) : []);
      strict(upstream);
    },
  );

  test.each(['ignored', 'ignored-as-text', 'synthetic', 'synthetic-list'] as const)(
    'may be no real stream (%s)',
    async (streams) => {
      for (const gives of ['b64_json', 'url'] as const) {
        const { provider } = await gatewayWith({ streams, gives });
        for (const order of [{}, editOf([await inputPicture()])]) {
          const { made, partials } = await make(provider, { ...order, partialImages: 2 });
          expect(made?.made.map((bytes) => readImage(bytes)?.format)).toEqual(['png']);
          expect(made?.usage?.imageOutTokens).toBeGreaterThan(0);
          expect(partials).toEqual([]);
        }
      }
    },
  );

  test('may leave out all but the picture', async () => {
    const leavesOut = ['created', 'usage', 'size', 'output_format'] as const;
    const { provider } = await gatewayWith({ leavesOut, streams: 'synthetic' });
    for (const order of await orders()) {
      const { made } = await make(provider, order);
      expect(made).toMatchObject({ made: [expect.anything()], usage: undefined });
    }
  });

  test('tells whose account it went to, and the gateway’s own id where the service’s is missing', async () => {
    const { provider } = await gatewayWith();
    expect((await make(provider)).made).toMatchObject({ organisation: 'org-fake' });
    expect((await make(provider, { partialImages: 1 })).made).toMatchObject({ organisation: 'org-fake' });
  });
});

describe('a stream', () => {
  const picture = async () => Buffer.from((await inputPicture()).bytes).toString('base64');
  const type = 'image_generation.completed';
  const usage = { output_tokens: 439, input_tokens: 9 };

  async function streamed(events: readonly object[], head = '') {
    const text = head + events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join('');
    const relay = await localServer((_, response) =>
      response.writeHead(200, { 'content-type': 'text/event-stream' }).end(text),
    );
    closeAfter(relay);
    return make(providerAt({ url: relay.url, apiKey: 'k' }), { partialImages: 1 });
  }

  test('may say several times that it is done: the first with a picture counts', async () => {
    const b64_json = await picture();
    const { made } = await streamed([{ type }, { type, b64_json: '' }, { type, b64_json, usage }, { type, b64_json }]);
    expect(made).toMatchObject({ made: [expect.anything()], usage: { imageOutTokens: 439 } });
  });

  test('may name no event at all', async () => {
    const { made } = await streamed([{ b64_json: await picture() }]);
    expect(made?.made).toHaveLength(1);
  });

  test('may be kept alive by comments and blank lines', async () => {
    const { made } = await streamed([{ type, b64_json: await picture() }], '\n\n: ping\n\n');
    expect(made?.made).toHaveLength(1);
  });

  test('that fails says why', async () => {
    const error = { message: 'no (request id: 1)', type: 'upstream_error', code: 'insufficient_user_quota' };
    expect(await failureOf(streamed([{ error }]))).toMatchObject({ code: 'account', maybeBilled: false });
    expect(await failureOf(streamed([{ type: 'error', error }]))).toMatchObject({ code: 'account' });
  });
});
