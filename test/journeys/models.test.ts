import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, type TestContext, test } from 'vitest';
import type { ModelReport } from '../../src/programs/model-report.ts';
import models from '../../src/providers/models.json' with { type: 'json' };
import { fakeOpenAI } from '../fakes/openai/server.ts';
import { studio } from './chats.ts';

const main = path.join(import.meta.dirname, '..', '..', 'src', 'main.ts');
/** The program lives by the real clock, so the lives of models are as far from today as the test needs them. */
const dayFromNow = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
const [retiringDay, unknownDay] = [dayFromNow(12), dayFromNow(40)];

/** The built-in catalogue with one model that retires in 12 days, whenever that is. */
const lively = {
  ...models,
  models: models.models.map((model) => {
    if (['gpt-image-1.5', 'gpt-image-1-mini', 'chatgpt-image-latest'].includes(model.id))
      return { ...model, life: { state: 'retiring', on: retiringDay } };
    return model;
  }),
};

/** `npm run models` in an empty folder. */
async function program({ onTestFinished }: TestContext, env: Record<string, string>, ...words: string[]) {
  const folder = await mkdtemp(path.join(tmpdir(), 'easel-models-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const file = path.join(folder, 'models.json');
  await writeFile(file, JSON.stringify(lively));
  return new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve, reject) => {
    const child = spawn(process.execPath, [main, 'models', ...words], {
      cwd: folder,
      env: { PATH: process.env.PATH, MODELS_FILE: file, ...env },
    });
    const said = { stdout: '', stderr: '' };
    child.stdout.on('data', (part: Buffer) => {
      said.stdout += part;
    });
    child.stderr.on('data', (part: Buffer) => {
      said.stderr += part;
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, ...said }));
  });
}

const openai = async ({ onTestFinished }: TestContext) => {
  const fake = await fakeOpenAI({ today: dayFromNow(0) });
  onTestFinished(() => fake.close());
  for (const { id, life } of lively.models) if (life.state === 'retiring') fake.announce(id, retiringDay);
  return fake;
};

