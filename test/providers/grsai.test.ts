import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { offersOf } from '../../src/domain/catalogue.ts';
import { guardedFetch } from '../../src/http/guarded-fetch.ts';
import { longCalls } from '../../src/http/long-calls.ts';
import { type GrsaiOptions, grsaiProvider } from '../../src/providers/grsai.ts';
import { systemClock } from '../../src/system-clock.ts';
import { catalogue, imageProviderContract, make, orderFor, termsFor } from '../contracts/image-provider.ts';
import { editOf, inputPicture, maskFor } from '../contracts/input-pictures.ts';
import { type FakeGrsai, fakeGrsai } from '../fakes/grsai/server.ts';

function providerOf({ url, filesUrl, apiKey }: FakeGrsai, more: Partial<GrsaiOptions> = {}) {
  const download = guardedFetch({ allowedOrigins: [filesUrl] });
  const ways = { fetch: longCalls(), download, clock: systemClock };
  return grsaiProvider({ ...termsFor('grsai'), apiKey, baseUrl: url, reply: 'poll', ...ways, ...more });
}

const variants = [
  ['grsai', {}],
  ['grsai, the older API by stream', { generation: 'draw', reply: 'stream' }],
  ['grsai, the newer API by stream', { generation: 'api', reply: 'stream' }],
] as const;

for (const [name, more] of variants)
  imageProviderContract(
    name,
    async () => {
      const fake = await fakeGrsai();
      return {
        provider: providerOf(fake, more),
        received: () => {
          const order = fake.calls().at(-1)?.order;
          return order && { images: order.images, mask: order.mask };
        },
        close: () => fake.close(),
      };
    },
    {
      cannot: {
        'shows partial pictures': 'the service has none',
        'tells what it used': 'the service bills by the picture and does not count',
      },
    },
  );

let fake: FakeGrsai;

beforeEach(async () => {
  fake = await fakeGrsai();
});

afterEach(async () => {
  expect(fake.violations()).toEqual([]);
  await fake.close();
});

const grsai = (more: Partial<GrsaiOptions> = {}) => providerOf(fake, more);

describe('what it sends', () => {
  const said = { model: 'gpt-image-2.5-flare', prompt: orderFor().prompt, aspectRatio: '1024x1024', quality: 'medium' };

  test('is the newer API’s, and the older one’s for what only that is known to take', async () => {
    const one = await inputPicture();
    await make(grsai());
    await make(grsai(), { background: 'transparent' });
    await make(grsai(), editOf([one], await maskFor(one)));
    await make(grsai({ reply: 'stream' }));
    const older = { ...said, variants: 1, shutProgress: false, webHook: '-1' };
    expect(fake.calls().map(({ generation, parameters }) => [generation, parameters])).toEqual([
      ['api', { ...said, replyType: 'async' }],
      ['draw', { ...older, background: 'transparent' }],
      ['draw', older],
      ['api', { ...said, replyType: 'stream' }],
    ]);
  });

  test('is the older API’s by wish, and the newer one alone takes no mask', async () => {
    await make(grsai({ generation: 'draw' }));
    await make(grsai({ generation: 'draw', reply: 'stream' }));
    expect(fake.calls().map(({ parameters }) => parameters)).toEqual([
      { ...said, variants: 1, shutProgress: false, webHook: '-1' },
      { ...said, variants: 1, shutProgress: false },
    ]);
    expect(grsai().offers[0]).toMatchObject({ mask: true, backgrounds: ['auto', 'opaque', 'transparent'] });
    expect(grsai({ generation: 'api' }).offers[0]).toMatchObject({ mask: false, backgrounds: ['auto'] });
  });

  test('leaves the quality open for the model that has only one', async () => {
    await make(grsai({ offers: offersOf(catalogue, 'grsai', ['gpt-image-2']), nameOf: () => 'gpt-image-2' }));
    expect(fake.calls()[0]?.parameters).toMatchObject({ model: 'gpt-image-2', quality: 'auto' });
  });

  test('names the model as the service does', async () => {
    await make(grsai({ nameOf: () => 'gpt-image-2.5-sunburst' }));
    expect(fake.calls()[0]?.parameters.model).toBe('gpt-image-2.5-sunburst');
  });
});

test('the key goes to the API alone, never to where the pictures are', async () => {
  for (const [, more] of variants) await make(grsai(more));
  expect(fake.filesUrl).not.toBe(fake.url);
  expect(fake.downloads()).toHaveLength(3);
  expect(JSON.stringify(fake.downloads())).not.toContain(fake.apiKey);
  for (const { headers } of fake.downloads()) expect(headers).not.toHaveProperty('authorization');
});
