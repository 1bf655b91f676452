import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import models from '../../src/providers/models.json' with { type: 'json' };
import { both, results, studio, unlimited } from './chats.ts';

const older = 'gpt-image-1.5';
const said = `${older} is gone: made with gpt-image-2.5-flare.`;

/** A catalogue file in which the older model lives, until it doesn't. */
function catalogueFile() {
  const folder = mkdtempSync(path.join(tmpdir(), 'easel-catalogue-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = path.join(folder, 'models.json');
  const write = (life: { state: string; on: string }) => {
    const written = models.models.map((model) => (model.id === older ? { ...model, life } : model));
    writeFileSync(file, JSON.stringify({ ...models, models: written }));
  };
  write({ state: 'retiring', on: '2026-12-01' });
  return { file, retire: () => write({ state: 'gone', on: '2026-11-20' }) };
}

describe.each(both)('on %s, after a model was retired', (_, chatOf) => {
  test('its pictures are changed, repeated and asked for by default with the successor, and each card says so', async () => {
    const { file, retire } = catalogueFile();
    const place = await studio({ ...unlimited, env: { USER_PER_MINUTE: '100', MODELS_FILE: file } });
    const chat = chatOf(place);
    const { preferences } = place.easel().parts;
    await preferences.setPerson(chat.person(chat.asker), { model: older, quality: 'low' });
    chat.command('imagine', { prompt: 'a red fox' });
    const [first] = await results(chat);
    if (!first) throw new RangeError('nothing was posted');
    expect(first.text).not.toContain('is gone');

    await place.restart(undefined, async () => retire());
    chat.say('make it blue', { to: first });
    expect((await results(chat, 2)).at(-1)?.text).toContain(said);
    chat.command('imagine', { prompt: 'a hen' });
    expect((await results(chat, 3)).at(-1)?.text).toContain(said);
    chat.press(first, 'Again');
    expect((await results(chat, 4)).at(-1)?.text).toContain(said);

    const [, ...later] = place.openai.calls().map(({ model }) => model);
    expect(later).toEqual(Array.from({ length: 3 }, () => 'gpt-image-2.5-flare'));
    expect(chat.violations()).toEqual([]);
    expect((await place.recount()).findings).toEqual([]);
  });
});
