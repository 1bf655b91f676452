import { describe, expect, test } from 'vitest';
import type { FaultName } from '../fakes/openai/faults.ts';
import { both, type Chat, kindOf, ofKind, type Post, results, studio } from './chats.ts';
import { leftHalf, photo, sha256 } from './photo.ts';
import type { Studio } from './studio.ts';

/** A picture of Easel's to change. */
async function posted(chat: Chat): Promise<Post> {
  chat.command('imagine', { prompt: 'a red fox', quality: 'low' });
  const [first] = await results(chat);
  if (!first) throw new RangeError('nothing was posted');
  return first;
}

/** A change to it is asked for, and being made until the service is released. */
async function changing(place: Studio, chat: Chat, first: Post, user = chat.asker): Promise<void> {
  place.openai.hold();
  chat.say('make it blue', { under: first, mention: true, user });
  await place.openai.untilHeld(1);
}

const balance = (place: Studio, chat: Chat) => place.easel().parts.store.ledger.balance(chat.person(chat.asker));

const edits = (place: Studio) => place.openai.calls().filter(({ endpoint }) => endpoint === 'edits');

/** The last card, once it reads like this. */
async function lastCard(place: Studio, chat: Chat, words: string): Promise<Post> {
  return place.clock.flyUntil(
    chat.until(() => {
      const card = ofKind(chat, 'card').at(-1);
      return card?.text.startsWith(words) ? card : undefined;
    }),
  );
}

/** Everything is over, and the books are right. */
async function expectBooked(place: Studio): Promise<void> {
  await place.clock.flyUntil(place.easel().idle());
  const { findings, credits } = await place.recount();
  expect(findings).toEqual([]);
  expect(credits.held).toBe(0);
}

/** The same, and nobody was asked for what can't be. */
async function expectSound(place: Studio, chat: Chat): Promise<void> {
  await expectBooked(place);
  expect(chat.violations()).toEqual([]);
  expect(place.openai.violations()).toEqual([]);
}

describe.each(both)('an edit on %s that a restart cuts off', (_, chatOf) => {
  test('goes on with the same pictures by itself: posted once, charged once', async () => {
    const place = await studio();
    const chat = chatOf(place);
    const first = await posted(chat);
    const before = await balance(place, chat);
    await changing(place, chat, first);
    await place.restart(undefined, async () => {
      expect(ofKind(chat, 'card').at(-1)?.text).toContain('Paused');
      await place.openai.untilEnded(2);
    });
    place.openai.release();
    const [, second] = await place.clock.flyUntil(results(chat, 2));
    await expectSound(place, chat);

    const [made, ...calls] = place.openai.calls();
    expect(calls).toMatchObject([{ images: made?.pictures }, { images: made?.pictures }]);
    expect(calls.map(({ prompt }) => prompt)).toEqual(['make it blue', 'make it blue']);
    expect(second?.text).toContain('v2 of “a red fox”, from v1');
    expect(ofKind(chat, 'result')).toHaveLength(2);
    const { credits, counted } = await place.recount();
    expect(counted.jobs).toBe(2);
    const job = (await place.easel().parts.store.queue.recent(chat.person(chat.asker), 1))[0];
    expect(before.available - (await balance(place, chat)).available).toBe(job?.charged);
    // The call that was cut off may be billed: not to the person.
    expect(credits.house).toBeGreaterThan(0);
  });

  test('goes on with what people gave, references and mask, although their message is gone by then', async () => {
    const place = await studio();
    const chat = chatOf(place);
    const first = await posted(chat);
    const hat = await photo('hat.png');
    const mask = await leftHalf(1024, 1024);
    place.openai.hold();
    await chat.fill(chat.press(first, 'Edit'), { prompt: 'put on this hat', images: [hat], mask: [mask] });
    await place.openai.untilHeld(1);
    await place.restart(undefined, async () => chat.losePictures());
    place.openai.release();
    await place.clock.flyUntil(chat.until(() => ofKind(chat, 'result').some(({ text }) => text.includes('v2 of'))));
    await expectSound(place, chat);
    const [made] = place.openai.calls();
    const along = [made?.pictures[0], sha256(hat.bytes)];
    const [cut, whole] = edits(place);
    expect([cut?.images, whole?.images]).toEqual([along, along]);
    expect(cut?.mask).toMatch(/^[0-9a-f]{64}$/);
    expect(whole?.mask).toBe(cut?.mask);
  });

  test('may end before Easel stops: it is posted and not made again', async () => {
    const place = await studio();
    const chat = chatOf(place);
    await changing(place, chat, await posted(chat));
    await place.restart(async () => place.openai.release());
    await expectSound(place, chat);
    expect(ofKind(chat, 'result')).toHaveLength(2);
    expect(edits(place)).toHaveLength(1);
  });
});

