import { expect, test } from 'vitest';
import type { ChatPlatform } from '../../src/domain/chat-platform.ts';
import { laneFor } from '../../src/pipeline/lane.ts';
import { person, place } from '../contracts/jobs.ts';
import { manualClock } from '../fakes/clock.ts';

const ann = person('ann');
const asks = { person: ann, place, admin: undefined };

/** A process whose console answers this when it is asked whether somebody is an admin. */
function process(isAdmin: () => Promise<boolean>, admins = [person('root').id]) {
  let asked = 0;
  const answering = {
    isAdmin() {
      asked++;
      return isAdmin();
    },
  } as unknown as ChatPlatform;
  const clock = manualClock();
  return {
    parts: { platforms: new Map([['console', answering] as const]), rules: { admins }, clock },
    clock,
    asked: () => asked,
  };
}

const lanes = { admins: 'priority', everyone: 'batch' } as const;

test('the platform is asked only where a lane hangs on it and the event does not say', async () => {
  const { parts, asked } = process(async () => true);
  expect(await laneFor(asks, {}, parts)).toBe('normal');
  expect(await laneFor(asks, { lanes: { everyone: 'batch' } }, parts)).toBe('batch');
  expect(await laneFor(asks, { lanes: { ...lanes, people: { [ann.id]: 'normal' } } }, parts)).toBe('normal');
  expect(await laneFor({ ...asks, admin: false }, { lanes }, parts)).toBe('batch');
  expect(await laneFor({ ...asks, person: person('root') }, { lanes }, parts)).toBe('priority');
  expect(asked()).toBe(0);
  expect(await laneFor(asks, { lanes }, parts)).toBe('priority');
  expect(asked()).toBe(1);
});

test('a platform that does not say, or not in time, makes nobody wait', async () => {
  const broken = process(() => Promise.reject(new Error('away')));
  expect(await laneFor(asks, { lanes }, broken.parts)).toBe('batch');
  const silent = process(() => new Promise(() => undefined));
  const lane = laneFor(asks, { lanes }, silent.parts);
  await silent.clock.untilSleeping();
  await silent.clock.advance(500);
  expect(await lane).toBe('batch');
});
