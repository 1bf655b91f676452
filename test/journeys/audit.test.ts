import { describe, expect, test } from 'vitest';
import { both, type Chat, results } from './chats.ts';
import { twoServices } from './two-services.ts';

/** A picture that the first service was billed for without making it, so that the cheap one made it; then another. */
async function switchedOnce(chatOf: (typeof both)[number][1]) {
  const place = await twoServices({ relay: { PRICE_MULTIPLIER: '0.5' } }, { slack: { rateLimits: false } });
  const chat: Chat = chatOf(place);
  await chat.command('settings lane', { lane: 'priority', role: 'everyone' }, { user: chat.admin }).told();
  place.first.next('html-524');
  chat.command('imagine', { prompt: 'a red fox', count: 2 });
  const [result] = await place.clock.flyUntil(results(chat));
  if (!result) throw new RangeError('no result');
  return { place, chat, result };
}

const requestOf = (service: { calls(): { requestId: string }[] }) => service.calls()[0]?.requestId;

describe.each(both)('on %s', (_, chatOf) => {
  test('Details tells the asker of each call, admins what it took, and others as little as before', async () => {
    const { place, chat, result } = await switchedOnce(chatOf);
    const details = async (user: string) => (await chat.press(result, 'Details', { user }).told()).split('\n');
    const own = await details(chat.asker);
    expect(own.slice(own.indexOf('Content credentials yes (C2PA, not checked)'), -1)).toEqual([
      'Content credentials yes (C2PA, not checked)',
      'Calls',
      expect.stringMatching(
        /^• first, gpt-image-2\.5-flare: could not be reached, \d+ s, not charged, request req_\w+$/,
      ),
      expect.stringMatching(
        /^• relay, gpt-image-2\.5-flare: made 2 of 2 pictures, \d+ s, 14 credits, request req_\w+$/,
      ),
    ]);
    expect(own.join('\n')).toContain(`14 credits, request ${requestOf(place.relay)}`);
    const all = (await details(chat.admin)).join('\n');
    expect(all).toMatch(/not charged, possibly billed US\$0\.\d{4}, \d+ credits of it paid by the house/);
    expect(all).toMatch(/14 credits, billed US\$0\.0\d{3}, request/);
    const others = (await details(chat.other)).join('\n');
    expect(others).toContain(`Made by relay, request ${requestOf(place.relay)}`);
    expect(others).not.toMatch(/Calls|•|Content credentials|first/);
    expect(chat.violations()).toEqual([]);
  });

  test('/history says who made what where it was not always the same service', async () => {
    const { place, chat } = await switchedOnce(chatOf);
    expect(await chat.command('history').told()).not.toContain('by relay');
    chat.command('imagine', { prompt: 'a blue fox', quality: 'low' });
    await place.clock.flyUntil(results(chat, 2));
    const told = (await chat.command('history').told()).split('\n');
    expect(told[0]).toMatch(/ a blue fox gpt-image-2\.5-flare 1024x1024 low: delivered by first, \d+ credits$/);
    expect(told[1]).toMatch(/ a red fox gpt-image-2\.5-flare 1024x1024 medium × 2: delivered by relay, 14 credits$/);
    expect(await chat.command('history', {}, { user: chat.other }).told()).toContain('not asked for a picture');
  });

  test('/credits report tells admins, and nobody else, what each service takes and who pays it', async () => {
    const { chat } = await switchedOnce(chatOf);
    const report = (user: string) => chat.command('credits report', { days: 7 }, { user }).told();
    expect(await report(chat.asker)).toBe('Only an admin can see where all credits go. Nothing was changed.');
    const pinged = chat.pinged();
    const told = (await report(chat.admin)).split('\n');
    expect(told).toEqual([
      'The last 7 days since 2026-11-13 12:00 UTC',
      expect.stringMatching(
        /^first 0 pictures · list US\$0\.0\d{3}, paid US\$0\.0\d{3}, saved US\$0\.00 \(0 %\) · 0 credits/,
      ),
      expect.stringMatching(
        /^relay 2 pictures · list US\$0\.0\d{3}, paid US\$0\.0\d{3}, saved US\$0\.0\d{3} \(50 %\) · 14/,
      ),
      expect.stringMatching(/^Together 2 pictures · .*14 credits charged, \d+ paid by the house$/),
      `Most credits @${chat.asker} 14`,
      'Most pictures gpt-image-2.5-flare 2 (14 credits)',
    ]);
    // Whoever is named in a private answer hears nothing.
    expect(chat.pinged()).toEqual(pinged);
    expect(chat.violations()).toEqual([]);
  });
});
