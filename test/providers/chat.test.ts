import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readImage } from '../../src/domain/image.ts';
import { guardedFetch } from '../../src/http/guarded-fetch.ts';
import { longCalls } from '../../src/http/long-calls.ts';
import { type ChatOptions, chatProvider } from '../../src/providers/chat.ts';
import { failureOf, imageProviderContract, job, make, termsFor } from '../contracts/image-provider.ts';
import { editOf, inputPicture } from '../contracts/input-pictures.ts';
import { pictureNames } from '../fakes/chat/answers.ts';
import { type FakeChat, fakeChat } from '../fakes/chat/server.ts';

function providerOf(fake: FakeChat, more: Partial<ChatOptions> = {}) {
  const { baseUrl, apiKey } = fake;
  const download = guardedFetch({ allowedOrigins: [new URL(baseUrl).origin, fake.storeOrigin] });
  return chatProvider({ ...termsFor('chat'), apiKey, baseUrl, fetch: longCalls(), download, ...more });
}

imageProviderContract(
  'chat',
  async () => {
    const fake = await fakeChat();
    return {
      provider: providerOf(fake),
      received: () => {
        const images = fake.calls().at(-1)?.images;
        return images && { images, mask: null };
      },
      close: () => fake.close(),
    };
  },
  {
    cannot: {
      'makes exactly the size that was asked for': 'the model obeys an outline, not a size',
      'shows partial pictures': 'there are none in a text',
      'tells what it used': 'its tokens are those of a text',
      'writes tickets that survive JSON': 'answers in one long call',
    },
  },
);

let fake: FakeChat;

beforeEach(async () => {
  fake = await fakeChat();
});

afterEach(async () => {
  expect(fake.violations()).toEqual([]);
  await fake.close();
});

const chat = (more: Partial<ChatOptions> = {}) => providerOf(fake, more);
const hash = (bytes: Uint8Array | undefined) => bytes && createHash('sha256').update(bytes).digest('hex');

describe.each([
  ['in a stream of torn pieces', true],
  ['whole, although a stream was asked for', false],
])('a picture that comes %s is found', (_, streams) => {
  test.each(pictureNames)('%s', async (message) => {
    fake.streams(streams);
    fake.always({ message });
    const { made } = await make(chat(), { prompt: 'a "red" fox\nby night' });
    expect(made?.made.map(hash)).toEqual([fake.calls()[0]?.made]);
    expect(made).toMatchObject({ usage: undefined, requestId: expect.stringMatching(/^req_/) });
    const paths = fake.downloads().map(({ path }) => path);
    const once = paths.filter((path) => !path.includes('gone'));
    expect(new Set(once).size).toBe(once.length);
    for (const { headers } of fake.downloads()) expect(JSON.stringify(headers)).not.toContain(fake.apiKey);
  });
});

describe('what it sends', () => {
  test('is one message with the words and a ratio, and nothing that a text model would take', async () => {
    await make(chat(), { size: { width: 1536, height: 1024 }, prompt: 'two lines:\n"a fox"\r\nein Füchslein 🦊' });
    expect(fake.calls()[0]?.parameters).toEqual({
      model: 'gpt-image-2-all',
      messages: [{ role: 'user', content: 'two lines:\n"a fox"\r\nein Füchslein 🦊\n\n【3:2】' }],
      user: `${job}-1`,
      stream: true,
    });
  });

  test('of an edit is the words, then the pictures in order', async () => {
    await make(chat(), editOf([await inputPicture('webp'), await inputPicture('jpeg')]));
    const image = (type: string) => ({
      type: 'image_url',
      image_url: { url: expect.stringMatching(`^data:image/${type};base64,`) },
    });
    const content = [{ type: 'text', text: expect.stringContaining('fox') }, image('webp'), image('jpeg')];
    expect(fake.calls()[0]?.parameters).toMatchObject({ messages: [{ content }] });
  });

  test('is never the same twice, so that no cache on the way knows it', async () => {
    const provider = chat();
    for (const fresh of [false, false, true]) await make(provider, { fresh });
    expect(new Set(fake.calls().map(({ body }) => body)).size).toBe(3);
    expect(fake.calls().map(({ headers }) => headers['cache-control'])).toEqual([undefined, undefined, 'no-cache']);
  });

  test.each(['', '/', '/v1', '/v1/'])('goes to its URL followed by "%s"', async (path) => {
    expect((await make(chat({ baseUrl: fake.url + path }))).made?.made).toHaveLength(1);
  });

  test('says to a router of many vendors’ models that a picture is wanted', async () => {
    fake.always({ message: 'images-array-only' });
    const { made } = await make(chat({ nameOf: () => 'openai/gpt-image-2' }));
    expect(made?.made).toHaveLength(1);
    expect(fake.calls()[0]?.parameters).toMatchObject({ modalities: ['image', 'text'] });
  });

  test('calls the model what the operator says', async () => {
    const nameOf = () => 'gpt-image-2.6-all';
    expect(await failureOf(make(chat({ nameOf })))).toMatchObject({ code: 'rejected' });
    expect(fake.violations()).toHaveLength(1);
    fake.violations().splice(0);
  });
});

describe('while a call runs', () => {
  test('the percent signs between the lines are told', async () => {
    const { progress } = await make(chat());
    expect(progress.slice(1)).toEqual([14, 35, 80].map((percent) => ({ percent })));
  });

  test('those in the person’s own words are not', async () => {
    const { progress } = await make(chat(), { prompt: 'a sign that says “progress: 99%”' });
    expect(progress).toEqual([{ answered: { requestId: expect.stringMatching(/^req_/) } }]);
  });

  test.each([true, false])('cancelling it hangs up (streamed: %s)', async (streams) => {
    fake.streams(streams);
    fake.hold();
    const controller = new AbortController();
    const reason = new Error('cancelled');
    const failed = failureOf(make(chat(), {}, controller.signal));
    await fake.untilHeld(1);
    controller.abort(reason);
    expect(await failed).toBe(reason);
    await fake.untilAborted(1);
  });

  test('a connection that breaks once the message is finished has brought everything', async () => {
    fake.always({ cut: 'after-the-end' });
    expect((await make(chat())).made?.made.map(hash)).toEqual([fake.calls()[0]?.made]);
  });
});

describe('the picture', () => {
  test('is of the outline that was asked for', async () => {
    const { made } = await make(chat(), { size: { width: 1024, height: 1536 } });
    expect(made?.made.map((bytes) => readImage(bytes))).toMatchObject([{ format: 'png', width: 1024, height: 1536 }]);
  });

  test('is never one that the person linked to', async () => {
    const own = `${fake.storeOrigin}/theirs.png`;
    fake.always({ message: 'the-persons-own-link' });
    const prompt = `like ${own} but red`;
    expect(await failureOf(make(chat(), { prompt }))).toMatchObject({ code: 'broken-answer', maybeBilled: true });
    expect(fake.downloads()).toEqual([]);
  });
});
