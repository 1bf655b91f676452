import { describe, expect, onTestFinished, test } from 'vitest';
import { hostileHost } from '../pipeline/pictures/hostile-host.ts';
import { type Hostile, hostileFiles, hostileLinks } from '../pipeline/pictures/hostile-pictures.ts';
import { type Attached, type Chat, discordChat, slackChat, studio } from './chats.ts';
import type { Studio } from './studio.ts';

/** A server with no limits of its own: what is tried here is tried many times. */
const calm = { env: { USER_PER_MINUTE: '1000', USER_QUEUE: '1000' }, slack: { rateLimits: false } } as const;

/** Nothing was charged or held, nobody was asked to make anything, and nobody was pinged who should not be. */
async function expectUntouched(place: Studio, chat: Chat): Promise<void> {
  const { ledger } = place.easel().parts.store;
  expect(await ledger.balance(chat.person(chat.asker))).toEqual({ available: 500, held: 0 });
  expect(place.openai.calls()).toEqual([]);
  expect(chat.violations()).toEqual([]);
  expect((await place.recount()).findings).toEqual([]);
}

const attached = async ({ file }: Hostile): Promise<Attached> => ({
  name: file?.name ?? '',
  bytes: (await file?.bytes()) ?? new Uint8Array(),
});

/** The command flood of one person is another test's. */
const inTurns = (rows: readonly Hostile[], most = 25) =>
  Array.from({ length: Math.ceil(rows.length / most) }, (_, turn) => rows.slice(turn * most, (turn + 1) * most));

/** Discord's own app does not let a person send more. */
const sendable = (
  await Promise.all(hostileFiles.map(async (row) => ({ row, length: (await attached(row)).bytes.length })))
)
  .filter(({ length }) => length <= 10 * 1024 * 1024)
  .map(({ row }) => row);

describe('files that are no usable pictures', () => {
  test.each(inTurns(sendable).map((rows, turn) => [turn + 1, rows] as const))(
    'in /edit on Discord are refused with a sentence and cost nothing (%i)',
    async (_, rows) => {
      const place = await studio(calm);
      const chat = discordChat(place);
      for (const row of rows) {
        const asked = chat.command('edit', { prompt: 'make it blue' }, { attachments: { image: await attached(row) } });
        const told = await asked.told();
        expect(told, row.name).toMatch(row.says);
        expect(told, row.name).toContain('Nothing was charged.');
      }
      await expectUntouched(place, chat);
    },
  );

  test.each(inTurns(hostileFiles).map((rows, turn) => [turn + 1, rows] as const))(
    'attached to words for Easel on Slack are refused with a sentence and cost nothing (%i)',
    async (_, rows) => {
      const place = await studio(calm);
      const chat = slackChat(place);
      for (const row of rows) {
        const asked = chat.say('make it blue', { mention: true, files: [await attached(row)] });
        const told = await asked.told();
        expect(told, row.name).toMatch(row.says);
        expect(told, row.name).toContain('Nothing was charged.');
      }
      await expectUntouched(place, chat);
    },
  );
});

test('links that lead where they must not are refused with a sentence, and nobody is asked there', async () => {
  const host = await hostileHost();
  onTestFinished(() => host.stop());
  // Nothing at all is no link: then the newest picture is meant.
  const links = hostileLinks(host.origin, host.forbiddenOrigin).filter(({ link = '' }) => link.trim() !== '');
  for (const rows of inTurns(links)) {
    const place = await studio({ ...calm, env: { ...calm.env, LINK_ORIGINS: host.origin } });
    const chat = slackChat(place);
    for (const row of rows) {
      const told = await chat.command('edit', { prompt: 'make it blue', image: row.link ?? '' }).told();
      expect(told, row.name).toMatch(row.says);
      expect(told, row.name).toContain('Nothing was charged.');
    }
    await expectUntouched(place, chat);
  }
  expect(host.forbiddenConnections()).toBe(0);
});

test('no credential goes with a link, not even to a host that is allowed', async () => {
  const host = await hostileHost();
  onTestFinished(() => host.stop());
  const place = await studio({ ...calm, env: { ...calm.env, LINK_ORIGINS: host.origin } });
  const chat = slackChat(place);
  await chat.command('edit', { prompt: 'make it blue', image: `${host.origin}/page` }).told();
  const [request] = host.requests;
  expect(request).toBeDefined();
  for (const secret of ['authorization', 'cookie', 'referer', 'x-api-key'])
    expect(request?.headers[secret]).toBeUndefined();
});

test('more pictures than any model takes are refused before one of them is fetched', async () => {
  const place = await studio(calm);
  const chat = slackChat(place);
  const files = Array.from({ length: 17 }, (_, at) => ({ name: `${at}.png`, bytes: new Uint8Array([at]) }));
  expect(await chat.say('make one of these', { mention: true, files }).told()).toBe(
    'You gave 17 pictures; 16 are the most. Nothing was charged. Leave some of them out.',
  );
  await expectUntouched(place, chat);
});
