import { afterEach, beforeEach, expect, test } from 'vitest';
import { ada, jobOf, posted, type Scene, scene } from './setup.ts';

let stage: Scene;
beforeEach(async () => {
  stage = await scene();
});
afterEach(async () => {
  expect(stage.slack.violations()).toEqual([]);
  await stage.close();
});

const onlyForAda = () => stage.slack.messages().filter(({ visibleTo }) => visibleTo === 'U0ADA000001');

test('an announced job is acknowledged without a word, before its root is posted', async () => {
  const { slack, listening } = stage;
  slack.delay('chat.postMessage', 50);
  const { next } = await listening();
  const { requestId } = slack.command('/imagine', 'a red fox', ada);
  const { respond, ...asked } = await next();
  const announced = respond.announce('A red fox, 13 credits');
  const { state, answer } = await slack.settled(requestId);
  expect({ state, answer }).toEqual({ state: 'acknowledged', answer: undefined });
  expect(posted(slack)).toEqual([]);
  const place = await announced;
  const [root] = posted(slack);
  expect(root).toMatchObject({ role: 'root', text: 'A red fox, 13 credits', channel: 'C0STUDIO001' });
  expect(root?.metadata).toEqual({
    event_type: 'easel',
    event_payload: { role: 'root', job: jobOf({ respond, ...asked }) },
  });
  expect(place).toMatchObject({ root: root?.ts });
});

test('the first answer is the acknowledgement, the next ones come later', async () => {
  const { slack, listening } = stage;
  const { next } = await listening();
  const { requestId } = slack.command('/credits', '', ada);
  const { respond } = await next();
  await respond.tell(['You have ', { bold: '500 credits' }, ' <!here>']);
  expect((await slack.settled(requestId)).answer).toMatchObject({ text: 'You have 500 credits &lt;!here&gt;' });
  await respond.tell('And more');
  expect(onlyForAda().map(({ text }) => text)).toEqual(['You have 500 credits &lt;!here&gt;', 'And more']);
  expect(slack.requests('response_url')).toHaveLength(1);
});

test('when nothing is said in time, silence acknowledges, and the answer comes later', async () => {
  const { slack, listening, clock } = stage;
  const { next } = await listening();
  const { requestId } = slack.command('/imagine', 'a red fox', ada);
  const { respond } = await next();
  expect(slack.outcome(requestId).state).toBe('pending');
  clock.letAckWaitEnd();
  const { state, answer } = await slack.settled(requestId);
  expect({ state, answer }).toEqual({ state: 'acknowledged', answer: undefined });
  await respond.tell('You have 12 credits');
  expect(onlyForAda()).toMatchObject([{ text: 'You have 12 credits' }]);
});

test('what is answered with nothing is acknowledged as soon as that is known', async () => {
  const { slack, listening } = stage;
  const { next } = await listening();
  const { requestId } = slack.command('/imagine', 'a red fox', ada);
  (await next()).done();
  expect(await slack.settled(requestId)).toMatchObject({ state: 'acknowledged' });
});

test('a used up address for answers gives way to an ephemeral message', async () => {
  const { slack, listening } = stage;
  const { next } = await listening();
  slack.command('/imagine', 'a red fox', ada);
  const { respond } = await next();
  for (let n = 1; n <= 7; n++) await respond.tell(`Answer ${n}`);
  expect(onlyForAda()).toHaveLength(7);
  expect(slack.requests('chat.postEphemeral')).toHaveLength(1);
});

test('an answer that reaches nobody is no failure', async () => {
  const { slack, listening } = stage;
  const { next } = await listening();
  slack.command('/imagine', 'a red fox', ada);
  const { respond } = await next();
  slack.fail({ method: 'response_url' }, { status: 500, times: 9 });
  slack.fail({ method: 'chat.postEphemeral' }, { error: 'user_not_in_channel', times: 9 });
  await respond.tell('First');
  await expect(respond.tell('Second')).resolves.toBeUndefined();
});

test('a payload delivered twice is the same request', async () => {
  const { slack, listening } = stage;
  const { next } = await listening();
  slack.command('/imagine', 'a red fox', { ...ada, deliveries: 2 });
  const [first, second] = [await next(), await next()];
  expect(first.request).toEqual(second.request);
});

test('a request is announced once, however often it is asked to', async () => {
  const { slack, listening } = stage;
  const { next } = await listening();
  slack.command('/imagine', 'a red fox', ada);
  const { respond } = await next();
  const [one, two] = await Promise.all([respond.announce('Root'), respond.announce('Root')]);
  expect(one).toEqual(two);
  expect(posted(slack)).toHaveLength(1);
});

test('in a direct message with Easel everything happens there', async () => {
  const { slack, listening } = stage;
  const { next } = await listening();
  slack.command('/imagine', 'a red fox', { user: 'ada', channel: '@ada' });
  const { respond } = await next();
  await respond.announce('Root');
  expect(posted(slack, '@ada')).toMatchObject([{ role: 'root' }]);
});
