import { describe, expect, onTestFinished, test } from 'vitest';
import { cachingProxy } from '../fakes/caching-proxy.ts';
import { both, results, shownPictures, studio } from './chats.ts';

describe.each(both)('on %s, a gateway', (_, chatOf) => {
  test('with a caching proxy before it has no picture come twice', async () => {
    let origin = '';
    const proxy = await cachingProxy(() => origin);
    onTestFinished(() => proxy.close());
    const place = await studio({
      env: ({ openai }) => {
        origin = openai.url;
        return { OPENAI_BASE_URL: proxy.url };
      },
    });
    const chat = chatOf(place);
    chat.command('imagine', { prompt: 'a red fox' });
    const [first] = await results(chat);
    if (first) chat.press(first, 'Again');
    const [, second] = await results(chat, 2);
    if (second) chat.press(second, 'Vary');
    await results(chat, 3);
    expect(new Set(shownPictures(chat)).size).toBe(3);
    expect(proxy.answers).not.toContain('HIT');
    expect(chat.violations()).toEqual([]);
  });

  test('that makes another format is not hushed up: the file is what it is, and the result says so', async () => {
    const place = await studio();
    const chat = chatOf(place);
    place.openai.next('other-format');
    chat.command('imagine', { prompt: 'a red fox', format: 'webp' });
    const [result] = await results(chat);
    expect(result?.text).toContain('The image service sent jpeg where webp was asked.');
    const pictures = chat.posts().flatMap((post) => post.pictures);
    expect(pictures.map(({ name }) => name)).toEqual(['easel-1.jpeg']);
    expect(shownPictures(chat)).toEqual(place.openai.calls()[0]?.pictures);
  });
});
