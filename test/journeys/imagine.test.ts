import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { both, cardSaying, discordChat, kindOf, kinds, results, shownPictures, studio } from './chats.ts';

describe('a picture that is too large for Discord', () => {
  test('is re-encoded to fit, which is said, and the original is kept', async () => {
    const place = await studio({ openai: { pictureBytes: 11 * 1024 * 1024 } });
    const chat = discordChat(place);
    chat.command('imagine', { prompt: 'a red fox', quality: 'low' });
    const [result] = await results(chat);
    expect(result?.text).toContain('1 picture too large to post here was re-encoded; the original is kept.');
    expect(result?.pictures.map(({ name }) => name)).toEqual(['easel-1.jpeg']);
    const [original = ''] = place.openai.calls()[0]?.pictures ?? [];
    expect(shownPictures(chat)).not.toContain(original);
    expect(await place.easel().parts.blobs.has(original)).toBe(true);
    expect(chat.violations()).toEqual([]);
  });
});

describe.each(both)('/imagine on %s', (_, chatOf) => {
  test('shows root message, thread, card and result, in this order, and each of them once', async () => {
    const place = await studio();
    const chat = chatOf(place);
    place.openai.hold();
    chat.command('imagine', { prompt: 'a red fox' });
    await place.openai.untilHeld(1);
    expect(kinds(chat.posts())).toEqual(['root', 'card']);
    place.openai.release();

    await results(chat);
    await cardSaying(place, chat, 'Done');
    const posts = chat.posts();
    expect(kinds(posts)).toEqual(chat.journey);
    const [root, ...replies] = posts;
    expect(root?.thread).toBeUndefined();
    for (const { thread } of replies) expect(thread).toBe(root?.id);
    expect(place.discord.threads().map(({ name }) => name)).toEqual(chat.name === 'discord' ? ['a red fox'] : []);
  });

  test('names the request, its price and its place at once, and in the end what it cost and what is left', async () => {
    const place = await studio();
    const chat = chatOf(place);
    chat.command('imagine', { prompt: 'a red fox' });
    const [result] = await results(chat);
    const [root, card] = chat.posts();
    expect(root?.text).toBe(`@${chat.asker} asked for a picture: a red fox\n17 credits · 1st in the queue`);
    expect(card?.buttons).toEqual(['Cancel']);
    const { available } = await place.easel().parts.store.ledger.balance(chat.person(chat.asker));
    expect(available).toBeLessThan(500);
    expect(result?.text).toMatch(
      new RegExp(
        String.raw`^@${chat.asker} a red fox\ngpt-image-2\.5-flare · medium · 1024x1024 · \d+ s · ${500 - available} credits · ${available} left$`,
      ),
    );
    expect(result?.buttons).toEqual(['Again', 'Edit', 'Vary', 'Details', 'Delete']);
  });

  test('posts the very bytes that the service made, with alt text', async () => {
    const place = await studio();
    const chat = chatOf(place);
    chat.command('imagine', { prompt: 'two red foxes', count: 2 });
    await results(chat);
    const [call] = place.openai.calls();
    expect(call?.pictures).toHaveLength(2);
    expect(shownPictures(chat)).toEqual(call?.pictures);
    const pictures = chat.posts().flatMap((post) => post.pictures);
    expect(pictures.map(({ alt }) => alt)).toEqual(['Picture 1 of 2: two red foxes', 'Picture 2 of 2: two red foxes']);
    expect(pictures.map(({ name }) => name)).toEqual(['easel-1.png', 'easel-2.png']);
    const kept = await Promise.all((call?.pictures ?? []).map((name) => place.easel().parts.blobs.get(name)));
    const hashes = kept.map((bytes) => bytes && createHash('sha256').update(bytes).digest('hex'));
    expect(hashes).toEqual(call?.pictures);
  });

  test('breaks no rule of any platform and pings the asker only', async () => {
    const place = await studio();
    const chat = chatOf(place);
    chat.command('imagine', { prompt: 'a red fox' });
    await results(chat);
    await cardSaying(place, chat, 'Done');
    expect(chat.violations()).toEqual([]);
    expect(place.openai.violations()).toEqual([]);
    expect(chat.rateLimited()).toBe(0);
    expect(new Set(chat.pinged())).toEqual(new Set([chat.asker]));
    expect(chat.links()).toEqual([]);
    const { findings, credits } = await place.recount();
    expect(findings).toEqual([]);
    expect(credits.held).toBe(0);
  });

  test('is acknowledged before anything is posted', async () => {
    const place = await studio();
    const chat = chatOf(place);
    const before = place.discord.requests().length;
    place.slack.delay('chat.postMessage', 1_000);
    const { requestId } = chat.command('imagine', { prompt: 'a red fox' });
    if (chat.name === 'slack') {
      expect(await place.slack.settled(requestId)).toMatchObject({ state: 'acknowledged' });
      expect(chat.posts()).toEqual([]);
      await place.clock.pass(1_000);
    }
    await results(chat);
    if (chat.name === 'discord') {
      const posts = place.discord.requests().slice(before);
      expect(posts[0]?.path).toMatch(/\/callback$/);
    }
  });

  test('is shown in the direct conversation it was asked in', async () => {
    const place = await studio();
    const chat = chatOf(place);
    chat.command('imagine', { prompt: 'a red fox' }, { channel: chat.name === 'discord' ? 'dm' : `@${chat.asker}` });
    await chat.until(() => chat.direct(chat.asker).some((post) => kindOf(post) === 'result'));
    expect(kinds(chat.direct(chat.asker))).toEqual(chat.journey);
    expect(chat.posts()).toEqual([]);
    expect(chat.violations()).toEqual([]);
  });
});
