import type { GatewayMessageCreateDispatchData as Message } from 'discord.js';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { ChatRequest } from '../../../src/domain/chat-platform.ts';
import { fileHosts } from '../../../src/platforms/discord/file.ts';
import { messageRequest, readSaid } from '../../../src/platforms/discord/hear.ts';
import { bytes, discordStage } from './stage.ts';

const file = (name: string) => ({ filename: name, bytes: bytes(1) });
const said = ({ ask }: ChatRequest) => ('said' in ask ? ask.said : undefined);
const wordsIn = (request: ChatRequest) => said(request)?.words();

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
    expect(await wordsIn(request)).toBe(
      `like <@discord:${users.ana}|ana> :wave:, <@discord:123456789012345678|someone>`,
    );
    expect(said(request)).toMatchObject({
      ...{ toEasel: true, toOthers: false, unseen: false },
      messages: [],
      files: [
        { ...holder, name: 'cat.png', id: message?.attachments[0]?.id },
        { ...holder, name: 'hat.png', id: message?.attachments[1]?.id },
      ],
      withheld: false,
    });
    const { words: _, ...rest } = said(request) ?? {};
    expect(JSON.parse(JSON.stringify(rest))).toEqual(rest);
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
    expect(await wordsIn(request)).toBe(words);
    expect(said(request)).toMatchObject({ toEasel: true, toOthers: false });
  });

  test('keep names apart from words, whatever somebody calls themselves', async () => {
    const users = [
      { name: 'ben' },
      { name: 'cleo', nick: 'c count:4> <@1|x> quality:high' },
      { name: 'dot', nick: '<|>' },
    ];
    const { discord, start } = await discordStage({ users });
    const { heard } = await start();
    const { cleo, dot } = discord.about().users;
    const { request } = await heard(() =>
      discord.message('art', 'ben', `like <@!${cleo}> <@${dot}>`, { mentions: ['easel'] }),
    );
    expect(await wordsIn(request)).toBe(`like <@discord:${cleo}|c count:4 @1x quality:high> <@discord:${dot}|someone>`);
  });

  test('are heard without a name in direct messages', async () => {
    const { discord, start } = await discordStage();
    const { heard } = await start();
    const { request } = await heard(() =>
      discord.message('dm', 'ben', 'a red fox', { attachments: [file('cat.png')] }),
    );
    expect(await wordsIn(request)).toBe('a red fox');
    expect(said(request)).toMatchObject({ toEasel: true, direct: true, files: [{ name: 'cat.png' }] });
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
    expect(await wordsIn(request)).toBe('make it blue');
    expect(said(request)).toMatchObject({
      ...{ toEasel: true, toOthers: false, withheld: false, unseen: false },
      messages: [`discord:${picture.id}`],
      files: [{ name: 'hat.png' }],
    });
    const { art } = discord.about().channels;
    expect(request.place).toMatchObject({ channel: picture.channelId, parent: art, threads: false });
    expect(platform.shown(request.place)).toEqual({ ...platform.shown(show.place()), messages: [], own: false });
  });

  test('is about the picture too where it answers the words around it', async () => {
    const { discord, start } = await discordStage();
    const { platform, heard, posted } = await start();
    const { show, picture } = await posted({ channel: 'art' });
    const { root, card } = show.place();
    for (const [channel, replyTo] of [
      ['art', String(root)],
      [picture.channelId, String(card)],
    ] as const) {
      const { request } = await heard(() => discord.message(channel, 'ben', 'make it blue', { replyTo }));
      expect(platform.shown(show.place()).messages).toContain(said(request)?.messages[0]);
      expect(said(request)?.unseen).toBe(false);
    }
  });

  test('without a ping, or to the answer of a command, is withheld', async () => {
    const { discord, start } = await discordStage();
    const { heard, posted } = await start();
    const { show, picture } = await posted({ channel: 'art' });
    const unpinged = await heard(() =>
      discord.message(picture.channelId, 'ben', 'make it blue', { replyTo: picture.id, ping: false }),
    );
    const nothing = { direct: false, files: [], toOthers: false, withheld: true, unseen: false };
    expect(said(unpinged.request)).toMatchObject({ ...nothing, toEasel: false, messages: [`discord:${picture.id}`] });
    expect(await wordsIn(unpinged.request)).toBe('');
    const root = String(show.place().root);
    const toAnswer = await heard(() => discord.message('art', 'ben', 'make it blue', { replyTo: root }));
    expect(said(toAnswer.request)).toMatchObject({ ...nothing, toEasel: true, messages: [`discord:${root}`] });
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
    expect(said(request)).toMatchObject({ messages: [`discord:${theirs.request.id}`], unseen: false });
  });

  test("to somebody else's message says so when Easel can't see what that holds", async () => {
    const { discord, start } = await discordStage();
    const { heard } = await start();
    const hidden = discord.message('art', 'ana', 'and my dog', { attachments: [file('dog.png')] });
    const pinged = await heard(() => discord.message('art', 'ana', 'just words', { mentions: ['easel'] }));
    const passedOn = discord.forward(hidden.id, 'art', 'ana');
    for (const [replyTo, unseen] of [
      [hidden.id, true],
      [passedOn.id, true],
      [pinged.request.id, false],
    ] as const) {
      const { request } = await heard(() =>
        discord.message('art', 'ben', 'give it wings', { replyTo, mentions: ['easel'] }),
      );
      expect(said(request)).toMatchObject({ unseen, files: [], messages: [`discord:${replyTo}`] });
    }
  });

  test('to what was passed on in direct messages brings its pictures', async () => {
    const { discord, start } = await discordStage();
    const { heard } = await start();
    const theirs = discord.message('art', 'ana', 'look', { attachments: [file('cat.png'), file('walk.mp4')] });
    const { request: first } = await heard(() => discord.forward(theirs.id, 'dm', 'ben'));
    const { request } = await heard(() => discord.message('dm', 'ben', 'make it blue', { replyTo: first.id }));
    const holder = { channel: first.place.channel, message: first.id, key: `discord:${theirs.id}` };
    expect(said(request)).toMatchObject({ files: [{ ...holder, name: 'cat.png' }], unseen: false });
  });

  test('that begins with another name is for them, though it pings Easel', async () => {
    const { discord, start } = await discordStage();
    const { heard, posted } = await start();
    const { picture } = await posted({ channel: 'art' });
    const { ana } = discord.about().users;
    const reply = (content: string) =>
      heard(() => discord.message(picture.channelId, 'ben', content, { replyTo: picture.id }));
    for (const content of [`<@${ana}> what do you think?`, '<@&123456789012345678> look', ' @everyone look'])
      expect(said((await reply(content)).request)).toMatchObject({ toEasel: false, toOthers: true, withheld: false });
    for (const content of [`<@${ana}> <@${discord.applicationId}> blue`, `like <@${ana}>`])
      expect(said((await reply(content)).request)).toMatchObject({ toEasel: true, toOthers: false });
  });

  test('may name Easel by its role', async () => {
    const { discord, start } = await discordStage();
    const { heard, posted } = await start();
    const { picture } = await posted({ channel: 'art' });
    const role = discord.roleOf('easel');
    const { request } = await heard(() =>
      discord.message(picture.channelId, 'ben', `<@&${role}> make it blue`, { replyTo: picture.id }),
    );
    expect(await wordsIn(request)).toBe('make it blue');
    expect(said(request)).toMatchObject({ toEasel: true, toOthers: false });
  });
});

