import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { App, HTTPReceiver, LogLevel, SocketModeReceiver } from '@slack/bolt';
import { WebClient } from '@slack/web-api';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { control } from './control.ts';
import { type FakeClock, type FakeSlack, type FakeSlackOptions, fakeSlack, validateManifest } from './slack/server.ts';

const studio = 'C0STUDIO001';
const lobby = 'C0LOBBY0002';
const secret = 'C0SECRET003';
const ada = 'U0ADA000001';
const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGNgYGBgAAAABQABh6FO1AAAAABJRU5ErkJggg==',
  'base64',
);

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

async function slackWith(options: FakeSlackOptions = {}): Promise<FakeSlack> {
  const slack = await fakeSlack(options);
  cleanUps.push(slack.close);
  return slack;
}

const quiet = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  setLevel() {},
  setName() {},
  getLevel: () => LogLevel.ERROR,
};

function clientOf(slack: FakeSlack, token = slack.botToken): WebClient {
  return new WebClient(token, {
    slackApiUrl: slack.apiUrl,
    logger: quiet,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
  });
}

async function boltOn(slack: FakeSlack, arrange: (app: App) => void): Promise<App> {
  const receiver = new SocketModeReceiver({
    appToken: slack.appToken,
    logger: quiet,
    clientPingTimeout: 60,
    installerOptions: { clientOptions: { slackApiUrl: slack.apiUrl } },
  });
  const app = new App({ token: slack.botToken, receiver, logger: quiet, clientOptions: { slackApiUrl: slack.apiUrl } });
  arrange(app);
  await app.start();
  cleanUps.push(() => app.stop());
  return app;
}

/** Time that passes only when told to. */
function handClock(startMs = 1_800_000_000_000): FakeClock & { pass(ms: number): void } {
  let now = startMs;
  const planned = new Set<{ at: number; run: () => void }>();
  return {
    now: () => now,
    after(ms, run) {
      const one = { at: now + ms, run };
      planned.add(one);
      return () => void planned.delete(one);
    },
    pass(ms) {
      const end = now + ms;
      for (;;) {
        const next = [...planned].filter((one) => one.at <= end).sort((a, b) => a.at - b.at)[0];
        if (!next) break;
        planned.delete(next);
        now = next.at;
        next.run();
      }
      now = end;
    },
  };
}

/** A Socket Mode client that does only what the test says. */
async function bareSocket(slack: FakeSlack) {
  const opened = await clientOf(slack, slack.appToken).apps.connections.open({});
  const socket = new WebSocket(String(opened.url));
  cleanUps.push(() => socket.terminate());
  const heard: Record<string, unknown>[] = [];
  let tell = () => {};
  socket.on('message', (data) => {
    heard.push(JSON.parse(String(data)));
    tell();
  });
  const next = async () => {
    while (heard.length === 0) await new Promise<void>((resolve) => (tell = resolve));
    return heard.shift() as Record<string, unknown>;
  };
  return {
    socket,
    next,
    ack: (id: unknown, payload?: object) => socket.send(JSON.stringify({ envelope_id: id, payload })),
    url: String(opened.url),
  };
}

const refused = async (call: Promise<unknown>): Promise<string> => {
  const error = (await call.then(
    () => undefined,
    (reason) => reason,
  )) as { data?: { error?: string } } | undefined;
  return error?.data?.error ?? `no refusal: ${error}`;
};

async function upload(client: WebClient, bytes: Buffer, filename = 'fox.png', altText = 'A red fox'): Promise<string> {
  const given = { filename, length: bytes.length, alt_txt: altText };
  const asked = await client.files.getUploadURLExternal(given);
  const sent = await fetch(String(asked.upload_url), { method: 'POST', body: new Uint8Array(bytes) });
  expect(await sent.text()).toBe(`OK - ${bytes.length}`);
  return String(asked.file_id);
}

describe('with the real Bolt over Socket Mode', () => {
  it('a slash command is acknowledged, answered and posted', async () => {
    const slack = await slackWith();
    await boltOn(slack, (app) => {
      app.command('/imagine', async ({ command, ack, client }) => {
        await ack({ text: 'On it.' });
        await client.chat.postMessage({ channel: command.channel_id, text: `Drawing: ${command.text}` });
      });
    });
    const asked = slack.command('/imagine', 'a <fox> & @ada', { user: 'ada', channel: '#studio' });
    await slack.untilSaid('#studio', 'Drawing');
    expect(slack.outcome(asked.requestId)).toMatchObject({ state: 'acknowledged', answer: { text: 'On it.' } });
    const [answer, posted] = slack.messages('#studio');
    expect(answer).toMatchObject({ text: 'On it.', visibleTo: ada });
    expect(posted?.text).toBe(`Drawing: a &lt;fox&gt; &amp; <@${ada}|ada>`);
    expect(slack.transcript('#studio')).toBe(
      '#studio\n@easel (only visible to @ada): On it.\n@easel: Drawing: a <fox> & @ada',
    );
    expect(slack.pings()).toEqual([{ ts: posted?.ts, channel: studio, kind: 'user', id: ada }]);
    expect(slack.violations()).toEqual([]);
  });

  it('a button reaches its listener with the whole message and opens a modal once', async () => {
    const slack = await slackWith();
    const submitted: unknown[] = [];
    const view = {
      type: 'modal' as const,
      callback_id: 'edit',
      title: { type: 'plain_text' as const, text: 'Edit' },
      submit: { type: 'plain_text' as const, text: 'Go' },
      blocks: [
        {
          type: 'input' as const,
          block_id: 'prompt',
          label: { type: 'plain_text' as const, text: 'What to change' },
          element: { type: 'plain_text_input' as const, action_id: 'text', max_length: 20 },
        },
      ],
    };
    const app = await boltOn(slack, (app) => {
      app.action('edit', async ({ ack, body, client }) => {
        await ack();
        const trigger_id = 'trigger_id' in body ? String(body.trigger_id) : '';
        await client.views.open({ trigger_id, view });
        await refused(client.views.open({ trigger_id, view }));
      });
      app.view('edit', async ({ ack, view: { state } }) => {
        const text = state.values.prompt?.text?.value;
        submitted.push(text);
        if (text === 'bad') await ack({ response_action: 'errors', errors: { prompt: 'Not that.' } });
        else await ack();
      });
    });
    const { ts } = await app.client.chat.postMessage({
      channel: studio,
      text: 'Done',
      blocks: [
        {
          type: 'actions',
          elements: [{ type: 'button', action_id: 'edit', value: 'job-1', text: { type: 'plain_text', text: 'Edit' } }],
        },
      ],
    });
    const pressed = slack.button(String(ts), 'edit', 'ada');
    await slack.until(() => slack.requests('views.open').length === 2);
    await slack.until(() => slack.outcome(pressed.requestId).state === 'acknowledged');
    expect(slack.requests('views.open').map((one) => one.error)).toEqual([undefined, 'exchanged_trigger_id']);
    expect(() => slack.button(String(ts), 'delete', 'ada')).toThrow('no action delete');
    expect(() => slack.viewSubmit('edit', {}, 'ada')).toThrow('needs an answer');
    expect(() => slack.viewSubmit('edit', { prompt: 'x'.repeat(21) }, 'ada')).toThrow('does not let');

    await slack.settled(slack.viewSubmit('edit', { prompt: 'bad' }, 'ada').requestId);
    expect(slack.views()).toHaveLength(1);
    await slack.settled(slack.viewSubmit('edit', { prompt: 'blue' }, 'ada').requestId);
    expect(slack.views()).toHaveLength(0);
    expect(submitted).toEqual(['bad', 'blue']);
    expect(slack.violations()).toEqual([]);
  });

  it('mentions, thread replies with files and own uploads arrive as events', async () => {
    const slack = await slackWith();
    const seen: string[] = [];
    const app = await boltOn(slack, (app) => {
      app.event('app_mention', async ({ event }) => void seen.push(`mention ${event.text}`));
      app.event('message', async ({ event }) => {
        const files = 'files' in event ? event.files?.map((one) => one.name) : undefined;
        seen.push(`${event.subtype ?? 'plain'} ${'thread_ts' in event ? 'reply' : 'root'} ${files ?? ''}`.trim());
      });
    });
    const root = slack.message('@easel hello', { user: 'ada', channel: '#studio' });
    slack.message('make it blue', {
      user: 'bob',
      channel: '#studio',
      threadTs: root.ts,
      files: [{ name: 'fox.png', bytes: png }],
    });
    slack.message('not for the app', { user: 'ada', channel: '#lobby' });
    await slack.until(
      () => slack.outcomes().length >= 4 && slack.outcomes().every((one) => one.state === 'acknowledged'),
    );
    expect(seen.sort()).toEqual(['file_share reply fox.png', 'mention <@U0EASEL0001> hello', 'plain root']);
    const file = await app.client.files.info({ file: String(slack.messages('#studio')[1]?.files[0]?.id) });
    expect(file.file).toMatchObject({ mimetype: 'image/png', original_w: 1, name: 'fox.png' });
  });

  it('goes on after refresh_requested and after cut sockets', async () => {
    const slack = await slackWith();
    await boltOn(slack, (app) => {
      app.command('/help', async ({ ack }) => ack());
      app.event('app_mention', async () => {});
    });
    slack.disconnect();
    await slack.until(() => slack.connectionsSoFar() === 2);
    slack.dropSockets();
    const lost = slack.message('@easel anybody?', { user: 'ada', channel: '#studio' });
    await slack.until(() => slack.connectionsSoFar() === 3);
    await slack.until(() => slack.outcomes().every((one) => one.state === 'acknowledged'));
    expect(lost.ts).toBeTruthy();
    expect(slack.outcomes()[0]?.attempts).toBe(2);
    const asked = slack.command('/help', '', { user: 'ada', channel: '#studio' });
    expect(await slack.settled(asked.requestId)).toMatchObject({ state: 'acknowledged' });
  });

  it('delivers the same command twice when told to', async () => {
    const slack = await slackWith();
    const triggers: string[] = [];
    await boltOn(slack, (app) =>
      app.command('/imagine', async ({ ack, command }) => {
        triggers.push(command.trigger_id);
        await ack();
      }),
    );
    const asked = slack.command('/imagine', 'a fox', { user: 'ada', channel: '#studio', deliveries: 2 });
    await slack.until(() => slack.outcome(asked.requestId).attempts === 2 && triggers.length === 2);
    expect(new Set(triggers)).toEqual(new Set([asked.triggerId]));
  });
});

