import { describe, expect, test } from 'vitest';
import type { AnswerCommand } from '../../../src/domain/command.ts';
import { discordStage, showing } from './stage.ts';

const own = (stage: Awaited<ReturnType<typeof discordStage>>) =>
  stage.discord.messages().filter(({ author }) => author.bot);

describe('a request', () => {
  test('says who asked for what, where, and who may', async () => {
    const { discord, start } = await discordStage();
    const { asked, next } = await start();
    const { users, channels } = discord.about();
    const { request } = await asked({ user: 'ben', channel: 'art' });
    expect(request).toMatchObject({
      person: { id: `discord:${users.ben}`, workspace: `discord:${discord.guildId}`, name: 'ben' },
      admin: false,
      place: { platform: 'discord', channel: channels.art, asker: users.ben, tier: 0, threads: true },
      missing: [],
      ask: { command: 'imagine', values: { prompt: 'a red fox' } },
    });
    expect(JSON.parse(JSON.stringify(request.place))).toEqual(request.place);
    expect((await asked({ user: 'ana' })).request.admin).toBe(true);
    expect((await asked({ user: 'olga' })).request.admin).toBe(true);
    const direct = await asked({ user: 'ben', channel: 'dm' });
    expect(direct.request).toMatchObject({ admin: undefined, person: { workspace: 'discord:dm' }, missing: [] });
    const twice = [next(), next()];
    const { id } = discord.command('imagine', { prompt: 'a hen', shape: 'oval', fresh: true }, { deliveries: 2 });
    for (const { request: repeated } of await Promise.all(twice)) {
      expect(repeated).toMatchObject({ id, ask: { values: { prompt: 'a hen', shape: 'oval', fresh: true } } });
    }
  });

  test('names the verb of a group and the person an option is about', async () => {
    const { discord, start } = await discordStage();
    const verb: AnswerCommand = {
      kind: 'answer',
      name: 'grant',
      summary: 'Give credits',
      options: { user: { kind: 'person', summary: 'Whose', required: true } },
      adminOnly: 'grant credits',
      answer: async () => '',
    };
    const { next } = await start({}, [
      { kind: 'group', name: 'credits', summary: 'Credits', verbs: [verb], defaultVerb: 'grant' },
    ]);
    const received = next();
    discord.command('credits grant', { user: 'cleo' });
    const user = `discord:${discord.about().users.cleo}`;
    expect((await received).request.ask).toEqual({ command: 'credits grant', values: { user } });
  });

  test.each([
    ['art', 1n << 10n, ['Send Messages', 'Attach Files', 'Read Message History']],
    ['art', (1n << 10n) | (1n << 11n) | (1n << 16n), ['Attach Files']],
    ['lounge', (1n << 10n) | (1n << 15n) | (1n << 16n), ['Send Messages']],
    ['art', 1n << 3n, []],
  ])('in %s with permissions %d lacks %j', async (channel, bits, missing) => {
    const { discord, start } = await discordStage();
    discord.setPermissions(channel, bits);
    const { asked } = await start();
    expect((await asked({ channel })).request.missing).toEqual(missing);
  });

  test('in a thread needs the permission for threads', async () => {
    const { discord, start } = await discordStage();
    const { platform, asked } = await start();
    const first = await asked({ channel: 'art' });
    const show = showing(platform, first, await first.respond.announce('Someone asked'));
    await show.thread().open(show.opening);
    const [thread] = discord.threads();
    discord.setPermissions('art', (1n << 10n) | (1n << 11n) | (1n << 15n) | (1n << 16n));
    expect((await asked({ channel: thread?.id ?? '' })).request.missing).toEqual(['Send Messages in Threads']);
  });
});

