import { describe, expect, test } from 'vitest';
import { both, type Chat, discordChat, type Post, results, slackChat, studio, unlimited } from './chats.ts';
import { photo } from './photo.ts';
import type { Studio } from './studio.ts';

/** Whose words under a picture are a request, and whose are talk. */

async function posted(chat: Chat, prompt = 'a red fox'): Promise<Post> {
  chat.command('imagine', { prompt, quality: 'low' });
  const [first] = await results(chat);
  if (!first) throw new RangeError('nothing was posted');
  return first;
}

const prompts = (place: Studio) => place.openai.calls().map(({ prompt }) => prompt);

describe.each(both)('on %s', (_, chatOf) => {
  test('talk of others in the thread costs nobody anything, and a mention by them costs them', async () => {
    const place = await studio(unlimited);
    const chat = chatOf(place);
    const first = await posted(chat);
    const { other } = chat;
    for (const words of ['make it blue', 'I would make it green', 'what does it cost?'])
      chat.say(words, { under: first, user: other });
    chat.say('add a hat', { under: first, user: other, mention: true });
    await results(chat, 2);
    expect(prompts(place)).toEqual(['a red fox', 'add a hat']);
    const { ledger } = place.easel().parts.store;
    expect((await ledger.balance(chat.person(chat.asker))).available).toBe(494);
    expect((await ledger.balance(chat.person(other))).available).toBeLessThan(500);
    expect(chat.violations()).toEqual([]);
  });

  test('talk elsewhere is not Easel’s business', async () => {
    const place = await studio(unlimited);
    const chat = chatOf(place);
    await posted(chat);
    const chatter = chat.say('make it blue');
    chat.say('make it green', { under: { id: chatter.id, channel: chatter.channel, thread: undefined } });
    chat.command('imagine', { prompt: 'a hill', quality: 'low' });
    await results(chat, 2);
    expect(prompts(place)).toEqual(['a red fox', 'a hill']);
  });
});

describe.each(both)('talk on %s', (_, chatOf) => {
  test('to somebody else, thanks with a picture, and links cost nobody anything', async () => {
    const place = await studio(unlimited);
    const chat = chatOf(place);
    const first = await posted(chat);
    const picture = { name: 'party.png', bytes: new Uint8Array([1, 2, 3]) };
    chat.say(`${chat.name === 'slack' ? '@bob' : 'cleo:'} what do you think?`, { under: first });
    chat.say('https://tenor.com/view/fox-dance-gif-123', chat.name === 'slack' ? { under: first } : { to: first });
    chat.say('thanks!', { under: first, files: [picture] });
    chat.say('add a hat', { under: first, mention: true });
    await results(chat, 2);
    expect(prompts(place)).toEqual(['a red fox', 'add a hat']);
    expect(chat.posts()).toHaveLength(2 * chat.journey.length);
  });

  test('nobody’s name holds options', async () => {
    const place = await studio(unlimited);
    const chat = chatOf(place);
    const first = await posted(chat);
    chat.say(`make it look like ${chat.name === 'slack' ? '@bob' : `<@${chat.naming('cleo')}>`}`, {
      under: first,
      mention: true,
    });
    await results(chat, 2);
    expect(place.openai.calls()[1]).toMatchObject({ n: 1, quality: 'medium' });
    expect(prompts(place)[1]).toMatch(/^make it look like @\S+$/);
  });
});

