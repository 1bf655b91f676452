import { describe, expect, test } from 'vitest';
import { readImage } from '../../src/domain/image.ts';
import { make } from '../contracts/image-provider.ts';
import { editOf, inputPicture } from '../contracts/input-pictures.ts';
import type { FakeOpenAI } from '../fakes/openai/server.ts';
import { gatewayWith } from './gateway.ts';

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
