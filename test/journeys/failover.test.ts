import { describe, expect, test } from 'vitest';
import { both, type Chat, cardSaying, discordChat, ofKind, results, shownPictures } from './chats.ts';
import type { Studio } from './studio.ts';
import { type TwoServices, twoServices } from './two-services.ts';

const price = 17;

const balance = (place: Studio, chat: Chat) => place.easel().parts.store.ledger.balance(chat.person(chat.asker));

/** All adds up, and the credits went so far. */
async function expectPaid(place: Studio, charged: number, house: number): Promise<void> {
  const { findings, credits } = await place.recount();
  expect(findings).toEqual([]);
  expect(credits).toMatchObject({ charged, held: 0, house });
}

/** Somebody asks for a picture; the first service fails, and the second is in the middle of making it. */
async function switched(place: TwoServices, chat: Chat, failing: () => void | Promise<void>): Promise<void> {
  await failing();
  place.relay.hold();
  chat.command('imagine', { prompt: 'a red fox' });
  await place.clock.flyUntil(place.relay.untilHeld(1));
}

const brief = ({ provider, outcome, charged, absorbed }: Awaited<ReturnType<Studio['booked']>>[number]) => [
  provider,
  outcome,
  charged,
  absorbed,
];
const booked = async (place: Studio) => (await place.booked()).map(brief);

/** Each way in which a service fails by its own fault, as it is written down, and what the house pays for it. */
const failures = [
  ['server-error', 'unreachable', 0],
  ['server-error-without-code', 'unreachable', 0],
  ['html-502', 'unreachable', price],
  ['html-504', 'unreachable', price],
  ['html-524', 'unreachable', price],
  ['request-timeout', 'unreachable', 0],
  ['conflict', 'unreachable', 0],
  ['drop-before', 'unreachable', price],
  ['drop-after', 'unreachable', price],
  ['hang', 'timeout', price],
  ['insufficient-quota', 'account', 0],
  ['credit-balance-exhausted', 'account', 0],
  ['billing-hard-limit-reached', 'account', 0],
  ['invalid-api-key', 'account', 0],
  ['organization-must-be-verified', 'account', 0],
  ['server-is-overloaded', 'overloaded', 0],
  ['slow-down', 'throttled', 0],
  ['rate-limit-retry-after', 'throttled', 0],
  ['rate-limit-text', 'throttled', 0],
  ['model-not-found', 'rejected', 0],
  ['ok-with-error', 'broken-answer', price],
  ['ok-html', 'broken-answer', price],
  ['cut-stream', 'broken-answer', price],
  ['stream-error-event', 'broken-answer', price],
  ['stream-without-completed', 'broken-answer', price],
  ['truncated-base64', 'broken-answer', price],
  ['truncated-image', 'broken-answer', price],
  ['not-a-picture', 'broken-answer', price],
  ['empty-data', 'broken-answer', price],
] as const;

describe('when the first service fails, the second makes the picture, with one hold and one charge', () => {
  test.each(failures)('%s', async (fault, outcome, house) => {
    const place = await twoServices();
    const chat = discordChat(place);
    await switched(place, chat, () => place.first.next(fault));
    expect(await balance(place, chat)).toEqual({ available: 479, held: 21 });
    place.relay.release();
    await results(chat);
    await place.easel().idle();
    expect(await booked(place)).toEqual([
      ['first', outcome, 0, house],
      ['relay', 'made', price, 0],
    ]);
    expect(shownPictures(chat)).toEqual(place.relay.calls()[0]?.pictures);
    expect(place.first.calls()).toHaveLength(1);
    expect(await balance(place, chat)).toEqual({ available: 483, held: 0 });
    await expectPaid(place, price, house);
    expect([...chat.violations(), ...place.first.violations(), ...place.relay.violations()]).toEqual([]);
  });

  test('connection refused', async () => {
    const place = await twoServices();
    const chat = discordChat(place);
    await switched(place, chat, () => place.first.close());
    place.relay.release();
    await results(chat);
    expect(await booked(place)).toEqual([
      ['first', 'unreachable', 0, 0],
      ['relay', 'made', price, 0],
    ]);
    await expectPaid(place, price, 0);
  });

  test.each(both)('%s: the card says so while it is made, Details says who made it', async (_, chatOf) => {
    const place = await twoServices();
    const chat = chatOf(place);
    await switched(place, chat, () => place.first.next('html-502'));
    const card = await cardSaying(place, chat, /switched to relay/);
    expect(card.text).toContain('Being made');
    place.relay.release();
    const [result] = await results(chat);
    expect(result?.text).toContain(`${price} credits · ${500 - price} left`);
    expect(result && (await chat.press(result, 'Details').told())).toContain('relay, request req_');
    await cardSaying(place, chat, 'Done');
    expect(ofKind(chat, 'card').map(({ text }) => text)).not.toContain('switched');
  });

  test('a service that failed is not asked first by the next job', async () => {
    const place = await twoServices();
    const chat = discordChat(place);
    await switched(place, chat, () => place.first.next('html-502'));
    place.relay.release();
    await results(chat);
    await place.clock.pass(60_000);
    chat.command('imagine', { prompt: 'a blue fox' });
    await results(chat, 2);
    expect([place.first.calls().length, place.relay.calls().length]).toEqual([1, 2]);
  });
});

