import { expect, onTestFinished, test } from 'vitest';
import { type FakeChat, fakeChat } from '../fakes/chat/server.ts';
import { cardSaying, discordChat, kinds, ofKind, results, shownPictures, studio } from './chats.ts';
import type { Studio } from './studio.ts';

/** Easel with nothing but an image model behind chat completions. */
async function withChatModel(): Promise<{ place: Studio; relay: FakeChat }> {
  const relay = await fakeChat();
  onTestFinished(() => relay.close());
  relay.always({ message: 'data-url-in-markdown' });
  const place = await studio({
    env: {
      OPENAI_API_KEY: '',
      PROVIDERS: 'relay',
      PROVIDER_RELAY_KIND: 'chat',
      PROVIDER_RELAY_BASE_URL: relay.url,
      PROVIDER_RELAY_API_KEY: relay.apiKey,
    },
  });
  return { place, relay };
}

test('a picture that comes in a message is posted like any other, for its price per picture', async () => {
  const { place, relay } = await withChatModel();
  const chat = discordChat(place);
  chat.command('imagine', { prompt: 'a red fox', shape: 'wide' });
  const [result] = await results(chat);
  await cardSaying(place, chat, 'Done');
  expect(kinds(chat.posts())).toEqual(chat.journey);
  expect(chat.posts()[0]?.text).toContain('30 credits');
  expect(result?.text).toContain('30 credits · 470 left');
  expect(shownPictures(chat)).toEqual([relay.calls()[0]?.made]);
  expect(relay.calls()).toMatchObject([{ prompt: 'a red fox', ratio: '3:2' }]);
  expect((await place.recount()).credits).toMatchObject({ charged: 30, held: 0, house: 0 });
  expect([...relay.violations(), ...chat.violations()]).toEqual([]);
});

test('pixels of the model’s own choosing are in the footer, and nobody is nagged about them', async () => {
  const { place } = await withChatModel();
  const chat = discordChat(place);
  chat.command('imagine', { prompt: 'a red fox' });
  const [result] = await results(chat);
  expect(result?.text).toContain('medium · 1254x1254 · ');
  expect(result?.text).not.toContain('The image service sent');
});

test('several pictures are as many calls, each for its price', async () => {
  const { place, relay } = await withChatModel();
  const chat = discordChat(place);
  chat.command('imagine', { prompt: 'foxes', count: 3 });
  const [result] = await results(chat);
  expect(result?.text).toContain('90 credits · 410 left');
  expect(shownPictures(chat).sort()).toEqual(
    relay
      .calls()
      .map(({ made }) => made)
      .sort(),
  );
  expect(new Set(shownPictures(chat)).size).toBe(3);
});

test('words that decline are a refusal in plain words that costs nothing', async () => {
  const { place, relay } = await withChatModel();
  const chat = discordChat(place);
  relay.always({ message: 'chinese-input' });
  chat.command('imagine', { prompt: 'a red fox', model: 'gpt-image-2' });
  const words = 'The image service declined this request. Nothing was charged. Change the prompt and ask again.';
  expect((await cardSaying(place, chat, words)).text).toBe(words);
  expect(relay.calls()).toHaveLength(1);
  expect((await place.recount()).credits).toMatchObject({ charged: 0, held: 0, house: 0 });
});

test('words that are no picture are asked for once more, and the house pays the first', async () => {
  const { place, relay } = await withChatModel();
  const chat = discordChat(place);
  relay.next({ message: 'words-only' });
  chat.command('imagine', { prompt: 'a red fox' });
  await chat.until(() => ofKind(chat, 'card').length > 0);
  const [result] = await place.clock.flyUntil(results(chat));
  expect(relay.calls()).toHaveLength(2);
  expect(result?.text).toContain('30 credits · 470 left');
  expect(chat.transcript()).not.toContain('mammal');
  expect((await place.recount()).credits).toMatchObject({ charged: 30, held: 0, house: 30 });
});
