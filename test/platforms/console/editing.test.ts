import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import type { ChatRequest } from '../../../src/domain/chat-platform.ts';
import type { FileRef } from '../../../src/domain/image-source.ts';
import { jobId } from '../../../src/domain/job.ts';
import { typing } from './terminal.ts';

describe('editing on the console', () => {
  test('edit with a number and words is about the picture with that number', async () => {
    const { type, asked, heard } = await typing();
    await type('/imagine a red fox', 'edit 1 make it blue', 'edit #1: 2: make it blue');
    const job = jobId('console', heard[0]?.request.id ?? '');
    const said = asked().flatMap((ask) => ('said' in ask ? [ask.said] : []));
    for (const one of said)
      expect(one).toMatchObject({
        toEasel: true,
        direct: true,
        messages: [`console:${job}`],
        files: [],
        withheld: false,
      });
    expect(await Promise.all(said.map((one) => one.words()))).toEqual(['make it blue', '2: make it blue']);
  });

  test('edit without words, vary and undo are buttons', async () => {
    const { type, asked } = await typing();
    await type('/imagine a red fox', 'edit 1', 'vary 1', 'undo 1');
    expect(asked().slice(1)).toMatchObject([{ button: 'edit' }, { button: 'vary' }, { button: 'undo' }]);
  });

  test('where a form would open it says what to type', async () => {
    const { type, heard, shown } = await typing();
    await type('/imagine a red fox', '/imagine a hill', 'edit 2');
    expect(await heard[2]?.respond.open({ key: 'edit.1', title: 'Edit', submit: 'Edit', fields: [] })).toBe(true);
    expect(shown.lines().at(-1)).toBe('Say what to change after the number, such as: edit 2 make it blue.');
  });

  test('a form with one choice is a question, and its answer is typed', async () => {
    const { platform, asked, heard, shown } = await typing();
    await platform.say('/imagine foxes count:2');
    await platform.say('vary 1');
    const input = { kind: 'choice', summary: '', values: ['1', '2'] } as const;
    const fields = [{ name: 'picture', label: 'Which picture', input, required: true }];
    await heard[1]?.respond.open({ key: 'vary.x', title: 'Vary', submit: 'Vary', fields });
    expect(shown.lines().at(-1)).toBe('Which picture? Type 1 or 2.');
    await platform.say('2');
    expect(asked().at(-1)).toEqual({ form: 'vary.x', values: { picture: '2' } });
    await platform.say('2');
    expect(shown.lines().at(-1)).toContain('Begin with a slash');
  });

  test('a number of before this start says so', async () => {
    const { type, shown, asked } = await typing();
    await type('edit 7 make it blue', 'vary 7');
    expect(asked()).toEqual([]);
    expect(shown.lines()).toEqual(
      Array(2).fill('There is no picture 7 since Easel was started. Type /edit and what to change for the newest one.'),
    );
  });

  test('posted pictures are known by their job, and all is one conversation', async () => {
    const { platform } = await typing();
    const place = { ...platform.channel(''), job: 'console-1' };
    expect(platform.shown(place)).toEqual({
      thread: 'console',
      channel: 'console',
      messages: ['console:console-1'],
      own: true,
    });
    expect(platform.shown(platform.channel(''))).toMatchObject({ thread: 'console', messages: [] });
  });
});

describe('a path on the console', () => {
  const request = {} as ChatRequest;

  test('leads to a file and its bytes, up to the most there may be', async () => {
    const { platform, folder } = await typing();
    const place = path.join(folder, 'fox 1.png');
    await writeFile(place, 'twelve bytes');
    const file = (await platform.fileAt(place, request)) as FileRef;
    expect(file).toMatchObject({ platform: 'console', name: 'fox 1.png' });
    expect(Buffer.from((await platform.download(file, 12)) as Uint8Array).toString()).toBe('twelve bytes');
    expect(await platform.download(file, 11)).toMatchObject({ refused: 'unusable' });
  });

  test('that leads nowhere or to a folder is refused by name', async () => {
    const { platform, folder } = await typing();
    await mkdir(path.join(folder, 'foxes'));
    const told = async (name: string) =>
      platform.download((await platform.fileAt(path.join(folder, name), request)) as FileRef, 100);
    expect(await told('none.png')).toMatchObject({ what: expect.stringContaining('none.png”') });
    expect(await told('foxes')).toMatchObject({ what: '“foxes” is no file.' });
  });

  test('is not what an address is', async () => {
    const { platform } = await typing();
    for (const address of ['https://a.example/fox.png', 'http://127.0.0.1/', 'file:///etc/passwd', 'data:image/png,'])
      expect(await platform.fileAt(address, request)).toBeUndefined();
  });
});
