import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Person, personId, workspaceId } from '../../../src/domain/person.ts';
import { type Scene, scene } from './setup.ts';

let stage: Scene;
beforeEach(async () => {
  stage = await scene();
});
afterEach(() => stage.close());

const person = (user: string, team = 'T0FAKETEAM1'): Person => ({
  id: personId('slack', `${team}/${user}`),
  workspace: workspaceId('slack', team),
  name: user,
});

test('admins and owners of the workspace are admins, and nobody else', async () => {
  const { slack, listening } = stage;
  slack.addUser({ id: 'U0OWNER', name: 'owner', isOwner: true });
  slack.addUser({ id: 'U0GONE', name: 'gone', isAdmin: true, deleted: true });
  const { platform } = await listening();
  expect(await platform.isAdmin(person('U0GRACE0003'))).toBe(true);
  expect(await platform.isAdmin(person('U0OWNER'))).toBe(true);
  expect(await platform.isAdmin(person('U0ADA000001'))).toBe(false);
  expect(await platform.isAdmin(person('U0GONE'))).toBe(false);
  expect(await platform.isAdmin(person('U0NOBODY'))).toBe(false);
});

test('a stranger is no admin here, whatever they are at home', async () => {
  const { slack, listening } = stage;
  slack.addUser({ id: 'U0STRANGER', name: 'stranger', isAdmin: true, isStranger: true });
  const { platform } = await listening();
  expect(await platform.isAdmin(person('U0STRANGER'))).toBe(false);
  expect(await platform.isAdmin(person('U0STRANGER', 'T0ELSEWHERE'))).toBe(false);
  expect(await platform.isAdmin(person('U0GRACE0003', 'T0ELSEWHERE'))).toBe(false);
});

test('an answer is good for five minutes, and a failure is no answer', async () => {
  const { slack, clock, listening } = stage;
  const { platform } = await listening();
  slack.fail({ method: 'users.info' }, { status: 500 });
  expect(await platform.isAdmin(person('U0GRACE0003'))).toBe(false);
  expect(await platform.isAdmin(person('U0GRACE0003'))).toBe(true);
  clock.moveOn(4 * 60_000);
  expect(await platform.isAdmin(person('U0GRACE0003'))).toBe(true);
  expect(slack.requests('users.info')).toHaveLength(2);
  clock.moveOn(2 * 60_000);
  await platform.isAdmin(person('U0GRACE0003'));
  expect(slack.requests('users.info')).toHaveLength(3);
});
