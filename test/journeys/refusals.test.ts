import { describe, expect, test } from 'vitest';
import { permission } from '../fakes/discord/world.ts';
import { both, type Chat, discordChat, type Options, results, slackChat, studio } from './chats.ts';
import type { Studio } from './studio.ts';

const balance = (place: Studio, chat: Chat, name = chat.asker) =>
  place.easel().parts.store.ledger.balance(chat.person(name));

/** Asks, and makes sure that nothing came of it but words that only the asker sees. */
async function refusal(place: Studio, chat: Chat, options: Options, channel?: string): Promise<string> {
  const before = { ...(await balance(place, chat)), posts: chat.posts(), calls: place.openai.calls().length };
  const told = await chat.command('imagine', options, channel ? { channel } : {}).told();
  await place.easel().parts.store.ping();
  expect({
    ...(await balance(place, chat)),
    posts: chat.posts(),
    calls: place.openai.calls().length,
  }).toEqual(before);
  expect(await place.recount()).toMatchObject({ findings: [] });
  return told;
}

describe.each(both)('on %s, a refusal says why, costs nothing and calls nobody:', (_, chatOf) => {
  test('too many at a time', async () => {
    const place = await studio({ env: { USER_CONCURRENCY: '1', USER_QUEUE: '1' } });
    const chat = chatOf(place);
    place.openai.hold();
    chat.command('imagine', { prompt: 'a red fox' });
    chat.command('imagine', { prompt: 'a blue fox' });
    await chat.until(() => chat.posts().length === 4);
    await place.openai.untilHeld(1);
    expect(await refusal(place, chat, { prompt: 'a green fox' })).toBe(
      'You have 2 requests in the works, the most at a time. Nothing was charged. Try again when one of them is done, or /cancel one.',
    );
    place.openai.release();
    await results(chat, 2);
  });

  test('too fast, with when to come back, which is true', async () => {
    const place = await studio({ env: { USER_PER_MINUTE: '1' } });
    const chat = chatOf(place);
    chat.command('imagine', { prompt: 'a red fox' });
    await results(chat);
    expect(await refusal(place, chat, { prompt: 'a blue fox' })).toMatch(
      /^You made 1 request within a minute, the most there can be\. Nothing was charged\. Try again in \d\d s\.$/,
    );
    await place.clock.pass(60_000);
    chat.command('imagine', { prompt: 'a blue fox' });
    await results(chat, 2);
  });

  test('too poor, with what can be had instead', async () => {
    const place = await studio({ env: { STARTING_CREDITS: '30' } });
    const chat = chatOf(place);
    expect(await refusal(place, chat, { prompt: 'a red fox', quality: 'high' })).toBe(
      'Your picture needs 56 credits and you have 30. Nothing was charged. Ask an admin for more, or try quality:medium (17 credits).',
    );
    chat.command('imagine', { prompt: 'a red fox', quality: 'medium' });
    await results(chat);
  });

  test.each([
    ['20', 1, 'quality:low (6 credits).'],
    ['25', 3, 'quality:low (18 credits).'],
    ['25', 4, 'count:1 (17 credits).'],
    ['20', 4, 'quality:low count:1 (6 credits).'],
    ['7', 1, undefined],
  ])(
    'too poor with %s credits for %i pictures, and only what is really enough',
    async (STARTING_CREDITS, count, near) => {
      const place = await studio({ env: { STARTING_CREDITS } });
      const chat = chatOf(place);
      const told = await refusal(place, chat, { prompt: 'a red fox', count });
      expect(told).toMatch(
        /^Your picture needs \d+ credits(?: set aside \(its price, \d+, and a fifth\))? and you have \d+\. Nothing was charged\. Ask an admin for more/,
      );
      expect(told.split(', or try ')[1]).toBe(near);
    },
  );

  const impossible = [
    [{ size: '100x100' }, "gpt-image-2.5-flare can't make 100x100. Nothing was charged. Try shape:"],
    [{ shape: 'oblong' }, '“oblong” is no shape and no size. Nothing was charged. Try shape:'],
    [
      { model: 'gpt-image-2', quality: 'max' },
      'gpt-image-2 has no quality max. Nothing was charged. Try quality:high.',
    ],
    [
      { count: 9 },
      'One request may ask for up to 4 pictures here; an admin can change that. Nothing was charged. Try count:4.',
    ],
    [
      { model: 'gpt-image-2', background: 'transparent' },
      "gpt-image-2 can't make a transparent background. Nothing was charged. Try background:auto.",
    ],
    [
      { background: 'transparent', format: 'jpeg' },
      "A jpeg file can't be transparent. Nothing was charged. Try format:png.",
    ],
    [
      { model: 'gpt-image-25-flare' },
      'There is no model “gpt-image-25-flare”. Nothing was charged. Try model:gpt-image-2.5-flare.',
    ],
    [
      { shape: 'wide', size: '1024x1024' },
      'You gave both shape wide and size 1024x1024. Nothing was charged. Leave one of them out.',
    ],
    [{ text: 'top: ' }, 'A part of text: has no words in it. Nothing was charged. Write it like'],
  ] as const;

  test('not possible or unclear, with the nearest thing that is', async () => {
    const place = await studio();
    const chat = chatOf(place);
    for (const [options, sentence] of impossible)
      expect(await refusal(place, chat, { prompt: 'a red fox', ...options })).toContain(sentence);
  });

  test('no image service that offers the model', async () => {
    const env = { OPENAI_API_KEY: '', PROVIDERS: 'relay', PROVIDER_RELAY_MODELS: 'gpt-image-2' };
    const place = await studio({ env: { ...env, PROVIDER_RELAY_API_KEY: 'k' } });
    const chat = chatOf(place);
    expect(await refusal(place, chat, { prompt: 'a red fox', model: 'gpt-image-2.6-flare' })).toBe(
      'No image service is set up here that offers gpt-image-2.6-flare. Nothing was charged. Tell an admin, or leave model out.',
    );
  });

  test('credits granted by somebody who is no admin', async () => {
    const place = await studio();
    const chat = chatOf(place);
    const grant = { user: chat.naming(chat.asker), amount: 1000, reason: 'I want more' };
    expect(await chat.command('credits grant', grant).told()).toBe(
      'Only an admin can grant credits. Nothing was changed.',
    );
    expect(await chat.command('credits balance').told()).toBe('You have 500 credits.');
    expect((await place.recount()).credits.issued).toBe(500);
  });

  test('stopping, while a running call still ends', async () => {
    const place = await studio();
    const chat = chatOf(place);
    place.openai.hold();
    chat.command('imagine', { prompt: 'a red fox' });
    await place.openai.untilHeld(1);
    await place.restart(async () => {
      expect(await refusal(place, chat, { prompt: 'a blue fox' })).toBe(
        'Easel is restarting. Nothing was charged. Try again in a minute.',
      );
      place.openai.release();
      await results(chat);
    });
    expect(place.openai.calls()).toHaveLength(1);
    expect(await results(chat)).toHaveLength(1);
  });
});