describe('with the real Bolt over HTTP', () => {
  async function httpApp(slack: FakeSlack, arrange: (app: App) => void) {
    const signingSecret = 'a-signing-secret';
    const receiver = new HTTPReceiver({ signingSecret, logger: quiet });
    arrange(new App({ token: slack.botToken, receiver, logger: quiet, clientOptions: { slackApiUrl: slack.apiUrl } }));
    const server: Server = createServer(receiver.requestListener);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    cleanUps.push(() => new Promise((resolve) => server.close(resolve)));
    return { requestUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/slack/events`, signingSecret };
  }

  it('verifies the URL, signs, and takes the response body as the answer', async () => {
    const slack = await slackWith();
    const seen: unknown[] = [];
    const target = await httpApp(slack, (app) => {
      app.command('/credits', async ({ ack, command }) => ack(`You have 500, ${command.text}.`));
      app.action('again', async ({ ack, action }) => {
        seen.push(action);
        await ack();
      });
      app.event('app_mention', async ({ event }) => void seen.push(event.text));
    });
    await slack.useHttp(target);
    const asked = slack.command('/credits', 'friend', { user: 'ada', channel: '@ada' });
    expect(await slack.settled(asked.requestId)).toMatchObject({ state: 'acknowledged' });
    expect(slack.transcript('@ada')).toContain('You have 500, friend.');
    slack.message('@easel hi', { user: 'ada', channel: '#studio' });
    await slack.until(() => seen.length === 1);
    const { ts } = await clientOf(slack).chat.postMessage({
      channel: studio,
      text: 'x',
      blocks: [
        {
          type: 'actions',
          elements: [{ type: 'button', action_id: 'again', text: { type: 'plain_text', text: 'Again' } }],
        },
      ],
    });
    await slack.settled(slack.button(String(ts), 'again', 'bob').requestId);
    expect(seen[1]).toMatchObject({ action_id: 'again', type: 'button' });
  });

  it('shows that a wrong signing secret is noticed', async () => {
    const slack = await slackWith();
    const target = await httpApp(slack, (app) => app.command('/credits', async ({ ack }) => ack()));
    await expect(slack.useHttp({ ...target, signingSecret: 'another' })).rejects.toThrow('challenge (HTTP 401)');
    const other = await slackWith({ http: { ...target, signingSecret: 'another' } });
    const asked = other.command('/credits', '', { user: 'ada', channel: '#studio' });
    expect(await other.settled(asked.requestId)).toMatchObject({ state: 'dispatch_failed', reason: 'http_error' });
  });

  it('repeats an event three times, then gives up; x-slack-no-retry ends it at once', async () => {
    const clock = handClock();
    const headers: (string | undefined)[] = [];
    let final = false;
    const server = createServer((request, response) => {
      headers.push(`${request.headers['x-slack-retry-num']} ${request.headers['x-slack-retry-reason']}`);
      request.resume().on('end', () => response.writeHead(500, final ? { 'x-slack-no-retry': '1' } : {}).end());
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    cleanUps.push(() => new Promise((resolve) => server.close(resolve)));
    const requestUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const slack = await slackWith({ clock, events: ['app_mention'], http: { requestUrl, signingSecret: 's' } });
    slack.message('@easel hi', { user: 'ada', channel: '#studio' });
    const only = () => slack.outcomes()[0];
    for (const [attempt, waitMs] of [
      [1, 0],
      [2, 60_000],
      [3, 300_000],
    ] as const) {
      await slack.until(() => headers.length === attempt && only()?.reason === 'http_error');
      clock.pass(waitMs);
    }
    await slack.until(() => only()?.state === 'undelivered');
    expect(headers).toEqual(['undefined undefined', '1 http_error', '2 http_error', '3 http_error']);
    final = true;
    slack.message('@easel again', { user: 'ada', channel: '#studio' });
    await slack.until(() => slack.outcomes()[1]?.state === 'undelivered');
    expect(headers).toHaveLength(5);
  });
});

describe('Socket Mode is strict', () => {
  it('an address works once, and only with the app token', async () => {
    const slack = await slackWith();
    expect(await refused(clientOf(slack).apps.connections.open({}))).toBe('not_allowed_token_type');
    const { url, next } = await bareSocket(slack);
    expect(await next()).toMatchObject({ type: 'hello', num_connections: 1 });
    const second = new WebSocket(url);
    const [error] = (await once(second, 'error')) as [Error];
    expect(error.message).toContain('401');
  });

  it('a late ack, a second ack and an unknown envelope are violations', async () => {
    const clock = handClock();
    const slack = await slackWith({ clock });
    const { next, ack } = await bareSocket(slack);
    await next();
    const late = slack.command('/imagine', 'a fox', { user: 'ada', channel: '#studio' });
    const first = await next();
    clock.pass(3001);
    expect(slack.outcome(late.requestId).state).toBe('operation_timeout');
    ack(first.envelope_id);
    slack.command('/imagine', 'a hen', { user: 'ada', channel: '#studio' });
    const second = await next();
    ack(second.envelope_id, {});
    ack(second.envelope_id);
    ack('nobody');
    await slack.until(() => slack.violations().length === 3);
    expect(slack.violations().map((one) => one.kind)).toEqual(['late-ack', 'second-ack', 'unknown-envelope']);
    expect(slack.outcome(late.requestId).state).toBe('operation_timeout');
  });

  it('an unacknowledged event comes again with its number', async () => {
    const clock = handClock();
    const slack = await slackWith({ clock, events: ['app_mention'] });
    const { next, ack } = await bareSocket(slack);
    await next();
    slack.message('@easel hi', { user: 'ada', channel: '#studio' });
    const first = await next();
    expect(first).toMatchObject({ type: 'events_api', retry_attempt: 0 });
    clock.pass(3000);
    await slack.until(() => slack.outcomes()[0]?.reason === 'timeout');
    clock.pass(0);
    const again = await next();
    expect(again).toMatchObject({ retry_attempt: 1, retry_reason: 'timeout', payload: first.payload });
    ack(again.envelope_id);
    await slack.until(() => slack.outcomes()[0]?.state === 'acknowledged');
  });

  it('an ack that Slack could not show is a violation', async () => {
    const slack = await slackWith();
    const { next, ack } = await bareSocket(slack);
    await next();
    slack.command('/imagine', 'a fox', { user: 'ada', channel: '#studio' });
    ack((await next()).envelope_id, { txet: 'typo' });
    await slack.until(() => slack.violations().length === 1);
    expect(slack.violations()[0]).toMatchObject({ kind: 'bad-ack', detail: 'invalid_arguments: unknown field txet' });
  });

  it('nobody connected: the person is told so', async () => {
    const slack = await slackWith();
    const asked = slack.command('/imagine', 'a fox', { user: 'ada', channel: '#studio' });
    expect(slack.outcome(asked.requestId).state).toBe('dispatch_failed');
  });

  it('a command does not exist in threads, without its scope, or outside the manifest', async () => {
    const slack = await slackWith();
    const there = { user: 'ada', channel: '#studio' };
    expect(() => slack.command('/imagine', '', { ...there, threadTs: '1.1' })).toThrow('in threads');
    slack.revokeScopes('commands');
    expect(() => slack.command('/imagine', '', there)).toThrow('not a valid command');
    slack.useManifest(manifest());
    expect(() => slack.command('/draw', '', there)).toThrow('not a valid command');
    expect(() => slack.command('/imagine', '', { user: 'ada', channel: '#secret' })).not.toThrow();
  });
});

describe('the Web API is strict', () => {
  it('about tokens, methods and arguments', async () => {
    const slack = await slackWith();
    const client = clientOf(slack);
    expect(await client.auth.test()).toMatchObject({ ok: true, user_id: 'U0EASEL0001', bot_id: 'B0EASEL0001' });
    expect(await refused(clientOf(slack, 'xoxb-wrong').auth.test())).toBe('invalid_auth');
    expect(await refused(clientOf(slack, slack.appToken).auth.test())).toBe('not_allowed_token_type');
    const bare = await fetch(`${slack.apiUrl}auth.test`, { method: 'POST' });
    expect(await bare.json()).toEqual({ ok: false, error: 'not_authed' });
    expect(await refused(client.apiCall('chat.shout'))).toBe('unknown_method');
    const typo = { filename: 'fox.png', length: 3, alt_text: 'A fox' };
    const error = await client.files.getUploadURLExternal(typo).catch((reason) => reason);
    expect(error.data).toMatchObject({
      error: 'invalid_arguments',
      response_metadata: { messages: ['[ERROR] unknown argument: alt_text'] },
    });
    expect(await refused(client.apiCall('chat.postMessage', { text: 'where?' }))).toBe('invalid_arguments');
  });

  it('takes forms, JSON and multipart, but no JSON where Slack reads', async () => {
    const slack = await slackWith();
    const authorization = `Bearer ${slack.botToken}`;
    const post = async (method: string, body: string | FormData, type?: string) => {
      const headers = { authorization, ...(type ? { 'content-type': type } : {}) };
      return (await (await fetch(slack.apiUrl + method, { method: 'POST', headers, body })).json()) as object;
    };
    const json = 'application/json; charset=utf-8';
    const form = new FormData();
    form.set('channel', studio);
    form.set('text', 'multipart');
    expect(await post('chat.postMessage', form)).toMatchObject({ ok: true });
    expect(await post('chat.postMessage', JSON.stringify({ channel: studio, text: 'json' }), json)).toMatchObject({
      ok: true,
    });
    const inBody = new URLSearchParams({ channel: studio, text: 'form', token: slack.botToken });
    const answer = await fetch(`${slack.apiUrl}chat.postMessage`, { method: 'POST', body: inBody });
    expect(await answer.json()).toMatchObject({ ok: true });
    expect(await post('users.info', JSON.stringify({ user: ada }), json)).toMatchObject({ error: 'invalid_arguments' });
    expect(slack.messages('#studio').map((one) => one.text)).toEqual(['multipart', 'json', 'form']);
    expect(JSON.stringify(slack.requests())).not.toContain(slack.botToken);
  });

  it('about scopes', async () => {
    const slack = await slackWith({ scopes: ['chat:write', 'channels:history'] });
    const client = clientOf(slack);
    const error = await client.users.info({ user: ada }).catch((reason) => reason);
    expect(error.data).toMatchObject({
      error: 'missing_scope',
      needed: 'users:read',
      provided: 'chat:write,channels:history',
    });
    expect(await refused(client.chat.postMessage({ channel: studio, text: 'x', username: 'Ada' }))).toBe(
      'missing_scope',
    );
    expect(await refused(client.conversations.open({ users: ada }))).toBe('missing_scope');
  });

  it('about membership, privacy and archives', async () => {
    const slack = await slackWith();
    const client = clientOf(slack);
    const say = (channel: string) => refused(client.chat.postMessage({ channel, text: 'hello' }));
    slack.revokeScopes('chat:write.public');
    expect(await say(lobby)).toBe('not_in_channel');
    expect(await say(secret)).toBe('channel_not_found');
    expect(await refused(client.conversations.join({ channel: secret }))).toBe('channel_not_found');
    await client.conversations.join({ channel: lobby });
    await client.chat.postMessage({ channel: lobby, text: 'hello' });
    slack.setArchived('#lobby', true);
    expect(await say(lobby)).toBe('is_archived');
    const posted = slack.messages('#lobby')[0];
    expect(await refused(client.chat.update({ channel: lobby, ts: posted?.ts ?? '', text: 'x' }))).toBe('is_inactive');
    slack.setBotMember('#studio', false);
    slack.grantScopes('chat:write.public');
    await client.chat.postMessage({ channel: studio, text: 'from outside' });
    expect(await refused(client.conversations.history({ channel: studio }))).toBe('not_in_channel');
    const direct = await client.conversations.open({ users: ada });
    expect(direct.channel?.id).toMatch(/^D/);
  });

  it('about messages: length, threads, ownership, ephemerals, metadata', async () => {
    const slack = await slackWith({ rateLimits: false });
    const client = clientOf(slack);
    const metadata = { event_type: 'job', event_payload: { id: 'job-1' } };
    const posted = await client.chat.postMessage({ channel: studio, text: 'one', metadata });
    const ts = String(posted.ts);
    expect(await refused(client.chat.postMessage({ channel: studio, text: 'x'.repeat(40_001) }))).toBe('msg_too_long');
    expect(await refused(client.chat.update({ channel: studio, ts, text: 'x'.repeat(4001) }))).toBe('msg_too_long');
    expect(await refused(client.chat.postMessage({ channel: studio, text: ' ' }))).toBe('no_text');
    expect(await refused(client.chat.postMessage({ channel: studio, text: 'x', thread_ts: '1.000001' }))).toBe(
      'thread_not_found',
    );
    const reply = await client.chat.postMessage({ channel: studio, text: 'two', thread_ts: ts });
    expect(await refused(client.chat.postMessage({ channel: studio, text: 'x', thread_ts: String(reply.ts) }))).toBe(
      'cannot_reply_to_message',
    );
    const human = slack.message('mine', { user: 'ada', channel: '#studio' });
    expect(await refused(client.chat.update({ channel: studio, ts: human.ts, text: 'x' }))).toBe('cant_update_message');
    expect(await refused(client.chat.delete({ channel: studio, ts: human.ts }))).toBe('cant_delete_message');
    expect(await refused(client.chat.update({ channel: studio, ts: '1.000001', text: 'x' }))).toBe('message_not_found');
    const whisper = await client.chat.postEphemeral({ channel: studio, user: ada, text: 'psst' });
    expect(await refused(client.chat.update({ channel: studio, ts: String(whisper.message_ts), text: 'x' }))).toBe(
      'message_not_found',
    );
    const bad = { event_type: 'job', event_payload: { deep: { deeper: { no: 1 } } } };
    expect(await refused(client.apiCall('chat.postMessage', { channel: studio, text: 'x', metadata: bad }))).toBe(
      'invalid_metadata_schema',
    );
    const thread = await client.conversations.replies({ channel: studio, ts, include_all_metadata: true });
    expect(thread.messages?.map((one) => one.text)).toEqual(['one', 'two']);
    expect(thread.messages?.[0]?.metadata).toEqual(metadata);
    const plain = await client.conversations.replies({ channel: studio, ts });
    expect(plain.messages?.[0]).not.toHaveProperty('metadata');
  });

  it('an update with text and no blocks takes the blocks away', async () => {
    const slack = await slackWith();
    const client = clientOf(slack);
    const blocks = [{ type: 'section', text: { type: 'mrkdwn', text: 'card' } }];
    const { ts = '' } = await client.chat.postMessage({ channel: studio, text: 'card', blocks });
    await client.chat.update({ channel: studio, ts, text: 'plain', parse: 'none' });
    const [message] = slack.messages('#studio');
    expect(message).toMatchObject({ text: 'plain', blocks: [], edited: true });
    expect(message?.updatedAt).toHaveLength(1);
  });

  it('knows admins, guests and strangers', async () => {
    const slack = await slackWith();
    slack.addUser({ id: 'U0STRANGER1', name: 'eve', isStranger: true, isRestricted: true });
    const client = clientOf(slack);
    expect((await client.users.info({ user: 'U0GRACE0003' })).user).toMatchObject({ is_admin: true, is_owner: false });
    expect((await client.users.info({ user: 'U0STRANGER1' })).user).toMatchObject({
      is_stranger: true,
      is_restricted: true,
      team_id: 'T0ELSEWHERE',
    });
  });
});

describe('Block Kit is strict', () => {
  const text = (length: number) => ({ type: 'plain_text', text: 'x'.repeat(length) });
  const button = (extra: object = {}) => ({ type: 'button', action_id: 'a', text: text(3), ...extra });
  const actions = (...elements: object[]) => [{ type: 'actions', elements }];
  const image = { type: 'image', image_url: 'https://example.com/fox.png', alt_text: 'A fox' };
  const rich = (...elements: object[]) => [{ type: 'rich_text', elements: [{ type: 'rich_text_section', elements }] }];

  it.each<[string, object[]]>([
    ['51 blocks', Array.from({ length: 51 }, () => ({ type: 'divider' }))],
    ['section text over 3000', [{ type: 'section', text: text(3001) }]],
    ['an empty text', [{ type: 'section', text: text(0) }]],
    ['11 context elements', [{ type: 'context', elements: Array.from({ length: 11 }, () => text(1)) }]],
    ['26 buttons', actions(...Array.from({ length: 26 }, (_, n) => button({ action_id: `a${n}` })))],
    ['button text over 75', actions(button({ text: text(76) }))],
    ['value over 2000', actions(button({ value: 'x'.repeat(2001) }))],
    ['action_id over 255', actions(button({ action_id: 'x'.repeat(256) }))],
    ['the same action_id twice in a block', actions(button(), button())],
    [
      'the same block_id twice',
      [
        { type: 'divider', block_id: 'b' },
        { type: 'divider', block_id: 'b' },
      ],
    ],
    ['an image without alt_text', [{ type: 'image', image_url: image.image_url }]],
    ['alt_text over 2000', [{ ...image, alt_text: 'x'.repeat(2001) }]],
    ['an image that Slack cannot fetch', [{ ...image, image_url: 'http://127.0.0.1:3000/fox.png' }]],
    ['an unknown file', [{ type: 'image', slack_file: { id: 'F0' }, alt_text: 'A fox' }]],
    ['mrkdwn in a header', [{ type: 'header', text: { type: 'mrkdwn', text: 'x' } }]],
    ['an unknown block', [{ type: 'gallery' }]],
    ['an unknown key', [{ type: 'divider', colour: 'red' }]],
    ['an alert in a message', [{ type: 'alert', text: text(3) }]],
    ['two tables', Array.from({ length: 2 }, () => ({ type: 'table', rows: [[{ type: 'raw_text', text: 'x' }]] }))],
    ['a rich text element that does not exist', rich({ type: 'mention', user_id: ada })],
    ['an unknown rich text style', rich({ type: 'text', text: 'x', style: { huge: true } })],
  ])('refuses %s', async (_, blocks) => {
    const slack = await slackWith();
    const call = clientOf(slack).apiCall('chat.postMessage', { channel: studio, text: 'x', blocks });
    expect(await refused(call)).toBe('invalid_blocks');
    expect(slack.messages()).toEqual([]);
  });

  it('takes what fits', async () => {
    const slack = await slackWith();
    const blocks = [
      { type: 'header', text: text(150) },
      { type: 'section', text: text(3000), accessory: image },
      ...rich({ type: 'text', text: 'bold', style: { bold: true } }, { type: 'user', user_id: ada }),
      { ...image, title: text(10) },
      ...actions(button({ style: 'primary', value: 'x'.repeat(2000) }), button({ action_id: 'b' })),
      { type: 'carousel', elements: [{ type: 'card', hero_image: image, actions: [button({ action_id: 'c' })] }] },
    ];
    await clientOf(slack).apiCall('chat.postMessage', { channel: studio, text: 'x', blocks });
    expect(slack.messages()).toHaveLength(1);
  });

  it('refuses modals that break its limits, and late triggers', async () => {
    const clock = handClock();
    const slack = await slackWith({ clock });
    const client = clientOf(slack);
    const asked = slack.command('/imagine', '', { user: 'ada', channel: '#studio' });
    const open = (view: object) => refused(client.apiCall('views.open', { trigger_id: asked.triggerId, view }));
    expect(await open({ type: 'modal', title: text(25), blocks: [] })).toBe('invalid_arguments');
    const input = { type: 'input', label: text(3), element: { type: 'plain_text_input' } };
    expect(await open({ type: 'modal', title: text(5), blocks: [input] })).toBe('invalid_arguments');
    expect(await open({ type: 'modal', title: text(5), private_metadata: 'x'.repeat(3001), blocks: [] })).toBe(
      'invalid_arguments',
    );
    clock.pass(3001);
    expect(await open({ type: 'modal', title: text(5), blocks: [] })).toBe('expired_trigger_id');
    await client.views.publish({ user_id: ada, view: { type: 'home', blocks: [{ type: 'divider' }] } });
    expect(slack.home('ada')).toMatchObject({ type: 'home' });
  });
});

describe('pings and links are seen', () => {
  it('in text and mrkdwn, not in plain text and not escaped', async () => {
    const slack = await slackWith({ rateLimits: false });
    const client = clientOf(slack);
    const mrkdwn = (text: string) => [{ type: 'section', text: { type: 'mrkdwn', text, verbatim: true } }];
    const kinds = async (text: string, blocks?: object[]) => {
      const before = slack.pings().length;
      await client.apiCall('chat.postMessage', { channel: studio, text, ...(blocks ? { blocks } : {}) });
      return slack
        .pings()
        .slice(before)
        .map(({ kind, id }) => `${kind} ${id}`);
    };
    expect(await kinds('<!channel> <!here|here> <!everyone>')).toEqual([
      'channel channel',
      'here here',
      'everyone everyone',
    ]);
    expect(await kinds(`<@${ada}> <!subteam^S0DESIGN001|@designers>`)).toEqual([
      `user ${ada}`,
      'usergroup S0DESIGN001',
    ]);
    expect(await kinds('&lt;!channel&gt; @here @ada')).toEqual([]);
    expect(await kinds('x', mrkdwn('<!channel>'))).toEqual(['channel channel']);
    expect(await kinds('x', [{ type: 'section', text: { type: 'plain_text', text: '<!channel>' } }])).toEqual([]);
    const rich = (...elements: object[]) => [
      { type: 'rich_text', elements: [{ type: 'rich_text_section', elements }] },
    ];
    expect(await kinds('x', rich({ type: 'text', text: '<!channel> @here' }))).toEqual([]);
    expect(await kinds('x', rich({ type: 'broadcast', range: 'here' }))).toEqual(['here here']);
  });

  it('an update without parse reads bare names, as its default says', async () => {
    const slack = await slackWith();
    const client = clientOf(slack);
    const { ts = '' } = await client.chat.postMessage({ channel: studio, text: 'x' });
    await client.chat.update({ channel: studio, ts, text: '@here and @ada', parse: 'none' });
    expect(slack.pings()).toEqual([]);
    await client.chat.update({ channel: studio, ts, text: '@here and @ada' });
    expect(slack.pings().map((one) => one.kind)).toEqual(['here', 'user']);
  });

  it('labelled links and plain addresses are told apart', async () => {
    const slack = await slackWith();
    const client = clientOf(slack);
    await client.chat.postMessage({ channel: studio, text: '<https://evil.example|Your bank> https://ok.example/a' });
    expect(slack.links()).toMatchObject([{ channel: studio, url: 'https://evil.example', text: 'Your bank' }]);
    expect(slack.autolinks()).toMatchObject([{ url: 'https://ok.example/a' }]);
  });
});

describe('files', () => {
  it('go up in three steps and are shared when Slack is done', async () => {
    const slack = await slackWith({ sharesAfterPolls: 1 });
    const client = clientOf(slack);
    const id = await upload(client, png);
    const root = await client.chat.postMessage({ channel: studio, text: 'root' });
    const done = await client.files.completeUploadExternal({
      files: [{ id, title: 'Fox' }],
      channel_id: studio,
      thread_ts: String(root.ts),
      initial_comment: 'Here it is',
    });
    expect(done.files).toEqual([{ id, title: 'Fox' }]);
    expect((await client.files.info({ file: id })).file).toMatchObject({ mimetype: '' });
    expect((await client.files.info({ file: id })).file).toMatchObject({
      mimetype: 'image/png',
      alt_txt: 'A red fox',
      shares: { public: { [studio]: [{ thread_ts: root.ts }] } },
    });
    expect(slack.transcript('#studio')).toBe(
      '#studio\n@easel: root\n    @easel: Here it is\n      [image/png "Fox" 70 bytes, alt "A red fox"]',
    );
    expect(await refused(client.files.completeUploadExternal({ files: [{ id }], channel_id: studio }))).toBe(
      'file_not_found',
    );
  });

  it('by default the message comes by itself, as an event too', async () => {
    const slack = await slackWith();
    const subtypes: unknown[] = [];
    const app = await boltOn(slack, (app) => {
      app.event('message', async ({ event }) => void subtypes.push(event.subtype));
      app.event('file_shared', async ({ event }) => void subtypes.push(event.file_id));
    });
    const id = await upload(app.client, png);
    await app.client.files.completeUploadExternal({ files: [{ id }], channel_id: studio });
    await slack.until(() => slack.messages('#studio').length === 1);
    await slack.until(() => slack.outcomes().every((one) => one.state === 'acknowledged') && subtypes.length > 0);
    expect(subtypes).toContain(id);
  });

  it('refuse wrong lengths, long alt texts, empty files, and places without the app', async () => {
    const slack = await slackWith();
    const client = clientOf(slack);
    const ask = (extra: object) =>
      refused(client.apiCall('files.getUploadURLExternal', { filename: 'a.png', length: 5, ...extra }));
    expect(await ask({ alt_txt: 'x'.repeat(1001) })).toBe('alt_txt_too_large');
    expect(await ask({ length: 0 })).toBe('missing_argument');
    expect(await ask({ length: 1_000_000_001 })).toBe('file_upload_size_restricted');
    const { upload_url, file_id } = await client.files.getUploadURLExternal({ filename: 'a.png', length: 5 });
    const short = await fetch(String(upload_url), { method: 'POST', body: 'four' });
    expect([short.status, await short.text()]).toEqual([400, 'expected 5 bytes, got 4']);
    const complete = (channel_id: string, id = String(file_id)) =>
      refused(client.files.completeUploadExternal({ files: [{ id }], channel_id }));
    expect(await complete(studio)).toBe('file_not_found');
    const form = new FormData();
    form.set('file', new Blob(['5byte']), 'a.png');
    expect(await (await fetch(String(upload_url), { method: 'POST', body: form })).text()).toBe('OK - 5');
    expect((await fetch(String(upload_url), { method: 'POST', body: '5byte' })).status).toBe(409);
    expect(await complete(lobby)).toBe('not_in_channel');
    expect(await complete(secret)).toBe('channel_not_found');
    expect(await complete(ada)).toBe('channel_not_found');
  });

  it('show in image blocks only once processed, and never as webp', async () => {
    const slack = await slackWith({ sharesAfterPolls: 0 });
    const client = clientOf(slack);
    const show = (id: string) =>
      client.chat.postMessage({
        channel: studio,
        text: 'x',
        blocks: [{ type: 'image', slack_file: { id }, alt_text: 'A fox' }],
      });
    const webp = Buffer.from('RIFF\x1a\0\0\0WEBPVP8 ', 'latin1');
    const ids = [await upload(client, png), await upload(client, webp, 'fox.webp')];
    for (const id of ids) await client.files.completeUploadExternal({ files: [{ id }] });
    expect(await refused(show(String(ids[0])))).toBe('invalid_blocks');
    slack.processFiles();
    await show(String(ids[0]));
    expect(await refused(show(String(ids[1])))).toBe('invalid_blocks');
  });

  it('are given only to those who may see them: others get a login page with status 200', async () => {
    const slack = await slackWith();
    const hidden = slack.message('look', { user: 'ada', channel: '#secret', files: [{ name: 'a.png', bytes: png }] });
    const open = slack.message('look', { user: 'ada', channel: '#studio', files: [{ name: 'b.png', bytes: png }] });
    const client = clientOf(slack);
    expect(await refused(client.files.info({ file: String(hidden.files[0]) }))).toBe('file_not_found');
    const { file } = await client.files.info({ file: String(open.files[0]) });
    const get = (headers: Record<string, string>) => fetch(String(file?.url_private_download), { headers });
    const page = await get({});
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    await page.arrayBuffer();
    const bytes = await get({ authorization: `Bearer ${slack.botToken}` });
    expect(Buffer.from(await bytes.arrayBuffer()).equals(png)).toBe(true);
    expect(await refused(client.files.delete({ file: String(file?.id) }))).toBe('cant_delete_file');
  });

  it('keep only their hash when told so', async () => {
    const slack = await slackWith({ keepBytes: false });
    const id = await upload(clientOf(slack), png);
    expect(slack.file(id)).toMatchObject({
      length: 70,
      mimetype: 'image/png',
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(slack.file(id).bytes).toBeUndefined();
  });
});

describe('what people do with pictures', () => {
  const fileForm = {
    type: 'modal' as const,
    callback_id: 'edit',
    title: { type: 'plain_text' as const, text: 'Edit' },
    submit: { type: 'plain_text' as const, text: 'Go' },
    blocks: [
      {
        type: 'input' as const,
        block_id: 'pictures',
        label: { type: 'plain_text' as const, text: 'Pictures' },
        element: { type: 'file_input' as const, action_id: 'files', max_files: 1, filetypes: ['png'] },
      },
    ],
  };
  const trigger = (slack: FakeSlack) =>
    slack.command('/imagine', '', { user: 'ada', channel: '#studio' }).triggerId ?? '';

  it('a form asks for files only with files:read, and takes only what its input takes', async () => {
    const slack = await slackWith();
    const client = clientOf(slack);
    await client.views.open({ trigger_id: trigger(slack), view: fileForm });
    const send = (name: string, bytes: Uint8Array) => slack.viewSubmit('edit', { pictures: [{ name, bytes }] }, 'ada');
    expect(() => send('fox.pdf', png)).toThrow('takes no pdf');
    expect(() => send('fox.png', new Uint8Array(10_000_001))).toThrow('too large');
    expect(() =>
      slack.viewSubmit('edit', { pictures: [slack.upload('bob', { name: 'a.png', bytes: png })] }, 'ada'),
    ).toThrow('no file');
    const mine = slack.upload('ada', { name: 'a.png', bytes: png });
    expect(await refused(client.files.info({ file: mine }))).toBe('file_not_found');
    slack.viewSubmit('edit', { pictures: [mine] }, 'ada');
    expect((await client.files.info({ file: mine })).file).toMatchObject({ name: 'a.png', shares: {} });
    slack.revokeScopes('files:read');
    const late = trigger(slack);
    expect(await refused(client.views.open({ trigger_id: late, view: fileForm }))).toBe('invalid_arguments');
    const { blocks: _, submit: __, ...bare } = fileForm;
    await client.views.open({ trigger_id: late, view: { ...bare, blocks: [] } });
  });

  it('an ephemeral answer is not seen in a thread that nobody has answered in', async () => {
    const slack = await slackWith();
    const client = clientOf(slack);
    const { ts } = slack.message('look', { user: 'bob', channel: '#studio' });
    const tell = (text: string) => client.chat.postEphemeral({ channel: studio, user: ada, text, thread_ts: ts });
    expect((await tell('early')).ok).toBe(true);
    slack.message('nice', { user: 'bob', channel: '#studio', threadTs: ts });
    await tell('late');
    expect(slack.messages('#studio').map(({ text }) => text)).toEqual(['look', 'nice', 'late']);
  });

  it('the answer to a shortcut stands in the channel, and can be sent to no thread', async () => {
    const slack = await slackWith();
    const { ts } = slack.message('look', { user: 'bob', channel: '#studio' });
    const reply = slack.message('nice', { user: 'bob', channel: '#studio', threadTs: ts });
    slack.useManifest({
      display_information: { name: 'Easel' },
      features: {
        bot_user: { display_name: 'easel' },
        shortcuts: [{ name: 'Edit', type: 'message', callback_id: 'edit', description: 'Edit' }],
      },
      oauth_config: { scopes: { bot: ['commands'] } },
      settings: { interactivity: { is_enabled: true }, socket_mode_enabled: true },
    });
    const { responseUrl } = slack.shortcut('edit', { user: 'ada', channel: '#studio', ts: reply.ts });
    const answer = (body: object) =>
      fetch(String(responseUrl), {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
    expect((await answer({ text: 'in the thread', thread_ts: ts })).status).toBe(400);
    expect((await answer({ text: 'in the channel' })).status).toBe(200);
    expect(slack.messages('#studio').at(-1)).toMatchObject({ text: 'in the channel', visibleTo: ada });
    expect(slack.messages('#studio').at(-1)).not.toHaveProperty('threadTs');
  });

  it('corrections and deletions are told as changes, and a name that a correction adds as a mention', async () => {
    const slack = await slackWith();
    const seen: unknown[][] = [];
    const all = Promise.withResolvers<void>();
    const see = (...one: unknown[]) => {
      if (seen.push(one) === 6) all.resolve();
    };
    await boltOn(slack, (app) => {
      app.event('app_mention', async ({ event }) => see('mention', event.ts, event.edited !== undefined));
      app.event('message', async ({ event }) => see(event.subtype));
    });
    const where = { user: 'ada', channel: '#studio' };
    const { ts } = slack.message('a fox', where);
    expect(() => slack.correct(ts, 'mine now', { user: 'bob', channel: '#studio' })).toThrow('bob wrote no message');
    slack.correct(ts, '@easel a fox', where);
    slack.correct(ts, '@easel a red fox', where);
    slack.erase(ts, where);
    slack.message('beep', { ...where, byOtherApp: true });
    await all.promise;
    expect(seen.filter(([what]) => what === 'mention')).toEqual([['mention', ts, true]]);
    expect(seen.filter(([what]) => what === 'message_changed')).toHaveLength(2);
    expect(seen).toContainEqual(['message_deleted']);
  });

  it('a mention comes as two events, in a direct message as one', async () => {
    const slack = await slackWith();
    slack.message('@easel a fox', { user: 'ada', channel: '#studio' });
    expect(slack.outcomes()).toHaveLength(2);
    slack.message('@easel a fox', { user: 'ada', channel: '@ada' });
    expect(slack.outcomes()).toHaveLength(3);
    slack.revokeScopes('app_mentions:read');
    slack.message('@easel a fox', { user: 'ada', channel: '#studio' });
    expect(slack.outcomes()).toHaveLength(4);
  });

  it('files can be deleted, hidden, or sent on to another address', async () => {
    const slack = await slackWith();
    const { files } = slack.message('look', {
      user: 'ada',
      channel: '#studio',
      files: [{ name: 'a.png', bytes: png }],
    });
    const id = String(files[0]);
    const client = clientOf(slack);
    const { file } = await client.files.info({ file: id });
    const get = () =>
      fetch(String(file?.url_private_download), {
        headers: { authorization: `Bearer ${slack.botToken}` },
        redirect: 'manual',
      });
    slack.redirectFile(id, 'https://elsewhere.example/a.png');
    const sentOn = await get();
    expect([sentOn.status, sentOn.headers.get('location')]).toEqual([302, 'https://elsewhere.example/a.png']);
    slack.hideFile(id);
    expect((await client.files.info({ file: id })).file).toMatchObject({ mode: 'hidden_by_limit' });
    expect((await get()).headers.get('content-type')).toContain('text/html');
    slack.deleteFile(id);
    expect(await refused(client.files.info({ file: id }))).toBe('file_deleted');
  });
});

describe('what people write', () => {
  it.each([
    ['see https://a.example/?a=1&b=2.', 'see <https://a.example/?a=1&amp;b=2>.'],
    ['image:"https://a.example/b.png" blue', 'image:"<https://a.example/b.png>" blue'],
    ['[the fox](https://a.example/b.png) & me', '<https://a.example/b.png|the fox> &amp; me'],
    ['a.example, b.example/c.png!', '<http://a.example|a.example>, <http://b.example/c.png|b.example/c.png>!'],
    ['ann@a.example', '<mailto:ann@a.example|ann@a.example>'],
    ['fox.png 1.5 e.g. a/b.example', 'fox.png 1.5 e.g. a/b.example'],
    ['@ada @designers @here @nobody #lobby', `<@${ada}> <!subteam^S0DESIGN001> <!here> @nobody <#${lobby}|lobby>`],
  ])('%j is sent as %j', async (words, sent) => {
    const slack = await slackWith();
    slack.message(words, { user: 'ada', channel: '#studio' });
    expect(slack.messages('#studio')[0]?.text).toBe(sent);
  });

  it('replies tell who began the thread', async () => {
    const slack = await slackWith();
    const replies: unknown[] = [];
    await boltOn(slack, (app) => {
      app.event('message', async ({ event }) => {
        if ('thread_ts' in event && 'parent_user_id' in event) replies.push([event.thread_ts, event.parent_user_id]);
      });
    });
    const { ts } = slack.message('look', { user: 'bob', channel: '#studio' });
    slack.message('nice', { user: 'ada', channel: '#studio', threadTs: ts });
    await slack.until(() => slack.outcomes().every(({ state }) => state === 'acknowledged'));
    expect(replies).toEqual([[ts, slack.user('bob').id]]);
  });

  it('strangers of a shared channel name their own team, and have no commands', async () => {
    const users = [
      { id: ada, name: 'ada' },
      { id: 'U0SVEN00004', name: 'sven', isStranger: true },
    ];
    const slack = await slackWith({ users });
    const seen: unknown[] = [];
    const all = Promise.withResolvers<void>();
    await boltOn(slack, (app) => {
      app.event('app_mention', async ({ event, body, context }) => {
        const { team, user_team, source_team } = event as { team?: string; user_team?: string; source_team?: string };
        seen.push([body.team_id, body.authorizations?.[0]?.team_id, body.is_ext_shared_channel, context.teamId]);
        if (seen.push([team, user_team, source_team]) === 4) all.resolve();
      });
    });
    for (const user of ['ada', 'sven']) slack.message('@easel hi', { user, channel: '#studio' });
    await all.promise;
    const [here, away] = ['T0FAKETEAM1', 'T0ELSEWHERE'];
    expect(seen).toEqual([
      [here, here, true, here],
      [here, here, here],
      [away, here, true, here],
      [away, away, away],
    ]);
    expect(() => slack.command('/help', '', { user: 'sven', channel: '#studio' })).toThrow('not a valid command');
  });

  it('a file that is stored elsewhere has nothing to download', async () => {
    const slack = await slackWith();
    const external = 'https://docs.google.com/document/d/1';
    const { files } = slack.message('the plan', {
      ...{ user: 'ada', channel: '#studio' },
      files: [{ name: 'plan', bytes: png, external }],
    });
    const { file } = await clientOf(slack).files.info({ file: String(files[0]) });
    expect(file).toMatchObject({ mode: 'external', is_external: true, url_private: external, size: 0 });
    expect(file).not.toHaveProperty('url_private_download');
    const path = `${slack.url}/files-pri/T0FAKETEAM1-${files[0]}/plan`;
    const got = await fetch(path, { headers: { authorization: `Bearer ${slack.botToken}` } });
    expect(got.headers.get('content-type')).toContain('text/html');
  });
});

