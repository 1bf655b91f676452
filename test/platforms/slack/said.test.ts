import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ChatRequest, Said } from '../../../src/domain/chat-platform.ts';
import { parseLine } from '../../../src/domain/command-text.ts';
import { jobId } from '../../../src/domain/job.ts';
import { concernsEasel, type SaidEvent } from '../../../src/platforms/slack/said.ts';
import type { Attachment } from '../../fakes/slack/people.ts';
import { ada, attached, jobOf, kept, opening, pictureBytes, posted, result, type Scene, scene } from './setup.ts';

let stage: Scene;
beforeEach(async () => {
  stage = await scene();
});
afterEach(async () => {
  expect(stage.slack.violations()).toEqual([]);
  await stage.close();
});

const said = ({ ask }: ChatRequest): Said => (ask as { readonly said: Said }).said;
const wordsOf = (request: ChatRequest): Promise<string> => said(request).words();
const asking = (method: string) => stage.slack.requests(method).map(({ given }) => given.user);
const bob = { user: 'bob', channel: '#studio' };
const everyEventIsTaken = () =>
  stage.slack.until(() => stage.slack.outcomes().every(({ state }) => state === 'acknowledged'));

test('a mention in a channel is one request, although Slack tells of it twice', async () => {
  const { slack, listening } = stage;
  const { next } = await listening();
  const first = slack.message('@easel a red fox', ada);
  const second = slack.message('@easel a blue fox', bob);
  const { request } = await next();
  expect(request).toEqual({
    id: `C0STUDIO001-${first.ts}`,
    person: { id: 'slack:T0FAKETEAM1/U0ADA000001', workspace: 'slack:T0FAKETEAM1', name: 'U0ADA000001' },
    admin: undefined,
    place: {
      ...{ platform: 'slack', team: 'T0FAKETEAM1', channel: 'C0STUDIO001', since: expect.any(Number) },
      ...{ asker: 'slack:T0FAKETEAM1/U0ADA000001', askerName: 'U0ADA000001', thread: first.ts, newThread: true },
    },
    missing: [],
    ask: {
      said: {
        ...{ words: expect.any(Function), toEasel: true, toOthers: false, direct: false },
        ...{ messages: [], files: [], withheld: false, unseen: false },
      },
    },
  });
  expect(await wordsOf(request)).toBe('a red fox');
  expect(jobId('slack', request.id)).toBe(`slack-C0STUDIO001-${first.ts.replace('.', '-')}`);
  expect((await next()).request.id).toBe(`C0STUDIO001-${second.ts}`);
  expect(slack.outcomes().filter(({ type }) => type === 'events_api')).toHaveLength(4);
});

test('events that Slack repeats are dropped', async () => {
  const { slack, listening } = stage;
  const { next } = await listening();
  const first = slack.message('@easel a red fox', { ...ada, deliveries: 3 });
  const second = slack.message('@easel a blue fox', ada);
  const [one, two] = [await next(), await next()];
  expect([one.request.id, two.request.id]).toEqual([first, second].map(({ ts }) => `C0STUDIO001-${ts}`));
});

test('without the permission to read the channel, a mention comes all the same', async () => {
  const { slack, listening } = stage;
  slack.revokeScopes('channels:history');
  const { next } = await listening();
  slack.message('@easel a red fox', ada);
  const { request } = await next();
  expect([await wordsOf(request), said(request).toEasel]).toEqual(['a red fox', true]);
});

test.each([
  ['@easel make it blue', 'make it blue'],
  ['  @easel, make it blue', 'make it blue'],
  ['@easel: make it blue', 'make it blue'],
  ['make it blue @easel', 'make it blue'],
  ['hey @easel, make it blue', 'hey, make it blue'],
  ['@easel :heart:', ':heart:'],
  ['@easel', ''],
  ['@easel for @bob & <you> in #lobby', 'for <@slack:T0FAKETEAM1/U0BOB000002|bob> & <you> in #lobby'],
  ['@easel as @bob and @bob', 'as <@slack:T0FAKETEAM1/U0BOB000002|bob> and <@slack:T0FAKETEAM1/U0BOB000002|bob>'],
  ['@easel like https://a.example/?a=1&b=2.', 'like https://a.example/?a=1&b=2.'],
  [
    '@easel like [this & that](https://a.example/b.png), a.example/c',
    'like https://a.example/b.png, http://a.example/c',
  ],
  ['@easel as in "https://a.example/b.png" by ann@a.example', 'as in "https://a.example/b.png" by ann@a.example'],
])('%j says %j', async (typed, words) => {
  const { slack, listening } = stage;
  const { next } = await listening();
  slack.message(typed, ada);
  expect(await wordsOf((await next()).request)).toBe(words);
});