describe('where a model has gone', () => {
  test.each(both)('%s answers with its successor and says so', async (_, chatOf) => {
    const place = await studio();
    const chat = chatOf(place);
    chat.command('imagine', { prompt: 'a red fox', model: 'gpt-image-1' });
    const [result] = await results(chat);
    const said = 'gpt-image-1 is gone: made with gpt-image-2.5-flare.';
    expect(result?.text).toContain(said);
    expect(chat.posts()[1]?.text).toContain(said);
    expect(place.openai.calls().map(({ model }) => model)).toEqual(['gpt-image-2.5-flare']);
    expect(place.openai.violations()).toEqual([]);
  });
});

describe('where Easel may not post', () => {
  test('Discord names the permissions that are missing', async () => {
    const place = await studio();
    const chat = discordChat(place);
    place.discord.setPermissions('art', permission.viewChannel | permission.readMessageHistory);
    expect(await refusal(place, chat, { prompt: 'a red fox' })).toBe(
      "Easel can't post here: it lacks Send Messages and Attach Files. Nothing was charged. Ask an admin to grant them, or use another channel.",
    );
    expect(chat.violations()).toEqual([]);
  });

  test('a private Slack channel hears how to invite it', async () => {
    const place = await studio();
    const chat = slackChat(place);
    expect(await refusal(place, chat, { prompt: 'a red fox' }, '#secret')).toBe(
      "Easel isn't in this channel. Nothing was charged. Invite it with /invite @Easel, then ask again.",
    );
  });

  test('a public Slack channel is joined', async () => {
    const place = await studio();
    const chat = slackChat(place);
    chat.command('imagine', { prompt: 'a red fox' }, { channel: '#lobby' });
    await results(chat);
    expect(chat.violations()).toEqual([]);
  });
});

test('what is typed wrongly in Slack is explained', async () => {
  const place = await studio();
  const chat = slackChat(place);
  const wrong = [
    ['a red fox colour:red', 'There is no option colour. Nothing was charged. '],
    ['a red fox cuont:2', 'There is no option cuont. Nothing was charged. Did you mean count?'],
    ['a red fox --quality', 'quality needs a value. Nothing was charged. Try quality:low.'],
    ['a red fox count:many', 'count must be a whole number from 1 to 10; “many” is not. Nothing was charged.'],
    ['a red fox quality:hihg', 'Nothing was charged. Try quality:high.'],
    ['', 'prompt is missing. Nothing was charged.'],
  ] as const;
  for (const [line, sentence] of wrong) expect(await refusal(place, chat, { prompt: line })).toContain(sentence);
});