describe('limits and faults', () => {
  it('one message a second and channel after a short burst, and 50 updates a minute', async () => {
    const clock = handClock();
    const slack = await slackWith({ clock });
    const client = clientOf(slack);
    const post = () => client.chat.postMessage({ channel: studio, text: 'x' });
    const { ts = '' } = await post();
    for (let n = 0; n < 4; n++) await post();
    await expect(post()).rejects.toMatchObject({ retryAfter: 1 });
    clock.pass(1000);
    await post();
    for (let n = 0; n < 50; n++) await client.chat.update({ channel: studio, ts, text: `${n}`, parse: 'none' });
    await expect(client.chat.update({ channel: studio, ts, text: 'x', parse: 'none' })).rejects.toMatchObject({
      retryAfter: 60,
    });
    expect(slack.rateLimited().map((one) => one.method)).toEqual(['chat.postMessage', 'chat.update']);
    const free = await slackWith({ clock, rateLimits: false });
    for (let n = 0; n < 10; n++) await clientOf(free).chat.postMessage({ channel: studio, text: 'x' });
  });

  it('an error can come before or after the work, as an answer or as a cut line', async () => {
    const slack = await slackWith();
    const client = clientOf(slack);
    const post = (text: string) => client.chat.postMessage({ channel: studio, text });
    slack.fail({ method: 'chat.postMessage' }, { error: 'fatal_error' });
    expect(await refused(post('never'))).toBe('fatal_error');
    slack.fail({ method: 'chat.postMessage', given: { text: 'done anyway' } }, { afterWorking: true, drop: true });
    await post('unharmed');
    await expect(post('done anyway')).rejects.toThrow();
    slack.fail({ method: 'chat.postMessage' }, { retryAfter: 7 });
    await expect(post('limited')).rejects.toMatchObject({ retryAfter: 7 });
    slack.fail({ method: 'chat.postMessage' }, { status: 503, times: 2 });
    await expect(post('down')).rejects.toMatchObject({ statusCode: 503 });
    await expect(post('down')).rejects.toMatchObject({ statusCode: 503 });
    expect(slack.messages().map((one) => one.text)).toEqual(['unharmed', 'done anyway']);
  });

  it('a response_url works five times in half an hour', async () => {
    const clock = handClock();
    const slack = await slackWith({ clock });
    const { responseUrl = '' } = slack.command('/imagine', '', { user: 'ada', channel: '#secret' });
    const respond = async (body: object, url = responseUrl) => {
      const headers = { 'content-type': 'application/json' };
      const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
      return `${answer.status} ${await answer.text()}`;
    };
    expect(await respond({ text: 'for you' })).toBe('200 ok');
    expect(await respond({ text: 'for all', response_type: 'in_channel' })).toBe('200 ok');
    expect(await respond({ text: 'x', attachments: [] })).toContain('400');
    for (let n = 0; n < 2; n++) await respond({ text: `${n}` });
    expect(await respond({ text: 'six' })).toBe('404 {"ok":false,"error":"used_url"}');
    const later = slack.command('/imagine', '', { user: 'ada', channel: '#studio' });
    clock.pass(30 * 60_000 + 1);
    expect(await respond({ text: 'late' }, later.responseUrl)).toContain('expired_url');
    expect(slack.messages('#secret').map((one) => one.visibleTo ?? 'all')).toEqual([ada, 'all', ada, ada]);
  });

  it('until tells what was said when it waited in vain', async () => {
    const slack = await slackWith();
    slack.message('only this', { user: 'ada', channel: '#studio' });
    await expect(slack.until(() => slack.messages().length === 2, 20)).rejects.toThrow('@ada: only this');
  });
});

