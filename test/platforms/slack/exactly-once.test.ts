import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Place } from '../../../src/domain/job.ts';
import type { Fault, FaultMatch } from '../../fakes/slack/faults.ts';
import { ada, jobOf, kept, opening, posted, result, type Scene, scene, sha256 } from './setup.ts';

let stage: Scene;
beforeEach(async () => {
  stage = await scene();
});
afterEach(() => stage.close());

async function asked() {
  const { platform, next } = await stage.listening();
  stage.slack.command('/imagine', 'a red fox', ada);
  const request = await next();
  return { platform, next, job: jobOf(request), ...request };
}

/** One of each, the pictures above the words, and the very bytes that were made. */
function expectOneOfEach(): void {
  const all = posted(stage.slack);
  expect(all.map(({ role }) => role)).toEqual(['root', 'card', 'pictures', 'result']);
  const [root, ...replies] = all;
  expect(replies.map(({ threadTs }) => threadTs)).toEqual(replies.map(() => root?.ts));
  const made = result('x' as Parameters<typeof result>[0]).pictures;
  expect(all[2]?.files.map(({ sha256: hash, altText }) => [hash, altText])).toEqual(
    made.map(({ bytes, alt }) => [sha256(bytes), alt]),
  );
}

const calls: [string, FaultMatch][] = [
  ['the root', { method: 'chat.postMessage', given: { text: 'A red fox' } }],
  ['the card', { method: 'chat.postMessage', given: { text: 'Waiting' } }],
  ['asking for the 1st upload', { method: 'files.getUploadURLExternal', given: { filename: 'easel-1.png' } }],
  ['asking for the 2nd upload', { method: 'files.getUploadURLExternal', given: { filename: 'easel-2.png' } }],
  ['an upload', { method: 'upload' }],
  ['posting the pictures', { method: 'files.completeUploadExternal' }],
  ['looking at the pictures', { method: 'files.info' }],
  ['the words', { method: 'chat.postMessage', given: { text: 'Here they are' } }],
];

const failures: [string, Fault][] = [
  ['fails', { status: 500 }],
  ['answers an error after having worked', { status: 500, afterWorking: true }],
  ['answers an error twice after having worked', { status: 500, afterWorking: true, times: 2 }],
  ['is cut off after having worked', { drop: true, afterWorking: true }],
  ['says internal_error after having worked', { error: 'internal_error', status: 200, afterWorking: true }],
  ['is told to wait', { retryAfter: 3 }],
  ['is told to wait twice', { retryAfter: 1, times: 2 }],
];

describe.each(calls)('when %s', (_, match) => {
  test.each(failures)('%s, everything is posted once', async (_, fault) => {
    const { platform, respond, job } = await asked();
    stage.slack.fail(match, fault);
    const where = kept(await respond.announce('A red fox'));
    const thread = platform.thread(where.place(), where.remember);
    await thread.open(opening(job));
    await thread.post(result(job), false);
    expectOneOfEach();
  });

  // An error after which the adapter gives up at once is like a process that ends there.
  test.each([true, false])(
    'is the last thing a process does (done: %s), the next one goes on',
    async (afterWorking) => {
      const { platform, request, respond, job } = await asked();
      const fault = match.method === 'upload' ? { status: 500, times: 9 } : { error: 'token_revoked' };
      stage.slack.fail(match, { ...fault, afterWorking });
      let where = kept(request.place);
      const ended = await (async () => {
        where = kept(await respond.announce('A red fox'));
        const thread = platform.thread(where.place(), where.remember);
        await thread.open(opening(job));
        await thread.post(result(job), false);
      })().catch((error: unknown) => error);
      stage.slack.clearFaults();
      if (match.method !== 'files.info') expect(ended).toBeInstanceOf(Error);

      const next = stage.bot().thread(where.place(), where.remember);
      await next.open(opening(job));
      await next.post(result(job), true);
      expectOneOfEach();
    },
  );
});

