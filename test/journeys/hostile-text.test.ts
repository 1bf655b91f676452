import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nativeId } from '../../src/domain/person.ts';
import { both, type Chat, discordChat, ofKind, slackChat, studio } from './chats.ts';
import type { Studio } from './studio.ts';

/** Whatever pings, links, formats or breaks somewhere. @param other somebody's id */
const nasty = (other: string) => [
  '@everyone',
  '@here',
  `<@${other}>`,
  `<@!${other}>`,
  '@cleo',
  '@bob',
  '<@&100000046137344000>',
  '<!channel>',
  '<!here|here>',
  '<!subteam^S0DESIGN001>',
  '&lt;!channel&gt;',
  '<#C0STUDIO001|studio>',
  '[a safe label](https://evil.example/a)',
  '<https://evil.example/b|a safe label>',
  '[https://safe.example](<https://evil.example/c>)',
  'https://evil.example/d',
  'evil.example/e',
  'mailto:eve@evil.example',
  '```',
  '`',
  '\\',
  '**',
  '||',
  '~~',
  '_',
  '-# ',
  '> ',
  '# ',
  '- ',
  '\n',
  '\r\n',
  '\u2028',
  '\u202e',
  '\u200b',
  '\u0000',
  '\ud800',
  ':fox:',
  '<t:0:R>',
  '</imagine:1>',
  '"',
  '“',
  '”',
  "'",
  '--',
  '—count 2',
  'count:2',
  'nothing:here',
  '&amp;',
  '{{x}}',
  '%s',
  '🦊',
  '👩‍👩‍👧',
  'fox',
];

const hostile = (other: string, charactersMax: number) =>
  fc
    .array(
      fc.oneof({ weight: 5, arbitrary: fc.constantFrom(...nasty(other)) }, fc.string({ unit: 'binary', maxLength: 8 })),
      {
        minLength: 1,
        maxLength: 12,
      },
    )
    .map((parts) => parts.join(' ').slice(0, charactersMax))
    .filter((text) => text.trim() !== '');

const rich = {
  env: { STARTING_CREDITS: '1000000', USER_PER_MINUTE: '1000', USER_QUEUE: '1000', USER_CONCURRENCY: '8' },
  slack: { rateLimits: false },
  discord: { rateLimits: false },
};

/** Not a ping, not a link, not a broken rule; and Easel still works. */
async function unharmed(place: Studio, chat: Chat): Promise<void> {
  expect(chat.pinged().filter((name) => name !== chat.asker)).toEqual([]);
  expect(chat.links()).toEqual([]);
  expect(chat.violations()).toEqual([]);
  expect(place.openai.violations()).toEqual([]);
  expect((await place.recount()).findings).toEqual([]);
}

/** Everything that a request led to, down to the last edit. */
async function settled(place: Studio, chat: Chat, told: Promise<string>): Promise<string> {
  const roots = ofKind(chat, 'root').length;
  const answer = await Promise.race([
    told,
    chat.until(() => ofKind(chat, 'root').length > roots).then(() => 'accepted'),
  ]);
  told.catch(() => undefined);
  if (answer === 'accepted') await place.easel().idle();
  return answer;
}

const bug = 'Something went wrong inside Easel';
const runs = { numRuns: 16 };

describe('hostile words', () => {
  test('in every option on Discord harm nobody', async () => {
    const place = await studio(rich);
    const chat = discordChat(place);
    const { cleo = '' } = place.discord.about().users;
    const options = fc.record(
      {
        prompt: hostile(cleo, 1_500),
        text: hostile(cleo, 250),
        shape: hostile(cleo, 12),
        size: hostile(cleo, 12),
        model: hostile(cleo, 60),
      },
      { requiredKeys: ['prompt'] },
    );
    const often = fc.oneof({ weight: 2, arbitrary: fc.record({ prompt: hostile(cleo, 1_500) }) }, options);
    await fc.assert(
      fc.asyncProperty(often, async (given) => {
        const asked = chat.command('imagine', { ...given, quality: 'low' });
        expect(await settled(place, chat, asked.told())).not.toContain(bug);
        await unharmed(place, chat);
      }),
      runs,
    );
    const [details] = ofKind(chat, 'result');
    if (details) expect(await chat.press(details, 'Details').told()).toContain('Prompt');
    expect(await chat.command('history').told()).not.toContain(bug);
    await unharmed(place, chat);
  });

  test('in a whole line on Slack harm nobody', async () => {
    const place = await studio(rich);
    const chat = slackChat(place);
    const { id: bob } = place.slack.user('bob');
    const options = fc.record(
      {
        text: hostile(bob, 250),
        shape: hostile(bob, 12),
        model: hostile(bob, 60),
        style: hostile(bob, 12),
        count: hostile(bob, 4),
      },
      { requiredKeys: [] },
    );
    const often = fc.oneof({ weight: 3, arbitrary: fc.constant({}) }, options);
    await fc.assert(
      fc.asyncProperty(hostile(bob, 1_500), often, async (prompt, given) => {
        const asked = chat.command('imagine', { prompt, ...given });
        expect(await settled(place, chat, asked.told())).not.toContain(bug);
        await unharmed(place, chat);
      }),
      runs,
    );
    const [details] = ofKind(chat, 'result');
    if (details) expect(await chat.press(details, 'Details').told()).toContain('Prompt');
    expect(await chat.command('history').told()).not.toContain(bug);
    await unharmed(place, chat);
  });

  test.each(both)('in the reason of a grant and in the names of commands on %s harm nobody', async (_, chatOf) => {
    const place = await studio(rich);
    const chat = chatOf(place);
    const user = chat.naming(chat.other);
    const other = nativeId(chat.person(chat.other)).replace(/^.*\//, '');
    await fc.assert(
      fc.asyncProperty(hostile(other, 180), hostile(other, 30), async (reason, about) => {
        const told = await chat.command('credits grant', { user, amount: 1, reason }, { user: chat.admin }).told();
        expect(told).not.toContain(bug);
        const words: Record<string, string> = chat.name === 'discord' ? { about } : { prompt: about };
        expect(await chat.command('help', words).told()).not.toContain(bug);
        await unharmed(place, chat);
      }),
      { numRuns: 8 },
    );
    expect(await chat.command('credits history', {}, { user: chat.other }).told()).not.toContain(bug);
    await unharmed(place, chat);
  });
});
