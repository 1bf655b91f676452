import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ChatRequest, Said } from '../../../src/domain/chat-platform.ts';
import { ada, type Scene, scene } from './setup.ts';

let stage: Scene;
beforeEach(async () => {
  stage = await scene();
});
afterEach(() => stage.close());

const asked = () => stage.slack.requests('users.info').map(({ given }) => given.user);
const words = ({ ask }: ChatRequest) => (ask as { readonly said: Said }).said.words();

/** What was said about somebody, again and again. */
async function saidOf(name: string) {
  const { slack, listening } = stage;
  const { next } = await listening();
  return async () => {
    slack.message(`@easel ${name}`, ada);
    return (await next()).request;
  };
}

test('who wants to know the same at the same time shares one call, and the answer is good for an hour', async () => {
  const said = await saidOf('@bob');
  await Promise.all([words(await said()), words(await said())]);
  stage.clock.moveOn(59 * 60_000);
  await words(await said());
  expect(asked()).toEqual(['U0BOB000002']);
  stage.clock.moveOn(2 * 60_000);
  await words(await said());
  expect(asked()).toHaveLength(2);
});

test('that Slack does not say is good for a minute', async () => {
  const said = await saidOf('@bob');
  stage.slack.fail({ method: 'users.info' }, { error: 'user_not_found' });
  expect(await words(await said())).toContain('|U0BOB000002>');
  expect(await words(await said())).toContain('|U0BOB000002>');
  expect(asked()).toHaveLength(1);
  stage.clock.moveOn(61_000);
  expect(await words(await said())).toContain('|bob>');
  expect(asked()).toHaveLength(2);
});
