import { expect, test } from 'vitest';
import type { Person } from '../../../src/domain/person.ts';
import { personId, workspaceId } from '../../../src/domain/person.ts';
import { discordStage } from './stage.ts';

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
