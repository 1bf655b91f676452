import { describe, expect, test } from 'vitest';
import { both, ofKind, results, shownPictures, studio, unlimited } from './chats.ts';

describe.each(both)('on %s', (_, chatOf) => {
  test('somebody new has the starting credits, once', async () => {
    const place = await studio({ ...unlimited, env: { STARTING_CREDITS: '70' } });
    const chat = chatOf(place);
    const asked = [1, 2, 3].map((n) => chat.command('imagine', { prompt: `fox ${n}` }));
    await results(chat, 3);
    expect(asked).toHaveLength(3);
    expect(await chat.command('credits balance').told()).toBe('You have 19 credits.');
    expect((await place.recount()).credits.issued).toBe(70);
    await place.restart();
    expect(await chat.command('credits balance').told()).toBe('You have 19 credits.');
  });

  test('an admin grants and revokes, and the history says who, when and why', async () => {
    const place = await studio();
    const chat = chatOf(place);
    const user = chat.naming(chat.other);
    const admin = { user: chat.admin };
    expect(await chat.command('credits grant', { user, amount: 250, reason: 'the new logo' }, admin).told()).toBe(
      `Granted 250 credits to @${chat.other}. They have 750 now.`,
    );
    expect(await chat.command('credits revoke', { user, amount: 900, reason: 'a mistake' }, admin).told()).toBe(
      `Took 750 credits from @${chat.other}, all there was. They have 0 now.`,
    );
    const history = await chat.command('credits history', {}, { user: chat.other }).told();
    expect(history.split('\n')).toEqual([
      expect.stringMatching(new RegExp(`^2026-11-20 12:00 UTC  −750 revoked by @${chat.admin}: a mistake$`)),
      expect.stringMatching(new RegExp(`^2026-11-20 12:00 UTC  \\+250 granted by @${chat.admin}: the new logo$`)),
      '2026-11-20 12:00 UTC  +500 to start with',
    ]);
    // Whoever is named in a private answer hears nothing.
    expect(chat.pinged()).toEqual([]);
    expect(await chat.command('imagine', { prompt: 'a red fox' }, { user: chat.other }).told()).toBe(
      'Your picture needs 17 credits and you have 0. Nothing was charged. Ask an admin for more.',
    );
    expect((await place.recount()).findings).toEqual([]);
    expect(chat.violations()).toEqual([]);
  });

  test('a grant needs a person, an amount and a reason', async () => {
    const place = await studio();
    const chat = chatOf(place);
    const grant = { user: chat.naming(chat.other), amount: 5, reason: '  ' };
    const told = await chat.command('credits grant', grant, { user: chat.admin }).told();
    expect(told).toBe('Say why, for the record: reason is missing. Nothing was charged.');
    expect((await place.recount()).credits.issued).toBe(0);
  });

  test('/settings count where a request leaves something open', async () => {
    const place = await studio(unlimited);
    const chat = chatOf(place);
    const settings = { shape: 'wide', quality: 'low', count: 2, model: 'gpt-image-2' };
    expect(await chat.command('settings set', settings).told()).toBe(
      'Saved: shape wide, quality low, count 2, model gpt-image-2.',
    );
    expect(await chat.command('settings show').told()).toBe(
      'shape: wide\nquality: low\ncount: 2 (at most 4 here)\nmodel: gpt-image-2\n' +
        'answers under a picture that change it here: the requester’s, and those that name Easel',
    );
    chat.command('imagine', { prompt: 'a red fox' });
    await results(chat);
    chat.command('imagine', { prompt: 'a red fox', count: 1, shape: 'square', model: 'gpt-image-2.5-flare' });
    await results(chat, 2);
    expect(place.openai.calls()).toMatchObject([
      { model: 'gpt-image-2', quality: 'low', n: 2, size: '1536x1024' },
      { model: 'gpt-image-2.5-flare', quality: 'low', n: 1, size: '1024x1024' },
    ]);
    expect(shownPictures(chat)).toHaveLength(3);
    await chat.command('settings clear').told();
    chat.command('imagine', { prompt: 'a red fox' });
    await results(chat, 3);
    expect(place.openai.calls()[2]).toMatchObject({ model: 'gpt-image-2.5-flare', quality: 'medium', n: 1 });
  });

  test('an admin decides how many pictures one request may ask for', async () => {
    const place = await studio();
    const chat = chatOf(place);
    const more = { 'count-max': 6 };
    expect(await chat.command('settings team', more).told()).toBe(
      'Only an admin can change what counts for everyone here. Nothing was changed.',
    );
    await chat.command('settings team', more, { user: chat.admin }).told();
    chat.command('imagine', { prompt: 'foxes', count: 6, quality: 'low' });
    await results(chat);
    expect(shownPictures(chat)).toHaveLength(6);
    expect(place.openai.violations()).toEqual([]);
    expect(chat.violations()).toEqual([]);
    expect((await place.recount()).findings).toEqual([]);
  });

  test('an admin decides how pictures are made, and each job keeps the lane it was admitted in', async () => {
    const place = await studio(unlimited);
    const chat = chatOf(place);
    const admin = { user: chat.admin };
    expect(await chat.command('settings lane', { lane: 'batch', role: 'everyone' }).told()).toBe(
      'Only an admin can decide how pictures are made here. Nothing was changed.',
    );
    await chat.command('settings lane', { lane: 'batch', role: 'everyone' }, admin).told();
    await chat.command('settings lane', { lane: 'priority', role: 'admins' }, admin).told();
    expect(await chat.command('settings show', {}, admin).told()).toContain('the preferred service (priority)');
    chat.command('imagine', { prompt: 'a red fox' });
    await results(chat, 1);
    chat.command('imagine', { prompt: 'a blue fox' }, admin);
    await results(chat, 2);
    await chat.command('settings lane', { lane: 'normal', user: chat.naming(chat.other) }, admin).told();
    chat.command('imagine', { prompt: 'a green fox' }, { user: chat.other });
    await results(chat, 3);
    const { queue } = place.easel().parts.store;
    const laneOf = async (name: string) => (await queue.recent(chat.person(name), 9)).map(({ lane }) => lane);
    expect(await Promise.all([chat.asker, chat.admin, chat.other].map(laneOf))).toEqual([
      ...[['batch'], ['priority'], ['normal']],
    ]);
    expect(chat.violations()).toEqual([]);
  });

  test('/history lists what was asked for and how it ended', async () => {
    const place = await studio();
    const chat = chatOf(place);
    expect(await chat.command('history').told()).toBe('You have not asked for a picture yet. Try /imagine a red fox.');
    chat.command('imagine', { prompt: 'a red fox', count: 2, quality: 'low' });
    await results(chat);
    place.openai.next('moderation-input');
    chat.command('imagine', { prompt: 'a blue fox' });
    await chat.until(() => ofKind(chat, 'root').length === 2);
    await place.openai.untilEnded(2);
    await place.easel().idle();
    expect(await chat.command('history').told()).toBe(
      [
        '2026-11-20 12:00 UTC a blue fox gpt-image-2.5-flare 1024x1024 medium: declined',
        '2026-11-20 12:00 UTC a red fox gpt-image-2.5-flare 1024x1024 low × 2: delivered, 12 credits',
      ].join('\n'),
    );
    expect(await chat.command('history', {}, { user: chat.other }).told()).toContain('not asked for a picture');
  });

  test('/help says what there is', async () => {
    const place = await studio();
    const chat = chatOf(place);
    const help = await chat.command('help').told();
    for (const { name } of place.easel().parts.commands) expect(help).toContain(`/${name} `);
    const about = chat.name === 'discord' ? { about: 'imagine' } : { prompt: 'imagine' };
    expect(await chat.command('help', about).told()).toContain('/imagine prompt [shape:square|wide|tall|…]');
    expect(chat.violations()).toEqual([]);
  });
});