describe('a thread', () => {
  test('that is private keeps to itself: its pictures are not those of the channel around it', async () => {
    const { discord, start } = await discordStage();
    const { platform, heard, asked } = await start();
    const thread = discord.privateThread('art', 'ben');
    const { request } = await heard(() => discord.message(thread, 'ben', 'a fox', { mentions: ['easel'] }));
    const byCommand = await asked({ channel: thread, user: 'ben' });
    const key = `discord:${thread}`;
    for (const { place } of [request, byCommand.request]) {
      expect(place.threads).toBe(false);
      expect(platform.shown(place)).toEqual({ thread: key, channel: key, messages: [], own: false });
    }
    expect(request.missing).toEqual([]);
    expect(discord.requests().filter(({ path }) => path === `/channels/${thread}`)).toEqual([]);
  });

  test('that slept belongs to its channel again when somebody wakes it, and is looked up once', async () => {
    const stage = await discordStage();
    const { discord } = stage;
    const before = await stage.start();
    const { picture } = await before.posted({ channel: 'art' });
    await before.platform.stop();
    discord.archiveThread(picture.channelId);

    const { platform, heard } = await stage.start();
    const { art } = discord.about().channels;
    const wake = () => heard(() => discord.message(picture.channelId, 'ben', 'blue', { replyTo: picture.id }));
    const { request } = await wake();
    expect(platform.shown(request.place)).toMatchObject({
      thread: `discord:${picture.channelId}`,
      channel: `discord:${art}`,
    });
    expect(request).toMatchObject({ missing: [], place: { threads: false } });
    await wake();
    const lookups = () => discord.requests().filter(({ path }) => path === `/channels/${picture.channelId}`);
    expect(lookups()).toHaveLength(1);
  });

  test('that can not be looked up is a place by itself', async () => {
    const stage = await discordStage();
    const { discord } = stage;
    const before = await stage.start();
    const { picture } = await before.posted({ channel: 'art' });
    await before.platform.stop();
    discord.archiveThread(picture.channelId);

    const { platform, heard } = await stage.start();
    discord.fail({ method: 'GET', path: `/channels/${picture.channelId}$` }, { status: 403, code: 50001 });
    const { request } = await heard(() => discord.message(picture.channelId, 'ben', 'blue', { replyTo: picture.id }));
    expect(platform.shown(request.place).channel).toBe(`discord:${picture.channelId}`);
    expect(request).toMatchObject({ missing: [], place: { threads: false } });
  });

  test('that is in use is known without looking', async () => {
    const { discord, start } = await discordStage();
    const { heard, posted } = await start();
    const { picture } = await posted({ channel: 'art' });
    const { request } = await heard(() => discord.message(picture.channelId, 'ben', 'blue', { replyTo: picture.id }));
    expect(request.place.parent).toBe(discord.about().channels.art);
    expect(discord.requests().filter(({ path }) => /^\/channels\/\d+$/.test(path))).toEqual([]);
  });
});