test('what people are called can’t end their name early', async () => {
  const { slack, listening } = stage;
  const { next } = await listening();
  slack.addUser({ id: 'U0EVE00001', name: 'eve', displayName: 'eve|> count:4 <quality:high' });
  slack.message('@easel make it like @eve', ada);
  const words = await wordsOf((await next()).request);
  expect(words).toBe('make it like <@slack:T0FAKETEAM1/U0EVE00001|eve count:4 quality:high>');
  const options = { count: { kind: 'integer', summary: '', min: 1, max: 4 } } as const;
  const prompt = { kind: 'text', summary: '', required: true, maxLength: 2000 } as const;
  expect(parseLine({ prompt, ...options }, words)).toEqual({ prompt: 'make it like @eve count:4 quality:high' });
});

test('somebody whose name Slack does not tell goes by the id', async () => {
  const { slack, listening } = stage;
  const { next } = await listening();
  slack.fail({ method: 'users.info' }, { error: 'fatal_error', times: 9 });
  slack.message('@easel like @bob', ada);
  const { request, respond } = await next();
  expect(request.person.name).toBe('U0ADA000001');
  expect(await wordsOf(request)).toBe('like <@slack:T0FAKETEAM1/U0BOB000002|U0BOB000002>');
  expect(await respond.announce('Root')).toMatchObject({ askerName: 'U0ADA000001' });
});

test('replies in threads are handed on, and say whether they name Easel', async () => {
  const { slack, listening } = stage;
  const { next } = await listening();
  const { ts: threadTs } = slack.message('Look at this', bob);
  slack.message('make it blue', { ...ada, threadTs });
  slack.message('@easel make it green', { ...bob, threadTs });
  slack.message('and red', { ...ada, threadTs, broadcast: true });
  const requests = [(await next()).request, (await next()).request, (await next()).request];
  expect(await Promise.all(requests.map(async (one) => [await wordsOf(one), said(one).toEasel]))).toEqual([
    ['make it blue', false],
    ['make it green', true],
    ['and red', false],
  ]);
  for (const { place } of requests) expect(place).toMatchObject({ thread: threadTs });
  for (const { place } of requests) expect(place).not.toHaveProperty('newThread');
});

test('in a direct message everything is meant for Easel', async () => {
  const { slack, listening } = stage;
  const { next } = await listening();
  const { ts } = slack.message('a red fox', { user: 'ada', channel: '@ada' });
  slack.message('make it blue', { user: 'ada', channel: '@ada', threadTs: ts });
  const [first, second] = [(await next()).request, (await next()).request];
  expect([said(first).toEasel, said(second).toEasel]).toEqual([true, true]);
  expect([first.place.thread, second.place.thread]).toEqual([ts, ts]);
});

test('talk outside of threads, what bots write, and corrections are dropped, and nobody is looked up for them', async () => {
  const { slack, listening } = stage;
  const { next } = await listening();
  const talk = slack.message('good morning', bob);
  slack.message('@easel from a robot', { ...bob, byOtherApp: true });
  slack.message('holiday', { ...bob, files: attached([pictureBytes(1)]) });
  slack.correct(talk.ts, '@easel good morning', bob);
  slack.message('@easel a red fox', ada);
  expect(await wordsOf((await next()).request)).toBe('a red fox');
  await everyEventIsTaken();
  expect(asking('users.info')).toEqual([]);
});

