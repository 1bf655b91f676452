import { afterAll, beforeAll, expect, test } from 'vitest';
import { person } from '../contracts/jobs.ts';
import { commands, sayable } from '../domain/read-line.ts';
import { openDesk, type TestDesk } from './desk.ts';

let desk: TestDesk;
beforeAll(async () => {
  desk = await openDesk();
});
afterAll(() => desk.close());

test('names every command, pictures first', async () => {
  const lines = (await desk.say('/help')).split('\n');
  expect(lines[0]).toBe('/imagine Make pictures from a description');
  for (const { name, summary } of commands) expect(lines).toContain(`/${name} ${summary}`);
});

test.each(['discord', 'slack', 'console'] as const)('what it says to say on %s works there', async (platform) => {
  const asker = person('12345', platform);
  const tip = (await desk.say('/help', asker)).split('\n').at(-1) ?? '';
  const [line] = /\/help [\w:]+/.exec(tip) ?? [];
  expect(line && (await desk.say(line, asker)).split('\n')[0]).toBe('/imagine Make pictures from a description');
});

test.each([
  [
    'discord',
    ['Reply to it', 'name Easel', 'Press Edit or Vary', 'Edit this picture', '/edit', 'Thanks, praise and emoji'],
  ],
  [
    'slack',
    [
      'Answer in its thread',
      'name Easel',
      'Press Edit or Vary',
      'Edit this picture',
      '/edit',
      'Thanks, praise and emoji',
    ],
  ],
  ['console', ['edit 1 make it blue', 'vary 1', 'undo 2', 'image:./fox.png']],
] as const)('it tells on %s how a picture is changed, and what counts', async (platform, ways) => {
  const said = await desk.say('/help', person('12345', platform));
  for (const way of ways) expect(said).toContain(way);
});

test.each(commands.map(({ name }) => name))('/help %s tells all its options', async (name) => {
  const said = await desk.say(`/help ${name}`);
  expect(await desk.say(`/help about:/${name.toUpperCase()}`)).toBe(said);
  const own = sayable.filter((each) => each.name === name || each.name.startsWith(`${name} `));
  for (const { options } of own) for (const option of Object.keys(options)) expect(said).toContain(option);
  expect(said).not.toContain('undefined');
});

test('a command that does not exist is answered with the nearest', async () => {
  expect(await desk.say('/help imagin')).toBe(
    'There is no command /imagin. Nothing was charged. Did you mean /imagine?',
  );
  expect(await desk.say('/help zebra')).toBe('There is no command /zebra. Nothing was charged.');
});
