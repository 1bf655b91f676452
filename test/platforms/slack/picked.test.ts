import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ChatRequest, Said } from '../../../src/domain/chat-platform.ts';
import type { FileRef } from '../../../src/domain/image-source.ts';
import { ada, attached, jobOf, kept, opening, pictureBytes, posted, result, type Scene, scene } from './setup.ts';

let stage: Scene;
beforeEach(async () => {
  stage = await scene();
});
afterEach(async () => {
  expect(stage.slack.violations()).toEqual([]);
  await stage.close();
});

interface Picked {
  readonly messages: readonly string[];
  readonly files: readonly FileRef[];
}
const picked = ({ ask }: ChatRequest): Picked => (ask as { readonly picked: Picked }).picked;
const told = () =>
  stage.slack
    .messages()
    .filter(({ visibleTo }) => visibleTo === 'U0ADA000001')
    .map(({ text, threadTs }) => [text, threadTs]);

test('a picked message comes with its files, and is acknowledged at once', async () => {
  const { slack, listening } = stage;
  const { next } = await listening();
  const { ts, files } = slack.message('Look', {
    user: 'bob',
    channel: '#studio',
    files: attached([pictureBytes(1), pictureBytes(2)]),
  });
  const { requestId } = slack.shortcut('easel:edit', { ...ada, ts });
  const { request } = await next();
  expect(await slack.settled(requestId)).toMatchObject({ state: 'acknowledged' });
  expect(request.person).toMatchObject({ id: 'slack:T0FAKETEAM1/U0ADA000001', name: 'ada' });
  expect(request.place).toMatchObject({ channel: 'C0STUDIO001', thread: ts, newThread: true });
  expect(picked(request).messages).toEqual([
    `slack:T0FAKETEAM1/C0STUDIO001/${ts}`,
    ...files.map((id) => `slack:T0FAKETEAM1/${id}`),
  ]);
  expect(picked(request).files).toMatchObject([
    { platform: 'slack', name: 'photo-1.png', id: files[0], bytes: pictureBytes(1).length },
    { platform: 'slack', name: 'photo-2.png', id: files[1] },
  ]);
});

test('a picked reply stays in its thread', async () => {
  const { slack, listening } = stage;
  const { next } = await listening();
  const { ts: threadTs } = slack.message('Look', { user: 'bob', channel: '#studio' });
  const { ts } = slack.message('this', {
    user: 'bob',
    channel: '#studio',
    threadTs,
    files: attached([pictureBytes(1)]),
  });
  slack.shortcut('easel:edit', { ...ada, ts });
  // The reply itself may be talk for Easel.
  const requests = [(await next()).request, (await next()).request];
  const request = requests.find(({ ask }) => 'picked' in ask);
  expect(request?.place).toMatchObject({ thread: threadTs });
  expect(request?.place).not.toHaveProperty('newThread');
});

test("Easel's own pictures are known again, by their message and by their files", async () => {
  const { slack, listening } = stage;
  const { platform, next } = await listening();
  slack.command('/imagine', 'a red fox', ada);
  const asked = await next();
  const job = jobOf(asked);
  const { place, remember } = kept(await asked.respond.announce('Root'));
  await platform.thread(place(), remember).open(opening(job));
  await platform.thread(place(), remember).post(result(job), false);
  const there = platform.shown(place()).messages;
  const [pictures, words] = ['pictures', 'result'].map((role) => posted(slack).find((one) => one.role === role)?.ts);
  slack.shortcut('easel:edit', { ...ada, ts: pictures ?? '' });
  expect(picked((await next()).request).messages).toEqual(expect.arrayContaining(there.slice(1)));
  slack.shortcut('easel:edit', { ...ada, ts: words ?? '' });
  expect(picked((await next()).request).messages).toEqual([there[0]]);
  const [first = '', second = ''] =
    posted(slack)
      .find(({ role }) => role === 'pictures')
      ?.files.map(({ id }) => id) ?? [];
  slack.deleteFile(first);
  slack.hideFile(second);
  slack.shortcut('easel:edit', { ...ada, ts: pictures ?? '' });
  const later = picked((await next()).request);
  expect(later.messages).toEqual(expect.arrayContaining(there.slice(1)));
  expect(later.files).toEqual([]);
});

