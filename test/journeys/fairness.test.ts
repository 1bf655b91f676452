import { describe, expect, test } from 'vitest';
import { both, type Chat, ofKind, results, studio, unlimited } from './chats.ts';

/** Asks for so many at once, and waits until all were accepted. */
async function burst(chat: Chat, user: string, prompts: readonly string[]): Promise<void> {
  const before = ofKind(chat, 'card').length;
  for (const prompt of prompts) chat.command('imagine', { prompt, quality: 'low' }, { user });
  await chat.until(() => ofKind(chat, 'card').length === before + prompts.length);
}

describe.each(both)('when one person on %s asks for a lot', (_, chatOf) => {
  test('only so many are made at a time', async () => {
    const place = await studio(unlimited);
    const chat = chatOf(place);
    place.openai.hold();
    await burst(chat, chat.asker, ['1', '2', '3', '4', '5', '6']);
    await place.openai.untilHeld(2);
    await burst(chat, chat.other, ['7', '8', '9']);
    await place.openai.untilHeld(4);
    const perPerson = () => {
      const open = place.openai.calls().filter(({ endedAt }) => endedAt === null);
      return Object.values(Object.groupBy(open, ({ safetyIdentifier }) => String(safetyIdentifier))).map(
        (calls) => calls?.length,
      );
    };
    expect(perPerson()).toEqual([2, 2]);
    place.openai.release(2);
    await place.openai.untilEnded(2);
    await place.openai.untilHeld(4);
    expect(perPerson()).toEqual([2, 2]);
    place.openai.release();
    await results(chat, 9);
    expect((await place.recount()).findings).toEqual([]);
  });

  test('others come in between, not behind', async () => {
    const env = { OPENAI_API_KEY: '', PROVIDERS: 'relay', PROVIDER_RELAY_CONCURRENCY: '1' };
    const place = await studio({
      ...unlimited,
      env: ({ openai }) => ({
        ...env,
        PROVIDER_RELAY_API_KEY: openai.apiKey,
        PROVIDER_RELAY_BASE_URL: openai.baseUrl,
      }),
    });
    const chat = chatOf(place);
    place.openai.hold();
    await burst(chat, chat.asker, ['1', '2', '3', '4']);
    await place.openai.untilHeld(1);
    await burst(chat, chat.other, ['a hen']);
    expect(place.openai.open()).toEqual({ now: 1, most: 1 });
    place.openai.release();
    await results(chat, 5);
    const order = place.openai.calls().map(({ prompt }) => prompt);
    expect(order.slice(1, 3)).toContain('a hen');
  });
});
