import { describe, expect, test } from 'vitest';
import { both, type Chat, cardSaying, discordChat, ofKind, results, slackChat, studio, unlimited } from './chats.ts';
import type { Studio } from './studio.ts';

/** A call that stays open until the test lets it go. */
async function running(place: Studio, chat: Chat, prompt = 'a red fox', held = 1): Promise<void> {
  place.openai.hold();
  chat.command('imagine', { prompt });
  await place.openai.untilHeld(held);
  await chat.until(() => ofKind(chat, 'card').length > 0);
}

const newestCard = (chat: Chat) => ofKind(chat, 'card').at(-1);
const flyUntil = <T>(place: Studio, chat: Chat, condition: () => T) => place.clock.flyUntil(chat.until(condition));

describe.each(both)('the card on %s', (_, chatOf) => {
  test('shows the newest partial picture, and no longer when it is done', async () => {
    const place = await studio({ env: { PARTIAL_IMAGES: '3' } });
    const chat = chatOf(place);
    await running(place, chat);
    expect(place.openai.calls()[0]?.partials).toHaveLength(3);
    await flyUntil(place, chat, () => newestCard(chat)?.previews === 1);
    // Three came at once: only the last of them was worth an edit.
    expect(newestCard(chat)?.editedAt).toHaveLength(1);
    place.openai.release();
    await results(chat);
    expect((await cardSaying(place, chat, 'Done')).previews).toBe(0);
    expect(chat.violations()).toEqual([]);
  });

  test('is edited at most every 2.5 s, however long it takes', async () => {
    const place = await studio();
    const chat = chatOf(place);
    await running(place, chat);
    await flyUntil(place, chat, () => (newestCard(chat)?.editedAt.length ?? 0) >= 5);
    place.openai.release();
    await results(chat);
    const { editedAt } = await cardSaying(place, chat, 'Done');
    const gaps = editedAt.slice(1).map((at, edit) => at - (editedAt[edit] ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(2_500);
    expect(chat.violations()).toEqual([]);
  });

  test('tells the time left only once there is a history', async () => {
    const place = await studio();
    const chat = chatOf(place);
    await running(place, chat);
    await flyUntil(place, chat, () => /^Being made · \d+ s so far/.test(newestCard(chat)?.text ?? ''));
    expect(newestCard(chat)?.text).not.toMatch(/left|[▓░]/);
    await place.clock.pass(10_000);
    place.openai.release();
    await results(chat);

    await running(place, chat, 'a blue fox');
    await flyUntil(place, chat, () => /^Being made · about \d+ s left/.test(newestCard(chat)?.text ?? ''));
    expect(newestCard(chat)?.text).toMatch(/[▓░]{10} \d+ %/);
    await flyUntil(place, chat, () =>
      newestCard(chat)?.text.startsWith('Being made · longer than usual, any moment now'),
    );
    expect(newestCard(chat)?.text).toContain('95 %');
    place.openai.release();
    await results(chat, 2);
    expect(chat.violations()).toEqual([]);
  });

  test('tells the place in the queue as it moves', async () => {
    const place = await studio({ ...unlimited, env: { USER_CONCURRENCY: '1' } });
    const chat = chatOf(place);
    await running(place, chat);
    for (const prompt of ['a blue fox', 'a green fox']) {
      chat.command('imagine', { prompt });
      await chat.until(() => ofKind(chat, 'root').at(-1)?.text.includes(prompt));
      await chat.until(() => ofKind(chat, 'card').length === ofKind(chat, 'root').length);
    }
    expect(newestCard(chat)?.text).toMatch(/^Waiting · 2nd in the queue/);
    place.openai.release(1);
    await place.openai.untilStarted(2);
    await flyUntil(place, chat, () => newestCard(chat)?.text.startsWith('Waiting · 1st in the queue'));
    place.openai.release();
    await place.clock.flyUntil(results(chat, 3));
    expect(chat.violations()).toEqual([]);
  });

  test('says that the service is busy while another try is waited for', async () => {
    const place = await studio();
    const chat = chatOf(place);
    place.openai.next('rate-limit-text');
    chat.command('imagine', { prompt: 'a red fox' });
    await cardSaying(place, chat, /^Being made · the service is busy, next try in \d+ s/);
    await place.clock.flyUntil(results(chat));
    expect(place.openai.calls()).toHaveLength(2);
  });
});

describe('a rate limit on edits of the card never delays the result', () => {
  test('on Slack', async () => {
    const place = await studio();
    const chat = slackChat(place);
    place.slack.fail({ method: 'chat.update' }, { retryAfter: 600, times: 1_000 });
    await running(place, chat);
    await flyUntil(place, chat, () => place.slack.requests('chat.update').length > 0);
    place.openai.release();
    // In real time from here on: ten minutes would be too long for this.
    await results(chat);
    expect((await place.recount()).findings).toEqual([]);
  });

  test('on Discord', async () => {
    const place = await studio();
    const chat = discordChat(place);
    place.discord.fail({ method: 'PATCH' }, { status: 429, retryAfter: 600, times: 1_000 });
    await running(place, chat);
    await flyUntil(place, chat, () => place.discord.requests().some(({ method }) => method === 'PATCH'));
    place.openai.release();
    await results(chat);
    expect((await place.recount()).findings).toEqual([]);
  });
});