describe('no other service is asked', () => {
  test.each([
    ['moderation-input', 0],
    ['moderation-output', 0],
    ['content-policy-violation', 0],
    ['stream-moderation-event', 1],
  ] as const)('for what was declined: %s', async (fault, house) => {
    const place = await twoServices();
    const chat = discordChat(place);
    place.first.next(fault);
    chat.command('imagine', { prompt: 'a red fox' });
    const card = await cardSaying(place, chat, 'The image service declined');
    expect(card.text).toContain('Nothing was charged. Change the prompt and ask again.');
    expect(place.first.calls()).toHaveLength(1);
    expect(place.relay.calls()).toEqual([]);
    const { credits, findings } = await place.recount();
    expect(findings).toEqual([]);
    expect(credits).toMatchObject({ charged: 0, held: 0 });
    expect(Math.sign(credits.house)).toBe(house);
  });

  test('after it has delivered a second useless answer: the house pays both', async () => {
    const place = await twoServices();
    const chat = discordChat(place);
    place.first.always('truncated-image');
    place.relay.always('not-a-picture');
    chat.command('imagine', { prompt: 'a red fox' });
    await cardSaying(place, chat, 'The image service sent no usable picture. Nothing was charged.');
    expect([place.first.calls().length, place.relay.calls().length]).toEqual([1, 1]);
    await expectPaid(place, 0, 2 * price);
  });
});

test('all services down: each is asked as often as makes sense, then everything is given back with a sentence', async () => {
  const place = await twoServices();
  const chat = discordChat(place);
  place.first.always('server-error');
  place.relay.always('server-is-overloaded');
  chat.command('imagine', { prompt: 'a red fox' });
  await cardSaying(place, chat, 'The image service is overloaded right now. Nothing was charged.');
  expect([place.first.calls().length, place.relay.calls().length]).toEqual([2, 4]);
  expect(await balance(place, chat)).toEqual({ available: 500, held: 0 });
  await expectPaid(place, 0, 0);
});

test('what may pass by itself is told, not that an admin has to mend the other one', async () => {
  const place = await twoServices();
  const chat = discordChat(place);
  place.first.always('hang');
  place.relay.always('insufficient-quota');
  chat.command('imagine', { prompt: 'a red fox' });
  await cardSaying(place, chat, 'The image service took too long. Nothing was charged.');
});

test.each(both)(
  '%s: a service whose key is refused is put aside, admins hear it once, see it in /services and bring it back',
  async (_, chatOf) => {
    const place = await twoServices(
      {},
      { env: ({ discord }) => ({ ADMIN_CHANNEL: `discord:${discord.about().channels.general}` }) },
    );
    const chat = chatOf(place);
    const ask = async (prompt: string, count: number) => {
      chat.command('imagine', { prompt });
      await place.clock.flyUntil(results(chat, count));
    };
    const services = async () => (await chat.command('services show', {}, { user: chat.admin }).told()).split('\n');
    place.first.always('invalid-api-key');
    await ask('a red fox', 1);
    const alert = await place.discord.untilMessage({ channel: 'general' });
    expect(alert.content).toContain('The image service first fails Easel: it refuses its account');
    await ask('a blue fox', 2);
    expect(place.first.calls()).toHaveLength(1);
    expect((await services())[0]).toMatch(/^first left out because of its account; \/services resume name:first/);
    expect((await services())[1]).toMatch(/^relay in use/);

    place.first.always(null);
    const resumed = await chat.command('services resume', { name: 'first' }, { user: chat.admin }).told();
    expect(resumed).toBe('first is asked again.');
    expect((await services())[0]).toMatch(/^first in use/);
    await place.clock.pass(15_000);
    await ask('a green fox', 3);
    expect([place.first.calls().length, place.relay.calls().length]).toEqual([2, 2]);
    expect(place.discord.messages('general')).toHaveLength(1);
    await expectPaid(place, 3 * price, 0);
  },
);

