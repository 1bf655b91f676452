import { describe, expect, test } from 'vitest';
import type { Form, FormField } from '../../../src/domain/form.ts';
import { bytes, discordStage, edit, showing } from './stage.ts';

const words: FormField = {
  name: 'words',
  label: 'What to change',
  input: { kind: 'text', summary: 'What', maxLength: 6000 },
  required: true,
  placeholder: 'make it blue',
};
const shape: FormField = {
  name: 'shape',
  label: 'Shape',
  input: { kind: 'choice', summary: 'Outline', values: ['square', 'wide'] },
  required: false,
  labels: { wide: 'Wide (3:2)' },
};
const pictures = (name: string, most: number, required = false): FormField => ({
  ...{ name, label: 'More pictures', required },
  input: { kind: 'images', most },
});
const form = (...fields: FormField[]): Form => ({
  key: 'edit.job-1_2',
  title: 'Edit this picture',
  submit: 'Go',
  fields,
});
const upload = (name: string) => ({ filename: name, bytes: bytes(1) });

describe('a form', () => {
  test('is a modal with at most five fields, within the limits of Discord', async () => {
    const { discord, start } = await discordStage();
    const { asked } = await start();
    const { request, respond } = await asked();
    const many = ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((name): FormField => ({ ...words, name, required: false }));
    const shown = form(words, shape, pictures('images', 16), pictures('mask', 1, true), ...many);
    expect(await respond.open({ ...shown, title: 'x'.repeat(60) })).toBe(true);
    const { answer } = discord.interaction(request.id);
    expect(answer?.type).toBe(9);
    expect(answer?.modal).toMatchObject({ custom_id: 'form:edit.job-1_2', title: `${'x'.repeat(44)}…` });
    const text = { type: 4, style: 2, max_length: 4000, placeholder: 'make it blue' };
    expect(answer?.modal?.components).toEqual([
      { type: 18, label: 'What to change', component: { ...text, custom_id: 'words', required: true } },
      {
        type: 18,
        label: 'Shape',
        component: {
          ...{ type: 3, custom_id: 'shape', required: false },
          options: [
            { label: 'square', value: 'square' },
            { label: 'Wide (3:2)', value: 'wide' },
          ],
        },
      },
      {
        type: 18,
        label: 'More pictures',
        component: { type: 19, custom_id: 'images', required: false, min_values: 0, max_values: 10 },
      },
      {
        type: 18,
        label: 'More pictures',
        component: { type: 19, custom_id: 'mask', required: true, min_values: 1, max_values: 1 },
      },
      { type: 18, label: 'What to change', component: { ...text, custom_id: 'a', required: false } },
    ]);
    expect(discord.violations()).toEqual([]);
  });

  test('that is sent brings what was filled in, and nothing for what was not', async () => {
    const { discord, start } = await discordStage();
    const { asked, heard } = await start();
    const { request, respond } = await asked({ user: 'ben', channel: 'art' });
    await respond.open(form(words, shape, pictures('images', 3), pictures('mask', 1)));
    const filled = { words: 'make it blue', images: [upload('cat.png'), upload('hat.png')] };
    const sent = await heard(() => discord.modal(request.id, filled));
    const values = 'form' in sent.request.ask ? sent.request.ask.values : {};
    expect(sent.request.ask).toEqual({ form: 'edit.job-1_2', values });
    expect(values).toEqual({ words: 'make it blue', images: [expect.anything(), expect.anything()] });
    expect(values.images).toMatchObject([
      { platform: 'discord', name: 'cat.png', bytes: 4_000 },
      { platform: 'discord', name: 'hat.png', bytes: 4_000 },
    ]);
    const { token: _, ...place } = request.place;
    expect(sent.request.place).toMatchObject(place);
    expect(sent.request.person).toEqual(request.person);
  });

  test('is not answered with another one, but with a job', async () => {
    const stage = await discordStage();
    const { platform, heard, posted } = await stage.start();
    const { picture, show } = await posted({ channel: 'art' });
    const pressed = await heard(() => stage.discord.button(picture.id, `again:${show.job}`, { user: 'ben' }));
    await pressed.respond.open(form(words));
    const sent = await heard(() => stage.discord.modal(pressed.request.id, { words: 'make it blue' }));
    expect(await sent.respond.open(form(words))).toBe(false);
    const other = showing(platform, sent, await sent.respond.announce('Someone asked for a blue fox'));
    await other.thread().open(other.opening);
    expect(stage.discord.messages(picture.channelId).map(({ content }) => content)).toEqual([
      ...['Waiting', 'Here it is', 'Someone asked for a blue fox', 'Waiting'],
    ]);
    expect(stage.discord.violations()).toEqual([]);
  });

  test('is the first answer or none, and keeps "thinking" away', async () => {
    const { discord, clock, start } = await discordStage();
    const { asked } = await start();
    const told = await asked();
    await told.respond.tell('You have 12 credits');
    expect(await told.respond.open(form(words))).toBe(false);
    const thinking = await asked();
    await clock.advance(2_000);
    await discord.answered(thinking.request.id);
    expect(await thinking.respond.open(form(words))).toBe(false);
    const opened = await asked();
    expect(await opened.respond.open(form(words))).toBe(true);
    await clock.advance(60_000);
    expect(discord.interaction(opened.request.id).answer?.type).toBe(9);
    await opened.respond.tell('There is a note');
    expect(discord.messages().at(-1)).toMatchObject({ content: 'There is a note' });
    expect(discord.violations()).toEqual([]);
  });

  test('that Discord did not take leaves the first answer to words', async () => {
    const { discord, start } = await discordStage();
    const { asked } = await start();
    const { request, respond } = await asked();
    discord.fail({ path: '/callback$' }, { status: 400, code: 50035 });
    expect(await respond.open(form(words))).toBe(false);
    await respond.tell('Try again');
    expect(discord.interaction(request.id).answer).toMatchObject({ type: 4, ephemeral: true });
  });

  test('is there once when its receipt was lost, or when the event came twice', async () => {
    const { discord, start } = await discordStage();
    const { asked, next } = await start();
    const { respond } = await asked();
    discord.fail({ path: '/callback$' }, { status: 502, afterWorking: true });
    expect(await respond.open(form(words))).toBe(true);
    const both = [next(), next()];
    discord.command('imagine', { prompt: 'a red fox' }, { deliveries: 2 });
    for (const again of await Promise.all(both)) expect(await again.respond.open(form(words))).toBe(true);
  });
});

describe('files with a command', () => {
  test('are handed on as values of their options', async () => {
    const { discord, start } = await discordStage();
    const { heard } = await start({}, [edit]);
    const { request } = await heard(() => discord.command('edit', { prompt: 'blue', image: upload('IMG 1.HEIC') }));
    expect(request.ask).toEqual({
      command: 'edit',
      values: {
        prompt: 'blue',
        image: {
          ...{ platform: 'discord', name: 'IMG_1.HEIC', bytes: 4_000 },
          ...{ id: expect.stringMatching(/^\d+$/), url: expect.stringMatching(/^http/) },
        },
      },
    });
  });
});
