import { describe, expect, test } from 'vitest';
import { both, ofKind, results, shownPictures, studio } from './chats.ts';

const hourMs = 60 * 60_000;

describe.each(both)('on %s', (_, chatOf) => {
  test('/settings forget-me says what it does, and does it when that is confirmed', async () => {
    const place = await studio();
    const chat = chatOf(place);
    chat.command('imagine', { prompt: 'a portrait of my cat' });
    const [result] = await results(chat);
    if (!result) throw new RangeError('no result');
    await place.easel().idle();
    const { store, pseudonym } = place.easel().parts;
    const before = await place.recount();
    const told = await chat.command('settings forget-me').told();
    expect(told).toContain('Nothing was changed yet.');
    expect(await store.keeping.asked()).toEqual([]);

    place.openai.hold();
    chat.command('imagine', { prompt: 'another one of my cat' });
    await place.openai.untilHeld(1);
    expect(await chat.command('settings forget-me', { confirm: true }).told()).toContain('Easel is forgetting you');
    await place.clock.flyUntil(chat.until(() => ofKind(chat, 'card').find(({ text }) => text.startsWith('Cancelled'))));
    const forgotten = async () => {
      while ((await store.keeping.asked()).length > 0) await place.clock.sleep(100);
    };
    await place.clock.flyUntil(forgotten());
    place.openai.release();
    await place.easel().idle();

    const asker = chat.person(chat.asker);
    expect(await store.keeping.asked()).toEqual([]);
    expect(await store.queue.recent(asker, 9)).toEqual([]);
    const theirs = await store.queue.recent(pseudonym(asker), 9);
    expect(theirs.map(({ request, wordsGone }) => [request.words, wordsGone])).toEqual(
      Array.from({ length: 2 }, () => ['words no longer kept', true]),
    );
    expect(shownPictures(chat)).toHaveLength(1);
    const after = await place.recount();
    expect(after).toMatchObject({ findings: [], credits: { held: 0, charged: before.credits.charged } });
    expect(await chat.press(result, 'Details', { user: chat.other }).told()).not.toContain('cat');
    expect(await chat.press(result, 'Again', { user: chat.other }).told()).toBe(
      'What was asked for here is no longer kept. Nothing was charged.',
    );
    expect(await chat.press(result, 'Edit', { user: chat.other }).told()).toBe(
      'The original of this picture is no longer kept, so it can’t be changed. Nothing was charged.',
    );
    expect(chat.violations()).toEqual([]);
  });

  test('what was purged is said in Details, and answers that would change it are refused', async () => {
    const place = await studio({ env: { KEEP_PICTURES_DAYS: '1' } });
    const chat = chatOf(place);
    chat.command('imagine', { prompt: 'a red fox' });
    const [result] = await results(chat);
    if (!result) throw new RangeError('no result');
    await place.easel().idle();
    const { store, clock } = place.easel().parts;
    expect((await store.keeping.purgePictures(clock.now() + hourMs, 9)).jobs).toBe(1);
    const details = await chat.press(result, 'Details').told();
    expect(details).toContain('Prompt a red fox');
    expect(details).toContain('Its original is no longer kept.');
    const refused = await chat.say('make it blue', { to: result, mention: true }).told();
    expect(refused).toMatch(/original .* is no longer kept.*Nothing was charged\./);
    expect(place.openai.calls()).toHaveLength(1);
    expect((await place.recount()).findings).toEqual([]);
    expect(chat.violations()).toEqual([]);
  });
});
