import { describe, expect, test } from 'vitest';
import { both, cardSaying, kinds, ofKind, results, shownPictures, studio, unlimited } from './chats.ts';

describe.each(both)('on %s, the button', (_, chatOf) => {
  test('Again makes it really new, and costs whoever presses it', async () => {
    const place = await studio();
    const chat = chatOf(place);
    chat.command('imagine', { prompt: 'a red fox', style: 'poster', text: 'top: OPEN', quality: 'low' });
    const [first] = await results(chat);
    if (first) chat.press(first, 'Again', { user: chat.other });
    const [, second] = await results(chat, 2);
    expect(second?.text).toContain(`@${chat.other} a red fox`);

    const [one, two] = place.openai.calls();
    expect(two).toMatchObject({ prompt: one?.prompt, quality: 'low', size: one?.size });
    expect(one?.prompt).toContain('“OPEN” at the top');
    // A cache between here and the service would know the same request again.
    expect(two?.parameters).not.toEqual(one?.parameters);
    expect(new Set(shownPictures(chat)).size).toBe(2);
    const { ledger } = place.easel().parts.store;
    const left = await Promise.all(
      [chat.asker, chat.other].map(async (name) => (await ledger.balance(chat.person(name))).available),
    );
    expect(left[0]).toBe(left[1]);
    expect(left[0]).toBeLessThan(500);
    expect(chat.violations()).toEqual([]);
  });

  test('Details tells whoever presses it all there is to know, and nobody else', async () => {
    const place = await studio();
    const chat = chatOf(place);
    chat.command('imagine', { prompt: 'a red fox', style: 'poster' });
    const [result] = await results(chat);
    const before = chat.posts().length;
    const told = result && (await chat.press(result, 'Details', { user: chat.other }).told());
    const [call] = place.openai.calls();
    expect(told).toContain(`Prompt ${call?.prompt}`);
    expect(told).toContain('Model gpt-image-2.5-flare, medium, 1024x1024, png, background auto');
    expect(told).toMatch(/State delivered\nQuote 17 credits\nCharged 17 credits\nTook \d+ s\n/);
    expect(told).toContain(`Made by openai, request ${call?.requestId}`);
    expect(chat.posts()).toHaveLength(before);
    expect(chat.violations()).toEqual([]);
  });

  test('Delete takes the pictures away, for the asker and for admins only', async () => {
    const place = await studio();
    const chat = chatOf(place);
    for (const user of [chat.asker, chat.admin]) {
      chat.command('imagine', { prompt: 'a red fox' });
      const [result] = await results(chat);
      if (!result) throw new RangeError('no result');
      expect(await chat.press(result, 'Delete', { user: chat.other }).told()).toBe(
        'Only an admin can delete what others asked for. Nothing was changed.',
      );
      expect(shownPictures(chat)).toHaveLength(1);
      expect(await chat.press(result, 'Delete', { user }).told()).toBe('Deleted. What it cost stays booked.');
      expect(shownPictures(chat)).toEqual([]);
      expect(ofKind(chat, 'result')).toEqual([]);
    }
    expect(await place.recount()).toMatchObject({ findings: [], credits: { charged: 34, held: 0 } });
    expect(chat.violations()).toEqual([]);
  });

  test('Cancel ends what waits: no call, all credits back', async () => {
    const place = await studio({ env: { USER_CONCURRENCY: '1' } });
    const chat = chatOf(place);
    place.openai.hold();
    chat.command('imagine', { prompt: 'a red fox' });
    await place.openai.untilHeld(1);
    chat.command('imagine', { prompt: 'a blue fox' });
    const [, waiting] = (await chat.until(() => ofKind(chat, 'card').length === 2 && ofKind(chat, 'card'))) || [];
    if (!waiting) throw new RangeError('no card');
    expect(await chat.press(waiting, 'Cancel', { user: chat.other }).told()).toBe(
      'Only an admin can stop what others asked for. Nothing was changed.',
    );
    expect(await chat.press(waiting, 'Cancel').told()).toBe('Cancelled “a blue fox”. Nothing was charged.');
    const card = await cardSaying(place, chat, 'Cancelled. Nothing was charged.');
    expect(card.id).toBe(waiting.id);
    expect(card.buttons).toEqual([]);
    place.openai.release();
    await results(chat);
    await place.easel().idle();
    expect(place.openai.calls()).toHaveLength(1);
    expect(await place.recount()).toMatchObject({ findings: [], credits: { charged: 17, held: 0, house: 0 } });
  });

  test('Cancel stops what runs: all credits back, and the house pays what may be billed', async () => {
    const place = await studio();
    const chat = chatOf(place);
    place.openai.hold();
    chat.command('imagine', { prompt: 'a red fox' });
    await place.openai.untilHeld(1);
    const [card] = ofKind(chat, 'card');
    expect(card && (await chat.press(card, 'Cancel').told())).toBe('Stopping “a red fox”. Nothing is charged.');
    await cardSaying(place, chat, 'Cancelled. Nothing was charged.');
    await place.openai.untilEnded(1);
    expect(place.openai.calls()[0]?.abortedAt).not.toBeNull();
    expect(await place.recount()).toMatchObject({ findings: [], credits: { charged: 0, held: 0, house: 17 } });
    expect(kinds(chat.posts())).toEqual(['root', 'card']);
  });

  test('Cancel says so where it is too late', async () => {
    const place = await studio();
    const chat = chatOf(place);
    chat.command('imagine', { prompt: 'a red fox' });
    await results(chat);
    const [card] = ofKind(chat, 'card');
    expect(card && (await chat.press(card, 'Cancel').told())).toBe(
      'It is finished already, so there is nothing to stop.',
    );
    expect(await place.recount()).toMatchObject({ findings: [], credits: { charged: 17, held: 0 } });
  });
});

