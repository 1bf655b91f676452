import type { GatewayMessageCreateDispatchData as Message } from 'discord.js';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { ChatRequest } from '../../../src/domain/chat-platform.ts';
import { messageRequest, readSaid } from '../../../src/platforms/discord/hear.ts';
import { bytes, discordStage } from './stage.ts';

const file = (name: string) => ({ filename: name, bytes: bytes(1) });
const said = ({ ask }: ChatRequest) => ('said' in ask ? ask.said : undefined);

describe('words that name Easel', () => {
  test('are heard as a request of whoever wrote them, where they were written', async () => {
    const { discord, start } = await discordStage({
      users: [{ name: 'ana' }, { name: 'ben', nick: 'Ben of Art' }],
    });
    const { heard } = await start();
    const { users, channels } = discord.about();
    const { request } = await heard(() =>
      discord.message('art', 'ben', `like <@${users.ana}> <a:wave:100000000000000001>, <@123456789012345678>`, {
        mentions: ['easel'],
        attachments: [file('cat.png'), file('hat.png')],
      }),
    );
    const [message] = discord.messages();
    expect(request).toMatchObject({
      id: message?.id,
      person: { id: `discord:${users.ben}`, workspace: `discord:${discord.guildId}`, name: 'Ben of Art' },
      admin: undefined,
      place: { platform: 'discord', channel: channels.art, asker: users.ben, tier: 0, threads: true },
      missing: [],
    });
    const holder = { platform: 'discord', channel: channels.art, message: message?.id, bytes: 4_000 };
    expect(said(request)).toMatchObject({
      words: 'like @ana :wave:, @someone',
      toEasel: true,
      messages: [],
      files: [
        { ...holder, name: 'cat.png', id: message?.attachments[0]?.id },
        { ...holder, name: 'hat.png', id: message?.attachments[1]?.id },
      ],
      withheld: false,
    });
    expect(JSON.parse(JSON.stringify(said(request)))).toEqual(said(request));
    expect(JSON.parse(JSON.stringify(request.place))).toEqual(request.place);
    expect(discord.violations()).toEqual([]);
  });

  test.each([
    ['<@SELF> make it blue', 'make it blue'],
    ['<@!SELF>, make it blue', 'make it blue'],
    ['make it <@SELF> blue', 'make it blue'],
    ['make it blue <@SELF>', 'make it blue'],
    ['<@SELF>: 2: make it\nblue', '2: make it\nblue'],
    ['<@SELF>', ''],
  ])('lose the name: %s', async (content, words) => {
    const { discord, start } = await discordStage();
    const { heard } = await start();
    const { request } = await heard(() =>
      discord.message('art', 'ben', content.replace('SELF', discord.applicationId)),
    );
    expect(said(request)).toMatchObject({ words, toEasel: true });
  });

  test('are heard without a name in direct messages', async () => {
    const { discord, start } = await discordStage();
    const { heard } = await start();
    const { request } = await heard(() =>
      discord.message('dm', 'ben', 'a red fox', { attachments: [file('cat.png')] }),
    );
    expect(said(request)).toMatchObject({ words: 'a red fox', toEasel: true, files: [{ name: 'cat.png' }] });
    expect(request).toMatchObject({
      person: { workspace: 'discord:dm' },
      place: { channel: discord.messages('dm:ben')[0]?.channelId, threads: false },
      missing: [],
    });
  });

  test('bring what Easel lacks there', async () => {
    const { discord, start } = await discordStage();
    discord.setPermissions('art', (1n << 10n) | (1n << 11n) | (1n << 16n));
    const { heard } = await start();
    const { request } = await heard(() => discord.message('art', 'ben', 'a fox', { mentions: ['easel'] }));
    expect(request.missing).toEqual(['Attach Files']);
    expect(request.place.threads).toBe(false);
  });
});

