import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import catalogue from '../../src/providers/models.json' with { type: 'json' };
import {
  type Asked,
  type Attached,
  both,
  type Chat,
  type Options,
  ofKind,
  results,
  studio,
  unlimited,
} from './chats.ts';
import { leftHalf, photo, sha256 } from './photo.ts';
import { type PictureHost, pictureHost } from './picture-host.ts';
import type { Studio, StudioOptions } from './studio.ts';

/** `/edit` with these pictures: files on Discord, links on Slack, which has no files in commands. */
function edit(
  chat: Chat,
  host: PictureHost,
  pictures: Readonly<Record<string, Attached>>,
  options: Options = {},
): Asked {
  const given = { prompt: 'give it wings', ...options };
  if (chat.name === 'discord') return chat.command('edit', given, { attachments: pictures });
  const links = Object.entries(pictures).map(([name, picture]) => [name, host.serve(picture)]);
  return chat.command('edit', { ...given, ...Object.fromEntries(links) });
}

/** A catalogue in which this model takes no masks. */
async function withoutMasks(id: string): Promise<string> {
  const models = catalogue.models.map((model) => (model.id === id ? { ...model, mask: false } : model));
  const folder = await mkdtemp(path.join(tmpdir(), 'easel-models-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = path.join(folder, 'models.json');
  await writeFile(file, JSON.stringify({ ...catalogue, models }));
  return file;
}

async function place(options: StudioOptions = {}): Promise<{ place: Studio; host: PictureHost }> {
  const host = await pictureHost();
  const opened = await studio({ ...options, env: { LINK_ORIGINS: host.origin, ...(options.env as object) } });
  return { place: opened, host };
}

describe.each(both)('/edit on %s', (_, chatOf) => {
  test('sends the service exactly the pictures that were given, in their order', async () => {
    const { place: here, host } = await place();
    const chat = chatOf(here);
    const [cat, dog, hat] = [await photo('cat.png', 1024, 768), await photo('dog.jpg'), await photo('hat.webp')];
    edit(chat, host, { image: cat, image2: dog, image3: hat }, { quality: 'low', count: 2 });
    await results(chat);
    const [call] = here.openai.calls();
    expect(call).toMatchObject({ endpoint: 'edits', prompt: 'give it wings', quality: 'low', n: 2 });
    expect(call?.images).toEqual([cat, dog, hat].map(({ bytes }) => sha256(bytes)));
    expect(call?.size).toBe('1024x768');
    const [root] = ofKind(chat, 'root');
    expect(root?.text).toContain('asked to change a picture with 2 others into 2 pictures: give it wings');
    expect(chat.violations()).toEqual([]);
    expect(here.openai.violations()).toEqual([]);
    expect((await here.recount()).findings).toEqual([]);
  });

  test('takes a mask and turns black and white into what the service wants', async () => {
    const { place: here, host } = await place();
    const chat = chatOf(here);
    edit(chat, host, { image: await photo('cat.png', 512, 512), mask: await leftHalf(1024, 1024) });
    await results(chat);
    const [call] = here.openai.calls();
    expect(call?.mask).toMatch(/^[0-9a-f]{64}$/);
    expect(here.openai.violations()).toEqual([]);
  });

  test('refuses a mask of another outline, with both sizes', async () => {
    const { place: here, host } = await place();
    const chat = chatOf(here);
    const pictures = { image: await photo('cat.png', 512, 512), mask: await leftHalf(800, 600) };
    const told = await edit(chat, host, pictures).told();
    expect(told).toMatch(/800.?[x×].?600/);
    expect(told).toMatch(/512.?[x×].?512/);
    expect(told).toContain('Nothing was charged.');
    expect(here.openai.calls()).toEqual([]);
  });

  test('a region is outlined on the preview, and becomes the mask', async () => {
    const { place: here, host } = await place();
    const chat = chatOf(here);
    here.openai.hold();
    edit(chat, host, { image: await photo('cat.png', 512, 512) }, { region: 'top-left' });
    await here.openai.untilHeld(1);
    const card = await here.clock.flyUntil(
      chat.until(() => ofKind(chat, 'card').find(({ previews }) => previews === 1)),
    );
    expect(card.text).toContain('Being made');
    here.openai.release();
    await results(chat);
    expect(here.openai.calls()[0]?.mask).toMatch(/^[0-9a-f]{64}$/);
    expect(here.openai.violations()).toEqual([]);
  });

  test('without a picture it is the newest one here, which the answer names', async () => {
    const { place: here } = await place(unlimited);
    const chat = chatOf(here);
    expect(await chat.command('edit', { prompt: 'make it blue' }).told()).toBe(
      'There is no picture here to change. Nothing was charged. Give one as image, or reply to a picture.',
    );
    chat.command('imagine', { prompt: 'a red fox', quality: 'low' });
    await results(chat);
    chat.command('imagine', { prompt: 'a green hill', quality: 'low' }, { user: chat.other });
    await results(chat, 2);
    chat.command('edit', { prompt: 'make it blue' });
    await results(chat, 3);
    const root = ofKind(chat, 'root').at(-1);
    expect(root?.text).toContain(`@${chat.asker} asked to change v1 of “a green hill”: make it blue`);
    expect(root?.thread).toBeUndefined();
    const [, hill, blue] = here.openai.calls();
    expect(blue?.images).toEqual(hill?.pictures);
  });

  test('a model that takes no masks refuses before anything is held, and names one that does', async () => {
    const { place: here, host } = await place({ env: { MODELS_FILE: await withoutMasks('gpt-image-2') } });
    const chat = chatOf(here);
    const told = await edit(
      chat,
      host,
      { image: await photo('cat.png') },
      { region: 'left', model: 'gpt-image-2' },
    ).told();
    expect(told).toBe('gpt-image-2 takes no mask and no region. Nothing was charged. Try model:gpt-image-2.5-flare.');
    expect((await here.recount()).credits).toMatchObject({ held: 0, charged: 0 });
    expect(here.openai.calls()).toEqual([]);
  });

  test('says what is wrong with options that contradict each other or name no part', async () => {
    const { place: here, host } = await place();
    const chat = chatOf(here);
    const cat = await photo('cat.png');
    const both_ = { image: cat, mask: await leftHalf(640, 480) };
    expect(await edit(chat, host, both_, { region: 'left' }).told()).toContain('You gave both a mask and a region.');
    expect(await edit(chat, host, { image: cat }, { region: 'nose' }).told()).toContain(
      '“nose” is no part of a picture.',
    );
    expect(here.openai.calls()).toEqual([]);
  });

  test('a photo of a phone is turned upright and made smaller for the service, and the original is kept', async () => {
    const { place: here, host } = await place();
    const chat = chatOf(here);
    const taken = await photo('phone.jpg', 4000, 3000, 6);
    edit(chat, host, { image: taken }, { quality: 'low' });
    await results(chat);
    const [call] = here.openai.calls();
    expect(call?.images).not.toContain(sha256(taken.bytes));
    expect(call?.size).toMatch(/^(\d+)x(\d+)$/);
    const [width = 0, height = 0] = (call?.size ?? '').split('x').map(Number);
    expect(height / width).toBeCloseTo(4 / 3, 1);
    expect(await here.easel().parts.blobs.has(sha256(taken.bytes))).toBe(true);
    expect((await here.recount()).findings).toEqual([]);
  });
});