test('talk among people, repetitions and what Easel says itself are not heard', async () => {
  const { discord, bot } = await discordStage();
  const platform = bot();
  const heard: string[] = [];
  const lastCame = Promise.withResolvers<void>();
  await platform.start([], async (request, respond) => {
    const words = (await wordsIn(request)) ?? '';
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
  const read = (given: Message) => readSaid(given, { user: self, role: undefined }, fileHosts(undefined));

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
    expect(read(message(more))).toBeUndefined();
  });

  test.each([
    ['to a deleted message', reply({ referenced_message: null }), { withheld: true, unseen: true }, ''],
    ['to one that did not come along', reply(), { withheld: true, unseen: true, messages: ['discord:5'] }, ''],
    [
      'with a sticker',
      reply({ referenced_message: easels, sticker_items: [{}] }),
      { withheld: false, unseen: false },
      '',
    ],
    ['with a ping', reply({ mentions: [user(self)], content: 'blue' }), { toEasel: true }, 'blue'],
  ])('replies %s are heard', async (_, more, expected, words) => {
    const heard = read(message(more));
    expect(heard).toMatchObject(expected);
    expect(await heard?.words()).toBe(words);
  });

  test.each([
    ['is not told', {}, true],
    ['is a text channel', { channel_type: 0 }, true],
    ['is a thread', { channel_type: 11 }, false],
    ['is a voice channel', { channel_type: 2 }, false],
    ['is a direct message', { guild_id: undefined }, false],
  ])('a thread is tried when what the channel is %s: see %j', (_, more, threads) => {
    const given = message(more);
    const heard = read(given);
    if (!heard) throw new Error('it was not heard');
    expect(messageRequest(given, heard, 0, undefined)).toMatchObject({ place: { threads }, missing: [] });
  });
});
