import { afterEach, beforeEach, expect, test } from 'vitest';
import { Fault } from '../../src/domain/fault.ts';
import { openDesk, type TestDesk } from './desk.ts';

let desk: TestDesk;

beforeEach(async () => {
  desk = await openDesk();
});

afterEach(() => desk.close());

const models = 'gpt-image-2.5-flare';

test('each service is shown with how it does', async () => {
  expect(await desk.say('/services')).toBe(
    `scripted in use · no pictures in the last hour · priority, normal, batch · ${models}`,
  );
});

test('one that is resting says how long', async () => {
  desk.health.ended('scripted', new Fault('throttled', 'slow down', { retryAfterMs: 90_000 }));
  expect(await desk.say('/services')).toMatch(/^scripted resting for [1-9]/);
});

test('one that was left out because of its account can be asked again, once', async () => {
  await desk.health.putAside('scripted');
  expect(await desk.say('/services')).toContain('left out because of its account; /services resume name:scripted');
  expect(await desk.say('/services resume scripted')).toBe('scripted is asked again.');
  expect(await desk.say('/services')).toContain('scripted in use');
  expect(await desk.say('/services resume scripted')).toBe('scripted was not left out.');
});

test('one that there is not is refused with the one that was meant', async () => {
  expect(await desk.say('/services resume scriptd')).toBe(
    'There is no image service “scriptd”. Nothing was charged. Try scripted.',
  );
});
