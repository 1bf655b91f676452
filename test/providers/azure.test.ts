import { createHash } from 'node:crypto';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { buildProviders } from '../../src/build-providers.ts';
import { readConfig } from '../../src/config.ts';
import { Fault, type FaultCode } from '../../src/domain/fault.ts';
import { readImage } from '../../src/domain/image.ts';
import type { ImageOrder } from '../../src/domain/image-provider.ts';
import { guardedFetch } from '../../src/http/guarded-fetch.ts';
import { longCalls } from '../../src/http/long-calls.ts';
import { type AzureOptions, azureProvider } from '../../src/providers/azure.ts';
import { localPace } from '../../src/providers/pace.ts';
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
import { azureAnswers, type FakeAzure, fakeAzure } from '../fakes/azure/server.ts';
import { manualClock } from '../fakes/clock.ts';
import { foreignHost } from '../fakes/foreign-host.ts';

const apiVersion = '2025-04-01-preview';

function providerOf(baseUrl: string, more: Partial<AzureOptions> = {}) {
  const download = guardedFetch({ allowedOrigins: [new URL(baseUrl).origin] });
  const settings = { apiKey: undefined, scope: 'https://cognitiveservices.azure.com/.default', apiVersion, baseUrl };
  return azureProvider({ ...termsFor('azure'), ...settings, fetch: longCalls(), download, ...more });
}

const forms = [
  { form: 'with deployments', options: (fake: FakeAzure) => ({ baseUrl: fake.url }) },
  { form: 'v1', options: (fake: FakeAzure) => ({ baseUrl: fake.v1Url, apiVersion: undefined }) },
] as const;

let fake: FakeAzure;

beforeEach(async () => {
  fake = await fakeAzure();
});

afterEach(async () => {
  expect(fake.violations()).toEqual([]);
  await fake.close();
});

const hash = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

