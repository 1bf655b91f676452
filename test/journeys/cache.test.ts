import { readdir, unlink } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  both,
  type Chat,
  discordChat,
  kinds,
  ofKind,
  type Post,
  results,
  shownPictures,
  studio,
  unlimited,
} from './chats.ts';
import { photo } from './photo.ts';
import type { Studio } from './studio.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/** Asks, and waits until so many results are there. Resolves to the newest one. */
async function imagine(chat: Chat, count: number, options = {}, user = chat.asker): Promise<Post> {
  chat.command('imagine', { prompt: 'a red fox', quality: 'low', ...options }, { user });
  return newest(chat, count);
}

async function newest(chat: Chat, count: number): Promise<Post> {
  const found = (await results(chat, count)).at(-1);
  if (!found) throw new RangeError('nothing was posted');
  return found;
}

const spent = async (place: Studio, chat: Chat, name: string): Promise<number> =>
  500 - (await place.easel().parts.store.ledger.balance(chat.person(name))).available;

/** Everything is over, nothing is held, and nothing is wrong anywhere. */
async function expectSound(place: Studio, chat: Chat): Promise<void> {
  await place.clock.flyUntil(place.easel().idle());
  expect(chat.violations()).toEqual([]);
  expect(place.openai.violations()).toEqual([]);
  expect(await place.recount()).toMatchObject({ findings: [], credits: { held: 0, house: 0 } });
}

const calls = (place: Studio) => place.openai.calls().length;

