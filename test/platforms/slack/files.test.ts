import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest';
import type { ChatRequest, Said } from '../../../src/domain/chat-platform.ts';
import type { FileRef } from '../../../src/domain/image-source.ts';
import { isRefusal } from '../../../src/domain/refusal.ts';
import { guardedFetch } from '../../../src/http/guarded-fetch.ts';
import { fileIn } from '../../../src/platforms/slack/file-address.ts';
import { attached, pictureBytes, type Scene, scene } from './setup.ts';

let stage: Scene;
beforeEach(async () => {
  stage = await scene();
});
afterEach(() => stage.close());

const bytesMax = 1_000_000;
const picture = pictureBytes(1);

/** A file that somebody has posted with a mention of Easel, as it is handed on. */
async function given(channel = '#studio', file = attached([picture])[0]) {
  const { slack, listening } = stage;
  const { platform, next } = await listening();
  const { files } = slack.message('@easel look', { user: 'ada', channel, files: file ? [file] : [] });
  const { request } = await next();
  const [ref] = (request.ask as { readonly said: Said }).said.files;
  if (!ref) throw new Error('there is no file');
  return { platform, request, ref, id: files[0] ?? '' };
}

/** What is known of it before anything was asked. */
const idOnly = ({ id = '' }: FileRef): FileRef => ({ platform: 'slack', name: 'a', bytes: undefined, id });

const took = (asked: string) => stage.slack.requests(asked).length;
const refusal = async (asked: Promise<unknown>): Promise<string> => {
  const told = await asked;
  if (!isRefusal(told) || told.refused !== 'unusable') throw new Error(`no refusal: ${JSON.stringify(told)}`);
  return told.what;
};

test('the bytes come from where the event says, without asking', async () => {
  const { platform, ref } = await given();
  expect(Buffer.from((await platform.download(ref, picture.length)) as Uint8Array)).toEqual(picture);
  expect([took('files.info'), took('download')]).toEqual([0, 1]);
});

test('where only the id is known, Slack is asked first', async () => {
  const stub = { name: 'far.png', bytes: picture, checkFileInfo: true };
  const { platform, ref } = await given('#studio', stub);
  expect(Buffer.from((await platform.download(ref, bytesMax)) as Uint8Array)).toEqual(picture);
  expect([took('files.info'), took('download')]).toEqual([1, 1]);
});

test('a file that is too large is not loaded, whoever knows its size', async () => {
  const { platform, ref } = await given();
  expect(await refusal(platform.download(ref, picture.length - 1))).toBe('That file is larger than 1 MB.');
  expect(await refusal(platform.download(idOnly(ref), picture.length - 1))).toBe('That file is larger than 1 MB.');
  expect(took('download')).toBe(0);
  expect(await refusal(platform.download({ ...ref, bytes: undefined }, picture.length - 1))).toContain('larger than');
});

test('the login page that Slack shows instead is no picture, and the person hears what is missing', async () => {
  const { platform, ref } = await given();
  stage.slack.revokeScopes('files:read');
  const told = await platform.download(ref, bytesMax);
  expect(told).toMatchObject({ refused: 'unusable', hint: 'Ask an admin to install Easel again.' });
  expect(await refusal(Promise.resolve(told))).toMatch(/^Easel may not read that file: .*files:read/);
  expect(await refusal(platform.download(idOnly(ref), bytesMax))).toContain('Easel may not read that file');
});

test('a file in a channel without Easel is closed to it', async () => {
  const { platform, ref } = await given();
  stage.slack.setBotMember('#studio', false);
  for (const file of [ref, idOnly(ref)])
    expect(await platform.download(file, bytesMax)).toMatchObject({
      what: 'Easel may not read that file.',
      hint: expect.stringContaining('Invite Easel'),
    });
});

test('a deleted file is gone, and a hidden one is hidden', async () => {
  const { platform, ref, id } = await given();
  stage.slack.hideFile(id);
  for (const file of [ref, idOnly(ref)]) expect(await refusal(platform.download(file, bytesMax))).toContain('hides');
  stage.slack.deleteFile(id);
  for (const file of [ref, idOnly(ref)]) expect(await refusal(platform.download(file, bytesMax))).toContain('is gone');
});

test('a page that somebody uploaded is handed on as it is', async () => {
  const page = Buffer.from('<!DOCTYPE html><title>Login | Slack</title>');
  const { platform, ref } = await given('#studio', { name: 'fox.png', bytes: page });
  expect(Buffer.from((await platform.download(ref, bytesMax)) as Uint8Array)).toEqual(page);
});

test('the token goes to no other host, whatever a file or a redirect says', async () => {
  const asked: (string | undefined)[] = [];
  const stranger = createServer((request, response) => {
    asked.push(request.headers.authorization);
    response.end('bytes');
  });
  await new Promise<void>((resolve) => stranger.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void stranger.close());
  const foreign = `http://127.0.0.1:${(stranger.address() as AddressInfo).port}`;
  const { platform, ref, id } = await given();
  expect(await refusal(platform.download({ ...ref, url: `${foreign}/a.png` }, bytesMax))).toContain(
    'not stored on Slack',
  );
  stage.slack.redirectFile(id, `${foreign}/a.png`);
  expect(await refusal(platform.download(ref, bytesMax))).toBe('Easel may not read that file.');
  expect(asked).toEqual([]);
  // Not even where a fetch could go there.
  const trusting = stage.bot({ fetchTo: guardedFetch({ allowedOrigins: [stage.slack.url, foreign] }) });
  expect(await refusal(trusting.download(ref, bytesMax))).toBe('Easel may not read that file.');
  expect(asked).toEqual([]);
});

