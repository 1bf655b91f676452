import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { buildProviders } from '../src/build-providers.ts';
import { readConfig } from '../src/config.ts';
import { loadCatalogue } from '../src/load-catalogue.ts';
import { localPace } from '../src/providers/pace.ts';
import type { Environment } from '../src/read-environment.ts';
import { catalogue, flare } from './domain/models.ts';
import { manualClock } from './fakes/clock.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'easel-catalogue-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** A MODELS_FILE with this in it. */
function fileWith(content: unknown): string {
  const file = path.join(folder, 'models.json');
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  return file;
}

/** What the operator reads when this is the MODELS_FILE. */
async function complaint(content: unknown): Promise<string> {
  const file = fileWith(content);
  const error = await loadCatalogue(file).then(
    () => new RangeError('it was taken'),
    (reason: Error) => reason,
  );
  expect(error).not.toBeInstanceOf(TypeError);
  expect(error.message).toContain(file);
  return error.message.replace(file, 'FILE');
}

describe('MODELS_FILE', () => {
  test('takes the place of the built-in catalogue, which is taken without one', async () => {
    expect(await loadCatalogue(fileWith(catalogue))).toEqual(catalogue);
    expect((await loadCatalogue()).default).toBe('gpt-image-2.5-flare');
    expect(readConfig({ MODELS_FILE: 'models.json' }).modelsFile).toBe('models.json');
  });

  test('may have a default that is named by an alias', async () => {
    const [alias = ''] = flare.aliases;
    expect(await loadCatalogue(fileWith({ ...catalogue, default: alias }))).toMatchObject({ default: alias });
  });

  test('that is not there is named', async () => {
    const file = path.join(folder, 'none.json');
    await expect(loadCatalogue(file)).rejects.toThrow(
      `The catalogue of models ${file} can't be used: it can’t be read`,
    );
    await expect(loadCatalogue(folder)).rejects.toThrow('it can’t be read');
  });

  test.each([
    ['it is no JSON', '{ "models": ['],
    ['it is no JSON', ''],
    ['it has no list “models”', {}],
    ['it has no list “models”', []],
    ['it has no list “models”', '"models"'],
    ['it has no list “models”', 'null'],
    ['it has no list “models”', { models: { flare }, default: 'flare' }],
    ['its default model “nobody” is not in the list', { ...catalogue, default: 'nobody' }],
    ['it names no default model', { models: [flare] }],
    ['its default model “flare” is not in the list', { models: [], default: 'flare' }],
  ])('that is broken is refused: %s', async (what, content) => {
    expect(await complaint(content)).toBe(`The catalogue of models FILE can't be used: ${what}`);
  });

  test('with a model that lacks something is refused with the model and all that it lacks', async () => {
    const { prices: _, sizes: __, ...bare } = flare;
    expect(await complaint({ ...catalogue, models: [flare, { ...bare, id: 'bare' }] })).toBe(
      "The catalogue of models FILE can't be used: model bare lacks sizes, prices",
    );
    const { id: ___, ...nameless } = flare;
    expect(await complaint({ ...catalogue, models: [flare, nameless] })).toMatch(/: model 2 lacks id$/);
  });

  test.each([
    [
      'at kind openai its “formats” must be a list of some of png, jpeg, webp',
      { kinds: { openai: { formats: ['gif'] } } },
    ],
    ['at kind ftp is unknown; there is openai, azure, grsai, chat', { kinds: { ftp: {} } }],
    ['at kind azure there must be an object with what differs, {} where nothing does', { kinds: { azure: true } }],
    ['at kind azure “formatz” is nothing that can differ', { kinds: { azure: { formatz: ['png'] } } }],
    ['at kind azure “life” is nothing that can differ', { kinds: { azure: { life: { state: 'gone' } } } }],
    ['at kind chat its “tasks” must be a list of some of generate, edit', { kinds: { chat: { tasks: 'generate' } } }],
    ['at kind grsai its “called” must be a name', { kinds: { grsai: { called: '' } } }],
    [
      'at kind chat its “perImage” must be US$ for a picture, or a table by quality and size',
      { kinds: { chat: { perImage: { best: { '1024x1024': 1 } } } } },
    ],
    [
      'at kind grsai its shape wide, 1536x1024, is none of its sizes',
      { kinds: { grsai: { sizes: { list: ['1024x1024'] } } } },
    ],
    ['its “kinds” must name openai, azure, grsai, chat or none of them', { kinds: ['openai'] }],
    ['its “life” must have a state: current, retiring or gone', { life: 'current' }],
    ['its “life” must say the day, “on”, as 2026-12-01', { life: { state: 'retiring', on: '1.12.2026' } }],
    ['its “countMax” must be a whole number', { countMax: '10' }],
    ['its “mask” must be true or false', { mask: 'yes' }],
    [
      'its “prices” must be US$ per million tokens as textIn, imageIn and imageOut, or null',
      { prices: { textIn: 5, imageIn: 8 } },
    ],
    [
      'its “outputTokens” must be the formula “patches” with factors, or a table by quality and size',
      { outputTokens: {} },
    ],
    [
      'its “sizes” must be a list of sizes such as 1024x1024, or a rule with step, ratioMax, edgeMax, pixelsMin and pixelsMax',
      { sizes: { rule: { step: 16 } } },
    ],
  ])('with a model that is wrong is refused with what should be there: %s', async (what, wrong) => {
    expect(await complaint({ ...catalogue, models: [{ ...flare, ...wrong }] })).toBe(
      `The catalogue of models FILE can't be used: model flare: ${what}`,
    );
  });

  test('may say what differs at each kind of service, with its sources', async () => {
    const kinds = {
      openai: {},
      grsai: { called: 'flare-fast', formats: ['png'], perImage: 0.02, prices: null, sources: { options: {} } },
      chat: { tasks: ['generate'], perImage: { low: { '1024x1024': 0.02 } } },
    };
    const models = [{ ...flare, kinds }];
    expect((await loadCatalogue(fileWith({ ...catalogue, models }))).models).toEqual(models);
  });

  test.each([[null], ['flare'], [7]])('with %j in place of a model is refused in plain words', async (model) => {
    expect(await complaint({ ...catalogue, models: [flare, model] })).toMatch(/: model 2 /);
  });
});