describe.each(both)('an edit on %s, while it is being made,', (_, chatOf) => {
  test('is cancelled from its card for nothing, and leaves no version behind', async () => {
    const place = await studio();
    const chat = chatOf(place);
    const first = await posted(chat);
    const before = await balance(place, chat);
    await changing(place, chat, first);
    await lastCard(place, chat, 'Being made');
    const [, card] = ofKind(chat, 'card');
    expect(card && (await chat.press(card, 'Cancel').told())).toBe('Stopping “make it blue”. Nothing is charged.');
    await lastCard(place, chat, 'Cancelled. Nothing was charged.');
    await place.openai.untilEnded(2);
    expect(await balance(place, chat)).toEqual(before);

    place.openai.release();
    chat.say('make it green', { to: first });
    const [, second] = await results(chat, 2);
    expect(second?.text).toContain('v2 of “a red fox”, from v1');
    await expectSound(place, chat);
  });

  test('does not mind that the message with its picture is deleted', async () => {
    const place = await studio();
    const chat = chatOf(place);
    const cat = await photo('cat.png');
    place.openai.hold();
    const spoken = chat.say('give it wings', { mention: true, files: [cat] });
    await place.openai.untilHeld(1);
    if (chat.name === 'discord') place.discord.deleteMessage(spoken.id);
    else place.slack.erase(spoken.id, { user: chat.asker, channel: spoken.channel });
    place.openai.release();
    await place.clock.flyUntil(results(chat));
    await expectSound(place, chat);
    expect(edits(place)).toMatchObject([{ images: [sha256(cat.bytes)] }]);
  });

  test('does not mind that the picture it changes is deleted', async () => {
    const place = await studio();
    const chat = chatOf(place);
    const first = await posted(chat);
    await changing(place, chat, first);
    expect(await chat.press(first, 'Delete').told()).toBe('Deleted. What it cost stays booked.');
    place.openai.release();
    await chat.until(() => ofKind(chat, 'result').some(({ text }) => text.includes('v2 of “a red fox”, from v1')));
    await expectSound(place, chat);
    const [made, changed] = place.openai.calls();
    expect(changed?.images).toEqual(made?.pictures);
  });

  test('loses its channel: it is brought to whoever asked', async () => {
    const place = await studio();
    const chat = chatOf(place);
    const first = await posted(chat);
    const before = await balance(place, chat);
    await changing(place, chat, first);
    chat.deleteChannel();
    place.openai.release();
    await expectBrought(place, chat);
    expect((await balance(place, chat)).available).toBeLessThan(before.available);
  });

  test('loses its channel, and whoever asked takes no direct messages: everything is given back', async () => {
    const place = await studio();
    const chat = chatOf(place);
    const shy = chat.name === 'discord' ? 'cleo' : chat.other;
    place.slack.fail({ method: 'conversations.open' }, { error: 'cannot_dm_bot', times: 100 });
    await changing(place, chat, await posted(chat), shy);
    chat.deleteChannel();
    place.openai.release();
    await expectBooked(place);
    const { ledger, queue } = place.easel().parts.store;
    expect(await ledger.balance(chat.person(shy))).toEqual({ available: 500, held: 0 });
    expect(await queue.recent(chat.person(shy), 1)).toMatchObject([{ state: 'failed', request: { task: 'edit' } }]);
  });
});

/** The version came in a direct message. */
async function expectBrought(place: Studio, chat: Chat): Promise<void> {
  const inDirect = () => chat.direct(chat.asker).find((post) => kindOf(post) === 'result');
  const result = await place.clock.flyUntil(chat.until(inDirect));
  expect(result.text).toContain('It could not be posted where you asked, so here it is.');
  expect(result.text).toContain('v2 of “a red fox”, from v1');
  const brought = chat.direct(chat.asker).flatMap(({ pictures }) => pictures.map((picture) => picture.sha256));
  expect(brought).toEqual(edits(place)[0]?.pictures);
  await expectBooked(place);
}

// Slack keeps a thread whose first message was deleted.
test('an edit on Discord whose thread is deleted while it is made is brought to whoever asked', async () => {
  const [, chatOf] = both[0];
  const place = await studio();
  const chat = chatOf(place);
  const first = await posted(chat);
  await changing(place, chat, first);
  place.discord.deleteChannel(first.thread ?? '');
  place.openai.release();
  await expectBrought(place, chat);
});

describe.each(both)('an edit on %s that the service fails', (_, chatOf) => {
  const faults: readonly (readonly [FaultName, string])[] = [
    ['drop-before', 'The image service could not be reached. Nothing was charged. Try again in a few minutes.'],
    ['drop-after', 'The image service could not be reached. Nothing was charged. Try again in a few minutes.'],
    ['html-413', 'The image service can’t use a picture you gave. Nothing was charged. Make it smaller and try again.'],
    [
      'invalid-image-file',
      'The image service can’t use a picture you gave. Nothing was charged. Save it as PNG or JPEG and try again.',
    ],
    [
      'moderation-input',
      'The image service declined this request (sexual). Nothing was charged. Change the prompt and ask again.',
    ],
    ['not-a-picture', 'The image service sent no usable picture. Nothing was charged. Try again.'],
  ];

  test.each(faults)('costs nothing and says why: %s', async (fault, sentence) => {
    const place = await studio();
    const chat = chatOf(place);
    const first = await posted(chat);
    const before = await balance(place, chat);
    place.openai.always(fault);
    chat.say('make it blue', { to: first });
    const card = await lastCard(place, chat, sentence);
    expect(card.buttons).toEqual(['Again']);
    expect(await balance(place, chat)).toEqual(before);
    expect(ofKind(chat, 'result')).toHaveLength(1);

    // Again asks for the same change to the same picture.
    place.openai.always(null);
    chat.press(card, 'Again');
    const [, second] = await place.clock.flyUntil(results(chat, 2));
    expect(second?.text).toContain('v2 of “a red fox”, from v1');
    const [made, ...others] = place.openai.calls();
    for (const call of others) expect(call.images).toEqual(made?.pictures);
    await expectSound(place, chat);
  });

  test('costs nothing when it is unplugged in the middle', async () => {
    const place = await studio();
    const chat = chatOf(place);
    const first = await posted(chat);
    const before = await balance(place, chat);
    await changing(place, chat, first);
    await place.openai.close();
    await lastCard(place, chat, 'The image service could not be reached. Nothing was charged.');
    expect(await balance(place, chat)).toEqual(before);
    await place.clock.flyUntil(place.easel().idle());
    expect((await place.recount()).findings).toEqual([]);
  });
});
