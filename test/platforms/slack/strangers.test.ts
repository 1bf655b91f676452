import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ChatRequest } from '../../../src/domain/chat-platform.ts';
import type { Form } from '../../../src/domain/form.ts';
import { ada, attached, card, jobOf, opening, pictureBytes, posted, type Scene, scene } from './setup.ts';

/** Sven is in #studio from another company, and Olga from another workspace of the same one. */
const users = [
  { id: 'U0ADA000001', name: 'ada' },
  { id: 'U0BOB000002', name: 'bob' },
  { id: 'U0SVEN00004', name: 'sven', teamId: 'T0OTHERTEAM', isStranger: true },
  { id: 'U0OLGA00005', name: 'olga', teamId: 'T0SISTER001', teams: ['T0SISTER001', 'T0FAKETEAM1'] },
];
const sven = { user: 'sven', channel: '#studio' };
const olga = { user: 'olga', channel: '#studio' };
const refused = 'Easel is for members of this workspace. Nothing was charged.';

let stage: Scene;
beforeEach(async () => {
  stage = await scene({ users });
});
afterEach(async () => {
  expect(stage.slack.violations()).toEqual([]);
  await stage.close();
});

const told = (user: string) =>
  stage.slack
    .messages()
    .filter(({ visibleTo }) => visibleTo === stage.slack.user(user).id)
    .map(({ text }) => text);
const everythingIsTaken = () =>
  stage.slack.until(() => stage.slack.outcomes().every(({ state }) => state === 'acknowledged'));

/** Buttons that ada's job has under its card. */
async function buttons() {
  const { slack, listening } = stage;
  const { platform, next } = await listening();
  slack.command('/imagine', 'a red fox', ada);
  const asked = await next();
  const job = jobOf(asked);
  const shown = (['again', 'details'] as const).map((action) => ({ action, job, label: action, disabled: false }));
  const place = await asked.respond.announce('Root');
  await platform.thread(place, async () => {}).open({ ...opening(job), card: card(job, 'Done', { buttons: shown }) });
  return { next, ts: posted(slack).find(({ role }) => role === 'card')?.ts ?? '', root: posted(slack)[0]?.ts ?? '' };
}

test('words of a stranger for Easel are refused before anything else, once', async () => {
  const { slack, listening } = stage;
  const { next } = await listening();
  slack.message('@easel give it wings', { ...sven, files: attached([pictureBytes(1)]) });
  slack.message('@easel a red fox', ada);
  expect((await next()).request.person.id).toBe('slack:T0FAKETEAM1/U0ADA000001');
  await slack.until(() => told('sven').length > 0);
  await everythingIsTaken();
  expect(told('sven')).toEqual([refused]);
});

test.each(['again', 'details'])('the button %s under a picture is not for strangers', async (action) => {
  const { slack } = stage;
  const { ts } = await buttons();
  slack.button(ts, `easel:${action}`, 'sven');
  await slack.until(() => told('sven').length > 0);
  expect(told('sven')).toEqual([refused]);
});

test('nor is the shortcut', async () => {
  const { slack, listening } = stage;
  await listening();
  const { ts } = slack.message('Look', { ...ada, files: attached([pictureBytes(1)]) });
  slack.shortcut('easel:edit', { ...sven, ts });
  await slack.until(() => told('sven').length > 0);
  expect(told('sven')).toEqual([refused]);
  expect(slack.views()).toEqual([]);
});

test('a form of somebody who is no member any more is refused', async () => {
  const { slack, listening } = stage;
  const { next } = await listening();
  slack.command('/imagine', 'a red fox', ada);
  const form: Form = { key: 'edit.1', title: 'Edit', submit: 'Edit', fields: [words] };
  await (await next()).respond.open(form);
  slack.addUser({ id: 'U0ADA000001', name: 'ada', isStranger: true });
  slack.viewSubmit('easel:form', { words: 'make it blue' }, 'ada');
  await slack.until(() => told('ada').length > 0);
  expect(told('ada')).toEqual([refused]);
});
const words = {
  ...{ name: 'words', label: 'What to change', required: true },
  input: { kind: 'text', summary: '', maxLength: 100 },
} as const;

test('talk of strangers is dropped, and nobody is asked who they are', async () => {
  const { slack } = stage;
  const { next, root } = await buttons();
  slack.message('make it green', { ...sven, threadTs: root });
  slack.message('make it blue', { ...ada, threadTs: root });
  expect((await next()).request.person.id).toBe('slack:T0FAKETEAM1/U0ADA000001');
  await everythingIsTaken();
  expect(slack.requests('users.info')).toEqual([]);
  expect(told('sven')).toEqual([]);
});

test('where a stranger speaks, places are in the workspace of Easel all the same', async () => {
  const { slack, listening } = stage;
  const { platform, next } = await listening();
  const { ts } = slack.message('Look', sven);
  const places: ChatRequest['place'][] = [];
  slack.command('/imagine', 'a red fox', olga);
  places.push((await next()).request.place);
  slack.shortcut('easel:edit', { ...olga, ts });
  const picked = (await next()).request;
  places.push(picked.place);
  slack.message('@easel make it blue', { ...olga, threadTs: ts });
  places.push((await next()).request.place);
  for (const place of places) expect(platform.shown(place).channel).toBe('slack:T0FAKETEAM1/C0STUDIO001');
  expect(picked.ask).toMatchObject({ picked: { messages: [`slack:T0FAKETEAM1/C0STUDIO001/${ts}`] } });
});

test('somebody from another workspace of the same company, who is in this one too, is a member', async () => {
  const { slack, listening } = stage;
  const { next } = await listening();
  slack.message('@easel a red fox', olga);
  expect((await next()).request.person.id).toBe('slack:T0SISTER001/U0OLGA00005');
  slack.command('/imagine', 'a red fox', olga);
  expect((await next()).request.person.id).toBe('slack:T0SISTER001/U0OLGA00005');
  expect(slack.requests('users.info')).toHaveLength(1);
});

test('when Slack does not say who somebody of another team is, they are no member', async () => {
  const { slack, listening } = stage;
  await listening();
  slack.fail({ method: 'users.info' }, { status: 500 });
  slack.message('@easel a red fox', olga);
  await slack.until(() => told('olga').length > 0);
  expect(told('olga')).toEqual([refused]);
});

test('members of the workspace are not looked up, also where strangers read along', async () => {
  const { slack, listening } = stage;
  const { next } = await listening();
  slack.message('@easel a red fox', ada);
  slack.command('/imagine', 'a red fox', ada);
  await next();
  await next();
  expect(slack.requests('users.info')).toEqual([]);
});
