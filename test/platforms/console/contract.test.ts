import { createHash } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import type { Result } from '../../../src/domain/card.ts';
import { jobId, type Place } from '../../../src/domain/job.ts';
import { consolePlatform } from '../../../src/platforms/console/console.ts';
import { chatPlatformContract, type Stage } from '../../contracts/chat-platform.ts';
import { picturesIn, terminal, typing } from './terminal.ts';

const stage = async (live: boolean): Promise<Stage> => {
  const shown = terminal();
  const input = new PassThrough();
  const folder = await mkdtemp(path.join(tmpdir(), 'easel-console-'));
  return {
    bot: () => consolePlatform({ input, output: shown.output, folder, userName: 'ann', live }),
    ask: async (words) => input.write(`/imagine ${words}\n`),
    seen: () =>
      shown.blocks().map((text) => ({
        where: 'channel',
        onlyAsker: false,
        text,
        pictures: picturesIn(text).map(({ sha256 }) => ({ sha256, alt: '' })),
      })),
    awkward: '',
    reply: async (words) => input.write(`edit 1 ${words}\n`),
    pick: nowhere,
    fill: nowhere,
    harm: () => shown.strange(),
    close: () => rm(folder, { recursive: true }),
  };
};

const nowhere = () => Promise.reject(new RangeError('a terminal has nothing like it'));

const cannot = {
  'answers so that only the asker sees it, first and later': 'whoever sits there sees everything',
  'opens one card, however often it is asked to': 'the root message says already that it waits',
  'posts the original bytes with their alt text, once, however often it is asked to':
    'a file has no alt text, and a terminal can’t be searched for what stands on it; its own test is below',
  'speaks to a person alone': 'there is one person and one place',
  'hands on what is said about a picture, with its files': 'words have no files here; editing.test.ts has the words',
  'names of people stay names': 'nobody else is there to be named',
  'hands on the files of a picked message': 'there are no messages of others',
  'shows a form and hands on what was filled in': 'there are no forms: it says what to type',
  'brings the bytes of files that people put there': 'files are named by their paths: editing.test.ts',
  'knows its own pictures by the messages that are answered': 'pictures are named by numbers: editing.test.ts',
  'knows the thread of its own pictures again': 'all is one conversation: editing.test.ts',
} as const;

chatPlatformContract('The console without a terminal', () => stage(false), { cannot });

chatPlatformContract('The console on a terminal', () => stage(true), {
  cannot: { ...cannot, 'goes on in another process from plain JSON': 'the live line is gone where something is said' },
});

test('the files hold the original bytes, and are named once however often they are posted', async () => {
  const { platform, shown, folder } = await typing();
  let place: Place = platform.channel('');
  const post = (lookFirst: boolean) =>
    platform
      .thread(place, async (grown) => {
        place = JSON.parse(JSON.stringify(grown)) as Place;
      })
      .post(result, lookFirst);
  await post(false);
  await post(true);
  const [block = ''] = shown.blocks();
  expect(shown.blocks()).toHaveLength(1);
  expect(picturesIn(block).map(({ sha256 }) => sha256)).toEqual(
    result.pictures.map(({ bytes }) => createHash('sha256').update(bytes).digest('hex')),
  );
  expect(await readdir(folder)).toEqual(['console-1-1.png', 'console-1-2.webp']);
});

test('the buttons that can be pressed are named as they are typed', async () => {
  const { platform, shown } = await typing();
  await platform.thread({ ...platform.channel(''), number: 7 }, async () => {}).post(result, false);
  expect(shown.lines().at(-1)).toBe('again 7 · delete 7');
});

test('a button that does something else than its word says so', async () => {
  const { platform, shown } = await typing();
  const buttons = [{ action: 'again', job, label: 'Make a new one', disabled: false }] as const;
  await platform.thread({ ...platform.channel(''), number: 7 }, async () => {}).post({ ...result, buttons }, false);
  expect(shown.lines().at(-1)).toBe('again 7 (make a new one)');
});

const job = jobId('console', '1');
const result: Result = {
  job,
  text: 'Here they are',
  pictures: (['png', 'webp'] as const).map((format, at) => ({
    bytes: Uint8Array.from({ length: 3_000 }, (_, n) => (n * 31 + at) % 256),
    format,
    fileName: `easel-${at + 1}.${format}`,
    alt: 'A red fox',
  })),
  buttons: [
    { action: 'again', job, label: 'Again', disabled: false },
    { action: 'edit', job, label: 'Edit', disabled: true },
    { action: 'delete', job, label: 'Delete', disabled: false },
  ],
};
