import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { guardedFetch } from '../../src/http/guarded-fetch.ts';
import { longCalls } from '../../src/http/long-calls.ts';
import { chatProvider } from '../../src/providers/chat.ts';
import { findPictures, patterns, placesMax, textMax } from '../../src/providers/chat-pictures.ts';
import { refusalIn } from '../../src/providers/chat-refusals.ts';
import { failureOf, make, termsFor } from '../contracts/image-provider.ts';
import { type FakeChat, fakeChat } from '../fakes/chat/server.ts';
import { foreignHost } from '../fakes/foreign-host.ts';

/** Services that mean harm, and texts that nobody means. */

let fake: FakeChat;
let inside: Awaited<ReturnType<typeof foreignHost>>;

beforeEach(async () => {
  fake = await fakeChat();
  inside = await foreignHost((_, response) => void response.end('secret'));
});

afterEach(async () => {
  await Promise.all([fake.close(), inside.close()]);
});

const chat = (baseUrl = fake.baseUrl, allowed: readonly string[] = []) =>
  chatProvider({
    ...{ ...termsFor('chat'), apiKey: fake.apiKey, baseUrl, fetch: longCalls() },
    download: guardedFetch({ allowedOrigins: [new URL(baseUrl).origin, ...allowed] }),
  });

const saying = (content: string) => ({ events: [JSON.stringify({ choices: [{ delta: { content } }] })] });

describe('a key', () => {
  test('does not follow a redirect of the service', async () => {
    const relay = await foreignHost((_, response) => void response.writeHead(307, { location: inside.url }).end());
    expect(await failureOf(make(chat(relay.url)))).toMatchObject({ code: 'rejected', maybeBilled: false });
    expect(inside.seen()).toEqual([]);
    await relay.close();
  });

  test('is not shown to the host of a picture, nor to where that redirects', async () => {
    const thief = await foreignHost((_, response) => void response.writeHead(404).end());
    const store = await foreignHost(
      (_, response) => void response.writeHead(302, { location: `${thief.url}/b.png` }).end(),
    );
    fake.always(saying(`![fox](${store.url}/a.png)`));
    await failureOf(make(chat(fake.baseUrl, [store.url, thief.url])));
    expect([store.seen().length, thief.seen().length]).toEqual([1, 1]);
    expect(`${store.seen()}${thief.seen()}`).not.toMatch(/authorization|easel-fake/i);
    await Promise.all([store.close(), thief.close()]);
  });
});

test.each([
  (url: string) => `![fox](${url}/a.png)`,
  (url: string) => `[download](${url}/a)`,
  (url: string) => `${url}/a.png`,
  (url: string) => `![fox](${url.replace('127.0.0.1', 'localhost')}/a.png)`,
  () => '![fox](https://169.254.169.254/latest/meta-data.png)',
  () => '![fox](https://[::1]/a.png)',
])('an address inside is not even asked (%#)', async (linking) => {
  fake.always(saying(linking(inside.url)));
  expect(await failureOf(make(chat()))).toMatchObject({ code: 'broken-answer', maybeBilled: true });
  expect(inside.seen()).toEqual([]);
});

test('an answer full of links is not a way to make Easel call them all', async () => {
  const links = Array.from({ length: 500 }, (_, at) => `![fox](${inside.url}/${at}.png)`);
  fake.always(saying(links.join('\n')));
  await failureOf(make(chat(fake.baseUrl, [inside.url])));
  expect(inside.seen()).toHaveLength(placesMax);
});

const reply = (text: string) => ({ text, images: [], parts: [] });
const pieces = [
  '![',
  '](',
  ')',
  '[',
  'https://',
  'h',
  'data:image/png;base64,',
  'A',
  '=',
  ' "',
  '<',
  '>',
  '\n',
  '.png',
];
const junk = fc
  .array(fc.oneof(fc.constantFrom(...pieces), fc.string({ unit: 'binary' })))
  .map((parts) => parts.join(''));

describe('junk', () => {
  test('never makes anything fail, and what is found in it is an address', () => {
    fc.assert(
      fc.property(junk, junk, (text, prompt) => {
        for (const way of findPictures(reply(text), prompt)) {
          expect(way.length).toBeLessThanOrEqual(placesMax);
          for (const address of way) expect(address).toMatch(/^(https?:\/\/|data:image\/)/i);
        }
        refusalIn({ text, declined: false }, prompt);
      }),
    );
  });

  test('around a picture does not hide it', () => {
    const address = 'https://example.com/0f/fox.png';
    fc.assert(
      fc.property(junk, junk, (before, after) => {
        const text = `${before}\n\n![fox](${address})\n\n${after}`.replaceAll('data:', '');
        expect(findPictures(reply(text), '').flat()).toContain(address);
      }),
      {
        examples: [
          ['', ''],
          ['![', ')'],
          ['[](', ']('],
        ],
      },
    );
  });

  test('takes no longer than its length says: nothing repeats without a bound, and only the end is looked at', () => {
    for (const { source } of Object.values(patterns))
      expect(source.replaceAll(/\\.|\[(?:\\.|[^\]\\])*\]/g, 'x')).not.toMatch(/[*+]|\{\d+,\}/);
    const link = '![fox](https://example.com/fox.png)';
    expect(findPictures(reply(link + ' '.repeat(textMax - link.length)), '')).toHaveLength(1);
    expect(findPictures(reply(link + ' '.repeat(textMax)), '')).toEqual([]);
  });

  test.each(pieces)('of five megabytes of the same is read like anything else: %j', (piece) => {
    const text = piece.repeat(5_000_000 / piece.length);
    expect(findPictures(reply(text), piece).flat().length).toBeLessThanOrEqual(placesMax);
    expect(refusalIn({ text, declined: false }, piece)).toBeUndefined();
  });
});