describe('an answer', () => {
  test('is read by the asker alone, pings nobody, and takes as many messages as it needs', async () => {
    const stage = await discordStage();
    const { asked } = await stage.start();
    const { request, respond } = await asked();
    await respond.tell([{ person: request.person.id }, ' has ', 'x'.repeat(1_500), '\n', 'y'.repeat(1_500)]);
    await respond.tell('More');
    expect(own(stage)).toHaveLength(3);
    for (const message of own(stage)) expect(message.ephemeralFor).toBe(request.person.id.slice('discord:'.length));
    expect(stage.discord.pings()).toEqual([]);
    expect(stage.discord.violations()).toEqual([]);
  });

  test('follows the root message when the job was announced before', async () => {
    const stage = await discordStage();
    const { asked } = await stage.start();
    const { respond } = await asked();
    await respond.announce('Someone asked');
    await respond.tell('There is a note');
    expect(own(stage).map(({ content, ephemeralFor }) => [content, ephemeralFor !== undefined])).toEqual([
      ['Someone asked', false],
      ['There is a note', true],
    ]);
  });

  test('is given time when it takes more than 2 s', async () => {
    const stage = await discordStage();
    const { asked } = await stage.start();
    const { request, respond } = await asked();
    await stage.clock.advance(1_999);
    expect(stage.discord.interaction(request.id).answer).toBeUndefined();
    await stage.clock.advance(1);
    expect((await stage.discord.answered(request.id)).answer).toMatchObject({ type: 5, ephemeral: true });
    await respond.tell('Here is your history');
    expect(own(stage)).toMatchObject([{ content: 'Here is your history', loading: false }]);
    expect(own(stage)[0]?.ephemeralFor).toBeDefined();
    await respond.tell('And more');
    expect(own(stage)).toHaveLength(2);
    expect(stage.discord.violations()).toEqual([]);
  });

  test('that took its time can still become a job', async () => {
    const stage = await discordStage();
    const { platform, asked } = await stage.start();
    const { request, respond } = await asked({ channel: 'art' });
    await stage.clock.advance(2_000);
    await stage.discord.answered(request.id);
    const show = showing(platform, { request }, await respond.announce('Someone asked'));
    expect(own(stage)).toEqual([]);
    await show.thread().open(show.opening);
    expect(own(stage).map(({ content }) => content)).toEqual(['Someone asked for a red fox', 'Waiting']);
  });

  test('that comes too late is only logged', async () => {
    const stage = await discordStage();
    const { asked } = await stage.start();
    const { respond } = await asked();
    stage.discord.advance(4_000);
    await respond.tell('Too late');
    expect(own(stage)).toEqual([]);
  });

  test('to a delivery that came twice does no harm', async () => {
    const stage = await discordStage();
    const { platform, next } = await stage.start();
    const both = [next(), next()];
    stage.discord.command('imagine', { prompt: 'a red fox' }, { deliveries: 2, channel: 'art' });
    const [first, second] = await Promise.all(both);
    if (!first || !second) throw new Error('it was not delivered twice');
    const places = [await first.respond.announce('Someone asked'), await second.respond.announce('Someone asked')];
    for (const place of places) {
      const show = showing(platform, first, place);
      await show.thread().open(show.opening);
    }
    expect(own(stage).filter(({ content }) => content.startsWith('Someone asked'))).toHaveLength(1);
    expect(own(stage).filter(({ content }) => content === 'Waiting')).toHaveLength(1);
  });
});

describe('suggestions', () => {
  test.each([
    ['shape', '', ['square', 'wide', 'tall']],
    ['shape', 'ta', ['tall']],
    ['shape', 'a', ['square', 'tall']],
    ['model', 'IMAGE-2', ['gpt-image-2.5-flare', 'gpt-image-2']],
    ['model', 'nothing like it', []],
  ])('for %s “%s” are %j', async (option, typed, words) => {
    const { discord, start } = await discordStage();
    await start();
    const { id } = discord.autocomplete('imagine', option, typed);
    const { answer } = await discord.answered(id);
    expect(answer?.choices?.map(({ value }) => value)).toEqual(words);
    expect(discord.violations()).toEqual([]);
  });

  test('find the option of a verb', async () => {
    const { discord, start } = await discordStage();
    const verb: AnswerCommand = {
      kind: 'answer',
      name: 'set',
      summary: 'Change yours',
      options: { shape: { kind: 'word', summary: 'Outline', suggestions: ['square', 'wide'], maxLength: 12 } },
      adminOnly: undefined,
      answer: async () => '',
    };
    await start({}, [{ kind: 'group', name: 'settings', summary: 'Yours', verbs: [verb], defaultVerb: 'set' }]);
    const { id } = discord.autocomplete('settings set', 'shape', 'wi');
    expect((await discord.answered(id)).answer?.choices).toEqual([{ name: 'wide', value: 'wide' }]);
  });
});
