import { pino } from 'pino';
import { expect, test } from 'vitest';
import { type Person, personId, workspaceId } from '../../../src/domain/person.ts';
import { discordStage, result, showing } from './stage.ts';

test('a refused bot token ends the start with a fault that names the account', async () => {
  const { bot } = await discordStage();
  const platform = bot({ token: 'bm90.a.token' });
  await expect(platform.start([], async () => ({ answered: true }))).rejects.toMatchObject({ code: 'account' });
  expect(platform.connected()).toBe(false);
  await platform.stop();
});

test('the address of Discord may be written with and without /api', async () => {
  const { discord, start } = await discordStage();
  for (const apiUrl of [discord.url, `${discord.url}/`, discord.api, `${discord.api}/v10/`]) {
    const { platform } = await start({ apiUrl });
    expect(platform.connected()).toBe(true);
    await platform.stop();
    expect(platform.connected()).toBe(false);
  }
});

test('a broken connection resumes by itself, and what was asked meanwhile is received', async () => {
  const { discord, start } = await discordStage();
  const { platform, next } = await start();
  const received = next();
  discord.dropGateway();
  discord.command('imagine', { prompt: 'a red fox' });
  const { request, respond } = await received;
  expect(request.ask).toMatchObject({ values: { prompt: 'a red fox' } });
  await respond.tell('Heard');
  expect(platform.connected()).toBe(true);
});

test('two bots in one process keep their connections apart', async () => {
  const { discord, start } = await discordStage();
  const [one, two] = [await start(), await start()];
  expect(discord.gatewaySessions()).toBe(2);
  await one.platform.stop();
  const received = two.next();
  discord.command('imagine', { prompt: 'a red fox' });
  await received;
});

test('a failing registration does not keep the bot from starting', async () => {
  const { discord, start } = await discordStage();
  discord.fail({ method: 'PUT', path: '/commands$' }, { status: 400, code: 30034 });
  const { platform } = await start();
  expect(platform.connected()).toBe(true);
});

test('admins are those who manage the server, asked once in five minutes', async () => {
  const { discord, clock, start } = await discordStage();
  const { platform } = await start();
  const { users } = discord.about();
  const person = (name: string, workspace = discord.guildId): Person => ({
    id: personId('discord', users[name] ?? '100000000000999999'),
    workspace: workspaceId('discord', workspace),
    name,
  });
  expect(await platform.isAdmin(person('olga'))).toBe(true);
  expect(await platform.isAdmin(person('ana'))).toBe(true);
  expect(await platform.isAdmin(person('ben'))).toBe(false);
  expect(await platform.isAdmin(person('ana', 'dm'))).toBe(false);
  expect(await platform.isAdmin(person('nobody'))).toBe(false);
  discord.setMemberPermissions('ben', 1n << 5n);
  expect(await platform.isAdmin(person('ben'))).toBe(false);
  await clock.advance(5 * 60_000);
  expect(await platform.isAdmin(person('ben'))).toBe(true);
});

test('a place of another platform is a bug', async () => {
  const { bot } = await discordStage();
  expect(() => bot().thread({ platform: 'slack', channel: 'C1' }, async () => {})).toThrow(RangeError);
});

test('the log tells what failed, without tokens and without what people wrote', async () => {
  const written: string[] = [];
  const log = pino({ level: 'info' }, { write: (line: string) => written.push(line) });
  const { discord, start } = await discordStage();
  const { platform, asked } = await start({ log });
  const words = 'a secret fox';
  for (const path of ['/callback$', '/webhooks/', '/messages$'])
    discord.fail({ path }, { status: 400, code: 50035, times: 9 });
  const first = await asked({ channel: 'art' });
  const show = showing(platform, first, await first.respond.announce(words));
  await first.respond.tell(words);
  const posting = show.thread().post({ ...result(show.job), text: words }, false);
  await posting.catch((error: unknown) => log.error({ err: error }, 'posting failed'));
  const all = written.join('');
  expect(all).toContain(show.job);
  expect(all).toContain('DiscordAPIError[50035]');
  expect(written.length).toBeGreaterThanOrEqual(3);
  for (const secret of [words, discord.token, String(first.request.place.token)]) expect(all).not.toContain(secret);
});
