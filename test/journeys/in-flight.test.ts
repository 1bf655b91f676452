import { describe, expect, test } from 'vitest';
import { both, type Chat, kinds, ofKind, type Post, results, shownPictures, studio, unlimited } from './chats.ts';
import type { Studio } from './studio.ts';

const everybody = ({ asker, other, admin }: Chat) => [asker, other, admin] as const;

const spent = async (place: Studio, chat: Chat, name: string): Promise<number> =>
  500 - (await place.easel().parts.store.ledger.balance(chat.person(name))).available;

const allSpent = (place: Studio, chat: Chat) => Promise.all(everybody(chat).map((name) => spent(place, chat, name)));

/** One after the other asks for the same, while the first one's picture is being made. */
async function asking(place: Studio, chat: Chat, options = {}): Promise<void> {
  place.openai.hold();
  for (const [n, user] of everybody(chat).entries()) {
    chat.command('imagine', { prompt: 'a red fox', quality: 'low', ...options }, { user });
    await chat.until(() => ofKind(chat, 'card').length === n + 1);
  }
  await place.openai.untilHeld(1);
}

/** The card in the thread of the `n`th root message. */
function cardOf(chat: Chat, n: number): Post {
  const root = ofKind(chat, 'root')[n];
  const card = ofKind(chat, 'card').find(({ thread }) => thread === root?.id);
  if (!card) throw new RangeError('there is no such card');
  return card;
}

const saying = (place: Studio, chat: Chat, n: number, words: string): Promise<Post> =>
  place.clock.flyUntil(chat.until(() => (cardOf(chat, n).text.startsWith(words) ? cardOf(chat, n) : undefined)));

/** Everything is over, nothing is held, and nothing is wrong anywhere. */
async function expectSound(place: Studio, chat: Chat): Promise<void> {
  await place.clock.flyUntil(place.easel().idle());
  expect(chat.violations()).toEqual([]);
  expect(place.openai.violations()).toEqual([]);
  expect(await place.recount()).toMatchObject({ findings: [], credits: { held: 0 } });
}

