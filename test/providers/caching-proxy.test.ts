import { createHash } from 'node:crypto';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { withSeveralCalls } from '../../src/providers/with-several-calls.ts';
import { failureOf, make } from '../contracts/image-provider.ts';
import { editOf, inputPicture } from '../contracts/input-pictures.ts';
import { cachingProxy } from '../fakes/caching-proxy.ts';
import type { Habits } from '../fakes/gateway.ts';
import { closeAfter, gatewayWith, providerAt } from './gateway.ts';

/** Larger than nginx keeps in memory: noise. */
async function largePicture(seed: number) {
  const size = { width: 96, height: 96 };
  const pixels = createHash('shake256', { outputLength: 96 * 96 * 3 })
    .update(String(seed))
    .digest();
  const bytes = await sharp(pixels, { raw: { ...size, channels: 3 } })
    .png()
    .toBuffer();
  expect(bytes.length).toBeGreaterThan(10_000);
  return { bytes, format: 'png', ...size } as const;
}

describe('a caching proxy on the way', () => {
  async function behindCache(options: Parameters<typeof cachingProxy>[1] = {}, habits: Habits = {}) {
    const { upstream, gateway } = await gatewayWith(habits);
    const proxy = await cachingProxy(gateway.url, options);
    closeAfter(proxy);
    return { upstream, gateway, proxy, provider: providerAt({ url: proxy.url, apiKey: gateway.apiKey }) };
  }
  const pictureOf = async (...given: Parameters<typeof make>) => (await make(...given)).made?.made[0];

  test('may answer the same request with the same picture', async () => {
    const { proxy, provider } = await behindCache();
    const first = await pictureOf(provider);
    expect(await pictureOf(provider)).toEqual(first);
    expect(proxy.answers).toEqual(['MISS', 'HIT']);
  });

  test.each([{ refuses: [] }, { refuses: ['user'] }, { refuses: ['user', 'safety_identifier'] }])(
    'never answers a fresh one, whatever else the gateway lacks: $refuses',
    async ({ refuses }) => {
      const { proxy, provider } = await behindCache({}, { refuses });
      const pictures = [await pictureOf(provider)];
      for (const partialImages of [0, 0, 1]) pictures.push(await pictureOf(provider, { fresh: true, partialImages }));
      expect(new Set(pictures.map((bytes) => Buffer.from(bytes ?? []).toString('base64'))).size).toBe(4);
      expect(proxy.answers).not.toContain('HIT');
    },
  );

  test('never answers an edit that it can see whole: no two forms are the same', async () => {
    const { proxy, provider } = await behindCache();
    const edit = editOf([await inputPicture()]);
    for (const fresh of [false, false, true]) await make(provider, { ...edit, fresh });
    expect(proxy.answers).toEqual(['MISS', 'MISS', 'MISS']);
  });

  test('keeps people apart, until they may not be told apart', async () => {
    for (const [refuses, answers] of [
      [[], ['MISS', 'MISS']],
      [['safety_identifier'], ['MISS', 'MISS', 'HIT']],
    ] as const) {
      const { proxy, provider } = await behindCache({}, { refuses });
      await make(provider, { endUser: 'one' });
      await make(provider, { endUser: 'other' });
      expect(proxy.answers).toEqual(answers);
    }
  });

  test('that keeps an error under status 200 does not keep a job from its picture', async () => {
    const { upstream, proxy, provider } = await behindCache();
    upstream.next('ok-with-error');
    expect(await failureOf(make(provider))).toMatchObject({ code: 'broken-answer', maybeBilled: true });
    expect(await pictureOf(provider)).toBeDefined();
    expect(proxy.answers).toEqual(['MISS', 'MISS']);
  });

  test('makes several calls of one job no copies of each other', async () => {
    const { provider } = await behindCache();
    const { made } = await make(withSeveralCalls({ ...provider, imagesPerCallMax: 1 }), { count: 3 });
    expect(new Set(made?.made.map((bytes) => Buffer.from(bytes).toString('base64'))).size).toBe(3);
  });

  test.each([{ told: false }, { told: true }])(
    'that takes all large requests for the same never brings somebody else’s picture: $told',
    async ({ told }) => {
      const { upstream, proxy, provider } = await behindCache({ told });
      const [one, other] = await Promise.all([largePicture(1), largePicture(2)]);
      expect((await make(provider, editOf([one]))).made?.made).toHaveLength(1);
      const wrong = await failureOf(make(provider, editOf([other])));
      expect(wrong).toMatchObject({ code: 'rejected', maybeBilled: true });
      const again = await failureOf(make(provider, { ...editOf([one]), fresh: true }));
      expect(again).toMatchObject({ code: 'rejected' });
      const long = await failureOf(make(provider, { prompt: 'a fox and '.repeat(1_000) }));
      expect(long).toMatchObject({ code: 'rejected' });
      expect([proxy.answers, upstream.calls().length]).toEqual([['MISS', 'HIT', 'HIT', 'HIT'], 1]);
    },
  );

  test('that says it kept the picture of an edit is believed, also right after a start', async () => {
    const { gateway, proxy, provider } = await behindCache({ told: true });
    await make(provider, editOf([await largePicture(1)]));
    const restarted = providerAt({ url: proxy.url, apiKey: gateway.apiKey });
    expect(await failureOf(make(restarted, editOf([await largePicture(2)])))).toMatchObject({ code: 'rejected' });
  });

  test('whose buffer is large enough does no harm', async () => {
    const { proxy, provider } = await behindCache({ bufferBytes: 50_000_000, told: true });
    const edit = editOf([await largePicture(1)]);
    for (const fresh of [false, true, true])
      expect((await make(provider, { ...edit, fresh })).made?.made).toHaveLength(1);
    expect(proxy.answers).toEqual(['MISS', 'MISS', 'MISS']);
  });
});
