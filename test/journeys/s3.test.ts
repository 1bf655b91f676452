import { readdir } from 'node:fs/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type FakeS3, fakeS3, type S3Fault } from '../fakes/s3/server.ts';
import { both, type Chat, cardSaying, ofKind, results, shownPictures, studio, unlimited } from './chats.ts';
import type { Studio } from './studio.ts';

let s3: FakeS3;
beforeAll(async () => {
  s3 = await fakeS3();
});
afterAll(() => s3.close());
beforeEach(() => s3.meet(() => undefined));

const open = () => studio({ ...unlimited, env: { ...s3.env, USER_PER_MINUTE: '100', USER_QUEUE: '100' } });
const made = (place: Studio) => place.openai.calls().flatMap(({ pictures }) => pictures);

/** All is over, nobody has too much or too little, and S3 was asked as it wants to be. */
async function expectSound(place: Studio, chat: Chat): Promise<Awaited<ReturnType<Studio['recount']>>> {
  await place.clock.flyUntil(place.easel().idle());
  s3.meet(() => undefined);
  const diagnosis = await place.recount();
  expect(diagnosis.findings).toEqual([]);
  expect(diagnosis.credits.held).toBe(0);
  expect([...chat.violations(), ...place.openai.violations(), ...s3.violations]).toEqual([]);
  return diagnosis;
}

describe.each(both)('with pictures in S3, on %s', (_, chatOf) => {
  test('a picture is made, posted as it came, and edited after a restart; no file is left on the machine', async () => {
    const place = await open();
    const chat = chatOf(place);
    chat.command('imagine', { prompt: 'a red fox' });
    const [first] = await results(chat);
    if (!first) throw new RangeError('nothing was posted');
    await place.restart();
    chat.say('make it blue', { to: first });
    const [, second] = await results(chat, 2);
    expect(second?.text).toContain('v2 of “a red fox”, from v1');
    expect(place.openai.calls()[1]?.images).toEqual(place.openai.calls()[0]?.pictures);
    expect(shownPictures(chat).filter((hash) => made(place).includes(hash))).toEqual(made(place));
    const { credits } = await expectSound(place, chat);
    expect(credits.house).toBe(0);
    expect(await readdir(place.dataDir)).not.toContain('blobs');
    for (const hash of made(place)) expect(s3.asked).toContain(`PUT /${s3.bucket}/${hash.slice(0, 2)}/${hash}`);
  });

  test('every fourth answer of S3 going wrong costs nobody anything', async () => {
    const place = await open();
    const chat = chatOf(place);
    const faults: readonly S3Fault[] = ['slow down', 'cut off', 'half a body'];
    let asked = 0;
    s3.meet(() => (asked++ % 4 === 3 ? faults[(asked >> 2) % 3] : undefined));
    for (let n = 0; n < 8; n++) chat.command('imagine', { prompt: `fox number ${n}`, quality: 'low' });
    const posted = await results(chat, 8);
    const [first] = posted;
    if (first) chat.say('make it blue', { to: first });
    await results(chat, 9);
    expect(asked).toBeGreaterThan(9);
    const { credits } = await expectSound(place, chat);
    expect(place.openai.calls()).toHaveLength(9);
    expect(ofKind(chat, 'result')).toHaveLength(9);
    expect(credits.house).toBe(0);
  });

  test('what was made waits for S3 to come back, and is not made again', async () => {
    const place = await open();
    const chat = chatOf(place);
    let refused = 0;
    s3.meet(({ method }) => (method === 'PUT' && refused++ < 9 ? 'cut off' : undefined));
    chat.command('imagine', { prompt: 'a red fox' });
    await place.clock.flyUntil(results(chat));
    expect(shownPictures(chat)).toEqual(made(place));
    expect(place.openai.calls()).toHaveLength(1);
    expect((await expectSound(place, chat)).credits).toMatchObject({ charged: 17, house: 0 });
  });

  test('S3 staying away gives the job back: the person pays nothing, the house what was made', async () => {
    const place = await open();
    const chat = chatOf(place);
    s3.meet(() => 'cut off');
    chat.command('imagine', { prompt: 'a red fox' });
    const card = await cardSaying(place, chat, 'Easel can');
    expect(card.text).toContain('Nothing was charged.');
    expect(card.text).not.toMatch(/S3|ECONNRESET|bucket/);
    const { credits } = await expectSound(place, chat);
    expect(credits).toMatchObject({ charged: 0, house: 17 });
    expect(place.openai.calls()).toHaveLength(1);
  });

  test('a cancel ends the wait for S3', async () => {
    const place = await open();
    const chat = chatOf(place);
    s3.meet(() => 'cut off');
    const before = s3.asked.length;
    chat.command('imagine', { prompt: 'a red fox' });
    await chat.until(() => ofKind(chat, 'card').length > 0 && s3.asked.length >= before + 4);
    const [card] = ofKind(chat, 'card');
    if (card) await chat.press(card, 'Cancel').told();
    await cardSaying(place, chat, 'Cancelled. Nothing was charged.');
    expect((await expectSound(place, chat)).credits).toMatchObject({ charged: 0, house: 17 });
  });

  test('S3 away when a picture is to be changed: nothing is asked of the service, and nothing is booked', async () => {
    const place = await open();
    const chat = chatOf(place);
    chat.command('imagine', { prompt: 'a red fox' });
    const [first] = await results(chat);
    if (!first) throw new RangeError('nothing was posted');
    s3.meet(() => 'cut off');
    expect(await chat.say('make it blue', { to: first, mention: true }).told()).toBe(
      "Easel can't reach its own records for a moment. Nothing was charged. Try again in a minute.",
    );
    expect(place.openai.calls()).toHaveLength(1);
    expect((await expectSound(place, chat)).credits).toMatchObject({ charged: 17, house: 0 });
  });

  test('S3 away between asking for a change and making it: it goes on when S3 is back', async () => {
    const place = await open();
    const chat = chatOf(place);
    chat.command('imagine', { prompt: 'a red fox' });
    const [first] = await results(chat);
    if (!first) throw new RangeError('nothing was posted');
    let reads = 0;
    s3.meet(({ method, range }) => (method === 'GET' && !range && reads++ < 9 ? 'cut off' : undefined));
    chat.say('make it blue', { to: first });
    await place.clock.flyUntil(results(chat, 2));
    expect(reads).toBeGreaterThan(4);
    expect(place.openai.calls()).toHaveLength(2);
    expect((await expectSound(place, chat)).credits.house).toBe(0);
  });
});
