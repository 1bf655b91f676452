import { describe, expect, test } from 'vitest';
import type { ImageOrder } from '../../src/domain/image-provider.ts';
import { failureOf, make } from '../contracts/image-provider.ts';
import { editOf, inputPicture } from '../contracts/input-pictures.ts';
import type { FakeGateway } from '../fakes/gateway.ts';
import { wordingNames } from '../fakes/gateway-words.ts';
import type { FakeOpenAI } from '../fakes/openai/server.ts';
import { gatewayWith } from './gateway.ts';

const namesSent = (gateway: FakeGateway) => gateway.calls.map(({ parameters }) => Object.keys(parameters).sort());
const strict = (upstream: FakeOpenAI) => expect(upstream.violations()).toEqual([]);

describe('a parameter that a gateway does not take', () => {
  test.each(wordingNames)('is left out once it says so, and stays left out (%s)', async (wording) => {
    const { upstream, gateway, provider } = await gatewayWith({ refuses: ['safety_identifier'], wording });
    for (const more of [{}, editOf([await inputPicture()])]) {
      const before = gateway.calls.length;
      expect((await make(provider, more)).made?.made).toHaveLength(1);
      expect((await make(provider, more)).made?.made).toHaveLength(1);
      expect(
        namesSent(gateway)
          .slice(before)
          .map((names) => names.includes('safety_identifier')),
      ).toEqual([true, false, false]);
    }
    strict(upstream);
  });

  const all = ['safety_identifier', 'user', 'stream', 'partial_images', 'output_format', 'background', 'n'];

  test.each(wordingNames)('may be one of many: all that can be left out is (%s)', async (wording) => {
    const { upstream, gateway, provider } = await gatewayWith({ refuses: all, wording });
    const order = { fresh: true, partialImages: 2 };
    expect((await make(provider, order)).made?.made).toHaveLength(1);
    const tries = gateway.calls.length;
    expect((await make(provider, order)).made?.made).toHaveLength(1);
    expect(gateway.calls).toHaveLength(tries + 1);
    expect(namesSent(gateway).at(-1)).toEqual(['model', 'prompt', 'quality', 'size']);
    strict(upstream);
  });

  test('costs nothing and nobody hears of it: only what is missing is not there', async () => {
    const { upstream, provider } = await gatewayWith({ refuses: ['stream'], wording: 'older' });
    const { made, partials, progress } = await make(provider, { partialImages: 2 });
    expect([made?.made.length, partials.length]).toEqual([1, 0]);
    expect(progress).toEqual([{ answered: { requestId: expect.any(String), organisation: 'org-fake' } }]);
    expect(upstream.calls()).toHaveLength(1);
  });

  test.each([
    ['size', {}],
    ['quality', {}],
    ['n', { count: 2 }],
    ['background', { background: 'transparent' }],
    ['background', { background: 'opaque' }],
    ['output_format', { format: 'webp' }],
  ] as const)('is never left out where the person asked for it: %s %o', async (name, more) => {
    const { upstream, gateway, provider } = await gatewayWith({ refuses: [name] });
    expect(await failureOf(make(provider, more as Partial<ImageOrder>))).toMatchObject({
      code: 'rejected',
      maybeBilled: false,
    });
    expect(gateway.calls).toHaveLength(1);
    expect(upstream.calls()).toEqual([]);
  });

  test('is said again as soon as somebody asks for it', async () => {
    const { gateway, provider } = await gatewayWith({ refuses: ['output_format'] });
    expect((await make(provider)).made?.made).toHaveLength(1);
    expect(await failureOf(make(provider, { format: 'jpeg' }))).toMatchObject({ code: 'rejected' });
    expect(gateway.calls.map(({ parameters }) => parameters.output_format)).toEqual(['png', undefined, 'jpeg']);
  });

  test('of one model does not spoil the others', async () => {
    const { gateway, provider } = await gatewayWith({ refuses: ['safety_identifier'], onlyFor: 'gpt-image-2' });
    await make(provider, { model: 'gpt-image-2' });
    await make(provider);
    await make(provider, { model: 'gpt-image-2' });
    expect(gateway.calls.map(({ parameters }) => 'safety_identifier' in parameters)).toEqual([
      true,
      false,
      true,
      false,
    ]);
  });

  test('is found out once by several calls at a time, each of which gets its picture', async () => {
    const { gateway, provider } = await gatewayWith({ refuses: ['safety_identifier', 'background'] });
    const answers = await Promise.all([1, 2, 3].map((at) => make(provider, { prompt: `fox ${at}` })));
    expect(answers.map(({ made }) => made?.made.length)).toEqual([1, 1, 1]);
    const sent = gateway.calls.length;
    await make(provider);
    expect(gateway.calls).toHaveLength(sent + 1);
  });

  test('that Easel never sent is somebody else’s mistake', async () => {
    const { gateway, provider } = await gatewayWith();
    const body = { error: { message: "Unknown parameter: 'response_format'.", param: 'response_format' } };
    const wrong = await gatewayWith({ always: { status: 400, body } });
    expect(await failureOf(make(wrong.provider))).toMatchObject({ code: 'rejected', maybeBilled: false });
    expect(wrong.gateway.calls).toHaveLength(1);
    expect((await make(provider)).made?.made).toHaveLength(1);
    expect(namesSent(gateway)[0]).not.toContain('response_format');
  });
});
