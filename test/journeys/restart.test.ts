import { describe, expect, test } from 'vitest';
import { both, cardSaying, discordChat, kinds, ofKind, results, shownPictures, studio, unlimited } from './chats.ts';

const made = (place: Awaited<ReturnType<typeof studio>>) => place.openai.calls().flatMap(({ pictures }) => pictures);

describe.each(both)('a restart on %s', (_, chatOf) => {
  test('pauses what is running and waiting, says so, and goes on by itself', async () => {
    const place = await studio({ ...unlimited, env: { USER_CONCURRENCY: '1' } });
    const chat = chatOf(place);
    place.openai.hold();
    for (const prompt of ['a red fox', 'a blue fox', 'a green fox']) {
      chat.command('imagine', { prompt });
      await chat.until(() => chat.posts().some(({ text }) => text.includes(prompt)));
    }
    await chat.until(() => ofKind(chat, 'card').length === 3);
    await place.openai.untilHeld(1);
    await place.restart(undefined, async () => {
      const cards = ofKind(chat, 'card').map(({ text }) => text.split('\n')[0]);
      expect(cards).toEqual(Array.from({ length: 3 }, () => 'Paused · Easel is restarting, it will go on by itself'));
      await place.openai.until(() => place.openai.open().now === 0);
    });
    place.openai.release();
    await results(chat, 3);
    await place.easel().idle();

    expect(kinds(chat.posts()).toSorted()).toEqual([1, 2, 3].flatMap(() => chat.journey).toSorted());
    const prompts = place.openai.calls().map(({ prompt }) => prompt);
    expect(prompts.toSorted()).toEqual(['a blue fox', 'a green fox', 'a red fox', 'a red fox']);
    const { credits, findings, counted } = await place.recount();
    expect(findings).toEqual([]);
    expect(counted.jobs).toBe(3);
    // The call that was cut off may be billed: not to the person.
    expect(credits).toMatchObject({ held: 0, charged: 51, house: 17 });
    expect(chat.violations()).toEqual([]);
  });

  test('lets a running call end, and posts its picture before it stops', async () => {
    const place = await studio();
    const chat = chatOf(place);
    place.openai.hold();
    chat.command('imagine', { prompt: 'a red fox' });
    await place.openai.untilHeld(1);
    await place.restart(
      async () => place.openai.release(),
      async () => expect(shownPictures(chat)).toEqual(made(place)),
    );
    await place.easel().idle();
    expect(kinds(chat.posts())).toEqual(chat.journey);
    expect(place.openai.calls()).toHaveLength(1);
    expect((await place.recount()).credits).toMatchObject({ charged: 17, house: 0 });
  });

  test('between making and posting posts what was made, and makes nothing again', async () => {
    const place = await studio();
    const chat = chatOf(place);
    place.openai.hold();
    chat.command('imagine', { prompt: 'a red fox' });
    await place.openai.untilHeld(1);
    const down = { status: 503, times: 1_000 };
    place.discord.fail({ method: 'POST', path: '/messages$' }, down);
    place.slack.fail({ method: 'files.completeUploadExternal' }, down);
    place.openai.release();
    await place.openai.untilEnded(1);
    await place.restart(undefined, async () => {
      place.discord.clearFaults();
      place.slack.clearFaults();
      expect(ofKind(chat, 'result')).toEqual([]);
    });
    await results(chat);
    expect(shownPictures(chat)).toEqual(made(place));
    expect(place.openai.calls()).toHaveLength(1);
    expect(await place.recount()).toMatchObject({ findings: [], credits: { charged: 17, held: 0 } });
  });

  test('that takes longer than a reply token lives loses nothing', async () => {
    const place = await studio();
    const chat = chatOf(place);
    place.openai.hold();
    chat.command('imagine', { prompt: 'a red fox' });
    await place.openai.untilHeld(1);
    await place.restart(undefined, () => place.clock.pass(2 * 60 * 60_000));
    place.openai.release();
    await results(chat);
    await cardSaying(place, chat, 'Done');
    expect(kinds(chat.posts())).toEqual(chat.journey);
    expect(chat.violations()).toEqual([]);
  });

  test('keeps settings, credits and the right to press buttons', async () => {
    const place = await studio();
    const chat = chatOf(place);
    await chat.command('settings set', { quality: 'low' }).told();
    chat.command('imagine', { prompt: 'a red fox' });
    const [result] = await results(chat);
    const before = await chat.command('credits balance').told();
    await place.restart();
    expect(await chat.command('credits balance').told()).toBe(before);
    expect(result && (await chat.press(result, 'Details').told())).toContain('a red fox');
    chat.command('imagine', { prompt: 'a blue fox' });
    await results(chat, 2);
    expect(place.openai.calls().map(({ quality }) => quality)).toEqual(['low', 'low']);
  });
});

describe.each(both)('an event that %s delivers several times', (_, chatOf) => {
  test('is one job, and one grant', async () => {
    const place = await studio();
    const chat = chatOf(place);
    chat.command('imagine', { prompt: 'a red fox' }, { deliveries: 3 });
    const [result] = await results(chat);
    await place.easel().idle();
    expect(kinds(chat.posts())).toEqual(chat.journey);
    expect(place.openai.calls()).toHaveLength(1);
    const grant = { user: chat.naming(chat.other), amount: 100, reason: 'a gift' };
    await chat.command('credits grant', grant, { user: chat.admin, deliveries: 2 }).told();
    expect(await chat.command('credits balance', {}, { user: chat.other }).told()).toBe('You have 600 credits.');
    if (result) chat.press(result, 'Again', { deliveries: 2 });
    await results(chat, 2);
    await place.easel().idle();
    expect(await place.recount()).toMatchObject({ findings: [], counted: { jobs: 2 }, credits: { charged: 34 } });
  });
});

describe('when Discord takes no answer to the interaction', () => {
  test('the job is shown all the same', async () => {
    const place = await studio();
    const chat = discordChat(place);
    place.discord.fail({ method: 'POST', path: '/callback$' }, { status: 404, code: 10062, times: 10 });
    chat.command('imagine', { prompt: 'a red fox' });
    await results(chat);
    await cardSaying(place, chat, 'Done');
    expect(kinds(chat.posts())).toEqual(chat.journey);
    expect((await place.recount()).findings).toEqual([]);
  });
});
