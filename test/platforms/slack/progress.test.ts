import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Preview } from '../../../src/domain/card.ts';
import { ada, card, jobOf, kept, opening, pictureBytes, posted, result, type Scene, scene } from './setup.ts';

let stage: Scene;
beforeEach(async () => {
  stage = await scene();
});
afterEach(() => stage.close());

async function opened() {
  const { platform, next } = await stage.listening();
  stage.slack.command('/imagine', 'a red fox', ada);
  const asked = await next();
  const job = jobOf(asked);
  const where = kept(await asked.respond.announce('A red fox'));
  const thread = platform.thread(where.place(), where.remember);
  await thread.open(opening(job));
  return { platform, job, where, thread, shown: () => posted(stage.slack).find(({ role }) => role === 'card') };
}

const preview = (seed: number, format: Preview['format'] = 'png'): Preview => ({
  ...{ bytes: pictureBytes(seed), format },
  alt: 'Half of a red fox',
});
const images = (message: { blocks: Record<string, unknown>[] } | undefined) =>
  (message?.blocks ?? []).filter(({ type }) => type === 'image');

test('a card that must wait does not delay the result', async () => {
  const { thread, job, clock } = { ...(await opened()), clock: stage.clock };
  stage.slack.fail({ method: 'chat.update' }, { retryAfter: 30 });
  const before = clock.now();
  await expect(thread.update(card(job, 'Half'))).rejects.toMatchObject({ code: 'throttled', retryAfterMs: 30_000 });
  await thread.post(result(job), false);
  expect(posted(stage.slack).map(({ role }) => role)).toEqual(['root', 'card', 'pictures', 'result']);
  expect(clock.now() - before).toBeLessThan(5_000);
});

test('while Slack wants rest no card is tried, and afterwards the newest one is shown', async () => {
  const { thread, job, shown } = await opened();
  stage.slack.fail({ method: 'chat.update' }, { retryAfter: 30 });
  await expect(thread.update(card(job, 'Half'))).rejects.toMatchObject({ code: 'throttled' });
  await expect(thread.update(card(job, 'More'))).rejects.toMatchObject({ code: 'throttled' });
  expect(stage.slack.requests('chat.update')).toHaveLength(1);
  stage.clock.moveOn(31_000);
  await thread.update(card(job, 'Done'));
  expect(shown()?.text).toBe('Done');
});

test('a failed card is not tried again by itself, and its blocks are always sent', async () => {
  const { thread, job, shown } = await opened();
  stage.slack.fail({ method: 'chat.update' }, { status: 500 });
  await expect(thread.update(card(job, 'Half'))).rejects.toMatchObject({ code: 'unreachable' });
  await thread.update(card(job, 'Half', { bar: 0.5 }));
  expect(stage.slack.requests('chat.update')).toHaveLength(2);
  expect(shown()?.blocks.map(({ type }) => type)).toEqual(['rich_text', 'rich_text', 'actions']);
  expect(shown()?.edited).toBe(false);
});

test('a preview is uploaded once, shown when Slack has processed it, and removed when nothing shows it', async () => {
  await stage.close();
  stage = await scene({ sharesAfterPolls: 2 });
  const { thread, job, shown } = await opened();
  const first = preview(1);
  await thread.update(card(job, 'Half', { preview: first }));
  await thread.update(card(job, 'Half and a bit', { preview: first }));
  expect(stage.slack.requests('files.getUploadURLExternal')).toHaveLength(1);
  const [image] = images(shown());
  expect(image).toMatchObject({ alt_text: 'Half of a red fox' });
  await thread.update(card(job, 'Nearly', { preview: preview(2) }));
  await thread.update(card(job, 'Done'));
  expect(images(shown())).toEqual([]);
  expect(stage.slack.files().map(({ state }) => state)).toEqual(['deleted', 'deleted']);
});

test.each([
  ['files.getUploadURLExternal', { status: 500 }],
  ['upload', { status: 500 }],
  ['files.completeUploadExternal', { retryAfter: 1 }],
  ['files.info', { error: 'file_not_found' }],
])('a preview that fails at %s only goes missing', async (method, fault) => {
  const { thread, job, shown } = await opened();
  stage.slack.fail({ method }, fault);
  await thread.update(card(job, 'Half', { preview: preview(1) })).catch(() => stage.clock.moveOn(2_000));
  await thread.update(card(job, 'More', { preview: preview(2, 'webp') }));
  expect(shown()?.text).toBe('More');
  expect(images(shown())).toEqual([]);
});

test('a newer card is never overwritten by an older one that waited for its preview', async () => {
  const { thread, job, shown } = await opened();
  stage.slack.delay('upload', 100);
  const slow = thread.update(card(job, 'Old', { preview: preview(1) }));
  await thread.update(card(job, 'New'));
  await slow;
  expect(shown()?.text).toBe('New');
  expect(stage.slack.requests('chat.update')).toHaveLength(1);
});

test('a card that is not there yet cannot be updated', async () => {
  const platform = stage.bot();
  const thread = platform.thread(platform.channel('T0FAKETEAM1/C0STUDIO001'), async () => {});
  await expect(thread.update(card('slack-1' as Parameters<typeof card>[0], 'Half'))).rejects.toThrow('no card');
});