describe.each(both)('on %s, /cancel', (_, chatOf) => {
  const threeOf = async (place: Awaited<ReturnType<typeof studio>>) => {
    const chat = chatOf(place);
    place.openai.hold();
    for (const prompt of ['a red fox', 'a blue fox', 'a green fox']) {
      chat.command('imagine', { prompt });
      await chat.until(() => ofKind(chat, 'root').some(({ text }) => text.includes(prompt)));
      await chat.until(() => ofKind(chat, 'card').length === ofKind(chat, 'root').length);
    }
    await place.openai.untilHeld(1);
    return chat;
  };

  test('stops the newest', async () => {
    const place = await studio({ ...unlimited, env: { USER_CONCURRENCY: '1' } });
    const chat = await threeOf(place);
    expect(await chat.command('cancel').told()).toBe('Cancelled “a green fox”. Nothing was charged.');
    place.openai.release();
    await results(chat, 2);
    await place.easel().idle();
    expect(place.openai.calls().map(({ prompt }) => prompt)).toEqual(['a red fox', 'a blue fox']);
    expect(await place.recount()).toMatchObject({ findings: [], credits: { charged: 34, held: 0 } });
  });

  test('with all stops all of the asker, and nobody else’s', async () => {
    const place = await studio({ ...unlimited, env: { USER_CONCURRENCY: '1' } });
    const chat = await threeOf(place);
    chat.command('imagine', { prompt: 'a hen' }, { user: chat.other });
    await place.openai.untilHeld(2);
    const told = await chat.command('cancel', chat.name === 'discord' ? { all: true } : { prompt: 'all' }).told();
    expect(told.split('\n').toSorted()).toEqual([
      'Cancelled “a blue fox”. Nothing was charged.',
      'Cancelled “a green fox”. Nothing was charged.',
      'Stopping “a red fox”. Nothing is charged.',
    ]);
    place.openai.release();
    const [result] = await results(chat);
    expect(result?.text).toContain('a hen');
    await place.easel().idle();
    expect(await chat.command('cancel').told()).toBe('You have nothing in the works. Nothing was charged.');
    expect(await chat.command('credits balance').told()).toBe('You have 500 credits.');
    expect((await place.recount()).findings).toEqual([]);
  });
});
