import { describe, expect, test } from 'vitest';
import { loadCommands } from '../../../src/load-commands.ts';
import { isRegistered, pickCommand, registration } from '../../../src/platforms/discord/register.ts';
import { discordStage, edit, imagine } from './stage.ts';

/** The limits of docs.discord.com, "Application Commands", read 2026-11. */
interface Node {
  readonly name: string;
  readonly description: string;
  readonly options?: readonly Node[];
  readonly choices?: readonly { readonly name: string; readonly value: string }[];
  readonly required?: boolean;
  readonly autocomplete?: boolean;
  readonly max_length?: number;
}

const commands = await loadCommands(['gpt-image-2.5-flare', 'gpt-image-2']);

const everyNode = (node: Node): Node[] => [node, ...(node.options ?? []).flatMap(everyNode)];
const weight = ({ name, description, options = [], choices = [] }: Node): number =>
  name.length +
  description.length +
  choices.reduce((sum, choice) => sum + choice.name.length + choice.value.length, 0) +
  options.reduce((sum, option) => sum + weight(option), 0);

describe('the registration of the real commands', () => {
  const json = () => (registration(commands, false) as unknown as Node[]).filter(({ name }) => name !== pickCommand);
  const count = registration(commands, false).length;

  test('keeps names, summaries and lists within what Discord takes', () => {
    for (const node of json().flatMap(everyNode)) {
      expect(node.name).toMatch(/^[-_'a-z0-9]{1,32}$/);
      expect(node.description.length).toBeGreaterThan(0);
      expect(node.description.length).toBeLessThanOrEqual(100);
      expect(node.options?.length ?? 0).toBeLessThanOrEqual(25);
      expect(node.choices?.length ?? 0).toBeLessThanOrEqual(25);
      expect(node.max_length ?? 1).toBeLessThanOrEqual(6000);
      expect(node.autocomplete === true && node.choices !== undefined).toBe(false);
    }
  });

  test('names the required options first', () => {
    for (const { options = [] } of json().flatMap(everyNode)) {
      const required = options.map((option) => option.required === true);
      expect(required).toEqual(required.toSorted((a, b) => Number(b) - Number(a)));
    }
  });

  test('stays within 100 commands and 8,000 characters each', () => {
    expect(json().length).toBeLessThanOrEqual(100);
    for (const command of json()) expect(weight(command)).toBeLessThanOrEqual(8000);
  });

  test('is accepted by Discord, everywhere and in one server', async () => {
    const { discord, bot } = await discordStage();
    const everywhere = await bot().register(commands);
    expect(everywhere).toBe(`Registered ${count} commands with Discord for all servers.`);
    const here = await bot({ guild: discord.guildId }).register(commands);
    expect(here).toBe(`Registered ${count} commands with Discord for the server ${discord.guildId}.`);
    expect(discord.commands()).toHaveLength(count);
    expect(discord.commands(discord.guildId)).toHaveLength(count);
    expect(discord.violations()).toEqual([]);
  });
});

describe('registration', () => {
  test('is one description per command, whatever its options are', () => {
    expect(registration([imagine], false)).toEqual([
      {
        type: 1,
        name: 'imagine',
        description: 'Make pictures',
        contexts: [0, 1],
        integration_types: [0],
        options: [
          { type: 3, name: 'prompt', description: 'What to draw', required: true, max_length: 2000 },
          { type: 3, name: 'shape', description: 'Outline', required: false, max_length: 12, autocomplete: true },
          { type: 3, name: 'model', description: 'Which model', required: false, max_length: 64, autocomplete: true },
          { type: 5, name: 'fresh', description: 'Anew', required: false },
        ],
      },
    ]);
  });

  test('takes pictures of every type as files, and offers to edit them in the menu of a message', () => {
    expect(registration([edit], false)).toMatchObject([
      {
        options: [
          { name: 'prompt' },
          { type: 11, name: 'image', description: 'The picture to change', required: false },
          { type: 11, name: 'mask', description: 'Where it may change', required: false },
        ],
      },
      { type: 3, name: 'Edit this picture', contexts: [0, 1], integration_types: [0] },
    ]);
    expect(JSON.stringify(registration([edit], false))).not.toContain('file_types');
    expect(registration([edit], true)[1]).toEqual({ type: 3, name: 'Edit this picture' });
    expect(registration([{ ...imagine, name: 'edits' }], false)).toHaveLength(1);
  });

  test('refuses a name that Discord does not take', () => {
    expect(() => registration([{ ...imagine, name: 'imagine!' }], false)).toThrow(RangeError);
  });

  test('is seen to be there already, in any order, and to be missing after any change', () => {
    const wanted = registration([imagine, { ...imagine, name: 'draw' }], false);
    const there = wanted
      .map((command) => ({ ...command, id: '1', version: '2', default_member_permissions: null }))
      .toReversed();
    expect(isRegistered(wanted, there)).toBe(true);
    expect(isRegistered(wanted, there.slice(1))).toBe(false);
    expect(isRegistered(wanted, [{ ...there[0], description: 'Other' }, there[1] ?? {}])).toBe(false);
    expect(isRegistered(registration([{ ...imagine, name: 'credits' }], false), there)).toBe(false);
    expect(isRegistered([], [])).toBe(true);
  });

  test('of the real commands happens at the first start only, everywhere or in one server', async () => {
    const { discord, start } = await discordStage();
    for (const guild of [undefined, undefined, discord.guildId, discord.guildId]) {
      await (await start({ guild }, commands)).platform.stop();
    }
    expect(discord.requests().filter(({ method }) => method === 'PUT')).toHaveLength(2);
    expect(discord.violations()).toEqual([]);
  });

  test('happens at start, and again only when the definitions changed', async () => {
    const { discord, start } = await discordStage();
    const puts = () => discord.requests().filter(({ method }) => method === 'PUT').length;
    await (await start()).platform.stop();
    await (await start()).platform.stop();
    expect(puts()).toBe(1);
    await (await start({}, [{ ...imagine, summary: 'Make better pictures' }])).platform.stop();
    expect(puts()).toBe(2);
    expect(discord.commands()[0]?.description).toBe('Make better pictures');
    for (const guild of [undefined, undefined, discord.guildId, discord.guildId])
      await (await start({ guild }, [edit])).platform.stop();
    expect(puts()).toBe(4);
  });
});
