import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { slackManifest } from '../../../src/platforms/slack/register.ts';
import { ada, commands, jobOf, kept, opening, posted, result, type Scene, scene } from './setup.ts';

let stage: Scene;
let cleanUps: (() => Promise<unknown>)[];
beforeEach(async () => {
  stage = await scene();
  cleanUps = [];
});
afterEach(async () => {
  await stage.close();
  for (const cleanUp of cleanUps) await cleanUp();
});

test('over Socket Mode a refresh and a cut line are followed by a new connection', async () => {
  const { slack } = stage;
  const { platform, next } = await stage.listening();
  expect(platform.connected()).toBe(true);
  slack.disconnect();
  await slack.until(() => slack.connectionsSoFar() >= 2 && slack.connections() === 1);
  slack.dropSockets();
  await slack.until(() => slack.connectionsSoFar() >= 3 && slack.connections() === 1);
  slack.command('/imagine', 'a red fox', ada);
  expect((await next()).request.ask).toMatchObject({ command: 'imagine' });
});

test('while Slack cannot be reached it is tried again, with pauses', async () => {
  const { slack, clock } = stage;
  await stage.listening();
  slack.fail({ method: 'apps.connections.open' }, { status: 500, times: 3 });
  slack.fail({ method: 'apps.connections.open' }, { error: 'invalid_auth' });
  slack.fail({ method: 'apps.connections.open' }, { drop: true });
  const before = clock.now();
  slack.dropSockets();
  await slack.until(() => slack.connectionsSoFar() >= 2);
  expect(clock.now() - before).toBeGreaterThan(15_000);
});

test.each([
  ['auth.test', 'invalid_auth', 'Check SLACK_BOT_TOKEN'],
  ['auth.test', 'account_inactive', 'Install the app again'],
  ['apps.connections.open', 'invalid_auth', 'SLACK_APP_TOKEN'],
  ['apps.connections.open', 'missing_scope', 'connections:write'],
])('when %s says %s at the start, the operator reads what to do', async (method, error, words) => {
  stage.slack.fail({ method }, { error, times: 9 });
  const platform = stage.bot();
  const start = platform.start(commands, async () => ({ answered: true }));
  await expect(start).rejects.toThrow(words);
  expect(platform.connected()).toBe(false);
});

test('it needs an app token or a signing secret', () => {
  expect(() => stage.bot({ appToken: undefined })).toThrow('app token (Socket Mode) or a signing secret');
});

test('after stop nothing is open, and requests in hand are acknowledged and answered', async () => {
  const { slack } = stage;
  const { platform, next } = await stage.listening();
  const { requestId } = slack.command('/imagine', 'a red fox', ada);
  const { respond, done } = await next();
  const stopped = platform.stop();
  expect(platform.connected()).toBe(false);
  await slack.until(() => slack.connections() === 0);
  await respond.tell('Easel is restarting');
  done();
  await stopped;
  expect(slack.messages().map(({ text }) => text)).toEqual(['Easel is restarting']);
  expect(slack.outcome(requestId).state).toBe('acknowledged');
});

async function overHttp() {
  const signingSecret = 'fake-signing-secret';
  let listener: RequestListener | undefined;
  const server = createServer((request, response) => listener?.(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanUps.push(() => new Promise((resolve) => server.close(resolve)));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const heard = await stage.listening({ appToken: undefined, signingSecret });
  listener = heard.platform.listener;
  stage.slack.useManifest(slackManifest(commands, { socketMode: false, publicUrl: url }));
  return { ...heard, url, signingSecret };
}

test('over HTTP the same journey comes in on Easel’s own server', async () => {
  const { slack } = stage;
  const { platform, next, url, signingSecret } = await overHttp();
  await slack.useHttp({ requestUrl: `${url}/slack/events`, signingSecret });
  expect(platform.connected()).toBe(true);
  const { requestId } = slack.command('/imagine', 'a red fox', ada);
  const asked = await next();
  const where = kept(await asked.respond.announce('A red fox'));
  expect((await slack.settled(requestId)).state).toBe('acknowledged');
  const thread = platform.thread(where.place(), where.remember);
  await thread.open(opening(jobOf(asked)));
  await thread.post(result(jobOf(asked)), false);
  const pressed = slack.button(posted(slack).at(-1)?.ts ?? '', 'easel:again', 'bob');
  const again = await next();
  expect((await slack.settled(pressed.requestId)).state).toBe('acknowledged');
  expect(again.request).toMatchObject({ person: { name: 'bob' }, ask: { button: 'again', job: jobOf(asked) } });
  await again.respond.tell('Only for you');
  expect(slack.messages().at(-1)).toMatchObject({ text: 'Only for you', visibleTo: 'U0BOB000002' });
  expect(slack.connectionsSoFar()).toBe(0);
});

test('over HTTP, what is said, picked and filled in comes in too', async () => {
  const { slack } = stage;
  const { next, url, signingSecret } = await overHttp();
  await slack.useHttp({ requestUrl: `${url}/slack/events`, signingSecret });
  const { ts } = slack.message('@easel a red fox', { ...ada, deliveries: 2 });
  expect((await next()).request.ask).toMatchObject({ said: { toEasel: true } });
  slack.shortcut('easel:edit', { ...ada, ts });
  const { request, respond } = await next();
  expect(request.ask).toHaveProperty('picked');
  const input = { kind: 'text', summary: '', maxLength: 100 } as const;
  const fields = [{ name: 'words', label: 'Words', input, required: true }];
  expect(await respond.open({ key: 'edit.1', title: 'Edit', submit: 'Edit', fields })).toBe(true);
  slack.viewSubmit('easel:form', { words: 'make it blue' }, 'ada');
  expect((await next()).request.ask).toEqual({ form: 'edit.1', values: { words: 'make it blue' } });
  await slack.until(() => slack.outcomes().every(({ state }) => state === 'acknowledged'));
});

test('over HTTP a forged request, a foreign path and a stopped bot are turned away', async () => {
  const { platform, url } = await overHttp();
  const status = async (path: string) => (await fetch(`${url}${path}`, { method: 'POST', body: 'command=/x' })).status;
  expect(await status('/slack/events')).toBe(401);
  expect(await status('/slack/else')).toBe(404);
  await platform.stop();
  expect(await status('/slack/events')).toBe(503);
});