describe('a reply', () => {
  test('says what it answers, in the thread of the picture', async () => {
    const { discord, start } = await discordStage();
    const { platform, heard, posted } = await start();
    const { show, picture } = await posted({ channel: 'art' });
    const { request } = await heard(() =>
      discord.message(picture.channelId, 'ana', 'make it blue', {
        replyTo: picture.id,
        attachments: [file('hat.png')],
      }),
    );
    expect(said(request)).toMatchObject({
      words: 'make it blue',
      toEasel: true,
      messages: [`discord:${picture.id}`],
      files: [{ name: 'hat.png' }],
      withheld: false,
    });
    const { art } = discord.about().channels;
    expect(request.place).toMatchObject({ channel: picture.channelId, parent: art, threads: false });
    expect(platform.shown(request.place)).toEqual({ ...platform.shown(show.place()), messages: [] });
  });

  test('without a ping, or to the answer of a command, is withheld', async () => {
    const { discord, start } = await discordStage();
    const { heard, posted } = await start();
    const { show, picture } = await posted({ channel: 'art' });
    const unpinged = await heard(() =>
      discord.message(picture.channelId, 'ben', 'make it blue', { replyTo: picture.id, ping: false }),
    );
    const nothing = { words: '', direct: false, files: [], withheld: true };
    expect(said(unpinged.request)).toEqual({ ...nothing, toEasel: false, messages: [`discord:${picture.id}`] });
    const root = String(show.place().root);
    const toAnswer = await heard(() => discord.message('art', 'ben', 'make it blue', { replyTo: root }));
    expect(said(toAnswer.request)).toEqual({ ...nothing, toEasel: true, messages: [`discord:${root}`] });
    const inPrivate = await heard(() => discord.message('dm', 'ben', 'one'));
    const empty = await heard(() =>
      discord.message('dm', 'ben', '', { replyTo: inPrivate.request.id, attachments: [file('cat.png')] }),
    );
    expect(said(empty.request)?.withheld).toBe(false);
  });

  test("to somebody else's picture brings that too, after its own", async () => {
    const { discord, start } = await discordStage();
    const { heard } = await start();
    const theirs = await heard(() =>
      discord.message('art', 'ana', 'look', { mentions: ['easel'], attachments: [file('theirs.png')] }),
    );
    const { request } = await heard(() =>
      discord.message('art', 'ben', 'make it blue', {
        mentions: ['easel'],
        replyTo: theirs.request.id,
        attachments: [file('own.png')],
      }),
    );
    expect(said(request)?.files).toMatchObject([
      { name: 'own.png', message: request.id },
      { name: 'theirs.png', message: theirs.request.id },
    ]);
    expect(said(request)?.messages).toEqual([`discord:${theirs.request.id}`]);
  });
});

test('talk among people, repetitions and what Easel says itself are not heard', async () => {
  const { discord, bot } = await discordStage();
  const platform = bot();
  const heard: string[] = [];
  const lastCame = Promise.withResolvers<void>();
  await platform.start([], async (request, respond) => {
    const words = said(request)?.words ?? '';
    heard.push(words);
    await respond.tell(`Easel heard ${words}`);
    if (words === 'last') lastCame.resolve();
    return { answered: true };
  });
  onTestFinished(() => platform.stop());
  discord.message('dm', 'ben', 'first', { deliveries: 2 });
  await discord.untilMessage({ channel: 'dm:ben', contains: 'Easel heard first' });
  const talk = discord.message('art', 'ana', 'nice weather');
  discord.message('art', 'ben', 'indeed', { replyTo: talk.id });
  discord.message('art', 'ben', 'and you', { mentions: ['ana'] });
  discord.message('art', 'ben', 'second', { mentions: ['easel'], deliveries: 3 });
  discord.message('dm', 'ben', 'last');
  await lastCame.promise;
  expect(heard).toEqual(['first', 'second', 'last']);
});

describe('of the messages that Discord sends', () => {
  const self = '100000000000000001';
  const user = (id: string) => ({ id, username: `user-${id}`, global_name: null });
  const message = (more: object): Message =>
    ({
      ...{ id: '1', channel_id: '2', guild_id: '3', type: 0, content: 'hi', attachments: [] },
      ...{ author: user('9'), mentions: [user(self)] },
      ...more,
    }) as unknown as Message;
  const reply = (more: object = {}) => ({
    type: 19,
    message_reference: { message_id: '5', channel_id: '2' },
    mentions: [],
    content: '',
    ...more,
  });
  const easels = { author: { ...user(self), bot: true }, attachments: [] };

  test.each([
    ['of bots', { author: { ...user('9'), bot: true } }],
    ['of webhooks', { webhook_id: '7' }],
    ['that somebody joined', { type: 7 }],
    ['that something was pinned', { type: 6 }],
    ['that a thread began', reply({ type: 21 })],
    ['that are passed on', { mentions: [], content: '', message_reference: { type: 1, message_id: '5' } }],
    ['for another person', { mentions: [user('8')] }],
    ['in answer to another person', reply({ referenced_message: { author: user('8'), attachments: [] } })],
  ])('those %s are dropped', (_, more) => {
    expect(readSaid(message(more), self)).toBeUndefined();
  });

  test.each([
    ['to a deleted message', reply({ referenced_message: null }), { withheld: true, messages: ['discord:5'] }],
    ['to one that did not come along', reply(), { withheld: true, messages: ['discord:5'] }],
    ['with a sticker', reply({ referenced_message: easels, sticker_items: [{}] }), { withheld: false, words: '' }],
    ['with a ping', reply({ mentions: [user(self)], content: 'blue' }), { toEasel: true, words: 'blue' }],
  ])('replies %s are heard', (_, more, expected) => {
    expect(readSaid(message(more), self)).toMatchObject(expected);
  });

  test.each([
    ['is not told', {}, true],
    ['is a text channel', { channel_type: 0 }, true],
    ['is a thread', { channel_type: 11 }, false],
    ['is a voice channel', { channel_type: 2 }, false],
    ['is a direct message', { guild_id: undefined }, false],
  ])('a thread is tried when what the channel is %s: see %j', (_, more, threads) => {
    const given = message(more);
    const heard = readSaid(given, self);
    if (!heard) throw new Error('it was not heard');
    expect(messageRequest(given, heard, 0, undefined)).toMatchObject({ place: { threads }, missing: [] });
  });
});
