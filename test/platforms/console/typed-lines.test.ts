import { expect, test } from 'vitest';
import { typing } from './terminal.ts';

const usage = 'Begin with a slash: /imagine a red fox, or /help.';

test('a line that begins with a slash is a command with the rest as its words', async () => {
  const { type, asked, heard } = await typing();
  await type('/imagine a red fox quality:low', '  /help  ', '/credits history', '/Imagine  two   foxes ');
  expect(asked()).toEqual([
    { command: 'imagine', line: 'a red fox quality:low' },
    { command: 'help', line: '' },
    { command: 'credits', line: 'history' },
    { command: 'Imagine', line: 'two   foxes' },
  ]);
  expect(heard.map(({ request }) => [request.person.id, request.admin, request.missing])).toEqual(
    heard.map(() => ['console:ann', true, []]),
  );
});

test('every line is another request, also when it reads the same', async () => {
  const { type, heard } = await typing();
  await type('/imagine a red fox', '/imagine a red fox');
  expect(new Set(heard.map(({ request }) => request.id)).size).toBe(2);
});

test('a button is pressed by its word and the number of its picture', async () => {
  const { type, asked, heard } = await typing();
  await type('/imagine a red fox', '/imagine a blue fox', 'again 1', 'details #1', 'DELETE 2', 'cancel  #2', 'edit 1');
  const [one, two] = heard.map(({ request }) => `console-${request.id}`);
  expect(asked().slice(2)).toEqual([
    { button: 'again', job: one },
    { button: 'details', job: one },
    { button: 'delete', job: two },
    { button: 'cancel', job: two },
    { button: 'edit', job: one },
  ]);
});

test('a number belongs to what was accepted, and what was only answered takes none', async () => {
  const { type, heard } = await typing();
  await type('/help', '/imagine a red fox', '/credits', '/imagine a blue fox', 'details 2');
  const [, red, , blue, details] = heard.map(({ request }) => request);
  expect([red?.place, blue?.place]).toMatchObject([{ number: 1 }, { number: 2 }]);
  expect(details?.ask).toEqual({ button: 'details', job: `console-${blue?.id}` });
});

test('what is neither is answered with how to begin, and asks for nothing', async () => {
  const { type, asked, shown } = await typing();
  await type('hello', 'again', 'dance 1', 'imagine a fox', '/', ' ', '');
  expect(asked()).toEqual([]);
  expect(shown.lines()).toEqual(Array.from({ length: 5 }, () => usage));
});

test('a number that no picture has is named', async () => {
  const { type, asked, shown } = await typing();
  await type('again 7', 'details 1 2');
  expect(asked()).toEqual([]);
  expect(shown.lines()[0]).toContain('There is no picture 7 since Easel was started.');
  expect(shown.lines()[1]).toContain('There is no picture 1 since Easel was started.');
});

test('@name is a person of the console, an address is not', async () => {
  const { type, asked } = await typing();
  await type('/credits grant @ben 5 thanks, @cleo.d', '/imagine mail a@b.example', '/imagine @');
  expect(asked()).toEqual([
    {
      command: 'credits',
      line: 'grant <@console:ben|ben> 5 thanks, <@console:cleo.d|cleo.d>',
    },
    { command: 'imagine', line: 'mail a@b.example' },
    { command: 'imagine', line: '@' },
  ]);
});

test('the root message carries the number, so that one knows what to type', async () => {
  const { type, heard, shown } = await typing();
  await type('/imagine a red fox');
  await heard[0]?.respond.announce('ann asked for a picture');
  await heard[0]?.respond.tell(['It costs ', { bold: '12 credits' }]);
  expect(shown.lines()).toEqual(['#1  ann asked for a picture', 'It costs 12 credits']);
});

test('one line at a time can be said without anybody typing, which tells what became of it', async () => {
  const { platform, heard } = await typing({ input: undefined });
  expect(await platform.say('/imagine a red fox')).toEqual({ accepted: `console-${heard[0]?.request.id}` });
  expect(await platform.say('/help')).toEqual({ answered: true });
  expect(await platform.say('a red fox')).toBeUndefined();
  expect(await platform.say('   ')).toBeUndefined();
  expect(platform.connected()).toBe(true);
});

test('lines are taken in one after the other, and the end comes after the last', async () => {
  const { type, asked } = await typing();
  const lines = Array.from({ length: 40 }, (_, n) => `/imagine fox ${n}`);
  await type(...lines);
  expect(asked()).toEqual(lines.map((line) => ({ command: 'imagine', line: line.slice('/imagine '.length) })));
});
