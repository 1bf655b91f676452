import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import type { FileRef } from '../../../src/domain/image-source.ts';
import { refusalText } from '../../../src/domain/refusal.ts';
import { guardedFetch } from '../../../src/http/guarded-fetch.ts';
import { bytes, discordStage, edit } from './stage.ts';

const dayMs = 86_401_000;

/** A file in a message that Easel may read, or in one of somebody else's that was picked. */
async function shared(how: 'said' | 'picked' = 'said') {
  const stage = await discordStage();
  const { platform, heard } = await stage.start({}, [edit]);
  const attachments = [{ filename: 'cat.png', bytes: bytes(1) }];
  const { request } = await heard(() => {
    if (how === 'said') return stage.discord.message('art', 'ben', 'look', { mentions: ['easel'], attachments });
    const theirs = stage.discord.message('art', 'ana', 'look', { attachments });
    return stage.discord.messageCommand('Edit this picture', theirs.id, { user: 'ben' });
  });
  const { ask } = request;
  const [file] = 'said' in ask ? ask.said.files : 'picked' in ask ? ask.picked.files : [];
  if (!file) throw new Error('no file was handed on');
  const download = (given: FileRef = file, most = 10_000) => platform.download(given, most);
  return { ...stage, platform, request, file, download, message: String(file.message) };
}

const worded = (answer: unknown) => refusalText(answer as Parameters<typeof refusalText>[0]);
const gone = 'Discord no longer has the file “cat.png”. Nothing was charged. Attach it again.';

test('a file comes as it was put there, without a token on the way', async () => {
  const { discord, download } = await shared();
  const before = discord.requests().length;
  expect(Buffer.from((await download()) as Uint8Array)).toEqual(Buffer.from(bytes(1)));
  expect(discord.requests()).toHaveLength(before);
});

test('an address that has expired is renewed once, by reading the message again', async () => {
  const { discord, download } = await shared();
  discord.advance(dayMs);
  expect(Buffer.from((await download()) as Uint8Array)).toEqual(Buffer.from(bytes(1)));
  expect(discord.requests().filter(({ path }) => /\/messages\/\d+$/.test(path))).toHaveLength(1);
});

test('a file that is gone, or whose message Easel may not read any more, is refused in plain words', async () => {
  const deleted = await shared();
  deleted.discord.deleteMessage(deleted.message);
  expect(worded(await deleted.download())).toBe(gone);

  const closed = await shared();
  closed.discord.advance(dayMs);
  closed.discord.setPermissions('art', 0n);
  expect(worded(await closed.download())).toBe(gone);

  const theirs = await shared('picked');
  theirs.discord.advance(dayMs);
  expect(worded(await theirs.download())).toBe(gone);

  const ofNoMessage = await shared();
  ofNoMessage.discord.advance(dayMs);
  const { channel: _, message: __, ...file } = ofNoMessage.file;
  expect(worded(await ofNoMessage.download(file as FileRef))).toBe(gone);

  const always = await shared();
  always.discord.fail({ path: '/_cdn/' }, { status: 403, times: 2 });
  expect(worded(await always.download())).toBe(gone);
});

test('a file that is too large is refused, by what Discord says of it or by what comes', async () => {
  const { discord, file, download } = await shared();
  discord.fail({ path: '/_cdn/' }, { status: 500 });
  const words = 'The file “cat.png” is larger than 0.0039 MB. Nothing was charged. Attach a smaller one.';
  expect(worded(await download(file, 3_900))).toBe(words);
  discord.clearFaults();
  expect(worded(await download({ ...file, bytes: undefined }, 3_900))).toBe(words);
  expect(worded(await download({ ...file, bytes: 60_000_000 }, 50_000_000 - 1))).toContain('larger than 50 MB');
});

test('when Discord can not be reached it is a fault, and tried again later', async () => {
  const { discord, download } = await shared();
  discord.fail({ path: '/_cdn/' }, { drop: true });
  await expect(download()).rejects.toMatchObject({ code: 'unreachable' });
  discord.fail({ path: '/_cdn/' }, { status: 503 });
  await expect(download()).rejects.toMatchObject({ code: 'unreachable' });
  discord.advance(dayMs);
  discord.fail({ path: '/messages/' }, { status: 500, times: 9 });
  await expect(download()).rejects.toMatchObject({ code: 'unreachable' });
  discord.clearFaults();
  expect(await download()).toHaveLength(4_000);
});

test('nothing is fetched from anywhere else', async () => {
  const asked: string[] = [];
  const foreign = createServer((request, response) => {
    asked.push(request.url ?? '');
    response.end('bytes');
  });
  await new Promise<void>((resolve) => foreign.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void foreign.close());
  const { port } = foreign.address() as AddressInfo;
  const origin = `http://127.0.0.1:${port}`;
  const { discord, file, start } = await shared();
  // Even where the way would be free.
  const { platform } = await start({ fetchTo: guardedFetch({ allowedOrigins: [origin, discord.url] }) });
  for (const url of [
    ...[`${origin}/cat.png`, 'http://cdn.discordapp.com/cat.png', 'https://cdn.discordapp.com.evil.example/cat.png'],
    ...['https://cdn.discordapp.com:8443/cat.png', 'file:///etc/passwd', 'cat.png', ''],
  ])
    expect(worded(await platform.download({ ...file, url }, 10_000))).toBe(
      '“cat.png” is no file on Discord. Nothing was charged. Attach the picture itself.',
    );
  expect(asked).toEqual([]);
  await expect(platform.download({ platform: 'slack', name: 'x', bytes: 1 }, 1)).rejects.toThrow(RangeError);
});

test('links are for others to follow', async () => {
  const { platform, request, file } = await shared();
  expect(await platform.fileAt(String(file.url), request)).toBeUndefined();
});