describe('the models that a service is to offer', () => {
  const relay = { PROVIDERS: 'relay', PROVIDER_RELAY_API_KEY: 'sk-a-secret' };
  const models = async (env: Environment) => {
    const config = readConfig({ DATA_DIR: folder, ...env });
    const clock = manualClock();
    const providers = await buildProviders(config, catalogue, clock, localPace(clock));
    return providers.map(({ name, offers }) => [name, offers.map(({ id }) => id)]);
  };

  test('are those it is told', async () => {
    expect(await models({ ...relay, PROVIDER_RELAY_MODELS: 'mini, flare' })).toEqual([['relay', ['mini', 'flare']]]);
  });

  test('are refused at the start where the catalogue does not know them, each by its name, with the service', async () => {
    const start = models({ ...relay, PROVIDER_RELAY_MODELS: 'flare,flair,maxi' });
    await expect(start).rejects.toThrow(
      "Easel can't start: the catalogue knows no model flair, maxi, which provider relay is to offer.",
    );
    await expect(start).rejects.not.toThrow('secret');
  });

  test('are refused where only one of several services is wrong', async () => {
    const two = {
      ...relay,
      PROVIDERS: 'relay,other',
      PROVIDER_OTHER_API_KEY: 'k',
      PROVIDER_OTHER_MODELS: 'gone-fishing',
    };
    await expect(models(two)).rejects.toThrow('gone-fishing, which provider other is to offer');
  });
});
