import { describe, expect, test } from 'vitest';
import { type Chat, discordChat, kindOf, kinds, ofKind, results, shownPictures, slackChat, studio } from './chats.ts';
import type { Studio } from './studio.ts';

/** How an answer gets lost after the platform has done what was asked. */
const losses = [
  ['answers 500', { status: 500, afterWorking: true, times: 1 }],
  ['answers 500 twice', { status: 500, afterWorking: true, times: 2 }],
  ['answers 500 three times', { status: 500, afterWorking: true, times: 3 }],
  ['breaks the connection', { drop: true, afterWorking: true, times: 1 }],
] as const;

/** When in the journey the trouble begins. */
type Moment = 'at first' | 'after the root' | 'while it is made';

/** One picture, two files of it, through a platform that loses answers. */
async function throughLosses(place: Studio, chat: Chat, moment: Moment, arm: () => void): Promise<void> {
  place.openai.hold();
  if (moment === 'at first') arm();
  chat.command('imagine', { prompt: 'a red fox', count: 2 });
  if (moment === 'after the root') await chat.until(() => ofKind(chat, 'root').length > 0).then(arm);
  await place.openai.untilHeld(1);
  if (moment === 'while it is made') arm();
  place.openai.release();
  await place.clock.flyUntil(results(chat));
  await place.clock.flyUntil(place.easel().idle());

  expect(kinds(chat.posts())).toEqual(chat.journey);
  const calls = place.openai.calls();
  expect(calls).toHaveLength(1);
  expect(shownPictures(chat)).toEqual(calls[0]?.pictures);
  const { findings, counted, credits } = await place.recount();
  expect(findings).toEqual([]);
  expect(counted.jobs).toBe(1);
  expect(credits).toMatchObject({ held: 0, charged: 28, house: 0 });
  expect(new Set(chat.pinged())).toEqual(new Set([chat.asker]));
}

describe.each(losses)('when Discord does its work and then %s', (_, fault) => {
  test.each([
    ['the root message', 'at first', '/callback$'],
    ['the thread', 'at first', '/threads$'],
    ['the card', 'at first', '/messages$'],
    ['the result', 'while it is made', '/messages$'],
  ] as const)('to %s, everything is posted once', async (_step, moment, path) => {
    const place = await studio();
    const arm = () => place.discord.fail({ method: 'POST', path }, fault);
    await throughLosses(place, discordChat(place), moment, arm);
  });
});

describe.each(losses)('when Slack does its work and then %s', (_, fault) => {
  test.each([
    ['the root message', 'at first', 'chat.postMessage'],
    ['the card', 'after the root', 'chat.postMessage'],
    ['the ask for an upload', 'while it is made', 'files.getUploadURLExternal'],
    ['an upload', 'while it is made', 'upload'],
    ['the pictures', 'while it is made', 'files.completeUploadExternal'],
    ['a look at the pictures', 'while it is made', 'files.info'],
    ['the buttons', 'while it is made', 'chat.postMessage'],
  ] as const)('to %s, everything is posted once', async (_step, moment, method) => {
    const place = await studio();
    const arm = () => place.slack.fail({ method }, fault);
    await throughLosses(place, slackChat(place), moment, arm);
  });
});

const both = [
  ['Discord', discordChat, 'cleo'],
  ['Slack', slackChat, 'ada'],
] as const;

describe.each(both)('when the channel on %s is deleted while the picture is made', (_, chatOf, shy) => {
  const made = async (place: Studio, chat: Chat, user: string) => {
    place.openai.hold();
    chat.command('imagine', { prompt: 'a red fox' }, { user });
    await place.openai.untilHeld(1);
    chat.deleteChannel();
    place.openai.release();
  };

  test('it is brought to the asker directly', async () => {
    const place = await studio();
    const chat = chatOf(place);
    await made(place, chat, chat.asker);
    const inDirect = () => chat.direct(chat.asker);
    await place.clock.flyUntil(chat.until(() => inDirect().some((post) => kindOf(post) === 'result')));
    expect(inDirect().find((post) => kindOf(post) === 'result')?.text).toContain(
      'It could not be posted where you asked, so here it is.',
    );
    expect(inDirect().flatMap(({ pictures }) => pictures.map(({ sha256 }) => sha256))).toEqual(
      place.openai.calls()[0]?.pictures,
    );
    await place.clock.flyUntil(place.easel().idle());
    const { findings, credits } = await place.recount();
    expect(findings).toEqual([]);
    expect(credits).toMatchObject({ held: 0, charged: 17 });
    expect((await place.easel().parts.store.queue.recent(chat.person(chat.asker), 1))[0]?.state).toBe('delivered');
  });

  test('and direct messages are refused too, it is refunded and stays in /history', async () => {
    const place = await studio();
    const chat = chatOf(place);
    place.slack.fail({ method: 'conversations.open' }, { error: 'cannot_dm_bot', times: 100 });
    await made(place, chat, shy);
    await place.clock.flyUntil(place.easel().idle());
    const { findings, credits } = await place.recount();
    expect(findings).toEqual([]);
    expect(credits).toMatchObject({ held: 0, available: 500 });
    const elsewhere = chat.name === 'discord' ? 'general' : '#atelier';
    const told = await chat.command('history', {}, { user: shy, channel: elsewhere }).told();
    expect(told).toMatch(/a red fox\b.*: failed/s);
    expect(await chat.command('credits history', {}, { user: shy, channel: elsewhere }).told()).toMatch(
      /\+17 refunded/,
    );
  });
});
