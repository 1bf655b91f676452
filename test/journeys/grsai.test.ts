import { expect, onTestFinished, test } from 'vitest';
import type { Fault } from '../fakes/grsai/handle.ts';
import { type FakeGrsai, fakeGrsai } from '../fakes/grsai/server.ts';
import { type Chat, cardSaying, discordChat, kinds, ofKind, results, shownPictures, studio } from './chats.ts';
import type { Studio } from './studio.ts';

const publicUrl = 'https://easel.example';
/** US$ 0.022, the price of a picture of the default model. */
const price = 22;

interface Place {
  readonly place: Studio;
  readonly chat: Chat;
  readonly grsai: FakeGrsai;
}

/** A studio whose only image service is GrsAI. */
async function withGrsai(env: Readonly<Record<string, string>> = {}): Promise<Place> {
  const grsai = await fakeGrsai({ files: 'here' });
  onTestFinished(() => grsai.close());
  const relay = {
    PROVIDER_RELAY_KIND: 'grsai',
    PROVIDER_RELAY_API_KEY: grsai.apiKey,
    PROVIDER_RELAY_BASE_URL: grsai.url,
  };
  const place = await studio({ env: { OPENAI_API_KEY: '', PROVIDERS: 'relay', ...relay, ...env } });
  return { place, chat: discordChat(place), grsai };
}

const pictures = (grsai: FakeGrsai) => grsai.calls().flatMap(({ picture }) => picture ?? []);
const newestCard = (chat: Chat) => ofKind(chat, 'card').at(-1)?.text ?? '';

/** What is left to say when all went well. */
async function allIsWell({ place, chat, grsai }: Place, charged: number, house = 0): Promise<void> {
  await place.easel().idle();
  expect(kinds(chat.posts())).toEqual(chat.journey);
  expect(await place.recount()).toMatchObject({ findings: [], credits: { charged, held: 0, house } });
  expect([...chat.violations(), ...grsai.violations()]).toEqual([]);
}

test.each(['poll', 'stream'])('by %s, a restart in the middle goes back to the same task', async (reply) => {
  const { place, chat, grsai } = await withGrsai({ PROVIDER_RELAY_REPLY: reply });
  grsai.hold();
  chat.command('imagine', { prompt: 'a red fox' });
  await place.clock.flyUntil(chat.until(() => grsai.calls().length === 1 && ofKind(chat, 'card').length === 1));
  grsai.progress(40);
  await cardSaying(place, chat, /▓{4}░{6} 40 %/);
  await place.restart(undefined, async () => {
    expect(newestCard(chat)).toMatch(/^Paused/);
    grsai.progress(70);
  });
  await cardSaying(place, chat, /▓{7}░{3} 70 %/);
  grsai.release();
  await place.clock.flyUntil(results(chat));
  expect(grsai.calls()).toHaveLength(1);
  expect(shownPictures(chat)).toEqual(pictures(grsai));
  await allIsWell({ place, chat, grsai }, price);
});

test('by callback, the picture is there as soon as the service calls', async () => {
  const { place, chat, grsai } = await withGrsai({ PROVIDER_RELAY_REPLY: 'webhook', PUBLIC_URL: publicUrl });
  const easel = () => `http://127.0.0.1:${place.web().port}`;
  grsai.hold();
  chat.command('imagine', { prompt: 'a red fox' });
  await place.clock.flyUntil(chat.until(() => grsai.calls().length === 1 && ofKind(chat, 'card').length === 1));
  const [{ parameters: { webHook = '' } = {} } = {}] = grsai.calls();
  await place.restart();
  // The new process has the same address.
  grsai.reach(publicUrl, easel());
  grsai.release();
  await place.clock.flyUntil(results(chat));
  await grsai.until(() => grsai.callbacks().length === 1);
  await grsai.callBackAgain();
  expect(grsai.callbacks().map(({ to, status }) => [to.replace(easel(), publicUrl), status])).toEqual([
    [webHook, 200],
    [webHook, 200],
  ]);
  expect((await fetch(`${easel()}/hooks/else`, { method: 'POST', body: '{}' })).status).toBe(404);
  expect(shownPictures(chat)).toEqual(pictures(grsai));
  await allIsWell({ place, chat, grsai }, price);
});

test('a task that fails is begun once more, not asked for again; the house pays for what may be billed', async () => {
  const { place, chat, grsai } = await withGrsai();
  grsai.next('error');
  chat.command('imagine', { prompt: 'a red fox' });
  await chat.until(() => ofKind(chat, 'card').length > 0);
  await place.clock.flyUntil(results(chat));
  const [failed, made] = grsai.calls();
  expect([failed?.state, made?.state]).toEqual(['failed', 'succeeded']);
  // Unknown at first, twice under way, then at its end, and no more.
  expect(failed?.looks).toBe(4);
  expect(shownPictures(chat)).toEqual(pictures(grsai));
  await allIsWell({ place, chat, grsai }, price, price);
});

test.each<[Fault, number, number, string]>([
  ['error', 2, 2 * price, 'The image service sent no usable picture. Nothing was charged. Try again.'],
  [
    'output-moderation',
    1,
    price,
    'The image service declined the picture it had made. Nothing was charged. Change the prompt and ask again.',
  ],
  ['endless', 1, price, 'The image service took too long. Nothing was charged. Try again, or pick a lower quality.'],
])('a task that only ever comes to %s is begun %i times and costs the person nothing', async (...row) => {
  const [fault, times, house, words] = row;
  const { place, chat, grsai } = await withGrsai({ PROVIDER_RELAY_DEADLINE_SECONDS: '20' });
  grsai.always(fault);
  chat.command('imagine', { prompt: 'a red fox' });
  expect((await cardSaying(place, chat, words)).text).toBe(words);
  expect(grsai.calls()).toHaveLength(times);
  expect(await place.recount()).toMatchObject({ findings: [], credits: { charged: 0, held: 0, house } });
});

test('of several pictures only those that came are charged', async () => {
  const { place, chat, grsai } = await withGrsai();
  grsai.next('error');
  chat.command('imagine', { prompt: 'foxes', count: 4 });
  await chat.until(() => ofKind(chat, 'card').length > 0);
  const [result] = await place.clock.flyUntil(results(chat));
  expect(grsai.calls()).toHaveLength(4);
  expect(result?.text).toContain('3 of 4 came out; only these are charged.');
  await allIsWell({ place, chat, grsai }, 3 * price, price);
});

test('cancelled after a restart, a task that is under way may be billed: not to the person', async () => {
  const { place, chat, grsai } = await withGrsai();
  grsai.hold();
  chat.command('imagine', { prompt: 'a red fox' });
  await place.clock.flyUntil(chat.until(() => grsai.calls().length === 1 && ofKind(chat, 'card').length === 1));
  await place.restart();
  await cardSaying(place, chat, /^Being made/);
  const [card] = ofKind(chat, 'card');
  if (card) chat.press(card, 'Cancel');
  await cardSaying(place, chat, 'Cancelled. Nothing was charged.');
  expect(grsai.calls()).toHaveLength(1);
  expect(await place.recount()).toMatchObject({ findings: [], credits: { charged: 0, held: 0, house: price } });
});