test('Slack is asked nothing until somebody wants to know what was said, or by whom', async () => {
  const { slack, listening } = stage;
  const { next } = await listening();
  const { ts: threadTs } = slack.message('lunch?', ada);
  slack.message('@ada @grace yes', { ...bob, threadTs });
  const { request, respond } = await next();
  await everyEventIsTaken();
  expect(slack.requests().filter(({ method }) => !/^(auth|apps)\./.test(method))).toEqual([]);
  expect(await wordsOf(request)).toBe(
    '<@slack:T0FAKETEAM1/U0ADA000001|ada> <@slack:T0FAKETEAM1/U0GRACE0003|grace> yes',
  );
  expect(asking('users.info')).toEqual(['U0ADA000001', 'U0GRACE0003']);
  expect(await respond.announce(['For ', { person: request.person.id }])).toMatchObject({ askerName: 'bob' });
  expect(asking('users.info')).toHaveLength(3);
  expect(posted(slack).at(-1)?.text).toContain('@bob');
});

test('a root that another process has to post calls nobody, and says who asked', async () => {
  const { slack, bot, listening } = stage;
  const { next } = await listening();
  slack.message('@easel a red fox', ada);
  const asked = await next();
  const { place, remember } = kept(asked.request.place);
  const root = ['For ', { person: asked.request.person.id }];
  await bot()
    .thread(place(), remember)
    .open({ ...opening(jobOf(asked)), root });
  expect(posted(slack)[0]).toMatchObject({ role: 'root', text: 'For @ada' });
  expect(place()).toMatchObject({ askerName: 'ada' });
  expect(slack.pings()).toEqual([]);
});

test.each([
  ['@bob what do you think?', true],
  ['  @bob: and you?', true],
  ['@here look', true],
  ['@designers look', true],
  ['@bob and @easel make it blue', false],
  ['make it like @bob', false],
  ['make it blue', false],
])('that %j is said to others is %j', async (typed, toOthers) => {
  const { slack, listening } = stage;
  const { next } = await listening();
  const { ts: threadTs } = slack.message('Look at this', bob);
  slack.message(typed, { ...ada, threadTs });
  expect(said((await next()).request).toOthers).toBe(toOthers);
});

test('a corrected or deleted request is no second one', async () => {
  const { slack, listening } = stage;
  const { next } = await listening();
  const { ts } = slack.message('@easel a red fox', ada);
  expect((await next()).request.id).toBe(`C0STUDIO001-${ts}`);
  slack.correct(ts, '@easel a blue fox', ada);
  slack.erase(ts, ada);
  const later = slack.message('@easel a hen', ada);
  expect((await next()).request.id).toBe(`C0STUDIO001-${later.ts}`);
});

test.each<[boolean, Partial<SaidEvent>]>([
  [true, { text: '<@UBOT> hi' }],
  [true, { text: '<@UBOT|easel> hi' }],
  [true, { type: 'app_mention' }],
  [true, { channel_type: 'im' }],
  [true, { thread_ts: '1.0' }],
  [true, { thread_ts: '1.0', subtype: 'thread_broadcast' }],
  [true, { thread_ts: '1.0', subtype: 'file_share' }],
  [false, {}],
  [false, { text: '<@UBOTHER> hi' }],
  [false, { thread_ts: '1.0', bot_id: 'B1' }],
  [false, { thread_ts: '1.0', user: 'UBOT' }],
  [false, { thread_ts: '1.0', subtype: 'message_changed' }],
  [false, { thread_ts: '1.0', subtype: 'channel_join' }],
  [false, { channel_type: 'im', edited: {} }],
])('it is %j that %j concerns Easel', (concerns, event) => {
  const message: SaidEvent = { type: 'message', channel: 'C1', ts: '2.0', user: 'U1', text: 'hi' };
  expect(concernsEasel({ ...message, ...event }, { team: 'T1', id: 'B1', user: 'UBOT' })).toBe(concerns);
});