test('files that were deleted are left out', async () => {
  const { slack, listening } = stage;
  const { next } = await listening();
  const where = { user: 'bob', channel: '#studio', files: attached([pictureBytes(1), pictureBytes(2)]) };
  const { ts, files } = slack.message('Look', where);
  slack.deleteFile(files[0] ?? '');
  slack.shortcut('easel:edit', { ...ada, ts });
  expect(picked((await next()).request).files).toMatchObject([{ id: files[1] }]);
});

test('what is no picture is left out: films, papers, what is hidden, and what is stored elsewhere', async () => {
  const { slack, listening } = stage;
  const { next } = await listening();
  const bytes = Buffer.from('x');
  const others = ['walk.mp4', 'brief.pdf', 'song.mp3', 'all.zip', 'notes.txt'].map((name) => ({ name, bytes }));
  const linked = { name: 'plan', bytes, external: 'https://docs.google.com/document/d/1' };
  const unknown = { name: 'photo', bytes };
  const hidden = { name: 'old.png', bytes: pictureBytes(2) };
  const all = [...others, linked, unknown, hidden, ...attached([pictureBytes(1)])];
  const { ts, files } = slack.message('@easel', { ...ada, files: all });
  slack.hideFile(files[7] ?? '');
  slack.shortcut('easel:edit', { ...ada, ts });
  const requests = [(await next()).request, (await next()).request];
  const shown = requests.find(({ ask }) => 'picked' in ask);
  expect(shown && picked(shown).files.map(({ name }) => name)).toEqual(['photo', 'photo-1.png']);
  const heard = requests.find(({ ask }) => 'said' in ask)?.ask as { said: Said };
  expect(heard.said.files.map(({ name }) => name)).toEqual(['photo', 'old.png', 'photo-1.png']);
});

test('of a message with nothing else, no file is handed on', async () => {
  const { slack, listening } = stage;
  const { next } = await listening();
  const { ts } = slack.message('Look', { ...ada, files: [{ name: 'brief.pdf', bytes: Buffer.from('x') }] });
  slack.shortcut('easel:edit', { ...ada, ts });
  expect(picked((await next()).request).files).toEqual([]);
});

test('a conversation that begins with words of Easel is known as such', async () => {
  const { slack, listening } = stage;
  const { platform, next } = await listening();
  slack.command('/imagine', 'a red fox', ada);
  const { ts } = slack.message('Look', ada);
  await (await next()).respond.announce('Root');
  const root = posted(slack)[0]?.ts ?? '';
  const about = async (message: string) => {
    slack.shortcut('easel:edit', { ...ada, ts: message });
    return platform.shown((await next()).request.place).own;
  };
  const reply = async (threadTs: string) => {
    const { ts: replied } = slack.message('nice', { ...ada, threadTs });
    return [platform.shown((await next()).request.place).own, await about(replied)];
  };
  expect([await about(root), await about(ts)]).toEqual([true, false]);
  expect([await reply(root), await reply(ts)]).toEqual([
    [true, true],
    [false, false],
  ]);
});

test('picked twice by one delivery, it is the same request', async () => {
  const { slack, listening } = stage;
  const { next } = await listening();
  const { ts } = slack.message('Look', { user: 'bob', channel: '#studio' });
  slack.shortcut('easel:edit', { ...ada, ts, deliveries: 2 });
  expect((await next()).request.id).toBe((await next()).request.id);
});

test('answers stand where the person can see them: beside a message without answers, in a thread, or alone', async () => {
  const { slack, listening } = stage;
  const { next } = await listening();
  const { ts } = slack.message('Look', { user: 'bob', channel: '#studio' });
  slack.shortcut('easel:edit', { ...ada, ts });
  await (await next()).respond.tell('No picture here');
  slack.setBotMember('#studio', false);
  slack.message('Nice', { user: 'bob', channel: '#studio', threadTs: ts });
  slack.setBotMember('#studio', true);
  slack.shortcut('easel:edit', { ...ada, ts });
  await (await next()).respond.tell('None here either');
  expect(told()).toEqual([
    ['No picture here', undefined],
    ['None here either', ts],
  ]);
  slack.setBotMember('#studio', false);
  slack.shortcut('easel:edit', { ...ada, ts });
  await (await next()).respond.tell('Easel is not here');
  expect(posted(slack, '@ada')).toMatchObject([{ text: 'Easel is not here' }]);
});
