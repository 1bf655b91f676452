import { describe, expect, test } from 'vitest';
import { both, type Chat, kinds, ofKind, type Post, results, studio, unlimited } from './chats.ts';
import { leftHalf, photo, sha256 } from './photo.ts';
import type { Studio } from './studio.ts';

/** The first pictures of a thread, and the message with the buttons under them. */
async function posted(chat: Chat, prompt = 'a red fox', options = {}): Promise<Post> {
  chat.command('imagine', { prompt, quality: 'low', ...options });
  return newest(chat, 1);
}

async function newest(chat: Chat, count: number): Promise<Post> {
  const found = (await results(chat, count)).at(-1);
  if (!found) throw new RangeError('nothing was posted');
  return found;
}

const spent = async (place: Studio, chat: Chat, name: string): Promise<number> =>
  500 - (await place.easel().parts.store.ledger.balance(chat.person(name))).available;

/** Nothing is wrong anywhere. */
async function expectSound(place: Studio, chat: Chat): Promise<void> {
  expect(chat.violations()).toEqual([]);
  expect(place.openai.violations()).toEqual([]);
  expect((await place.recount()).findings).toEqual([]);
}

describe.each(both)('editing on %s', (_, chatOf) => {
  test('an answer to a picture changes it: the service gets its very bytes, the thread its next version', async () => {
    const place = await studio();
    const chat = chatOf(place);
    const first = await posted(chat);
    chat.say('make it blue', { to: first });
    const second = await newest(chat, 2);

    const [made, changed] = place.openai.calls();
    expect(changed).toMatchObject({ endpoint: 'edits', prompt: 'make it blue', images: made?.pictures, mask: null });
    expect(changed).toMatchObject({ size: made?.size, model: made?.model, quality: 'medium' });
    expect(second.text).toContain('v2 of “a red fox”, from v1');
    expect(second.thread).toBe(first.thread);
    expect(kinds(chat.posts())).toEqual([...chat.journey, ...chat.journey]);
    const [, root] = ofKind(chat, 'root');
    expect(root?.text).toContain(`@${chat.asker} asked to change v1 of “a red fox”: make it blue`);
    await expectSound(place, chat);
  });

  test('each answer goes on from the newest version, and a version that is named branches', async () => {
    const place = await studio(unlimited);
    const chat = chatOf(place);
    const first = await posted(chat);
    chat.say('make it blue', { under: first, mention: true });
    await newest(chat, 2);
    chat.say('add a hat', { under: first, mention: true });
    expect((await newest(chat, 3)).text).toContain('v3 of “a red fox”, from v2');
    chat.say('v1: make it green', { under: first, mention: true });
    expect((await newest(chat, 4)).text).toContain('v4 of “a red fox”, from v1');

    const [made, blue, hat, green] = place.openai.calls();
    expect(hat?.images).toEqual(blue?.pictures);
    expect(green).toMatchObject({ images: made?.pictures, prompt: 'make it green' });
    await expectSound(place, chat);
  });

  test('a number picks one of several pictures, and without one Easel asks', async () => {
    const place = await studio();
    const chat = chatOf(place);
    const set = await posted(chat, 'two foxes', { count: 2 });
    const unclear = chat.say('make it blue', { to: set });
    expect(await unclear.told()).toContain('There are 2 pictures. Nothing was charged. Begin with the number of one');
    chat.say('2: make it blue', { to: set });
    expect((await newest(chat, 2)).text).toContain('v2 of “two foxes”, from picture 2 of v1');
    const [made, changed] = place.openai.calls();
    expect(changed?.images).toEqual([made?.pictures[1]]);
    expect(changed?.prompt).toBe('make it blue');
    await expectSound(place, chat);
  });

  test('an edit costs whoever asked for it, with its input pictures in the price', async () => {
    const place = await studio();
    const chat = chatOf(place);
    const first = await posted(chat);
    const before = await spent(place, chat, chat.asker);
    chat.say('make it blue', { under: first, mention: true, user: chat.other });
    await newest(chat, 2);
    expect(await spent(place, chat, chat.asker)).toBe(before);
    // 439 tokens out, 100 of a preview, and up to 1,600 in.
    const [, root] = ofKind(chat, 'root');
    expect(root?.text).toContain('29 credits');
    const paid = await spent(place, chat, chat.other);
    expect(paid).toBeGreaterThan(17);
    expect(paid).toBeLessThanOrEqual(29);
    await expectSound(place, chat);
  });

  test('thanks, praise and bare emoji cost nobody anything', async () => {
    const place = await studio(unlimited);
    const chat = chatOf(place);
    const first = await posted(chat);
    for (const words of ['thanks!', 'Wow, so cool 😍', '👍', 'danke schön']) chat.say(words, { to: first });
    chat.say('thank you', { under: first, mention: true, user: chat.other });
    chat.say('make it blue', { to: first });
    await newest(chat, 2);
    expect(place.openai.calls()).toHaveLength(2);
    expect(chat.posts()).toHaveLength(2 * chat.journey.length);
  });

  test('a message that is delivered twice, corrected or sent again is one request', async () => {
    const place = await studio();
    const chat = chatOf(place);
    const first = await posted(chat);
    place.openai.hold();
    const spoken = chat.say('make it bleu', { to: first, deliveries: 2 });
    await place.openai.untilHeld(1);
    chat.correct(spoken, 'make it blue');
    chat.say('make it bleu', { to: first });
    const other = chat.say('add a hat', { to: first });
    await place.openai.untilHeld(2);
    place.openai.release();
    await newest(chat, 3);
    expect(place.openai.calls().map(({ prompt }) => prompt)).toEqual(['a red fox', 'make it bleu', 'add a hat']);
    expect(other.requestId).not.toBe(spoken.requestId);
    await expectSound(place, chat);
  });

  test('Edit asks in a form, and takes references and a mask', async () => {
    const place = await studio();
    const chat = chatOf(place);
    const first = await posted(chat, 'a red fox', { shape: 'wide' });
    const hat = await photo('hat.jpg');
    const form = chat.press(first, 'Edit');
    await chat.fill(form, {
      prompt: 'put on this hat',
      quality: 'high',
      images: [hat],
      mask: [await leftHalf(1536, 1024)],
    });
    await newest(chat, 2);
    const [made, changed] = place.openai.calls();
    expect(changed).toMatchObject({ quality: 'high', size: '1536x1024', prompt: 'put on this hat' });
    expect(changed?.images).toEqual([made?.pictures[0], sha256(hat.bytes)]);
    expect(changed?.mask).toMatch(/^[0-9a-f]{64}$/);
    expect(ofKind(chat, 'root').at(-1)?.text).toContain('asked to change v1 of “a red fox” with 1 other');
    await expectSound(place, chat);
  });

  test('Edit under several pictures asks which', async () => {
    const place = await studio();
    const chat = chatOf(place);
    const set = await posted(chat, 'two foxes', { count: 2 });
    await chat.fill(chat.press(set, 'Edit'), { picture: '2', prompt: 'make it blue' });
    await newest(chat, 2);
    const [made, changed] = place.openai.calls();
    expect(changed?.images).toEqual([made?.pictures[1]]);
    await expectSound(place, chat);
  });

  test('Vary makes a version with small changes, of one picture', async () => {
    const place = await studio();
    const chat = chatOf(place);
    const first = await posted(chat);
    chat.press(first, 'Vary');
    expect((await newest(chat, 2)).text).toContain('v2 of “a red fox”, from v1');
    const [made, varied] = place.openai.calls();
    expect(varied).toMatchObject({ endpoint: 'edits', images: made?.pictures, quality: 'low' });

    const set = await posted2(chat);
    await chat.fill(chat.press(set, 'Vary'), { picture: '2' });
    await newest(chat, 4);
    const [, , two, last] = place.openai.calls();
    expect(last?.images).toEqual([two?.pictures[1]]);
    await expectSound(place, chat);
  });

  test('Undo goes back to the version before: the next answer changes that one', async () => {
    const place = await studio(unlimited);
    const chat = chatOf(place);
    const first = await posted(chat);
    chat.say('make it blue', { to: first });
    const second = await newest(chat, 2);
    expect(first.buttons).not.toContain('Undo');
    expect(await chat.press(second, 'Undo', { user: chat.other }).told()).toContain('Only an admin can undo');
    expect(await chat.press(second, 'Undo').told()).toBe(
      'Back to v1 of “a red fox”. The next change here begins with that one. Nothing was charged.',
    );
    chat.say('add a hat', { under: first, mention: true });
    expect((await newest(chat, 3)).text).toContain('v3 of “a red fox”, from v1');
    const [made, , hat] = place.openai.calls();
    expect(hat?.images).toEqual(made?.pictures);
  });

  test('Again under an edit changes the same picture anew', async () => {
    const place = await studio();
    const chat = chatOf(place);
    chat.say('make it blue', { to: await posted(chat) });
    chat.press(await newest(chat, 2), 'Again');
    expect((await newest(chat, 3)).text).toContain('v3 of “a red fox”, from v1');
    const [made, changed, again] = place.openai.calls();
    expect(again).toMatchObject({ images: made?.pictures, prompt: 'make it blue', size: changed?.size });
    await expectSound(place, chat);
  });

  test('Details tells what a picture came from and what came of it', async () => {
    const place = await studio(unlimited);
    const chat = chatOf(place);
    const first = await posted(chat);
    chat.say('make it blue', { to: first });
    const second = await newest(chat, 2);
    expect(await chat.press(first, 'Details').told()).toContain('Changed into v2 “make it blue”');
    const told = await chat.press(second, 'Details').told();
    expect(told).toContain('Version v2 of “a red fox”, from v1');
    expect(told).toContain('Made from v1 of “a red fox”');
  });

  test('"Edit this picture" takes what somebody else posted, and asks which of several', async () => {
    const place = await studio();
    const chat = chatOf(place);
    const [cat, dog] = [await photo('cat.png'), await photo('dog.webp', 300, 600)];
    const message = chat.say('my pets', { user: chat.other, files: [cat, dog] });
    await chat.fill(chat.pick(message), { picture: '2', prompt: 'give it wings' });
    const result = await newest(chat, 1);
    const [call] = place.openai.calls();
    expect(call).toMatchObject({ endpoint: 'edits', images: [sha256(dog.bytes)], prompt: 'give it wings' });
    expect(result.text).toContain(`@${chat.asker} give it wings`);
    expect(call?.size).toBe('576x1152');
    await expectSound(place, chat);
  });

  test('"Edit this picture" on one of ours is about the original', async () => {
    const place = await studio();
    const chat = chatOf(place);
    const first = await posted(chat);
    await chat.fill(chat.pick(first, { user: chat.other }), { prompt: 'make it blue' }, { user: chat.other });
    await newest(chat, 2);
    const [made, changed] = place.openai.calls();
    expect(changed?.images).toEqual(made?.pictures);
  });

  test('"Edit this picture" on words says that there is no picture', async () => {
    const place = await studio();
    const chat = chatOf(place);
    const message = chat.say('hello', { user: chat.other });
    expect(await chat.pick(message).told()).toBe(
      'There is no picture in that message. Nothing was charged. Pick one that has a picture.',
    );
  });

  test('a picture that is attached to words for Easel is changed', async () => {
    const place = await studio();
    const chat = chatOf(place);
    const cat = await photo('cat.jpg');
    chat.say('give it wings quality:low', { mention: true, files: [cat] });
    const result = await newest(chat, 1);
    expect(place.openai.calls()[0]).toMatchObject({
      images: [sha256(cat.bytes)],
      quality: 'low',
      prompt: 'give it wings',
    });
    expect(result.thread).toBeDefined();
    await expectSound(place, chat);
  });

  test('words for Easel without any picture say what to do', async () => {
    const place = await studio();
    const chat = chatOf(place);
    const told = await chat.say('make it blue', { mention: true }).told();
    expect(told).toContain('Easel does not see which picture you mean. Nothing was charged.');
  });

  test('after a restart, and when the message with the picture is gone, editing goes on from the original', async () => {
    const place = await studio();
    const chat = chatOf(place);
    const first = await posted(chat);
    chat.losePictures();
    await place.restart();
    chat.say('make it blue', { under: first, mention: true });
    await chat.until(() => chat.posts().some(({ text }) => text.includes('v2 of')));
    const [made, changed] = place.openai.calls();
    expect(changed?.images).toEqual(made?.pictures);
    expect((await place.recount()).findings).toEqual([]);
  });

  test('an edit works in direct messages', async () => {
    const place = await studio();
    const chat = chatOf(place);
    const channel = chat.name === 'discord' ? 'dm' : `@${chat.asker}`;
    chat.command('imagine', { prompt: 'a red fox', quality: 'low' }, { channel });
    const direct = () => chat.direct(chat.asker).filter(({ buttons }) => buttons.includes('Details'));
    const [first] = await chat.until(() => (direct().length === 1 ? direct() : undefined));
    chat.say('make it blue', { ...(first && { to: first }) });
    const [, second] = await chat.until(() => (direct().length === 2 ? direct() : undefined));
    expect(second?.text).toContain('v2 of “a red fox”, from v1');
    // Nobody else is there to talk to.
    chat.say('add a hat', { channel });
    const [, , third] = await chat.until(() => (direct().length === 3 ? direct() : undefined));
    expect(third?.text).toContain('v3 of “a red fox”, from v2');
    await expectSound(place, chat);
  });
});

async function posted2(chat: Chat): Promise<Post> {
  chat.command('imagine', { prompt: 'two foxes', quality: 'low', count: 2 });
  return newest(chat, 3);
}
