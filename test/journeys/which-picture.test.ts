import { describe, expect, test } from 'vitest';
import { both, type Chat, discordChat, type Post, results, studio, unlimited } from './chats.ts';
import { photo, sha256 } from './photo.ts';

/** Which picture is changed when several could be meant. */

async function newest(chat: Chat, count: number): Promise<Post> {
  const found = (await results(chat, count)).at(-1);
  if (!found) throw new RangeError('nothing was posted');
  return found;
}

async function posted(chat: Chat, prompt: string, options = {}, count = 1): Promise<Post> {
  chat.command('imagine', { prompt, quality: 'low', ...options });
  return newest(chat, count);
}

const directOf = (chat: Chat) => (chat.name === 'discord' ? 'dm' : `@${chat.asker}`);
const directly = (chat: Chat, count: number) =>
  chat.until(() => {
    const found = chat.direct(chat.asker).filter(({ buttons }) => buttons.includes('Details'));
    return found.length >= count ? found : undefined;
  });

describe.each(both)('on %s', (_, chatOf) => {
  test('numbers count what stands in the thread, in the order it was posted', async () => {
    const place = await studio(unlimited);
    const chat = chatOf(place);
    const set = await posted(chat, 'four foxes', { count: 3 });
    chat.say('2: make it blue', { under: set, mention: true });
    await newest(chat, 2);
    chat.say('3: make it green', { under: set, mention: true });
    expect((await newest(chat, 3)).text).toContain('v3 of “four foxes”, from picture 3 of v1');
    chat.say('#4 with a hat', { under: set, mention: true });
    expect((await newest(chat, 4)).text).toContain('v4 of “four foxes”, from v2');
    const beyond = chat.say('9: with a scarf', { under: set, mention: true });
    expect(await beyond.told()).toContain('There is no picture 9 here. Nothing was charged. There are 6 pictures.');
  });

  test('what only looks like a number is part of the words', async () => {
    const place = await studio(unlimited);
    const chat = chatOf(place);
    const first = await posted(chat, 'a red car');
    chat.say('V8 engine instead of the horse', { under: first, mention: true });
    await newest(chat, 2);
    expect(place.openai.calls()[1]?.prompt).toBe('V8 engine instead of the horse');
  });

  test('in direct messages too', async () => {
    const place = await studio(unlimited);
    const chat = chatOf(place);
    const channel = directOf(chat);
    chat.command('imagine', { prompt: 'a red fox', quality: 'low' }, { channel });
    const [fox] = await directly(chat, 1);
    chat.say('make it blue', { channel });
    await directly(chat, 2);
    const cat = await photo('cat.png');
    chat.say('give it wings', { channel, files: [cat] });
    await directly(chat, 3);
    const [made, blue, wings] = place.openai.calls();
    expect(blue?.images).toEqual(made?.pictures);
    // A new photo is about itself.
    expect(wings?.images).toEqual([sha256(cat.bytes)]);
    expect(fox).toBeDefined();
  });

  test('a number picks one of the files that came along', async () => {
    const place = await studio(unlimited);
    const chat = chatOf(place);
    const [cat, dog] = [await photo('cat.png'), await photo('dog.png')];
    chat.say('2: give it wings', { mention: true, files: [cat, dog] });
    await newest(chat, 1);
    expect(place.openai.calls()[0]).toMatchObject({ images: [sha256(dog.bytes)], prompt: 'give it wings' });
  });

  test('a version is known in another thread of the channel', async () => {
    const place = await studio(unlimited);
    const chat = chatOf(place);
    await posted(chat, 'a red fox');
    chat.command('edit', { prompt: 'make it blue' });
    const second = await newest(chat, 2);
    chat.say('v1: make it green', { under: second, mention: true });
    expect((await newest(chat, 3)).text).toContain('v3 of “a red fox”, from v1');
    const none = chat.say('v9: make it gold', { under: second, mention: true });
    expect(await none.told()).toContain('There is no version 9 here. Nothing was charged. There is v1, v2, v3.');
  });

  test('Undo goes back to the very picture, and not to one that was deleted', async () => {
    const place = await studio(unlimited);
    const chat = chatOf(place);
    const set = await posted(chat, 'two foxes', { count: 2 });
    chat.say('2: make it blue', { under: set, mention: true });
    const second = await newest(chat, 2);
    await chat.press(second, 'Undo').told();
    chat.say('add a hat', { under: set, mention: true });
    const third = await newest(chat, 3);
    const [made, , hat] = place.openai.calls();
    expect(hat?.images).toEqual([made?.pictures[1]]);
    await chat.press(set, 'Delete').told();
    expect(await chat.press(third, 'Undo').told()).toContain('was deleted. Nothing was charged.');
  });

  test('a large picture keeps its size when it is changed', async () => {
    const place = await studio(unlimited);
    const chat = chatOf(place);
    const first = await posted(chat, 'a wide valley', { shape: '3840x2160' });
    chat.say('make it night quality:low', { under: first, mention: true });
    await newest(chat, 2);
    expect(place.openai.calls()[1]?.size).toBe('3840x2160');
  });

  test('an option that does not exist is part of the words', async () => {
    const place = await studio(unlimited);
    const chat = chatOf(place);
    const first = await posted(chat, 'a red fox');
    chat.say('make it darker —but keep the hat quality:low', { under: first, mention: true });
    await newest(chat, 2);
    expect(place.openai.calls()[1]).toMatchObject({ prompt: 'make it darker —but keep the hat', quality: 'low' });
  });

  test('the same words with other options are another wish, and the same ones are told', async () => {
    const place = await studio(unlimited);
    const chat = chatOf(place);
    const first = await posted(chat, 'a red fox');
    place.openai.hold();
    chat.say('make it blue region:left', { under: first, mention: true });
    await place.openai.untilHeld(1);
    const again = chat.say('make it blue region:left', { under: first, mention: true });
    expect(await again.told()).toBe('That is being made already. Nothing was charged.');
    chat.say('make it blue region:right', { under: first, mention: true });
    await place.openai.untilHeld(2);
    place.openai.release();
    await newest(chat, 3);
    expect(place.openai.calls()).toHaveLength(3);
  });
});

test('/edit with other pictures only adds them to the newest', async () => {
  const place = await studio(unlimited);
  const chat = discordChat(place);
  await posted(chat, 'a red fox');
  const hat = await photo('hat.png');
  chat.command('edit', { prompt: 'put on this hat' }, { attachments: { image2: hat } });
  await newest(chat, 2);
  const [made, changed] = place.openai.calls();
  expect(changed?.images).toEqual([made?.pictures[0], sha256(hat.bytes)]);
});

test('a picture that could only be brought to one person is not what a public thread is about', async () => {
  const place = await studio(unlimited);
  const chat = discordChat(place);
  const first = await posted(chat, 'a red fox');
  place.openai.hold();
  chat.say('make it blue', { to: first });
  await place.openai.untilHeld(1);
  place.discord.setPermissions('art', 0n);
  place.openai.release();
  await place.clock.flyUntil(directly(chat, 1));
  place.discord.setPermissions('art', 0x7fffffffffffn);
  chat.say('add a hat', { under: first, mention: true, user: chat.other });
  expect((await newest(chat, 2)).text).toContain('from v1');
  const [made, , hat] = place.openai.calls();
  expect(hat?.images).toEqual(made?.pictures);
});