test('files come along, also those of which Slack tells no more than the id', async () => {
  const { slack, listening } = stage;
  const { next } = await listening();
  const [plain] = attached([pictureBytes(1)]);
  if (!plain) throw new Error('there is no file');
  const stub = { name: 'far.png', bytes: pictureBytes(2), checkFileInfo: true };
  const { files } = slack.message('@easel mix these', { ...ada, files: [plain, stub] });
  const [first, second] = said((await next()).request).files;
  expect(first).toEqual({
    ...{ platform: 'slack', name: 'photo-1.png', bytes: pictureBytes(1).length, mimetype: 'image/png' },
    ...{ id: files[0], key: `slack:T0FAKETEAM1/${files[0]}` },
    url: expect.stringContaining('/download/photo-1.png'),
  });
  expect(second).toEqual({
    ...{ platform: 'slack', name: files[1], bytes: undefined },
    ...{ id: files[1], key: `slack:T0FAKETEAM1/${files[1]}` },
  });
});

test('of files that are no pictures, those come along that are all there is with words for Easel', async () => {
  const { slack, listening } = stage;
  const { next } = await listening();
  const bytes = Buffer.from('x');
  const others = [
    { name: 'brief.pdf', bytes },
    { name: 'plan', bytes, external: 'https://docs.google.com/document/d/1' },
  ];
  const { ts: threadTs } = slack.message('Look at this', bob);
  const names = async (words: string, files: readonly Attachment[]) => {
    slack.message(words, { ...ada, threadTs, files });
    return said((await next()).request).files.map(({ name }) => name);
  };
  expect(await names('@easel make a poster', others)).toEqual(['brief.pdf']);
  expect(await names('make a poster', others)).toEqual([]);
  expect(await names('@easel make a poster', [...others, ...attached([pictureBytes(1)])])).toEqual(['photo-1.png']);
});

test('the thread of a picture is known again by what is said in it, wherever it was asked for', async () => {
  const { slack, listening } = stage;
  const { platform, next } = await listening();
  slack.command('/imagine', 'a red fox', ada);
  slack.message('@easel a blue fox', ada);
  for (const asked of [await next(), await next()]) {
    const job = jobOf(asked);
    const { place, remember } = kept(await asked.respond.announce('Root'));
    const thread = platform.thread(place(), remember);
    await thread.open(opening(job));
    await thread.post(result(job), false);
    const there = platform.shown(place());
    const card = posted(slack).findLast(({ role }) => role === 'card');
    slack.message('make it green', { ...ada, threadTs: card?.threadTs ?? '' });
    expect(platform.shown((await next()).request.place)).toEqual({ ...there, messages: [] });
    const shownResult = posted(slack).findLast(({ role }) => role === 'result');
    const files = posted(slack).findLast(({ role }) => role === 'pictures')?.files ?? [];
    expect(there.channel).toBe('slack:T0FAKETEAM1/C0STUDIO001');
    expect(there.messages).toEqual([
      `slack:T0FAKETEAM1/C0STUDIO001/${shownResult?.ts}`,
      ...files.map(({ id }) => `slack:T0FAKETEAM1/${id}`),
    ]);
  }
});

test('a request by mention is answered in the thread of its message', async () => {
  const { slack, listening } = stage;
  const { next } = await listening();
  const { ts } = slack.message('@easel a red fox', ada);
  const { respond } = await next();
  await respond.announce('A red fox, 13 credits');
  expect(posted(slack)).toMatchObject([{ role: 'root', threadTs: ts }]);
});

test('what only the asker sees stands beside a thread that has not begun, and in it once it has', async () => {
  const { slack, listening } = stage;
  const { next } = await listening();
  const { ts } = slack.message('@easel a red fox', ada);
  const { respond } = await next();
  await respond.tell('First');
  await respond.announce('Root');
  await respond.tell('Second');
  const told = slack.messages().filter(({ visibleTo }) => visibleTo === 'U0ADA000001');
  expect(told.map(({ text, threadTs }) => [text, threadTs])).toEqual([
    ['First', undefined],
    ['Second', ts],
  ]);
});

test('a message opens no form', async () => {
  const { slack, listening } = stage;
  const { next } = await listening();
  slack.message('@easel a red fox', ada);
  const { respond } = await next();
  expect(await respond.open({ key: 'edit', title: 'Edit', submit: 'Edit', fields: [] })).toBe(false);
  expect(slack.requests('views.open')).toEqual([]);
});
