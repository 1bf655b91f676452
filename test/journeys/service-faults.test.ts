import { describe, expect, test } from 'vitest';
import { both, type Chat, cardSaying, discordChat, ofKind, results, shownPictures, studio } from './chats.ts';
import type { Studio } from './studio.ts';

const balance = (place: Studio, chat: Chat) => place.easel().parts.store.ledger.balance(chat.person(chat.asker));

/** Asks for something that comes to nothing: these words in the card, and no credit gone. */
async function ended(place: Studio, chat: Chat, words: string): Promise<void> {
  chat.command('imagine', { prompt: 'a red fox' });
  const card = await cardSaying(place, chat, words);
  expect(card.text).toBe(words);
  expect(await balance(place, chat)).toEqual({ available: 500, held: 0 });
  expect(card.buttons).toEqual(['Again']);
  expect(ofKind(chat, 'result')).toEqual([]);
  expect(chat.violations()).toEqual([]);
}

describe.each(both)('on %s, a picture that the service declines', (_, chatOf) => {
  test.each([
    ['moderation-input', 'The image service declined this request (sexual). Nothing was charged.'],
    ['moderation-output', 'The image service declined the picture it had made (violence). Nothing was charged.'],
    ['moderation-unknown', 'The image service declined this request. Nothing was charged.'],
  ] as const)('is asked for once, costs nothing and names why: %s', async (fault, sentence) => {
    const place = await studio();
    place.openai.always(fault);
    await ended(place, chatOf(place), `${sentence} Change the prompt and ask again.`);
    expect(place.openai.calls()).toHaveLength(1);
    expect((await place.recount()).credits.house).toBe(0);
  });
});

const broken =
  "Easel's account with the image service has a problem. It is not your fault, and nothing was charged. Only an admin can mend it.";

test.each(both)('on %s, previews of a picture that is declined in the end are paid by the house', async (_, chatOf) => {
  const place = await studio();
  place.openai.always('stream-moderation-event');
  await ended(
    place,
    chatOf(place),
    'The image service declined the picture it had made (violence). Nothing was charged. Change the prompt and ask again.',
  );
  expect(place.openai.calls()).toMatchObject([{ billed: true }]);
  expect((await place.recount()).credits.house).toBeGreaterThan(0);
});

describe('when the account with the service is broken', () => {
  test.each(both)('%s people hear that it is not their fault, and admins hear it once', async (_, chatOf) => {
    const place = await studio({
      env: ({ discord }) => ({ ADMIN_CHANNEL: `discord:${discord.about().channels.general}` }),
    });
    const chat = chatOf(place);
    place.openai.always('insufficient-quota');
    await ended(place, chat, broken);
    const alert = await place.discord.untilMessage({ channel: 'general' });
    expect(alert.content).toMatch(
      /^The image service openai fails Easel: it refuses its account: key, quota or permission\. It is left out for an hour, or until an admin says \/services resume name:openai\. Its own words are in the log of job \S+\.$/,
    );
    chat.command('imagine', { prompt: 'a blue fox' });
    await chat.until(() => ofKind(chat, 'root').length === 2);
    const told = chat.until(() => ofKind(chat, 'card').filter(({ text }) => text === broken).length === 2);
    await place.clock.flyUntil(told);
    expect(place.discord.messages('general')).toHaveLength(1);
    expect(place.openai.calls()).toHaveLength(1);
  });

  test('without a channel for it, the first admin hears it directly', async () => {
    const place = await studio({ env: ({ discord }) => ({ ADMINS: `discord:${discord.about().users.olga}` }) });
    const chat = discordChat(place);
    place.openai.always('invalid-api-key');
    await ended(place, chat, broken);
    await chat.until(() => chat.direct('olga').some(({ text }) => text.includes('openai')));
  });
});

describe.each(both)('on %s, a service in trouble', (_, chatOf) => {
  test.each([
    ['server-is-overloaded', 0],
    ['rate-limit-silent', 0],
    ['server-error', 0],
    ['drop-before', 17],
    ['html-502', 17],
    ['html-504', 17],
    ['html-524', 17],
    ['cut-stream', 17],
    ['truncated-base64', 17],
    ['truncated-image', 17],
    ['not-a-picture', 17],
    ['empty-data', 17],
    ['ok-html', 17],
  ] as const)('is asked once more after %s; the house pays %i for what may be billed', async (fault, house) => {
    const place = await studio();
    const chat = chatOf(place);
    place.openai.next(fault);
    chat.command('imagine', { prompt: 'a red fox' });
    await chat.until(() => ofKind(chat, 'card').length > 0);
    await place.clock.flyUntil(results(chat));
    const calls = place.openai.calls();
    expect(calls).toHaveLength(2);
    expect(shownPictures(chat)).toEqual(calls[1]?.pictures);
    const { credits, findings } = await place.recount();
    expect(findings).toEqual([]);
    expect(credits).toMatchObject({ charged: 17, held: 0, house });
    expect(chat.violations()).toEqual([]);
  });

  test('that only sends halves of pictures costs nothing', async () => {
    const place = await studio();
    place.openai.always('truncated-image');
    await ended(place, chatOf(place), 'The image service sent no usable picture. Nothing was charged. Try again.');
    expect(place.openai.calls()).toHaveLength(2);
    expect((await place.recount()).credits).toMatchObject({ charged: 0, held: 0, house: 34 });
  });

  test('that makes 3 of 4 pictures is paid for 3', async () => {
    const place = await studio();
    const chat = chatOf(place);
    place.openai.next('fewer-images');
    chat.command('imagine', { prompt: 'foxes', count: 4 });
    const [result] = await results(chat);
    expect(shownPictures(chat)).toEqual(place.openai.calls()[0]?.pictures);
    expect(shownPictures(chat)).toHaveLength(3);
    expect(result?.text).toContain('3 of 4 came out; only these are charged.');
    expect(result?.text).toContain('42 credits · 458 left');
    expect((await place.recount()).credits).toMatchObject({ charged: 42, held: 0, house: 0 });
  });
});
