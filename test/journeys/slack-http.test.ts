import { createHmac } from 'node:crypto';
import { afterEach, expect, test, vi } from 'vitest';
import { slackManifest } from '../../src/platforms/slack/register.ts';
import { cardSaying, kinds, results, shownPictures, slackChat, studio } from './chats.ts';
import type { Studio } from './studio.ts';

const signingSecret = 'fake-signing-secret';
/** When the time of a studio begins. */
const noon = Date.UTC(2026, 10, 20, 12);

afterEach(() => {
  vi.restoreAllMocks();
});

/** A studio to which Slack sends everything over HTTP, on Easel's own port. */
async function overHttp() {
  // Slack's library holds the time of a signature against that of the machine, and here it is the studio's noon.
  const begun = performance.now();
  vi.spyOn(Date, 'now').mockImplementation(() => Math.floor(noon + performance.now() - begun));
  const place = await studio({ env: { SLACK_APP_TOKEN: '', SLACK_SIGNING_SECRET: signingSecret } });
  const easel = `http://127.0.0.1:${place.web().port}`;
  const { commands } = place.easel().parts;
  place.slack.useManifest(slackManifest(commands, { socketMode: false, publicUrl: easel }));
  await place.slack.useHttp({ requestUrl: `${easel}/slack/events`, signingSecret });
  return { place, chat: slackChat(place), easel };
}

/** What Slack would send for `/imagine a red fox`, signed with this secret at this time. */
function signed(secret: string, at: number, place: Studio) {
  const { slack } = place;
  const { teamId, appId } = slack.identity();
  const body = new URLSearchParams({
    ...{ command: '/imagine', text: 'a red fox', trigger_id: '1.2.forged', api_app_id: appId, team_id: teamId },
    ...{ user_id: slack.user('ada').id, user_name: 'ada', channel_id: slack.channel('#studio').id },
    response_url: `${slack.url}/nowhere`,
  }).toString();
  const timestamp = String(Math.floor(at / 1000));
  const signature = createHmac('sha256', secret).update(`v0:${timestamp}:${body}`).digest('hex');
  const headers = {
    'content-type': 'application/x-www-form-urlencoded',
    'x-slack-request-timestamp': timestamp,
    'x-slack-signature': `v0=${signature}`,
  };
  return { method: 'POST', headers, body };
}

test('the whole journey goes over Easel’s own port: command, progress, pictures, buttons, credits', async () => {
  const { place, chat } = await overHttp();
  const { slack, openai } = place;
  const { requestId } = chat.command('imagine', { prompt: 'a red fox' });
  const [result] = await results(chat);
  await cardSaying(place, chat, 'Done');
  expect((await slack.settled(requestId)).state).toBe('acknowledged');
  expect(kinds(chat.posts())).toEqual(chat.journey);
  expect(shownPictures(chat)).toEqual(openai.calls()[0]?.pictures);

  if (!result) throw new RangeError('no result');
  expect(await chat.press(result, 'Details').told()).toContain('State delivered');
  chat.press(result, 'Again', { user: chat.other });
  await results(chat, 2);
  expect(await chat.command('credits balance').told()).toBe('You have 483 credits.');
  expect(await place.recount()).toMatchObject({ findings: [], counted: { jobs: 2 }, credits: { charged: 34 } });
  expect(slack.connectionsSoFar()).toBe(0);
  expect(chat.violations()).toEqual([]);
});

test('a command that Slack sends three times is one job', async () => {
  const { place, chat } = await overHttp();
  chat.command('imagine', { prompt: 'a red fox' }, { deliveries: 3 });
  await results(chat);
  await place.easel().idle();
  expect(kinds(chat.posts())).toEqual(chat.journey);
  expect(place.openai.calls()).toHaveLength(1);
});

test('what is not signed by Slack is refused and does nothing', async () => {
  const { place, chat, easel } = await overHttp();
  const now = place.clock.now();
  const send = async (given: RequestInit) => (await fetch(`${easel}/slack/events`, given)).status;
  const right = signed(signingSecret, now, place);
  const { 'x-slack-signature': _, ...unsigned } = right.headers;

  expect(await send(signed('another-secret', now, place))).toBe(401);
  expect(await send({ ...right, headers: unsigned })).toBe(401);
  expect(await send({ ...right, body: `${right.body}&text=something+else` })).toBe(401);
  expect(await send(signed(signingSecret, Date.now() - 6 * 60_000, place))).toBe(401);
  await place.easel().idle();
  expect(chat.posts()).toEqual([]);
  expect(await place.recount()).toMatchObject({ counted: { jobs: 0, accounts: 0 } });

  expect(await send(right)).toBe(200);
  await results(chat);
});

test('health and readiness answer on the same port, and other paths of Slack’s are not found', async () => {
  const { easel } = await overHttp();
  const status = async (path: string) => (await fetch(`${easel}${path}`)).status;
  expect(await status('/healthz')).toBe(200);
  expect(await status('/readyz')).toBe(200);
  expect(await status('/slack/elsewhere')).toBe(404);
  expect(await status('/slackish')).toBe(404);
});