describe.each(forms)('the form $form', ({ form, options }) => {
  const azure = (more: Partial<AzureOptions> = {}) => {
    const { baseUrl, ...rest } = options(fake);
    return providerOf(baseUrl, { apiKey: fake.apiKey, ...rest, ...more });
  };

  imageProviderContract(
    `azure, ${form}`,
    async () => {
      const own = await fakeAzure();
      const { baseUrl, ...rest } = options(own);
      return {
        provider: providerOf(baseUrl, { apiKey: own.apiKey, ...rest }),
        async close() {
          expect(own.violations().filter(({ rule }) => !expectedRules.includes(rule))).toEqual([]);
          await own.close();
        },
      };
    },
    {
      cannot: {
        'writes tickets that survive JSON': 'answers in one long call',
        'hands over exactly the bytes it was given': 'takes no WebP: such a picture goes along as PNG',
      },
    },
  );

  test('says everything, in words that Azure knows', async () => {
    await make(azure(), { count: 2, quality: 'high', background: 'transparent', partialImages: 0 });
    expect(fake.calls()[0]?.parameters).toEqual({
      model: 'gpt-image-2.5-flare',
      prompt: 'a red fox. Flat illustration.',
      size: '1024x1024',
      quality: 'high',
      n: 2,
      background: 'transparent',
      output_format: 'png',
      user: orderFor().endUser,
    });
  });

  test('asks the deployment that serves the model, for pictures and for edits, streamed or not', async () => {
    await fake.close();
    fake = await fakeAzure({ deployments: { 'our images/1': 'gpt-image-2.5-flare' } });
    const provider = azure({ apiKey: fake.apiKey, nameOf: () => 'our images/1' });
    for (const order of [{}, editOf([await inputPicture()])]) {
      for (const partialImages of [0, 1]) {
        const { made } = await make(provider, { ...order, partialImages });
        expect(made?.made.map((bytes) => readImage(bytes)?.format)).toEqual(['png']);
      }
    }
    expect(fake.calls().map(({ endpoint, stream, model }) => [endpoint, stream, model])).toEqual([
      ['generations', false, 'our images/1'],
      ['generations', true, 'our images/1'],
      ['edits', false, 'our images/1'],
      ['edits', true, 'our images/1'],
    ]);
  });

  test('tells an admin of a deployment that is not there', async () => {
    const failure = await failureOf(make(azure({ nameOf: () => 'gone' })));
    expect(failure).toMatchObject({ code: 'rejected', maybeBilled: false });
    expect((failure as Fault).message).toContain('DeploymentNotFound');
    fake.reset();
  });

  test('sends pictures as they are, and WebP as PNG with the same pixels', async () => {
    const [png, jpeg, webp] = await Promise.all([inputPicture('png'), inputPicture('jpeg'), inputPicture('webp')]);
    const mask = await maskFor(webp);
    await make(azure(), editOf([png, jpeg], await maskFor(png)));
    expect(fake.calls()[0]).toMatchObject({ images: [hash(png.bytes), hash(jpeg.bytes)] });
    const { made } = await make(azure(), editOf([webp, jpeg], mask));
    expect(made?.made).toHaveLength(1);
    const asPng = await sharp(webp.bytes).png().toBuffer();
    expect(fake.calls()[1]).toMatchObject({ images: [hash(asPng), hash(jpeg.bytes)], mask: hash(mask.bytes) });
  });

  test('says which picture it can’t read, when that is no picture', async () => {
    const broken = { ...(await inputPicture('webp')), bytes: Buffer.from('RIFF no picture') };
    expect((await make(azure(), editOf([broken]))).result).toMatchObject({ refused: 'unusable' });
    expect(fake.calls()).toEqual([]);
  });

  test('makes a fresh picture under another name of the same person', async () => {
    const { endUser } = orderFor();
    for (const order of [{}, editOf([await inputPicture()])])
      for (const fresh of [false, true]) await make(azure(), { ...order, fresh });
    const users = fake.calls().map(({ parameters }) => parameters.user);
    expect(users).toEqual([endUser, `${endUser}-${job}`, endUser, `${endUser}-${job}`]);
  });

  test('takes nothing from the environment', async () => {
    const names = ['OPENAI_API_KEY', 'AZURE_OPENAI_API_KEY', 'AZURE_OPENAI_ENDPOINT', 'OPENAI_BASE_URL'];
    for (const name of [...names, 'OPENAI_API_VERSION', 'OPENAI_ORG_ID']) vi.stubEnv(name, 'https://elsewhere.example');
    try {
      expect((await make(azure())).made?.made).toHaveLength(1);
    } finally {
      vi.unstubAllEnvs();
    }
  });

  test('is told a wrong key', async () => {
    const failure = await failureOf(make(azure({ apiKey: 'wrong' })));
    expect(failure).toMatchObject({ code: 'account', maybeBilled: false });
  });

  test.each(['', '/'])('finds the resource at its address followed by "%s"', async (end) => {
    const { made } = await make(azure({ baseUrl: options(fake).baseUrl + end }));
    expect(made?.made).toHaveLength(1);
  });

  test('hangs up when it is cancelled', async () => {
    fake.hold();
    const controller = new AbortController();
    const reason = new Error('cancelled');
    const failed = failureOf(make(azure(), editOf([await inputPicture()]), controller.signal));
    await fake.untilHeld(1);
    controller.abort(reason);
    expect(await failed).toBe(reason);
    await fake.untilEnded(1);
  });

  describe('foreign hosts', () => {
    test('get no key by a redirect', async () => {
      const thief = await foreignHost((_, response) => void response.end('{}'));
      const resource = await foreignHost((_, response) => void response.writeHead(307, { location: thief.url }).end());
      const baseUrl = options({ ...fake, url: resource.url, v1Url: `${resource.url}/openai/v1` }).baseUrl;
      for (const order of [{}, editOf([await inputPicture()])]) {
        const failure = await failureOf(make(azure({ baseUrl }), order));
        expect(failure).toMatchObject({ code: 'rejected', maybeBilled: false });
      }
      expect([resource.seen().length, thief.seen()]).toEqual([2, []]);
      await Promise.all([thief.close(), resource.close()]);
    });

    test('get no key by a picture’s address', async () => {
      fake.next('url-instead-of-b64');
      expect((await make(azure())).made?.made).toHaveLength(1);
      expect(fake.downloads()).toMatchObject([{ status: 200, authorized: false }]);
    });
  });
});