describe.concurrent('npm run models', () => {
  test('with nothing configured shows every model with its life and prices, in 100 columns', async (context) => {
    const { code, stdout, stderr } = await program(context, {});
    expect([code, stderr]).toEqual([0, '']);
    for (const { id } of models.models) expect(stdout).toContain(id);
    expect(stdout).toMatch(/^gpt-image-2\.5-flare \(current, the default\): fast, cheapest$/m);
    expect(stdout).toMatch(/^ {4}medium +14 +\$0\.0132 +11 +\$0\.0103 +11 +\$0\.0103$/m);
    expect(stdout).toContain(
      `retires on ${retiringDay}, in 12 days; from then on requests for it are made with gpt-image-2.5-flare`,
    );
    expect(stdout).toMatch(/^ {2}dall-e-2 +since 2026-05-12; requests for it are made with gpt-image-2\.5-flare$/m);
    expect(stdout).toContain('No image service is set up: the built-in sketch draws placeholders.');
    expect(Math.max(...stdout.split('\n').map(({ length }) => length))).toBeLessThanOrEqual(100);
    for (const slip of ['undefined', 'NaN', 'null', '\u001b']) expect(stdout).not.toContain(slip);
  });

  test('shows what each service takes, calls its models and does, and where it says something else', async (context) => {
    const fake = await openai(context);
    fake.announce('gpt-image-2.5-flare', unknownDay);
    const { code, stdout, stderr } = await program(context, {
      OPENAI_API_KEY: fake.apiKey,
      OPENAI_BASE_URL: fake.baseUrl,
      PROVIDERS: 'relay,sealed,nobody',
      PROVIDER_RELAY_BASE_URL: fake.url,
      PROVIDER_RELAY_API_KEY: fake.apiKey,
      PROVIDER_RELAY_MODELS: 'gpt-image-2.5-flare=house-blend,gpt-image-2',
      PROVIDER_RELAY_PRICE_MULTIPLIER: '0.5',
      PROVIDER_RELAY_LANES: 'batch',
      PROVIDER_SEALED_BASE_URL: fake.url,
      PROVIDER_SEALED_API_KEY: 'sk-wrong-key',
      PROVIDER_SEALED_MODELS: 'gpt-image-2',
      PROVIDER_SEALED_PRICE_PER_IMAGE: '0.03',
      PROVIDER_NOBODY_BASE_URL: 'http://127.0.0.1:9',
      PROVIDER_NOBODY_API_KEY: 'sk-nobody',
    });
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain('  openai: as gpt-image-2.5-flare, draws and changes, png jpeg webp, all lanes');
    expect(stdout).toContain('  relay: as house-blend, 0.5 × the price, draws and changes, png jpeg webp, lanes batch');
    expect(stdout).toMatch(/^ {2}at relay +square 1024x1024 .*\n {4}low +3 +\$0\.0029/m);
    expect(stdout).toContain('  sealed: as gpt-image-2, billed per picture, draws');
    expect(stdout).toMatch(/^ {2}at sealed .*\n {4}low +30 +\$0\.0300 .*\n {4}medium +30 +\$0\.0300/m);
    const [, services = ''] = stdout.split('What the services say themselves\n');
    expect(services.trimEnd().split('\n')).toEqual([
      `  openai shuts down gpt-image-2.5-flare on ${unknownDay}; the catalogue knows no day`,
      '  relay does not list gpt-image-2.5-flare (house-blend): requests for it may fail there',
      '  sealed refuses the key (401): not compared',
      '  nobody could not be reached: not compared',
    ]);
    expect(Math.max(...stdout.split('\n').map(({ length }) => length))).toBeLessThanOrEqual(100);
    expect(stdout).not.toContain('sk-');
    expect(fake.violations()).toEqual([]);
    expect(fake.calls()).toEqual([]);
  });

  test('says so where a service says nothing else', async (context) => {
    const fake = await openai(context);
    const { stdout } = await program(context, { OPENAI_API_KEY: fake.apiKey, OPENAI_BASE_URL: fake.baseUrl });
    expect(stdout.trimEnd().split('\n').at(-1)).toBe(
      '  openai lists all that it is to offer here, and no other last day',
    );
  });

  test('as JSON says the same to machines', async (context) => {
    const fake = await openai(context);
    fake.announce('gpt-image-2', unknownDay);
    const { code, stdout, stderr } = await program(
      context,
      { OPENAI_API_KEY: fake.apiKey, OPENAI_BASE_URL: fake.baseUrl },
      '--json',
    );
    expect([code, stderr]).toEqual([0, '']);
    const report = JSON.parse(stdout) as ModelReport;
    expect(report).toMatchObject({ read: models.read, default: 'gpt-image-2.5-flare', creditUsd: 0.001 });
    expect(report).toMatchObject({ placeholders: false, services: [{ provider: 'openai', unknown: null }] });
    expect(report.models.map(({ id }) => id)).toEqual(models.models.map(({ id }) => id));
    const find = (id: string) => report.models.find((model) => model.id === id);
    expect(find('gpt-image-1-mini')).toMatchObject({
      ...{ state: 'retiring', on: retiringDay, inDays: 12, successor: 'gpt-image-2.5-flare' },
      offers: [{ provider: 'openai', listed: true, shutsDownOn: retiringDay }],
    });
    expect(find('dall-e-3')).toMatchObject({ state: 'gone', on: '2026-05-12', offers: [], prices: [] });
    expect(find('gpt-image-2')).toMatchObject({
      ...{ state: 'current', on: null, inDays: null, successor: null, perImage: null },
      extras: { previewUsd: 0.003, inputUsd: 0.0128 },
      offers: [{ name: 'gpt-image-2', priceMultiplier: 1, tasks: ['generate', 'edit'], shutsDownOn: unknownDay }],
    });
    expect(find('gpt-image-2')?.prices).toContainEqual({
      ...{ quality: 'high', shape: 'square', size: '1024x1024', usd: 0.21072, credits: 211 },
    });
  });

  test('with a catalogue that is wrong says what, and ends with 1', async (context) => {
    const { code, stdout, stderr } = await program(context, { MODELS_FILE: '/nowhere/models.json' });
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toBe("The catalogue of models /nowhere/models.json can't be used: it can’t be read\n");
  });
});

test('a shutdown that only the service knows of reaches the admins by itself, once a day', async () => {
  const place = await studio({
    env: ({ discord }) => ({ ADMIN_CHANNEL: `discord:${discord.about().channels.general}` }),
  });
  place.openai.announce('gpt-image-2.5-flare', '2027-01-10');
  await place.clock.pass(11 * 60_000);
  const said = place.discord.untilMessage({ channel: 'general' });
  const { content } = await place.clock.flyUntil(said);
  expect(content).toContain(
    'The model gpt-image-2.5-flare, in use here, ends and the catalogue does not know it: openai shuts it down on 2027-01-10.',
  );
  await place.clock.pass(60 * 60_000);
  expect(place.discord.messages('general')).toHaveLength(1);
});
