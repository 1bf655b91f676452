import { describe, expect, test } from 'vitest';
import { both, ofKind, results, studio, unlimited } from './chats.ts';

const flooding = 'You are sending commands faster than Easel takes them. Nothing was charged. Try again in 10 s.';
const most = 30;

describe.each(both)('on %s, more than thirty commands of one person within ten seconds', (_, chatOf) => {
  test('are refused, whatever they ask for, and cost nothing', async () => {
    const place = await studio(unlimited);
    const chat = chatOf(place);
    for (let n = 0; n < most; n++) expect(await chat.command('credits balance').told()).toBe('You have 500 credits.');

    for (const [command, options] of [
      ['imagine', { prompt: 'a red fox' }],
      ['imagine', { prompt: 'a red fox', count: 9 }],
      ['credits balance', {}],
    ] as const)
      expect(await chat.command(command, options).told()).toBe(flooding);

    await place.easel().idle();
    expect(chat.posts()).toEqual([]);
    expect(place.openai.calls()).toEqual([]);
    const { available, held } = await place.easel().parts.store.ledger.balance(chat.person(chat.asker));
    expect([available, held]).toEqual([500, 0]);
    expect(await place.recount()).toMatchObject({ findings: [], counted: { jobs: 0 }, credits: { charged: 0 } });
    expect(chat.violations()).toEqual([]);
  });

  test('do not count against anybody else', async () => {
    const place = await studio(unlimited);
    const chat = chatOf(place);
    for (let n = 0; n < most; n++) await chat.command('help').told();
    expect(await chat.command('imagine', { prompt: 'a red fox' }).told()).toBe(flooding);

    chat.command('imagine', { prompt: 'a blue fox' }, { user: chat.other });
    const [result] = await results(chat);
    expect(result?.text).toContain(`@${chat.other} a blue fox`);
    expect(ofKind(chat, 'root')).toHaveLength(1);
  });

  test('are counted with the buttons that are pressed, and a press that is refused changes nothing', async () => {
    const place = await studio(unlimited);
    const chat = chatOf(place);
    chat.command('imagine', { prompt: 'a red fox' });
    const [result] = await results(chat);
    if (!result) throw new RangeError('no result');
    for (let n = 1; n < most; n++) expect(await chat.press(result, 'Details').told()).toContain('State delivered');
    expect(await chat.press(result, 'Again').told()).toBe(flooding);
    expect(await chat.press(result, 'Delete').told()).toBe(flooding);
    expect(ofKind(chat, 'result')).toHaveLength(1);
    expect(place.openai.calls()).toHaveLength(1);
    expect(await place.recount()).toMatchObject({ findings: [], counted: { jobs: 1 }, credits: { charged: 17 } });
  });
});
