import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Claim } from '../../src/domain/job-queue.ts';
import { finished, newJob, place, request } from '../contracts/jobs.ts';
import { bob, openDesk, type TestDesk } from './desk.ts';

let desk: TestDesk;
beforeEach(async () => {
  desk = await openDesk();
});
afterEach(() => desk.close());

async function ask(n: number, words = 'a red fox', count = 1): Promise<void> {
  const job = { ...newJob('ann', n), request: { ...request, words, count } };
  await desk.store.queue.add(job, 'host');
  await desk.store.ledger.hold(job.id, job.person.id, job.held);
  await desk.store.queue.announced(job.id, place);
}

async function start(): Promise<Claim> {
  const claim = await desk.store.queue.claim('host', ['console'], true, 9);
  if (!claim) throw new RangeError('there was nothing to claim');
  return claim;
}

describe('/cancel', () => {
  test('with nothing in the works says so', async () => {
    expect(await desk.say('/cancel')).toBe('You have nothing in the works. Nothing was charged.');
  });

  test('stops the newest one that is not finished, and gives its credits back', async () => {
    await ask(1);
    await ask(2);
    expect(await desk.say('/cancel')).toBe('console-ann-2: ended');
    expect(await desk.say('/credits')).toBe('You have 380 credits, and 120 credits held for pictures in the works.');
  });

  test('asks what runs to stop', async () => {
    await ask(1);
    await start();
    expect(await desk.say('/cancel')).toBe('console-ann-1: asked');
  });

  test.each(['all', 'all:yes', '--all'])('%s stops all of them, but nobody else’s', async (all) => {
    await ask(1);
    await start();
    await ask(2);
    await ask(3);
    expect(await desk.say(`/cancel ${all}`, bob)).toContain('nothing in the works');
    expect(await desk.say(`/cancel ${all}`)).toBe('console-ann-3: ended\nconsole-ann-2: ended\nconsole-ann-1: asked');
    expect(await desk.say('/cancel')).toBe('console-ann-1: asked');
  });

  test('leaves alone what is finished', async () => {
    await ask(1);
    await desk.store.queue.end(await start(), { fault: 'timeout' });
    expect(await desk.say('/cancel')).toContain('nothing in the works');
  });
});

describe('/history', () => {
  test('of nothing says how to begin', async () => {
    expect(await desk.say('/history')).toBe('You have not asked for a picture yet. Try /imagine a red fox.');
  });

  test('tells the newest first, how each ended and what it cost', async () => {
    await ask(1, 'a red fox\non ice');
    const claim = await start();
    await desk.store.queue.made(claim, finished);
    await desk.store.queue.delivered(claim);
    await ask(2, 'x'.repeat(100), 3);
    await start();
    await ask(3, '<!channel> *hi*');
    expect(await desk.answer('/history')).toEqual([
      { code: '1970-01-01 00:00 UTC' },
      ' <!channel> *hi*',
      { quiet: ' gpt-image-2.5-flare 1024x1024 medium: waiting' },
      '\n',
      { code: '1970-01-01 00:00 UTC' },
      ` ${'x'.repeat(59)}…`,
      { quiet: ' gpt-image-2.5-flare 1024x1024 medium × 3: being made' },
      '\n',
      { code: '1970-01-01 00:00 UTC' },
      ' a red fox on ice',
      { quiet: ' gpt-image-2.5-flare 1024x1024 medium: delivered, 100 credits' },
    ]);
  });

  test('is ten lines, or as many as are asked for', async () => {
    for (let n = 0; n < 12; n++) await ask(n);
    expect((await desk.say('/history')).split('\n')).toHaveLength(10);
    expect((await desk.say('/history most:2')).split('\n')).toHaveLength(2);
    expect((await desk.say('/history 12')).split('\n')).toHaveLength(12);
    expect(await desk.say('/history 26')).toContain('most must be a whole number from 1 to 25');
    expect(await desk.say('/history', bob)).toContain('not asked for a picture yet');
  });
});