describe.each(both)('when three people on %s ask for the same at once', (_, chatOf) => {
  test('it is made once, each of them gets it in his own place, and the first one pays', async () => {
    const place = await studio(unlimited);
    const chat = chatOf(place);
    await asking(place, chat);
    expect(place.openai.held()).toBe(1);
    const roots = ofKind(chat, 'root').map(({ text }) => text.split('\n')[1]);
    const same = `free: the same is being made for ${chat.asker} already (else 6 credits)`;
    expect(roots).toEqual(['6 credits · 1st in the queue', same, same]);
    expect(cardOf(chat, 1).text).toContain('Waiting · the same picture is being made already; you get it too, free');
    expect(cardOf(chat, 1).buttons).toEqual(['Cancel']);

    place.openai.release();
    const posts = await results(chat, 3);
    expect(place.openai.calls()).toHaveLength(1);
    expect(shownPictures(chat)).toEqual(Array.from({ length: 3 }, () => place.openai.calls()[0]?.pictures[0]));
    expect(new Set(posts.map(({ thread }) => thread))).toEqual(new Set(ofKind(chat, 'root').map(({ id }) => id)));
    for (const user of [chat.other, chat.admin]) {
      const post = posts.find(({ text }) => text.startsWith(`@${user} a red fox`));
      expect(post?.text).toContain(`made at the same time for ${chat.asker}, free · 500 left`);
      expect(post?.buttons[0]).toBe('Make a new one');
    }
    const [paid, ...free] = await allSpent(place, chat);
    expect([paid, free]).toEqual([6, [0, 0]]);
    expect(kinds(chat.posts()).toSorted()).toEqual([1, 2, 3].flatMap(() => chat.journey).toSorted());
    await expectSound(place, chat);
  });

  test('really at once, too', async () => {
    const place = await studio(unlimited);
    const chat = chatOf(place);
    for (const user of everybody(chat)) chat.command('imagine', { prompt: 'a red fox', quality: 'low' }, { user });
    await results(chat, 3);
    expect(place.openai.calls()).toHaveLength(1);
    expect((await allSpent(place, chat)).toSorted()).toEqual([0, 0, 6]);
    await expectSound(place, chat);
  });

  test('what came of several pictures goes to each of them, and is not remembered when it is not all', async () => {
    const place = await studio(unlimited);
    const chat = chatOf(place);
    place.openai.next('fewer-images');
    await asking(place, chat, { count: 3 });
    place.openai.release();
    const posts = await results(chat, 3);
    const made = place.openai.calls().flatMap(({ pictures }) => pictures);
    expect([made.length, shownPictures(chat).length]).toEqual([2, 6]);
    expect(new Set(shownPictures(chat))).toEqual(new Set(made));
    const said = posts.map(({ text }) => text.split('\n')[1]).toSorted();
    expect(said).toEqual(['2 of 3 came out.', '2 of 3 came out.', '2 of 3 came out; only these are charged.']);
    chat.command('imagine', { prompt: 'a red fox', quality: 'low', count: 3 }, { user: chat.other });
    await results(chat, 4);
    expect(place.openai.calls()).toHaveLength(2);
    await expectSound(place, chat);
  });

  test('what one of them wants fresh is made for him alone', async () => {
    const place = await studio(unlimited);
    const chat = chatOf(place);
    await asking(place, chat);
    chat.command('imagine', { prompt: 'a red fox', quality: 'low', fresh: true }, { user: chat.other });
    await place.openai.untilHeld(2);
    place.openai.release();
    await results(chat, 4);
    expect(place.openai.calls()).toHaveLength(2);
    expect(await allSpent(place, chat)).toEqual([6, 6, 0]);
    await expectSound(place, chat);
  });

  test('it is made for each of them where CACHE_HOURS is 0', async () => {
    const place = await studio({ ...unlimited, env: { CACHE_HOURS: '0' } });
    const chat = chatOf(place);
    place.openai.hold();
    for (const user of everybody(chat)) chat.command('imagine', { prompt: 'a red fox', quality: 'low' }, { user });
    await place.openai.untilHeld(3);
    place.openai.release();
    await results(chat, 3);
    expect(await allSpent(place, chat)).toEqual([6, 6, 6]);
    await expectSound(place, chat);
  });

  test('whoever cancels pays nothing, and the others get theirs', async () => {
    const place = await studio(unlimited);
    const chat = chatOf(place);
    await asking(place, chat);
    expect(await chat.press(cardOf(chat, 1), 'Cancel', { user: chat.other }).told()).toBe(
      'Cancelled “a red fox”. Nothing was charged.',
    );
    await saying(place, chat, 1, 'Cancelled. Nothing was charged.');
    place.openai.release();
    await results(chat, 2);
    expect(place.openai.calls()).toHaveLength(1);
    expect(await allSpent(place, chat)).toEqual([6, 0, 0]);
    await expectSound(place, chat);
    expect(ofKind(chat, 'result')).toHaveLength(2);
  });

  test('when the first one cancels, it is made for the second, who pays, and the third gets it free', async () => {
    const place = await studio(unlimited);
    const chat = chatOf(place);
    await asking(place, chat);
    expect(await chat.press(cardOf(chat, 0), 'Cancel').told()).toBe('Stopping “a red fox”. Nothing is charged.');
    await saying(place, chat, 0, 'Cancelled. Nothing was charged.');
    await place.clock.flyUntil(place.openai.untilHeld(1));
    await place.openai.untilStarted(2);
    place.openai.release();
    const posts = await place.clock.flyUntil(results(chat, 2));
    expect(place.openai.calls()).toHaveLength(2);
    expect(await allSpent(place, chat)).toEqual([0, 6, 0]);
    const free = posts.find(({ text }) => text.includes('free'));
    expect(free?.text).toContain(`made at the same time for ${chat.other}, free`);
    await expectSound(place, chat);
  });

  test('what is declined is declined for all of them, and costs nobody anything', async () => {
    const place = await studio(unlimited);
    const chat = chatOf(place);
    place.openai.next('moderation-input');
    await asking(place, chat);
    place.openai.release();
    for (const n of [0, 1, 2]) {
      const card = await saying(place, chat, n, 'The image service declined this request');
      expect(card.text).toContain('Nothing was charged.');
    }
    expect(place.openai.calls()).toHaveLength(1);
    expect(await allSpent(place, chat)).toEqual([0, 0, 0]);
    await expectSound(place, chat);
  });

  test('what fails for the first fails for all of them, and the next one who asks has it made', async () => {
    const place = await studio(unlimited);
    const chat = chatOf(place);
    place.openai.always('server-error');
    await asking(place, chat);
    place.openai.release();
    const ends = await Promise.all([0, 1, 2].map((n) => saying(place, chat, n, 'The image service')));
    expect(new Set(ends.map(({ text }) => text)).size).toBe(1);
    expect(await allSpent(place, chat)).toEqual([0, 0, 0]);
    const failed = place.openai.calls().length;
    place.openai.always(null);
    chat.command('imagine', { prompt: 'a red fox', quality: 'low' }, { user: chat.other });
    await place.clock.flyUntil(results(chat, 1));
    expect(place.openai.calls()).toHaveLength(failed + 1);
    await expectSound(place, chat);
  });

  test('a restart in between makes it once more, posts each once, and charges once', async () => {
    const place = await studio(unlimited);
    const chat = chatOf(place);
    await asking(place, chat);
    await place.restart();
    await place.openai.untilHeld(1);
    place.openai.release();
    await place.clock.flyUntil(results(chat, 3));
    expect(await allSpent(place, chat)).toEqual([6, 0, 0]);
    expect(kinds(chat.posts()).toSorted()).toEqual([1, 2, 3].flatMap(() => chat.journey).toSorted());
    await expectSound(place, chat);
  });

  test('a change of the same picture is made once too', async () => {
    const place = await studio(unlimited);
    const chat = chatOf(place);
    chat.command('imagine', { prompt: 'a red fox', quality: 'low' });
    const [first] = await results(chat, 1);
    if (!first) throw new RangeError('nothing was posted');
    place.openai.hold();
    for (const [n, user] of everybody(chat).entries()) {
      chat.say('v1: make it blue', { to: first, mention: true, user });
      await place.clock.flyUntil(chat.until(() => ofKind(chat, 'card').length === n + 2));
    }
    await place.openai.untilHeld(1);
    place.openai.release();
    const posts = await place.clock.flyUntil(results(chat, 4));
    expect(place.openai.calls()).toHaveLength(2);
    const versions = posts.map(({ text }) => /v(\d) of “a red fox”, from v1/.exec(text)?.[1]).filter(Boolean);
    expect(versions.toSorted()).toEqual(['2', '3', '4']);
    await expectSound(place, chat);
  });
});