test.each([0, 1, 2, 3])('killed before place number %s was saved, the next process goes on', async (saves) => {
  const { platform, respond, job } = await asked();
  const where = kept(await respond.announce('A red fox'));
  let left = saves;
  const remember = async (place: Place) => {
    if (left-- === 0) throw new Error('killed');
    await where.remember(place);
  };
  const first = platform.thread(where.place(), remember);
  await (async () => {
    await first.open(opening(job));
    await first.post(result(job), false);
  })().catch(() => {});

  const second = stage.bot().thread(where.place(), where.remember);
  await second.open(opening(job));
  await second.post(result(job), true);
  expectOneOfEach();
});

test('slow scans do not lead to a second picture, and the words wait for the first', async () => {
  await stage.close();
  stage = await scene({ sharesAfterPolls: 4 });
  const { platform, respond, job } = await asked();
  const where = kept(await respond.announce('A red fox'));
  stage.slack.fail({ method: 'files.completeUploadExternal' }, { status: 500, afterWorking: true });
  const thread = platform.thread(where.place(), where.remember);
  await thread.open(opening(job));
  await thread.post(result(job, 1), false);
  expect(posted(stage.slack).map(({ role }) => role)).toEqual(['root', 'card', 'pictures', 'result']);
});

test('a scan that never ends does not lead to a second picture either', async () => {
  await stage.close();
  stage = await scene({ sharesAfterPolls: 1_000 });
  const { platform, respond, job } = await asked();
  const where = kept(await respond.announce('A red fox'));
  const thread = platform.thread(where.place(), where.remember);
  await thread.open(opening(job));
  stage.slack.fail({ method: 'chat.postMessage' }, { error: 'token_revoked' });
  await expect(thread.post(result(job), false)).rejects.toMatchObject({ code: 'account' });
  await stage.bot().thread(where.place(), where.remember).post(result(job), true);
  stage.slack.processFiles();
  expect(posted(stage.slack).filter(({ role }) => role === 'pictures')).toHaveLength(1);
});

test('a picture that was taken away while its words were missing does not come back', async () => {
  const { platform, respond, job } = await asked();
  const where = kept(await respond.announce('A red fox'));
  const thread = platform.thread(where.place(), where.remember);
  await thread.open(opening(job));
  stage.slack.fail({ method: 'chat.postMessage' }, { error: 'token_revoked' });
  await thread.post(result(job), false).catch(() => {});
  await stage.bot().thread(where.place(), where.remember).remove();
  await stage.bot().thread(where.place(), where.remember).post(result(job), true);
  expect(posted(stage.slack).filter(({ files }) => files.length > 0)).toEqual([]);
});

test('on the usual way nothing is looked for, and every message is one call', async () => {
  const { platform, respond, job } = await asked();
  const where = kept(await respond.announce('A red fox'));
  const thread = platform.thread(where.place(), where.remember);
  await thread.open(opening(job));
  await thread.post(result(job), false);
  expectOneOfEach();
  const methods = stage.slack.requests().map(({ method }) => method);
  expect(methods.filter((method) => method.startsWith('conversations.'))).toEqual([]);
  expect(methods.filter((method) => method === 'chat.postMessage')).toHaveLength(3);
  expect(methods.filter((method) => method === 'files.completeUploadExternal')).toHaveLength(1);
});

test('Again in a thread is posted in that thread', async () => {
  const { platform, respond, job, next } = await asked();
  const where = kept(await respond.announce('A red fox'));
  const thread = platform.thread(where.place(), where.remember);
  await thread.open(opening(job));
  await thread.post(result(job), false);
  const first = posted(stage.slack);
  const { requestId } = stage.slack.button(first.at(-1)?.ts ?? '', 'easel:again', 'ada');
  expect(await stage.slack.settled(requestId)).toMatchObject({ state: 'acknowledged' });
  const pressed = await next();
  expect(pressed.request.ask).toEqual({ button: 'again', job });
  const again = kept(await pressed.respond.announce('Again'));
  const secondJob = jobOf(pressed);
  const second = stage.bot().thread(again.place(), again.remember);
  await second.open({ ...opening(secondJob), root: 'Again' });
  await second.open({ ...opening(secondJob), root: 'Again' });
  await second.post(result(secondJob), true);
  const added = posted(stage.slack).slice(first.length);
  expect(added.map(({ role }) => role)).toEqual(['root', 'card', 'pictures', 'result']);
  expect(new Set(added.map(({ threadTs }) => threadTs))).toEqual(new Set([first[0]?.ts]));
});