describe.each(both)('the same request again on %s', (_, chatOf) => {
  test('is answered with the same picture at once, free, and says since when and for whom', async () => {
    const place = await studio(unlimited);
    const chat = chatOf(place);
    const first = await imagine(chat, 1);
    const paid = await spent(place, chat, chat.asker);
    await place.clock.pass(3 * minuteMs);
    const second = await imagine(chat, 2, {}, chat.other);

    expect(calls(place)).toBe(1);
    const [one, two] = shownPictures(chat);
    expect(two).toBe(one);
    const root = ofKind(chat, 'root').at(-1);
    expect(root?.text).toBe(
      `@${chat.other} asked for a picture: a red fox\nmade 3 minutes ago for ${chat.asker}, free`,
    );
    expect(second.text).toMatch(new RegExp(` · made 3 minutes ago for ${chat.asker}, free · 500 left$`));
    expect(first.buttons[0]).toBe('Again');
    expect(second.buttons).toEqual(['Make a new one', 'Edit', 'Vary', 'Details', 'Delete']);
    expect(kinds(chat.posts())).toEqual([...chat.journey, ...chat.journey]);
    expect([paid > 0, await spent(place, chat, chat.other)]).toEqual([true, 0]);
    expect(await spent(place, chat, chat.asker)).toBe(paid);
    await expectSound(place, chat);
  });

  test('pings nobody but whoever asks', async () => {
    const place = await studio(unlimited);
    const chat = chatOf(place);
    await imagine(chat, 1);
    const before = chat.pinged().length;
    await imagine(chat, 2, {}, chat.other);
    await place.clock.flyUntil(place.easel().idle());
    expect(new Set(chat.pinged().slice(before))).toEqual(new Set([chat.other]));
    expect(chat.links()).toEqual([]);
  });

  test('does not wait for the queue, and is let in without a credit', async () => {
    const place = await studio({ ...unlimited, env: { USER_CONCURRENCY: '1', STARTING_CREDITS: '20' } });
    const chat = chatOf(place);
    await imagine(chat, 1);
    const poor = chat.other;
    const reason = 'for the test';
    await chat.command('credits revoke', { user: chat.naming(poor), amount: 20, reason }, { user: chat.admin }).told();
    place.openai.hold();
    chat.command('imagine', { prompt: 'a slow fox', quality: 'low' });
    await place.openai.untilHeld(1);
    const second = await imagine(chat, 2, {}, poor);
    expect(second.text).toContain('free · 0 left');
    expect(place.openai.held()).toBe(1);
    place.openai.release();
    await newest(chat, 3);
    await expectSound(place, chat);
  });

  test('counts among the requests of a minute', async () => {
    const place = await studio({ ...unlimited, env: { USER_PER_MINUTE: '2' } });
    const chat = chatOf(place);
    await imagine(chat, 1);
    await imagine(chat, 2);
    const third = chat.command('imagine', { prompt: 'a red fox', quality: 'low' });
    expect(await third.told()).toContain('You made 2 requests within a minute');
  });

  test('with Make a new one is made anew, costs whoever presses, and is what is remembered then', async () => {
    const place = await studio(unlimited);
    const chat = chatOf(place);
    await imagine(chat, 1);
    const copy = await imagine(chat, 2, {}, chat.other);
    chat.press(copy, 'Make a new one', { user: chat.other });
    const fresh = await newest(chat, 3);
    expect(fresh.buttons[0]).toBe('Again');
    expect(fresh.text).not.toContain('free');
    expect(await spent(place, chat, chat.other)).toBeGreaterThan(0);
    const last = await imagine(chat, 4);
    expect(last.text).toContain(`for ${chat.other}, free`);
    expect(calls(place)).toBe(2);
    const [one, two, three, four] = shownPictures(chat);
    expect([two === one, three === one, four === three]).toEqual([true, false, true]);
    await expectSound(place, chat);
  });

  test('with fresh is made anew', async () => {
    const place = await studio(unlimited);
    const chat = chatOf(place);
    await imagine(chat, 1);
    await imagine(chat, 2, { fresh: true });
    expect(calls(place)).toBe(2);
    expect(new Set(shownPictures(chat)).size).toBe(2);
    await expectSound(place, chat);
  });

  test('is the same only when everything that decides the picture is', async () => {
    const place = await studio({ ...unlimited, env: { USER_PER_MINUTE: '99' } });
    const chat = chatOf(place);
    await imagine(chat, 1);
    const others = [{ quality: 'medium' }, { shape: 'wide' }, { count: 2 }, { style: 'poster' }, { format: 'webp' }];
    for (const [n, options] of [...others, { background: 'opaque' }, { prompt: 'a Red fox' }].entries())
      await imagine(chat, n + 2, options);
    expect(calls(place)).toBe(8);
    await expectSound(place, chat);
  });

  test('of several pictures is answered with all of them, or with none where one did not come', async () => {
    const place = await studio(unlimited);
    const chat = chatOf(place);
    place.openai.next('fewer-images');
    await imagine(chat, 1, { count: 3 });
    const whole = await imagine(chat, 2, { count: 3 }, chat.other);
    expect(whole.text).not.toContain('free');
    const made = calls(place);
    const copy = await imagine(chat, 3, { count: 3 }, chat.admin);
    expect(copy.text).toContain(`for ${chat.other}, free`);
    expect(calls(place)).toBe(made);
    expect(shownPictures(chat).slice(-3)).toEqual(shownPictures(chat).slice(-6, -3));
    await expectSound(place, chat);
  });

  test('is made anew after the picture was deleted, and copies stay where they are', async () => {
    const place = await studio(unlimited);
    const chat = chatOf(place);
    const first = await imagine(chat, 1);
    await imagine(chat, 2, {}, chat.other);
    await chat.press(first, 'Delete').told();
    expect(shownPictures(chat)).toHaveLength(1);
    const [copy] = await results(chat, 1);
    await imagine(chat, 2, {}, chat.admin);
    expect(calls(place)).toBe(2);
    // A copy is deleted by whoever got it, and that is no reason to make it anew.
    if (copy) await chat.press(copy, 'Delete', { user: chat.other }).told();
    await imagine(chat, 2);
    expect(calls(place)).toBe(2);
    await expectSound(place, chat);
  });

  test('is made anew after a day, and after a restart before that it is not', async () => {
    const place = await studio(unlimited);
    const chat = chatOf(place);
    await imagine(chat, 1);
    await place.restart(undefined, () => place.clock.pass(23 * hourMs));
    expect((await imagine(chat, 2)).text).toContain(`made 23 hours ago for ${chat.asker}, free`);
    await place.restart(undefined, () => place.clock.pass(hourMs));
    expect((await imagine(chat, 3)).text).not.toContain('free');
    expect(calls(place)).toBe(2);
    await expectSound(place, chat);
  });

  test('is made anew where an original is gone', async () => {
    const place = await studio(unlimited);
    const chat = chatOf(place);
    await imagine(chat, 1);
    const [blob = ''] = shownPictures(chat);
    const folder = path.join(place.dataDir, 'blobs');
    const files = await readdir(folder, { recursive: true });
    const file = files.find((name) => path.basename(name) === blob);
    if (!file) throw new RangeError('there is no such blob');
    await unlink(path.join(folder, file));
    await imagine(chat, 2);
    expect(calls(place)).toBe(2);
    expect(shownPictures(chat)).toHaveLength(2);
  });

  test('is made anew where CACHE_HOURS is 0', async () => {
    const place = await studio({ ...unlimited, env: { CACHE_HOURS: '0' } });
    const chat = chatOf(place);
    await imagine(chat, 1);
    const second = await imagine(chat, 2);
    expect([calls(place), second.buttons[0]]).toEqual([2, 'Again']);
    await expectSound(place, chat);
  });

  test('is made anew where newer pictures took its room', async () => {
    const place = await studio({ ...unlimited, openai: { pictureBytes: 400_000 }, env: { CACHE_MEGABYTES: '1' } });
    const chat = chatOf(place);
    await imagine(chat, 1);
    await imagine(chat, 2, { prompt: 'a blue fox' });
    await imagine(chat, 3, { prompt: 'a green fox' });
    expect((await imagine(chat, 4, { prompt: 'a blue fox' })).text).toContain('free');
    expect((await imagine(chat, 5)).text).not.toContain('free');
    expect(calls(place)).toBe(4);
  });

  test('is made anew after it failed or was declined', async () => {
    const place = await studio(unlimited);
    const chat = chatOf(place);
    place.openai.next('moderation-input');
    chat.command('imagine', { prompt: 'a red fox', quality: 'low' });
    await place.openai.untilEnded(1);
    await place.clock.flyUntil(place.easel().idle());
    expect(ofKind(chat, 'result')).toEqual([]);
    await imagine(chat, 1);
    expect(calls(place)).toBe(2);
    await expectSound(place, chat);
  });

  test('as an edit of the same picture is answered too, as the next version of it', async () => {
    const place = await studio(unlimited);
    const chat = chatOf(place);
    const first = await imagine(chat, 1);
    chat.say('make it blue', { to: first, mention: true });
    await place.clock.flyUntil(newest(chat, 2));
    chat.say('v1: make it blue', { to: first, mention: true, user: chat.other });
    const third = await place.clock.flyUntil(newest(chat, 3));
    expect(third.text).toContain('v3 of “a red fox”, from v1');
    expect(third.text).toContain('free');
    expect(third.buttons).toEqual(['Make a new one', 'Edit', 'Vary', 'Undo', 'Details', 'Delete']);
    expect(calls(place)).toBe(2);
    expect(await spent(place, chat, chat.other)).toBe(0);
    // And what was given free can be changed like any other.
    chat.say('add a hat', { to: third, mention: true, user: chat.other });
    expect((await place.clock.flyUntil(newest(chat, 4))).text).toContain('v4 of “a red fox”, from v3');
    expect(place.openai.calls()[2]?.images).toEqual(place.openai.calls()[1]?.pictures);
    await expectSound(place, chat);
  });

  test('is told as free by /history and Details, with when it was made', async () => {
    const place = await studio(unlimited);
    const chat = chatOf(place);
    await imagine(chat, 1);
    const copy = await imagine(chat, 2, {}, chat.other);
    expect(await chat.press(copy, 'Details').told()).toMatch(
      new RegExp(String.raw`Charged 0 credits\nFree made at 2026-11-20 \d\d:\d\d UTC for ${chat.asker}\n`),
    );
    const history = await chat.command('history', {}, { user: chat.other }).told();
    expect(history).toMatch(/delivered, free: made at 2026-11-20 \d\d:\d\d UTC$/);
    expect(await chat.command('credits balance', {}, { user: chat.other }).told()).toBe('You have 500 credits.');
  });
});