test('a service that is put aside is asked again after an hour by itself', async () => {
  const place = await twoServices();
  const chat = discordChat(place);
  place.first.next('insufficient-quota');
  for (const [at, prompt] of ['a red fox', 'a blue fox'].entries()) {
    chat.command('imagine', { prompt });
    await results(chat, at + 1);
    await place.clock.pass(60 * 60_000);
  }
  chat.command('imagine', { prompt: 'a green fox' });
  await results(chat, 3);
  expect((await place.booked()).map(({ provider }) => provider)).toEqual(['first', 'relay', 'first', 'first']);
});

describe('price multipliers', () => {
  test('the quote is that of the service which is asked first, and so is the charge when it makes the picture', async () => {
    const place = await twoServices({ relay: { PRICE_MULTIPLIER: '0.5' } });
    const chat = discordChat(place);
    chat.command('imagine', { prompt: 'a red fox' });
    await results(chat);
    expect(ofKind(chat, 'root')[0]?.text).toContain('\n9 credits');
    expect(await booked(place)).toEqual([['relay', 'made', 9, 0]]);
    await expectPaid(place, 9, 0);
  });

  test('a dearer one that steps in takes at most what is held; the rest is the house’s', async () => {
    const place = await twoServices({ relay: { PRICE_MULTIPLIER: '0.5' } });
    const chat = discordChat(place);
    place.relay.next('server-error');
    chat.command('imagine', { prompt: 'a red fox' });
    await place.clock.flyUntil(results(chat));
    expect(await booked(place)).toEqual([
      ['relay', 'unreachable', 0, 0],
      ['first', 'made', 11, 6],
    ]);
    await expectPaid(place, 11, 6);
  });

  test('a cheaper one that steps in takes less than was said', async () => {
    const place = await twoServices(
      { relay: { PRICE_MULTIPLIER: '0.5' } },
      { env: ({ discord }) => ({ ADMINS: `discord:${discord.about().users.ana}` }) },
    );
    const chat = discordChat(place);
    const told = await chat
      .command('settings lane', { lane: 'priority', role: 'everyone' }, { user: chat.admin })
      .told();
    expect(told).toBe('Pictures of everyone here are now made by the preferred service.');
    place.first.next('server-error');
    chat.command('imagine', { prompt: 'a red fox' });
    await place.clock.flyUntil(results(chat));
    expect(ofKind(chat, 'root')[0]?.text).toContain('\n17 credits');
    expect(await booked(place)).toEqual([
      ['first', 'unreachable', 0, 0],
      ['relay', 'made', 9, 0],
    ]);
    await expectPaid(place, 9, 0);
  });
});

test('a retired model is answered by its successor, wherever that is made', async () => {
  const place = await twoServices();
  const chat = discordChat(place);
  place.first.next('html-524');
  chat.command('imagine', { prompt: 'a red fox', model: 'gpt-image-1' });
  await place.clock.flyUntil(results(chat));
  const models = [...place.first.calls(), ...place.relay.calls()].map(({ model }) => model);
  expect(new Set(models).size).toBe(1);
  expect(ofKind(chat, 'root')[0]?.text).toContain(`gpt-image-1 is gone: made with ${models[0]}.`);
});

describe('of several pictures', () => {
  test('those that one service lost are made by the other, and each takes its own', async () => {
    const place = await twoServices({ first: { IMAGES_PER_MINUTE: '2' } });
    const chat = discordChat(place);
    place.first.next('html-502');
    chat.command('imagine', { prompt: 'foxes', count: 4 });
    const [result] = await place.clock.flyUntil(results(chat));
    expect(shownPictures(chat)).toHaveLength(4);
    const made = [...place.first.calls(), ...place.relay.calls()].flatMap(({ pictures }) => pictures);
    expect(shownPictures(chat).toSorted()).toEqual(made.toSorted());
    expect((await place.booked()).map((call) => [...brief(call), call.delivered])).toEqual([
      ['first', 'unreachable', 0, 28, 0],
      ['first', 'made', 28, 0, 2],
      ['relay', 'made', 28, 0, 2],
    ]);
    expect(result && (await chat.press(result, 'Details').told())).toContain('first, relay');
    await expectPaid(place, 56, 28);
  });

  test('those that nobody makes are missing, and not charged', async () => {
    const place = await twoServices({ first: { IMAGES_PER_MINUTE: '2' } });
    const chat = discordChat(place);
    place.first.next('server-error');
    place.relay.always('invalid-api-key');
    chat.command('imagine', { prompt: 'foxes', count: 4 });
    await place.clock.flyUntil(place.relay.untilStarted(1));
    place.first.always('invalid-api-key');
    const [result] = await place.clock.flyUntil(results(chat));
    expect(result?.text).toContain('2 of 4 came out; only these are charged.');
    await expectPaid(place, 28, 0);
  });
});

