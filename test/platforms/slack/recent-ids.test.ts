import { expect, test } from 'vitest';
import { recentIds } from '../../../src/platforms/slack/recent-ids.ts';

function remembering(idsMax: number) {
  const recent = recentIds(idsMax);
  const done: string[] = [];
  const once = (id: string, cameToSomething = true) =>
    recent.once(id, async () => {
      done.push(id);
      return cameToSomething;
    });
  return { once, done };
}

test('the same is done once, also while it is being done', async () => {
  const { once, done } = remembering(2);
  await Promise.all([once('a'), once('a')]);
  await once('a');
  expect(done).toEqual(['a']);
});

test('what came to nothing takes no room from what is remembered', async () => {
  const { once, done } = remembering(2);
  await once('a');
  for (const talk of ['b', 'c', 'd']) await once(talk, false);
  await once('a');
  await once('b');
  expect(done).toEqual(['a', 'b', 'c', 'd', 'b']);
});

test('the oldest is forgotten first', async () => {
  const { once, done } = remembering(2);
  for (const id of ['a', 'b', 'c', 'b', 'a']) await once(id);
  expect(done).toEqual(['a', 'b', 'c', 'a']);
});