describe('teams', () => {
  test('never get each other’s pictures', async () => {
    const place = await studio(unlimited);
    const [discord, slack] = both.map(([, chatOf]) => chatOf(place));
    if (!discord || !slack) throw new RangeError('there are two');
    await imagine(discord, 1);
    expect((await imagine(slack, 1)).text).not.toContain('free');
    expect(calls(place)).toBe(2);
  });

  test('of Discord and direct messages there share nothing', async () => {
    const place = await studio(unlimited);
    const chat = discordChat(place);
    const direct = async (count: number) => {
      chat.command('imagine', { prompt: 'a red fox', quality: 'low' }, { channel: 'dm' });
      const found = () => chat.direct(chat.asker).filter(({ buttons }) => buttons.includes('Details'));
      return (await chat.until(() => (found().length >= count ? found() : undefined))).at(-1);
    };
    await imagine(chat, 1);
    expect((await direct(1))?.text).not.toContain('free');
    expect((await direct(2))?.text).toContain(`for ${chat.asker}, free`);
    expect(calls(place)).toBe(2);
  });

  test('are not told in one channel who asked for the same in another', async () => {
    const place = await studio(unlimited);
    const chat = discordChat(place);
    await imagine(chat, 1);
    chat.command('imagine', { prompt: 'a red fox', quality: 'low' }, { user: chat.other, channel: 'general' });
    expect((await newest(chat, 2)).text).toContain('for somebody else here, free');
    expect(calls(place)).toBe(1);
  });
});

describe('an edit of a photo', () => {
  test('that was given twice is made once', async () => {
    const place = await studio(unlimited);
    const chat = discordChat(place);
    for (const count of [1, 2]) {
      const image = { ...(await photo('a.jpg')), name: `photo-${count}.jpg` };
      chat.command('edit', { prompt: 'make it blue' }, { attachments: { image } });
      await newest(chat, count);
    }
    expect(calls(place)).toBe(1);
    await expectSound(place, chat);
  });
});