describe('cancelled in the middle of a failover', () => {
  test.each(both)('on %s it costs nothing; the house pays what may be billed by both', async (_, chatOf) => {
    const place = await twoServices();
    const chat = chatOf(place);
    await switched(place, chat, () => place.first.next('html-502'));
    const [card] = ofKind(chat, 'card');
    if (card) await chat.press(card, 'Cancel').told();
    await cardSaying(place, chat, 'Cancelled. Nothing was charged.');
    expect(await booked(place)).toEqual([
      ['first', 'unreachable', 0, price],
      ['relay', 'cancelled', 0, price],
    ]);
    expect(await balance(place, chat)).toEqual({ available: 500, held: 0 });
    await expectPaid(place, 0, 2 * price);
  });
});

describe('a restart in the middle of a failover', () => {
  test('during the second call: that is booked as cut off, to the service that was called', async () => {
    const place = await twoServices();
    const chat = discordChat(place);
    await switched(place, chat, () => place.first.next('html-502'));
    await place.restart(undefined, async () => place.relay.release());
    await place.clock.flyUntil(results(chat));
    expect((await booked(place)).slice(0, 2)).toEqual([
      ['first', 'unreachable', 0, price],
      ['relay', 'cut off', 0, price],
    ]);
    expect((await booked(place)).slice(2)).toMatchObject([[expect.any(String), 'made', price, 0]]);
    await expectPaid(place, price, 2 * price);
  });

  test('while nobody is asked, since both want to be left alone: nothing was cut off', async () => {
    const place = await twoServices();
    const chat = discordChat(place);
    const busy = {
      status: 429,
      error: { message: 'slow', type: 'requests', param: null, code: 'rate_limit_exceeded' },
    };
    place.first.next({ ...busy, headers: { 'retry-after': '100' } });
    place.relay.next({ ...busy, headers: { 'retry-after': '90' } });
    chat.command('imagine', { prompt: 'a red fox' });
    await cardSaying(place, chat, /the service is busy, next try in/);
    await place.restart();
    await place.clock.flyUntil(results(chat));
    expect((await booked(place)).slice(0, 2)).toEqual([
      ['first', 'throttled', 0, 0],
      ['relay', 'throttled', 0, 0],
    ]);
    expect(await place.booked()).toHaveLength(3);
    await expectPaid(place, price, 0);
  });

  test('after which the service that was being called is not set up any more: it is booked to it all the same', async () => {
    const place = await twoServices();
    const chat = discordChat(place);
    await switched(place, chat, () => place.first.next('server-error'));
    await place.restart(undefined, async () => {
      place.env.PROVIDERS = 'first';
    });
    await place.clock.flyUntil(results(chat));
    expect(await booked(place)).toEqual([
      ['first', 'unreachable', 0, 0],
      ['relay', 'cut off', 0, price],
      ['first', 'made', price, 0],
    ]);
    await expectPaid(place, price, price);
  });
});

test('a service is killed in the middle of 20 running jobs: all finish at the other one', async () => {
  const many = { CONCURRENCY: '20' };
  const place = await twoServices(
    { first: many, relay: many },
    {
      discord: { rateLimits: false },
      env: { USER_CONCURRENCY: '20', USER_QUEUE: '20', USER_PER_MINUTE: '100', STARTING_CREDITS: '5000' },
    },
  );
  const chat = discordChat(place);
  place.first.hold();
  for (let n = 0; n < 20; n++) chat.command('imagine', { prompt: `fox ${n}` });
  await place.first.untilHeld(20);
  await place.first.close();
  await place.clock.flyUntil(results(chat, 20));
  await place.easel().idle();
  const calls = await booked(place);
  // Previews had come already: what broke off was an answer.
  expect(calls.filter(([provider]) => provider === 'first')).toEqual(
    Array.from({ length: 20 }, () => ['first', 'broken-answer', 0, price]),
  );
  expect(calls.filter(([provider]) => provider === 'relay')).toEqual(
    Array.from({ length: 20 }, () => ['relay', 'made', price, 0]),
  );
  expect(new Set(shownPictures(chat)).size).toBe(20);
  await expectPaid(place, 20 * price, 20 * price);
});