test.each([
  [{ drop: true }, 'unreachable'],
  [{ status: 503 }, 'unreachable'],
  [{ status: 429 }, 'throttled'],
])('when a download meets %j, the fault is %j', async (fault, code) => {
  const { platform, ref } = await given();
  stage.slack.fail({ method: 'download' }, fault);
  await expect(platform.download(ref, bytesMax)).rejects.toMatchObject({ code });
});

test('when Slack does not answer what it knows of a file, it is unreachable', async () => {
  const { platform, ref } = await given();
  stage.slack.fail({ method: 'files.info' }, { drop: true });
  await expect(platform.download(idOnly(ref), bytesMax)).rejects.toMatchObject({ code: 'unreachable' });
});

const apiUrl = 'https://slack.com/api/';
test.each([
  ['https://team.slack.com/files/U0ADA000001/F0123ABCD/fox.png', 'F0123ABCD'],
  ['  https://team.enterprise.slack.com/files/W0ADA000001/F0123ABCD  ', 'F0123ABCD'],
  ['https://files.slack.com/files-pri/T0FAKETEAM1-F0123ABCD/fox.png', 'F0123ABCD'],
  ['https://files.slack.com/files-pri/T0FAKETEAM1-F0123ABCD/download/fox.png?pub=1', 'F0123ABCD'],
  ['https://files.slack.com/files-tmb/T0FAKETEAM1-F0123ABCD-0a1b2c/fox_360.png', 'F0123ABCD'],
  ['http://team.slack.com/files/U0ADA000001/F0123ABCD/fox.png', undefined],
  ['https://team.slack.com:8443/files/U0ADA000001/F0123ABCD/fox.png', undefined],
  ['https://ann:secret@team.slack.com/files/U0ADA000001/F0123ABCD/fox.png', undefined],
  ['https://team.slack.com.evil.example/files/U0ADA000001/F0123ABCD/fox.png', undefined],
  ['https://evilslack.com/files/U0ADA000001/F0123ABCD/fox.png', undefined],
  ['https://team.slack.com/archives/C0STUDIO001/p1800000000000001', undefined],
  ['https://example.com/fox.png', undefined],
  ['F0123ABCD', undefined],
  ['a red fox', undefined],
])('%s leads to %j', (words, id) => {
  expect(fileIn(words, apiUrl)?.id).toBe(id);
});

const permalink = (id: string) => `${stage.slack.url}/files/U0ADA000001/${id}/photo-1.png`;

test('an address of a file in the channel leads to its bytes, and other words lead nowhere', async () => {
  const { platform, request, id } = await given();
  const found = await platform.fileAt(permalink(id), request);
  if (!found || isRefusal(found)) throw new Error('the file was not found');
  expect(found).toMatchObject({ platform: 'slack', id, name: 'photo-1.png', bytes: picture.length });
  expect(found.key).toBe(`slack:T0FAKETEAM1/${id}`);
  expect(Buffer.from((await platform.download(found, bytesMax)) as Uint8Array)).toEqual(picture);
  expect(await platform.fileAt('https://example.com/fox.png', request)).toBeUndefined();
  expect(await platform.fileAt('a red fox', request)).toBeUndefined();
});

test("a file of another channel is its owner's to use, and nobody else's", async () => {
  const { platform, request, id } = await given('#atelier');
  const elsewhere = { ...request, place: { ...request.place, channel: 'C0STUDIO001' } };
  expect(await platform.fileAt(permalink(id), elsewhere)).toMatchObject({ id });
  const bob = { ...request.person, id: 'slack:T0FAKETEAM1/U0BOB000002' as ChatRequest['person']['id'] };
  expect(await platform.fileAt(permalink(id), { ...request, person: bob })).toMatchObject({ id });
  const told = await platform.fileAt(permalink(id), { ...elsewhere, person: bob });
  expect(told).toMatchObject({ refused: 'unusable', what: 'That file is not in this channel.' });
});

test('of a file that Slack does not show, there is what the address says, and nobody learns whether it exists', async () => {
  const { slack } = stage;
  const { platform, request, id } = await given();
  const secret = slack.message('psst', { user: 'bob', channel: '#secret', files: attached([picture]) }).files[0] ?? '';
  const lost =
    slack.message('@easel look', { user: 'ada', channel: '#studio', files: attached([picture]) }).files[0] ?? '';
  slack.hideFile(id);
  slack.deleteFile(lost);
  for (const one of [secret, 'F0NOSUCHFILE', id, lost]) {
    const found = await platform.fileAt(permalink(one), request);
    expect(found).toEqual({
      ...{ platform: 'slack', name: 'photo-1.png', bytes: undefined, gone: true },
      ...{ id: one, key: `slack:T0FAKETEAM1/${one}` },
    });
    const told = await platform.download(found as FileRef, bytesMax);
    expect(told).toMatchObject({ refused: 'unusable', what: 'That file is not in this channel.' });
  }
  expect(took('download')).toBe(0);
});

test('an address may be written in any way', async () => {
  const { platform, request } = await given();
  const named = async (path: string) =>
    ((await platform.fileAt(`${stage.slack.url}/files/U0ADA000001/F0NOSUCHFILE${path}`, request)) as FileRef).name;
  expect(await named('/a%20fox.png')).toBe('a fox.png');
  expect(await named('/100%.png')).toBe('100%.png');
  expect(await named('')).toBe('F0NOSUCHFILE');
});

test('without the permission to read files, that is what is said', async () => {
  const { platform, request, id } = await given();
  stage.slack.revokeScopes('files:read');
  expect(await refusal(Promise.resolve(platform.fileAt(permalink(id), request)))).toContain('files:read');
});