/** Pictures that the contract breaks on purpose. */
const expectedRules = ['invalid_image_file', 'invalid_mask_image_format'];

test('is built from its settings, each model with its own deployment', async () => {
  await fake.close();
  fake = await fakeAzure({ deployments: { fast: 'gpt-image-2.5-flare', older: 'gpt-image-2' } });
  const config = readConfig({
    ...{ PROVIDERS: 'foundry', PROVIDER_FOUNDRY_KIND: 'azure', PROVIDER_FOUNDRY_API_KEY: fake.apiKey },
    ...{ PROVIDER_FOUNDRY_BASE_URL: fake.url, PROVIDER_FOUNDRY_API_VERSION: apiVersion },
    PROVIDER_FOUNDRY_MODELS: 'gpt-image-2.5-flare=fast,gpt-image-2=older',
  });
  const clock = manualClock();
  const [provider] = await buildProviders(config, catalogue, clock, localPace(clock));
  if (!provider) throw new RangeError('There is one.');
  expect(provider).toMatchObject({ name: 'foundry', offers: [{ id: 'gpt-image-2.5-flare' }, { id: 'gpt-image-2' }] });
  for (const { id: model } of provider.offers) expect((await make(provider, { model })).made?.made).toHaveLength(1);
  expect(fake.calls().map(({ parameters }) => parameters.model)).toEqual(['fast', 'older']);
});

test('the form with deployments needs a version', () => {
  expect(() => providerOf(fake.url, { apiKey: 'k', apiVersion: undefined })).toThrow(/OPENAI_API_VERSION/);
});

test.each(['/openai', '/openai/'])('the form with deployments may end in %s', async (end) => {
  const { made } = await make(providerOf(fake.url + end, { apiKey: fake.apiKey }));
  expect(made?.made).toHaveLength(1);
});

test('the v1 form may say its version', async () => {
  const { made } = await make(providerOf(fake.v1Url, { apiKey: fake.apiKey, apiVersion: 'preview' }));
  expect(made?.made).toHaveLength(1);
});

describe('what Azure answers instead', () => {
  const content = (stage: 'prompt' | 'picture' | 'unknown', ...categories: string[]) => ({
    result: { refused: 'content', stage, categories },
  });
  const fault = (code: FaultCode, retryAfterMs?: number) => ({
    result: { code, maybeBilled: false, ...(retryAfterMs ? { retryAfterMs } : {}) },
  });

  const expected: Readonly<Record<keyof typeof azureAnswers, { readonly result: object }>> = {
    'content-filter-prompt': content('unknown'),
    'content-filter-picture': content('picture'),
    'content-policy-violation': content('unknown', 'self harm', 'violence'),
    'content-filter-inner': content('unknown', 'jailbreak'),
    'policy-without-code': content('unknown', 'sexual'),
    'moderation-blocked': content('picture', 'sexual'),
    suspended: fault('account'),
    firewall: fault('account'),
    'wrong-key': fault('account'),
    'wrong-subscription-key': fault('account'),
    'role-missing': fault('account'),
    'deployment-not-found': fault('rejected'),
    'resource-not-found': fault('rejected'),
    'version-not-supported': fault('rejected'),
    'operation-not-supported': fault('rejected'),
    'rate-limit': fault('throttled', 26_000),
    'rate-limit-words': fault('throttled', 7000),
    'internal-error': fault('unreachable'),
    overloaded: fault('unreachable'),
  };

  async function resultOf(order: Partial<ImageOrder>): Promise<unknown> {
    try {
      return (await make(providerOf(fake.url, { apiKey: fake.apiKey }), order)).result;
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      const { code, maybeBilled, retryAfterMs } = error;
      return { code, maybeBilled, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
    }
  }

  test.each(Object.entries(expected))('%s', async (name, { result }) => {
    for (const order of [{}, editOf([await inputPicture()])]) {
      for (const partialImages of [0, 1]) {
        fake.next(azureAnswers[name as keyof typeof azureAnswers]);
        expect(await resultOf({ ...order, partialImages })).toEqual(result);
      }
    }
    expect(fake.calls().some(({ billed }) => billed)).toBe(false);
  });
});
