import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { ChannelType } from 'discord.js';
import { describe, expect, onTestFinished, test } from 'vitest';
import { intents, inviteUrl, permissionBits, permissions } from '../docs/discord-access.ts';
import { refreshed } from '../docs/readme-parts.ts';
import { readConfig } from '../src/config.ts';
import { loadCommands } from '../src/load-commands.ts';
import { inputBytesMax } from '../src/pipeline/parts.ts';
import { pixelsMax } from '../src/pipeline/pictures/decoder.ts';
import { allowedIn } from '../src/platforms/discord/permissions.ts';
import { pickCommand } from '../src/platforms/discord/register.ts';
import { editShortcut } from '../src/platforms/slack/register.ts';

const root = path.join(import.meta.dirname, '..');
const read = (file: string) => readFile(path.join(root, file), 'utf8');
const readme = await read('README.md');
const addingProviders = await read('docs/adding-a-provider.md');

describe('the README', () => {
  test('has the tables that the code has now; if not, run npm run readme', async () => {
    expect(await refreshed(readme)).toBe(readme);
  });

  test('names every command and every program', async () => {
    for (const { name } of await loadCommands([])) expect(readme).toContain(`/${name}`);
    const { scripts } = JSON.parse(await read('package.json')) as { scripts: Record<string, string> };
    for (const script of Object.keys(scripts)) {
      const said = ['start', 'test'].includes(script) ? `npm ${script}` : `npm run ${script}`;
      expect(readme.replaceAll('npm run --silent ', 'npm run ')).toContain(said);
    }
  });

  test('says how many credits everybody starts with', () => {
    expect(readme).toContain(`Everybody starts with ${readConfig({}).startingCredits} credits`);
  });

  test('calls the ways to change a picture what they are called in the chats', () => {
    for (const label of [pickCommand, editShortcut.name, 'Edit', 'Vary', 'Undo', 'Again', 'Details', 'Delete'])
      expect(readme).toContain(`**${label}**`);
  });

  test('says how large a picture may be', () => {
    expect(readme).toContain(`below ${(inputBytesMax + 1) / 1e6} MB and ${pixelsMax / 1e6} megapixels`);
  });

  test('names only files that exist', () => {
    const links = [...readme.matchAll(/\]\((?!https?:)([^)#]+)\)/g)].map(([, file = '']) => file);
    const named = [...readme.matchAll(/`((?:src|test|docs|commands)\/[\w./-]+)`/g)].map(([, file = '']) => file);
    const missing = [...links, ...named].filter((file) => !existsSync(path.join(root, file)));
    expect(missing).toEqual([]);
  });

  test('shows code that the compiler takes', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'easel-readme-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    for (const shared of ['src', 'node_modules', 'package.json', 'tsconfig.json'])
      await symlink(path.join(root, shared), path.join(folder, shared));
    const blocks = [readme, addingProviders].flatMap((page) => [...page.matchAll(/```ts\n\/\/ (\S+)\n(.+?)```/gs)]);
    expect(blocks.length).toBeGreaterThan(1);
    const files = blocks.map(([, file = '']) => file);
    for (const [, file = '', code = ''] of blocks) {
      await mkdir(path.join(folder, path.dirname(file)), { recursive: true });
      await writeFile(path.join(folder, file), code);
    }
    await writeFile(
      path.join(folder, 'tsconfig.readme.json'),
      JSON.stringify({ extends: './tsconfig.json', include: files }),
    );
    const compiler = path.join(root, 'node_modules', '.bin', 'tsc');
    const run = promisify(execFile)(compiler, ['--project', 'tsconfig.readme.json', '--preserveSymlinks'], {
      cwd: folder,
    });
    const { stdout } = await run.catch((error: { stdout: string }) => error);
    expect(stdout).toBe('');
  });
});

describe('the invite to Discord', () => {
  const bitsWithout = (left: bigint) => String(permissionBits & ~left);

  test('grants all that Easel asks for in channels and in threads', () => {
    expect(inviteUrl).toContain(`permissions=${permissionBits}`);
    expect(allowedIn(ChannelType.GuildText, String(permissionBits))).toEqual({ missing: [], threads: true });
    expect(allowedIn(ChannelType.PublicThread, String(permissionBits)).missing).toEqual([]);
  });

  test.each(permissions)('grants $name because something does not work without it', ({ name, bit }) => {
    const [channel, thread] = [ChannelType.GuildText, ChannelType.PublicThread].map((type) =>
      allowedIn(type, bitsWithout(bit)),
    );
    expect(channel?.missing.includes(name) || thread?.missing.includes(name) || channel?.threads === false).toBe(true);
  });

  test('tells of exactly the intents that Easel connects with', async () => {
    const gateway = await read('src/platforms/discord/gateway.ts');
    const [, connected = ''] = /intents: \[([^\]]+)\]/.exec(gateway) ?? [];
    expect(connected.split(', ')).toEqual(intents.map(({ name }) => `Intent.${name}`));
  });
});