function manifest() {
  return {
    display_information: { name: 'Easel' },
    features: {
      bot_user: { display_name: 'Easel' },
      slash_commands: [{ command: '/imagine', description: 'Create images', usage_hint: 'a fox', should_escape: true }],
      shortcuts: [{ type: 'message', name: 'Edit this picture', callback_id: 'edit', description: 'Change it' }],
    },
    oauth_config: { scopes: { bot: ['commands', 'chat:write', 'app_mentions:read', 'files:write', 'files:read'] } },
    settings: {
      event_subscriptions: { bot_events: ['app_mention'] },
      interactivity: { is_enabled: true },
      socket_mode_enabled: true,
    },
  };
}

describe('manifests', () => {
  it('one that fits has no problems and decides what is delivered', async () => {
    expect(validateManifest(manifest())).toEqual([]);
    const slack = await slackWith({ manifest: manifest() });
    expect(await refused(clientOf(slack).users.info({ user: ada }))).toBe('missing_scope');
    const { ts } = slack.message('plain words', { user: 'ada', channel: '#studio' });
    expect(slack.outcomes()).toEqual([]);
    expect(() => slack.shortcut('other', { user: 'ada', ts })).toThrow('no message shortcut');
    expect(slack.shortcut('edit', { user: 'ada', ts }).triggerId).toBeTruthy();
  });

  it.each<[string, (json: ReturnType<typeof manifest>) => void, string]>([
    ['a long name', (json) => (json.display_information.name = 'x'.repeat(36)), '/display_information/name'],
    [
      'a long command',
      (json) =>
        (json.features.slash_commands[0] = {
          ...json.features.slash_commands[0],
          command: `/${'x'.repeat(32)}`,
        } as never),
      '/features/slash_commands/0/command',
    ],
    [
      'a long hint',
      (json) => Object.assign(json.features.slash_commands[0] ?? {}, { usage_hint: 'x'.repeat(1001) }),
      '/features/slash_commands/0/usage_hint',
    ],
    [
      'a URL with Socket Mode',
      (json) => Object.assign(json.features.slash_commands[0] ?? {}, { url: 'https://easel.example' }),
      '/features/slash_commands/0/url',
    ],
    [
      'an event without its scope',
      (json) => json.settings.event_subscriptions.bot_events.push('message.im'),
      '/settings/event_subscriptions/bot_events/1',
    ],
    [
      'an unknown event',
      (json) => json.settings.event_subscriptions.bot_events.push('app_mentioned'),
      '/settings/event_subscriptions/bot_events/1',
    ],
    ['an unknown scope', (json) => json.oauth_config.scopes.bot.push('files:all'), '/oauth_config/scopes/bot/5'],
    ['an unknown key', (json) => Object.assign(json.settings, { socket_mode: true }), '/settings/socket_mode'],
    [
      'no URL without Socket Mode',
      (json) => (json.settings.socket_mode_enabled = false),
      '/settings/interactivity/request_url',
    ],
  ])('refuses %s', (_, spoil, pointer) => {
    const json = manifest();
    spoil(json);
    expect(validateManifest(json).map((one) => one.pointer)).toContain(pointer);
  });

  it('are validated, updated and exported with a configuration token that rotates once', async () => {
    const slack = await slackWith();
    const { configuration, refresh } = slack.tokens();
    const app_id = slack.identity().appId;
    const call = async (token: string, method: string, given: Record<string, unknown>) =>
      ({ ...(await clientOf(slack, token).apiCall(method, given)) }) as Record<string, unknown>;
    const given = { app_id, manifest: JSON.stringify(manifest()) };
    expect(await refused(call(slack.botToken, 'apps.manifest.validate', given))).toBe('not_allowed_token_type');
    expect(await refused(call(configuration, 'apps.manifest.validate', { manifest: '{}' }))).toBe('invalid_manifest');
    expect(await call(configuration, 'apps.manifest.update', given)).toMatchObject({
      app_id,
      permissions_updated: false,
    });
    expect((await call(configuration, 'apps.manifest.export', { app_id })).manifest).toEqual(manifest());
    const rotated = await call('', 'tooling.tokens.rotate', { refresh_token: refresh });
    expect(await refused(call(configuration, 'apps.manifest.export', { app_id }))).toBe('invalid_auth');
    expect(await call(String(rotated.token), 'apps.manifest.export', { app_id })).toMatchObject({ ok: true });
    expect(await refused(call('', 'tooling.tokens.rotate', { refresh_token: refresh }))).toBe('invalid_refresh_token');
  });
});

describe('as a process of its own', () => {
  it('tells its address, obeys its control address, and ends when closed', async () => {
    const main = fileURLToPath(new URL('./slack/main.ts', import.meta.url));
    const child: ChildProcess = spawn(process.execPath, [main, JSON.stringify({ rateLimits: false })], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    cleanUps.push(() => child.kill());
    if (!child.stdout) throw new Error('no stdout');
    const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
    const { url, apiUrl, botToken } = JSON.parse(line);
    const slack = control<FakeSlack>(url);
    await new WebClient(botToken, { slackApiUrl: apiUrl, logger: quiet }).chat.postMessage({
      channel: studio,
      text: 'hi',
    });
    expect(await slack.untilSaid('#studio', 'hi')).toBe('#studio\n@easel: hi');
    const posted = await slack.message('look', {
      user: 'ada',
      channel: '#studio',
      files: [{ name: 'a.png', bytes: png }],
    });
    expect((await slack.file(String(posted.files[0]))).bytes?.equals(png)).toBe(true);
    await expect(slack.message('x', { user: 'nobody', channel: '#studio' })).rejects.toThrow('Nobody here');
    const exited = once(child, 'exit');
    await slack.close();
    expect((await exited)[0]).toBe(0);
  });
});