describe('on Slack', () => {
  test('in a thread of people Easel listens to its name only', async () => {
    const place = await studio(unlimited);
    const chat = slackChat(place);
    const talk = chat.say('what do you think of the poster?', { user: chat.other });
    const thread = { id: talk.id, channel: talk.channel, thread: undefined };
    chat.say('give it wings', { under: thread, mention: true, files: [await photo('cat.png')] });
    await results(chat, 1);
    chat.say('let me ask Grace about the budget tomorrow', { under: thread });
    chat.say('a taller hat', { under: thread, mention: true });
    await results(chat, 2);
    expect(prompts(place)).toEqual(['give it wings', 'a taller hat']);
  });

  test('a plain answer counts when it comes from whoever asked for the picture, until an admin wants mentions', async () => {
    const place = await studio(unlimited);
    const chat = slackChat(place);
    const first = await posted(chat);
    chat.say('make it blue', { under: first });
    await results(chat, 2);
    expect(await chat.command('settings replies mentions', {}, { user: chat.other }).told()).toContain(
      'Only an admin can change what counts for everyone here.',
    );
    expect(await chat.command('settings replies mentions', {}, { user: chat.admin }).told()).toBe(
      'An answer under a picture now changes it only when it names Easel.',
    );
    chat.say('make it green', { under: first });
    chat.say('add a hat', { under: first, mention: true });
    await results(chat, 3);
    expect(prompts(place)).toEqual(['a red fox', 'make it blue', 'add a hat']);
  });

  test('when somebody else has changed it, their version is answered by them', async () => {
    const place = await studio(unlimited);
    const chat = slackChat(place);
    const first = await posted(chat);
    chat.say('add a hat', { under: first, user: chat.other, mention: true });
    await results(chat, 2);
    chat.say('I liked mine better', { under: first });
    chat.say('a taller hat', { under: first, user: chat.other });
    await results(chat, 3);
    expect(prompts(place)).toEqual(['a red fox', 'add a hat', 'a taller hat']);
  });

  test('a mention arrives as two events and is one request, with one answer when it is refused', async () => {
    const place = await studio(unlimited);
    const chat = slackChat(place);
    const first = await posted(chat);
    const refused = chat.say('make it blue quality:super', { under: first, mention: true });
    expect(await refused.told()).toContain('Nothing was charged.');
    chat.say('make it blue', { under: first, mention: true });
    await results(chat, 2);
    const told = place.slack.messages().filter(({ visibleTo }) => visibleTo !== undefined);
    expect(told).toHaveLength(1);
    expect(prompts(place)).toEqual(['a red fox', 'make it blue']);
  });
});

describe('on Discord', () => {
  test('a reply without ping gets one hint per person, and costs nothing', async () => {
    const place = await studio(unlimited);
    const chat = discordChat(place);
    const first = await posted(chat);
    const hinted = chat.say('make it blue', { to: first, ping: false });
    expect(await hinted.told()).toContain('reply with the mention switched on');
    await place.restart();
    chat.say('make it green', { to: first, ping: false });
    const other = chat.say('make it red', { to: first, ping: false, user: chat.other });
    expect(await other.told()).toContain('reply with the mention switched on');
    chat.say('add a hat', { to: first });
    await results(chat, 2);
    expect(prompts(place)).toEqual(['a red fox', 'add a hat']);
    const hints = place.discord.messages().filter(({ content }) => content.includes('mention switched on'));
    expect(hints).toHaveLength(2);
    expect(chat.violations()).toEqual([]);
  });

  test('a reply that pings counts for whoever sends it', async () => {
    const place = await studio(unlimited);
    const chat = discordChat(place);
    const first = await posted(chat);
    chat.say('make it blue', { to: first, user: chat.other });
    const [, second] = await results(chat, 2);
    expect(second?.text).toContain(`@${chat.other} make it blue`);
    expect((await place.easel().parts.store.ledger.balance(chat.person(chat.asker))).available).toBe(494);
  });

  test('a reply to an older picture changes that one', async () => {
    const place = await studio(unlimited);
    const chat = discordChat(place);
    const first = await posted(chat);
    chat.say('make it blue', { to: first });
    await results(chat, 2);
    chat.say('make it green', { to: first });
    const [, , third] = await results(chat, 3);
    expect(third?.text).toContain('v3 of “a red fox”, from v1');
    const [made, , green] = place.openai.calls();
    expect(green?.images).toEqual(made?.pictures);
  });
});
