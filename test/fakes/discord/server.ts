/** A strict Discord in one process: REST, gateway and CDN on one port, and a handle that plays the people. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { controlPath, handleControl } from '../control.ts';
import { createRegistry } from './commands.ts';
import { createFaults, type Fault, type Matcher } from './faults.ts';
import { createGateway, type DropOptions } from './gateway.ts';
import { createInteractions, type Reply, type SeenInteraction } from './interactions.ts';
import { createLimits, type RateLimited } from './limits.ts';
import type { MaskedLink, Ping } from './mentions.ts';
import { createMessages, type FastEdit, intent } from './messages.ts';
import { type RequestBody, readBody } from './multipart.ts';
import { plainly, Refused, refused, wrongField } from './refused.ts';
import { createTalk } from './talk.ts';
import { transcript } from './transcript.ts';
import { check, dmBody, flag, isObject, queryNumber, threadBody, threadPatch } from './validate.ts';
import {
  type Channel,
  channelKinds,
  createWorld,
  type GuildOptions,
  isThreadType,
  type Message,
  mebibyte,
  permission,
  type UserOptions,
} from './world.ts';

export interface FakeDiscordOptions {
  /** The bot's token; starts with the base64 of its id, as real ones do, if left out. */
  readonly token?: string;
  readonly port?: number;
  readonly host?: string;
  readonly guilds?: readonly GuildOptions[];
  readonly users?: readonly UserOptions[];
  /** Whether the bot was granted the privileged Message Content intent; no. */
  readonly allowMessageContent?: boolean;
  /** Off for benchmarks; on. */
  readonly rateLimits?: boolean;
  /** Off: what the bot uploads is kept as size and hash only; on. */
  readonly keepBytes?: boolean;
  /** Milliseconds since 1970; the real time. Rate limits always go by the real time, since clients wait in it. */
  readonly clock?: () => number;
  /** Edits of one message closer than this are recorded; 2500. */
  readonly editIntervalMsMin?: number;
  readonly heartbeatIntervalMs?: number;
}

interface SeenAttachment {
  readonly id: string;
  readonly filename: string;
  readonly size: number;
  readonly sha256: string;
  readonly contentType: string;
  readonly description?: string;
  readonly spoiler: boolean;
  readonly width?: number;
  readonly height?: number;
  readonly url: string;
}

export interface SeenMessage {
  readonly id: string;
  readonly channelId: string;
  readonly guildId?: string;
  readonly author: { readonly id: string; readonly name: string; readonly bot: boolean };
  readonly content: string;
  readonly flags: number;
  readonly embeds: readonly Record<string, unknown>[];
  readonly components: readonly Record<string, unknown>[];
  readonly attachments: readonly SeenAttachment[];
  /** The only person who sees it. */
  readonly ephemeralFor?: string;
  readonly replyTo?: string;
  /** The message that it passes on. */
  readonly forwards?: string;
  /** The thread that hangs on it. */
  readonly threadId?: string;
  readonly nonce?: string | number;
  readonly createdMs: number;
  readonly editCount: number;
  readonly editedMs: readonly number[];
  /** A deferred answer that was not filled in yet. */
  readonly loading: boolean;
  /** Came through an interaction's webhook, not by the bot's token. */
  readonly interactionResponse: boolean;
  readonly interactionId?: string;
}

export interface SeenRequest {
  readonly method: string;
  /** Without `/api/v10` and query. */
  readonly path: string;
  readonly status: number;
  readonly code?: number;
  readonly bytes: number;
  readonly atMs: number;
  readonly injected?: true;
  /** The JSON sent; missing with `keepBytes: false`. */
  readonly json?: unknown;
}

/** Something no well-behaved bot does. */
export interface Violation {
  readonly kind: 'refused' | 'rate-limited' | 'gateway' | 'fast-edit';
  readonly what: string;
  readonly atMs: number;
}

/** What `untilMessage` waits for; everything given must hold. */
export interface MessageMatch {
  readonly channel?: string;
  readonly contains?: string;
  readonly attachments?: number;
  readonly button?: string;
  readonly author?: string;
}

export type DiscordHandle = Awaited<ReturnType<typeof fakeDiscord>>;

const apiPrefix = /^\/api(?:\/v10)?(?=\/)/;
const requestBytesMax = 25 * mebibyte;
const hardBytesMax = 110 * mebibyte;
const usualDeadlineMs = 10_000;

interface Call {
  readonly query: URLSearchParams;
  readonly body: RequestBody;
  readonly bytes: number;
}

interface Route {
  readonly method: string;
  readonly path: RegExp;
  readonly work: (parameters: string[], call: Call) => Reply;
  /** The webhook and callback routes need no token, and the global limit does not count them. */
  readonly open?: true;
  readonly bucket?: string;
}

/** Starts the fake; the handle is also what the control API under `/_fake/` offers, method by method. */
export async function fakeDiscord(options: FakeDiscordOptions = {}) {
  const { clock = Date.now, keepBytes = true, rateLimits = true, editIntervalMsMin = 2500 } = options;
  let aheadMs = 0;
  const now = () => clock() + aheadMs;
  let origin = '';
  const requests: SeenRequest[] = [];
  const violations: Violation[] = [];
  const limited: RateLimited[] = [];
  let downloads = 0;
  const watchers = new Set<() => void>();
  const changed = () => {
    for (const look of watchers) look();
  };
  const violation = (kind: Violation['kind'], what: string) => void violations.push({ kind, what, atMs: now() });

  const world = createWorld({
    now,
    keepBytes,
    origin: () => origin,
    ...(options.guilds ? { guilds: options.guilds } : {}),
    ...(options.users ? { users: options.users } : {}),
  });
  const { bot } = world;
  const token =
    options.token ?? `${Buffer.from(bot.id).toString('base64url')}.Fake00.not-a-real-token-but-just-as-long-as-one`;
  const application = () => ({
    id: bot.id,
    name: 'Easel',
    icon: null,
    description: '',
    type: null,
    bot_public: true,
    bot_require_code_grant: false,
    verify_key: '0'.repeat(64),
    flags: options.allowMessageContent ? 1 << 19 : 0,
    flags_new: String(options.allowMessageContent ? 1 << 19 : 0),
    owner: world.userJson(bot),
    team: null,
    bot: world.userJson(bot),
    approximate_guild_count: world.guilds.size,
    approximate_user_install_count: 0,
    approximate_user_authorization_count: 0,
    explicit_content_filter: 0,
    eligible_oauth2_scopes: ['bot', 'applications.commands'],
    redirect_uris: [],
    interactions_endpoint_url: null,
    role_connections_verification_url: null,
    integration_types_config: { 0: {} },
  });
  const gateway = createGateway({
    token,
    allowedPrivileged: options.allowMessageContent ? intent.messageContent : 0,
    heartbeatIntervalMs: options.heartbeatIntervalMs ?? 41_250,
    url: () => origin.replace(/^http/, 'ws'),
    ready: () => ({
      user: { ...world.userJson(bot), verified: true, mfa_enabled: false, email: null },
      application: { id: bot.id, flags: application().flags },
      guildIds: [...world.guilds.keys()],
    }),
    guildCreate: (id) => world.guildCreateJson(world.guildOf(id)),
    violation: (_, what) => violation('gateway', what),
    changed,
  });
  const { emit } = gateway;
  const registry = createRegistry({ applicationId: bot.id, newId: world.newId });
  const messages = createMessages({ world, emit, now, editIntervalMsMin });
  const interactions = createInteractions({ world, registry, messages, emit, now });
  const faults = createFaults();
  const limits = createLimits(() => performance.timeOrigin + performance.now() + aheadMs);

  const may = (channel: Channel, bits: bigint) => (world.botPermissionsIn(channel) & bits) === bits;
  const demand = (channel: Channel, bits: bigint) => {
    if (channel.guildId && !may(channel, bits)) throw refused(50013);
  };
  /** A channel the bot can see. */
  function channelBy(id: string): Channel {
    const channel = world.channels.get(id);
    if (!channel) throw refused(10003);
    if (channel.guildId && !may(channel, permission.viewChannel)) throw refused(50001);
    if (!world.sees(bot, channel)) throw refused(50001);
    return channel;
  }
  /** A message by bot token: ephemeral ones do not exist there. */
  function messageBy(channel: Channel, id: string): Message {
    const message = channel.messages.get(id);
    if (!message || message.ephemeralFor !== undefined) throw refused(10008);
    return message;
  }
  const forBot = (message: Message) =>
    world.messageJson(message, { contentAllowed: options.allowMessageContent ?? false });
  const ok = (json: unknown): Reply => ({ status: 200, json });
  const none: Reply = { status: 204 };

  function mayPost(channel: Channel, hasFiles: boolean) {
    if (channel.recipientId) {
      const recipient = world.users.get(channel.recipientId);
      if (recipient?.stranger) throw refused(50278);
      if (recipient?.refusesDms) throw refused(50007);
      return;
    }
    if (channel.type === channelKinds.forum) throw refused(50008);
    if (channel.thread) demand(channel, permission.sendMessagesInThreads);
    else demand(channel, permission.sendMessages);
    if (channel.thread?.locked && !may(channel, permission.manageThreads)) throw refused(160005);
    if (hasFiles) demand(channel, permission.attachFiles);
  }

  function startThread(channel: Channel, message: Message, body: unknown): Reply {
    if (!channel.guildId) throw refused(50003);
    if (channel.type !== channelKinds.text && channel.type !== channelKinds.announcement) throw refused(50024);
    demand(channel, permission.createPublicThreads);
    if (world.channels.has(message.id)) throw refused(160004);
    check(threadBody, body);
    const given = body as { name: string; auto_archive_duration?: number | null };
    const thread = world.addChannel({
      id: message.id,
      type: channel.type === channelKinds.announcement ? 10 : 11,
      name: given.name,
      position: 0,
      guildId: channel.guildId,
      parentId: channel.id,
      botPermissions: channel.botPermissions,
      thread: {
        archived: false,
        locked: false,
        autoArchiveMinutes: given.auto_archive_duration ?? 1440,
        createdMs: now(),
        archivedMs: now(),
      },
    });
    message.flags |= 32;
    emit('THREAD_CREATE', channel.guildId, intent.guilds, { ...world.channelJson(thread), newly_created: true });
    messages.announce('MESSAGE_UPDATE', message);
    return { status: 201, json: world.channelJson(thread) };
  }

  function patchChannel(channel: Channel, body: unknown): Reply {
    if (!channel.thread) throw refused(50024);
    check(threadPatch, body);
    const given = body as { name?: string; archived?: boolean; locked?: boolean; auto_archive_duration?: number };
    const { thread } = channel;
    const { archived = thread.archived, locked = thread.locked } = given;
    // The bot owns its threads, so renaming and archiving are its own; locking is not.
    if (locked !== thread.locked) demand(channel, permission.manageThreads);
    if (thread.locked && !may(channel, permission.manageThreads)) throw refused(160005);
    if (thread.archived && archived) throw refused(50083);
    Object.assign(thread, { archived, locked, archivedMs: archived === thread.archived ? thread.archivedMs : now() });
    thread.autoArchiveMinutes = given.auto_archive_duration ?? thread.autoArchiveMinutes;
    channel.name = given.name ?? channel.name;
    messages.tellThread(channel);
    return ok(world.channelJson(channel));
  }

  function removeChannel(channel: Channel): Reply {
    const json = world.channelJson(channel);
    if (channel.guildId) {
      demand(channel, channel.thread ? permission.manageThreads : permission.manageChannels);
      dropChannel(channel);
    }
    return ok(json);
  }

  function dropChannel(channel: Channel) {
    const json = world.channelJson(channel);
    world.dropChannel(channel);
    emit(channel.thread ? 'THREAD_DELETE' : 'CHANNEL_DELETE', channel.guildId, intent.guilds, json);
  }

  function history(channel: Channel, query: URLSearchParams): Reply {
    const limit = queryNumber(query, 'limit', 50, 1, 100);
    for (const name of query.keys())
      if (!['limit', 'before', 'after', 'around'].includes(name))
        throw wrongField([name], 'UNKNOWN_KEY', 'The fake knows no such query.');
    if (channel.guildId && !may(channel, permission.readMessageHistory)) return ok([]);
    const shown = [...channel.messages.values()].filter((message) => message.ephemeralFor === undefined);
    const bound = (name: string) => (query.has(name) ? BigInt(query.get(name) ?? 0) : undefined);
    const [before, after, around] = [bound('before'), bound('after'), bound('around')];
    if (around !== undefined) {
      const at = shown.findIndex((message) => BigInt(message.id) >= around);
      const from = Math.max(0, (at === -1 ? shown.length : at) - Math.floor(limit / 2));
      return ok(
        shown
          .slice(from, from + limit)
          .reverse()
          .map(forBot),
      );
    }
    const fitting = shown.filter(
      ({ id }) => (before === undefined || BigInt(id) < before) && (after === undefined || BigInt(id) > after),
    );
    return ok((after === undefined ? fitting.slice(-limit) : fitting.slice(0, limit)).reverse().map(forBot));
  }

  function openDm(body: unknown): Reply {
    check(dmBody, body);
    const user = world.users.get((body as { recipient_id: string }).recipient_id);
    if (!user) throw refused(10013);
    if (user.bot) throw refused(50007);
    return ok(world.channelJson(world.dmWith(user.id)));
  }

  const guildBy = (id: string) => {
    const guild = world.guilds.get(id);
    if (!guild) throw refused(10004);
    return guild;
  };

  function member(guildId: string, userId: string): Reply {
    const guild = guildBy(guildId);
    const user = world.users.get(userId === '@me' ? bot.id : userId);
    if (!user) throw refused(10013);
    if (user.stranger) throw refused(10007);
    return ok(world.memberJson(guild, user));
  }

  function commandRoutes(base: string, scopeOf: (parameters: string[]) => string): Route[] {
    const own = (parameters: string[]) => {
      if (parameters[0] !== bot.id) throw refused(50001);
      const scope = scopeOf(parameters);
      if (scope !== '') guildBy(scope);
      return scope;
    };
    const one = new RegExp(`^${base}/(\\d+)$`);
    const whole = new RegExp(`^${base}$`);
    const last = (parameters: string[]) => parameters.at(-1) ?? '';
    return [
      { method: 'GET', path: whole, work: (p) => ok(registry.list(own(p))) },
      { method: 'PUT', path: whole, work: (p, { body }) => ok(registry.replace(own(p), body.json)) },
      {
        method: 'POST',
        path: whole,
        work: (p, { body }) => {
          const { command, created } = registry.upsert(own(p), body.json);
          return { status: created ? 201 : 200, json: command };
        },
      },
      { method: 'GET', path: one, work: (p) => ok(registry.get(own(p), last(p))) },
      { method: 'PATCH', path: one, work: (p, { body }) => ok(registry.patch(own(p), last(p), body.json)) },
      {
        method: 'DELETE',
        path: one,
        work: (p) => {
          registry.remove(own(p), last(p));
          return none;
        },
      },
    ];
  }

  const webhookRoute = (method: string, path: RegExp): Route => ({
    method,
    path,
    open: true,
    bucket: `${method} webhook`,
    work: ([id = '', key = '', messageId], { body }) => interactions.throughWebhook(method, id, key, messageId, body),
  });
  const onMessage = /^\/webhooks\/(\d+)\/([^/]+)\/messages\/(@original|\d+)$/;

  const routes: Route[] = [
    {
      method: 'POST',
      path: /^\/channels\/(\d+)\/messages$/,
      bucket: 'POST messages',
      work: ([id = ''], { body, bytes }) => {
        const channel = channelBy(id);
        mayPost(channel, body.files.size > 0);
        const bytesMax = world.bytesMaxIn(channel);
        if (bytes > Math.max(requestBytesMax, bytesMax + mebibyte)) throw refused(40005);
        return ok(forBot(messages.post(channel, body.json, { kind: 'create', files: body.files, bytesMax })));
      },
    },
    {
      method: 'PATCH',
      path: /^\/channels\/(\d+)\/messages\/(\d+)$/,
      bucket: 'PATCH message',
      work: ([id = '', messageId = ''], { body }) => {
        const channel = channelBy(id);
        const message = messageBy(channel, messageId);
        if (message.authorId !== bot.id) throw refused(50005);
        if (channel.thread?.archived) throw refused(50083);
        if (body.files.size > 0) demand(channel, permission.attachFiles);
        return ok(
          forBot(
            messages.edit(message, body.json, { kind: 'edit', files: body.files, bytesMax: world.bytesMaxIn(channel) }),
          ),
        );
      },
    },
    {
      method: 'GET',
      path: /^\/channels\/(\d+)\/messages\/(\d+)$/,
      work: ([id = '', messageId = '']) => {
        const channel = channelBy(id);
        if (channel.guildId && !may(channel, permission.readMessageHistory)) throw refused(50001);
        return ok(forBot(messageBy(channel, messageId)));
      },
    },
    {
      method: 'DELETE',
      path: /^\/channels\/(\d+)\/messages\/(\d+)$/,
      work: ([id = '', messageId = '']) => {
        const channel = channelBy(id);
        const message = messageBy(channel, messageId);
        if (message.authorId !== bot.id) {
          if (!channel.guildId) throw refused(50003);
          demand(channel, permission.manageMessages);
        }
        if (channel.thread?.archived) throw refused(50083);
        messages.remove(message);
        return none;
      },
    },
    {
      method: 'GET',
      path: /^\/channels\/(\d+)\/messages$/,
      work: ([id = ''], { query }) => history(channelBy(id), query),
    },
    {
      method: 'POST',
      path: /^\/channels\/(\d+)\/messages\/(\d+)\/threads$/,
      work: ([id = '', messageId = ''], { body }) => {
        const channel = channelBy(id);
        return startThread(channel, messageBy(channel, messageId), body.json);
      },
    },
    {
      method: 'POST',
      path: /^\/channels\/(\d+)\/typing$/,
      work: ([id = '']) => {
        mayPost(channelBy(id), false);
        return none;
      },
    },
    {
      method: 'PUT',
      path: /^\/channels\/(\d+)\/thread-members\/@me$/,
      work: ([id = '']) => {
        channelBy(id);
        return none;
      },
    },
    { method: 'GET', path: /^\/channels\/(\d+)$/, work: ([id = '']) => ok(world.channelJson(channelBy(id))) },
    {
      method: 'PATCH',
      path: /^\/channels\/(\d+)$/,
      work: ([id = ''], { body }) => patchChannel(channelBy(id), body.json),
    },
    { method: 'DELETE', path: /^\/channels\/(\d+)$/, work: ([id = '']) => removeChannel(channelBy(id)) },
    { method: 'GET', path: /^\/guilds\/(\d+)$/, work: ([id = '']) => ok(world.guildJson(guildBy(id))) },
    {
      method: 'GET',
      path: /^\/guilds\/(\d+)\/channels$/,
      work: ([id = '']) =>
        ok(
          world
            .channelsOf(guildBy(id))
            .filter((channel) => !isThreadType(channel.type))
            .map(world.channelJson),
        ),
    },
    {
      method: 'GET',
      path: /^\/guilds\/(\d+)\/roles$/,
      work: ([id = '']) => ok([...guildBy(id).roles.values()].map(world.roleJson)),
    },
    { method: 'GET', path: /^\/guilds\/(\d+)\/members\/(\d+|@me)$/, work: ([id = '', user = '']) => member(id, user) },
    { method: 'GET', path: /^\/users\/@me\/guilds\/(\d+)\/member$/, work: ([id = '']) => member(id, '@me') },
    {
      method: 'GET',
      path: /^\/users\/@me$/,
      work: () => ok({ ...world.userJson(bot), verified: true, mfa_enabled: false, email: null, locale: 'en-US' }),
    },
    {
      method: 'GET',
      path: /^\/users\/(\d+)$/,
      work: ([id = '']) => {
        const user = world.users.get(id);
        if (!user) throw refused(10013);
        return ok(world.userJson(user));
      },
    },
    { method: 'GET', path: /^\/users\/@me\/channels$/, work: () => ok([]) },
    { method: 'POST', path: /^\/users\/@me\/channels$/, work: (_, { body }) => openDm(body.json) },
    { method: 'GET', path: /^\/applications\/@me$/, work: () => ok(application()) },
    { method: 'GET', path: /^\/oauth2\/applications\/@me$/, work: () => ok(application()) },
    ...commandRoutes('/applications/(\\d+)/commands', () => ''),
    ...commandRoutes('/applications/(\\d+)/guilds/(\\d+)/commands', ([, guild = '']) => guild),
    { method: 'GET', path: /^\/gateway$/, open: true, work: () => ok({ url: origin.replace(/^http/, 'ws') }) },
    {
      method: 'GET',
      path: /^\/gateway\/bot$/,
      work: () => {
        const remaining = Math.max(0, 1000 - gateway.identifies());
        return ok({
          url: origin.replace(/^http/, 'ws'),
          shards: 1,
          session_start_limit: { total: 1000, remaining, reset_after: 86_400_000, max_concurrency: 1 },
        });
      },
    },
    {
      method: 'POST',
      path: /^\/interactions\/(\d+)\/([^/]+)\/callback$/,
      open: true,
      work: ([id = '', key = ''], { query, body }) =>
        interactions.callback(id, key, query.get('with_response') === 'true', body),
    },
    { ...webhookRoute('POST', /^\/webhooks\/(\d+)\/([^/]+)$/) },
    webhookRoute('GET', onMessage),
    webhookRoute('PATCH', onMessage),
    webhookRoute('DELETE', onMessage),
  ];

  async function bytesOf(request: IncomingMessage): Promise<Buffer> {
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of request as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size <= hardBytesMax) chunks.push(chunk);
    }
    if (size > hardBytesMax) throw refused(40005);
    return chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks);
  }

  function findRoute(method: string, path: string): { route: Route; parameters: string[] } {
    let pathKnown = false;
    for (const route of routes) {
      const match = route.path.exec(path);
      if (!match) continue;
      if (route.method === method) return { route, parameters: match.slice(1) };
      pathKnown = true;
    }
    throw pathKnown ? plainly(405, 'Method Not Allowed') : plainly(404, 'Not Found');
  }

  function answerTo(
    request: IncomingMessage,
    method: string,
    path: string,
    query: URLSearchParams,
    bytes: Buffer,
  ): Reply & { headers: Record<string, string>; parsed?: unknown } {
    const { route, parameters } = findRoute(method, path);
    if (!/^DiscordBot \(\S+, \S+\)/.test(request.headers['user-agent'] ?? '')) throw refused(40333);
    if (!route.open && request.headers.authorization !== `Bot ${token}`) throw plainly(401, 'Unauthorized');
    let headers: Record<string, string> = {};
    if (rateLimits) {
      const bucket = route.bucket
        ? { route: route.bucket, major: parameters.slice(0, route.open ? 2 : 1).join('/') }
        : undefined;
      const verdict = limits.take(bucket, !route.open);
      headers = verdict.headers;
      if (verdict.exceeded) {
        const { scope, retryAfterSeconds } = verdict.exceeded;
        limited.push({ method, path, scope, atMs: now(), retryAfterSeconds });
        violation('rate-limited', `${method} ${path} (${scope})`);
        return {
          status: 429,
          json: { message: 'You are being rate limited.', retry_after: retryAfterSeconds, global: scope === 'global' },
          headers,
        };
      }
    }
    let parsed: unknown;
    try {
      const body = readBody(request.headers['content-type'], bytes);
      parsed = body.json;
      return { ...route.work(parameters, { query, body, bytes: bytes.length }), headers, parsed };
    } catch (error) {
      const refusal =
        error instanceof Refused
          ? error
          : plainly(500, `the fake broke: ${error instanceof Error ? error.stack : String(error)}`);
      violation('refused', `${method} ${path}: ${refusal.message}`);
      return { status: refusal.status, json: refusal.body, headers, parsed };
    }
  }

  async function api(request: IncomingMessage, response: ServerResponse, url: URL) {
    const method = request.method ?? 'GET';
    const path = decodeURIComponent(url.pathname).replace(apiPrefix, '');
    const bytes = await bytesOf(request);
    await faults.wait(method, path, changed);
    const fault = faults.next(method, path);
    let reply: ReturnType<typeof answerTo> | undefined;
    if (!fault || fault.afterWorking) {
      try {
        reply = answerTo(request, method, path, url.searchParams, bytes);
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        violation('refused', `${method} ${path}: ${error.message}`);
        reply = { status: error.status, json: error.body, headers: {} };
      }
    }
    const status = fault ? (fault.drop ? 0 : (fault.status ?? 500)) : (reply?.status ?? 500);
    const code = fault
      ? fault.code
      : isObject(reply?.json) && reply.status >= 400
        ? Number(reply.json.code)
        : undefined;
    requests.push({
      method,
      path,
      status,
      ...(code === undefined ? {} : { code }),
      bytes: bytes.length,
      atMs: now(),
      ...(fault ? { injected: true as const } : {}),
      ...(keepBytes && reply?.parsed !== undefined ? { json: reply.parsed } : {}),
    });
    if (fault?.drop) response.destroy();
    else if (fault) {
      const json = {
        message: fault.message ?? 'An injected fault',
        code: fault.code ?? 0,
        ...(fault.retryAfter === undefined ? {} : { retry_after: fault.retryAfter, global: false }),
      };
      send(
        response,
        status,
        json,
        fault.retryAfter === undefined ? {} : { 'retry-after': String(fault.retryAfter), 'x-ratelimit-scope': 'user' },
      );
    } else send(response, status, reply?.json, reply?.headers ?? {});
    changed();
  }

  function send(response: ServerResponse, status: number, json: unknown, headers: Record<string, string>) {
    if (response.destroyed) return;
    if (json === undefined) response.writeHead(status, headers).end();
    else response.writeHead(status, { ...headers, 'content-type': 'application/json' }).end(JSON.stringify(json));
  }

  async function cdn(request: IncomingMessage, response: ServerResponse, url: URL) {
    downloads += 1;
    await faults.wait(request.method ?? 'GET', url.pathname, changed);
    const fault = faults.next(request.method ?? 'GET', url.pathname);
    if (fault?.drop) return void response.destroy();
    if (fault) return void response.writeHead(fault.status ?? 500).end();
    const copy = world.passedOn(url.pathname);
    if (copy) return void response.writeHead(200, { 'content-type': copy.contentType }).end(copy.bytes);
    const attachment = world.byUrl(url);
    if (!attachment?.bytes)
      return void response.writeHead(404, { 'content-type': 'text/plain' }).end('This content is no longer available.');
    response
      .writeHead(200, { 'content-type': attachment.contentType, 'content-length': attachment.size })
      .end(attachment.bytes);
  }

  async function serve(request: IncomingMessage, response: ServerResponse) {
    const url = new URL(request.url ?? '/', origin);
    if (url.pathname.startsWith(controlPath)) {
      const result = await handleControl(
        handle,
        url.pathname.slice(controlPath.length),
        (await bytesOf(request)).toString('utf8'),
      );
      response.writeHead(result.status, { 'content-type': 'application/json' }).end(result.body);
    } else if (url.pathname.startsWith('/_cdn/')) await cdn(request, response, url);
    else await api(request, response, url);
  }

  const server = createServer((request, response) => {
    serve(request, response).catch((error: unknown) => {
      if (request.destroyed && !request.complete) return;
      violation('refused', `the fake broke: ${error instanceof Error ? error.stack : String(error)}`);
      send(response, 500, { message: `500: ${String(error)}`, code: 0 }, {});
    });
  });
  server.on('upgrade', (request, socket, head) => gateway.upgrade(request, socket, head));

  function seen(message: Message): SeenMessage {
    const { id, channelId, authorId, ephemeralFor, nonce, replyTo, forwarded, interaction } = message;
    const author = world.users.get(authorId) ?? bot;
    const guildId = world.channels.get(channelId)?.guildId;
    return {
      id,
      channelId,
      ...(guildId === undefined ? {} : { guildId }),
      author: { id: author.id, name: author.name, bot: author.bot },
      content: message.content,
      flags: message.flags,
      embeds: message.embeds,
      components: message.components,
      attachments: message.attachments.map(({ bytes: _, channelId: __, title: ___, ...rest }) => ({
        ...rest,
        url: world.attachmentJson({ ...rest, channelId }).url,
      })),
      ...(ephemeralFor === undefined ? {} : { ephemeralFor }),
      ...(replyTo === undefined ? {} : { replyTo: replyTo.messageId }),
      ...(forwarded === undefined ? {} : { forwards: forwarded.messageId }),
      ...(world.channels.has(id) ? { threadId: id } : {}),
      ...(nonce === undefined ? {} : { nonce }),
      createdMs: message.createdMs,
      editCount: message.edits.length,
      editedMs: [...message.edits],
      loading: (message.flags & flag.loading) !== 0,
      interactionResponse: interaction !== undefined,
      ...(interaction ? { interactionId: interaction.id } : {}),
    };
  }

  const messagesIn = (channel?: string): SeenMessage[] => {
    const among = channel === undefined ? [...world.channels.values()] : [world.channelOf(channel)];
    const found = among.flatMap((item) => [...item.messages.values()].map(seen));
    return channel === undefined ? found.sort((a, b) => (BigInt(a.id) < BigInt(b.id) ? -1 : 1)) : found;
  };

  const transcriptOf = (channel?: string): string => {
    const used = [...world.channels.values()].filter(({ messages: { size } }) => size > 0);
    const tops = new Set(used.map((item) => world.parentOf(item) ?? item));
    const roots = [...world.channels.values()].filter((item) => tops.has(item));
    const shown = channel === undefined ? roots : [world.channelOf(channel)];
    return shown.map((item) => transcript(world, item)).join('\n') || '(nothing was said)';
  };

  /** Resolves once the condition gives something truthy, looked at after every change; rejects at the deadline. */
  function until<T>(condition: () => T, deadlineMs = usualDeadlineMs): Promise<NonNullable<T>> {
    return new Promise((resolve, reject) => {
      let lastError: unknown;
      const finish = () => {
        clearTimeout(timer);
        watchers.delete(look);
        closers.delete(giveUp);
      };
      const look = () => {
        try {
          const value = condition();
          if (!value) return;
          finish();
          resolve(value);
        } catch (error) {
          lastError = error;
        }
      };
      const fail = (why: string) => {
        finish();
        const recent = requests
          .slice(-15)
          .map((item) => `${item.method} ${item.path} → ${item.status}${item.code ? ` (${item.code})` : ''}`);
        const parts = [`${why}: ${condition}`, transcriptOf(), `Last requests:\n${recent.join('\n')}`];
        if (violations.length > 0) parts.push(`Violations:\n${violations.map((item) => item.what).join('\n')}`);
        reject(new Error(parts.join('\n\n'), { cause: lastError }));
      };
      const giveUp = () => fail('The fake was closed while waiting');
      const timer = setTimeout(() => fail(`Waited ${deadlineMs} ms in vain`), deadlineMs);
      watchers.add(look);
      closers.add(giveUp);
      look();
    });
  }
  const closers = new Set<() => void>();

  const talk = createTalk({ world, messages, interactions, emit, now });
  const threadOf = (id: string) => {
    const channel = world.channelOf(id);
    if (!channel.thread) throw new Error(`${channel.name} is no thread.`);
    return { channel, thread: channel.thread };
  };
  const allViolations = (): Violation[] => [
    ...violations,
    ...messages.fastEdits.map(({ messageId, gapMs }) => ({
      kind: 'fast-edit' as const,
      what: `${messageId} after ${gapMs} ms`,
      atMs: 0,
    })),
  ];

  const handle = {
    /** Where it listens; a method as well as the properties below, for the control API. */
    about: () => ({
      url: origin,
      /** For discord.js: `rest: { api }`. */
      api: `${origin}/api`,
      token,
      applicationId: bot.id,
      botUserId: bot.id,
      guildIds: [...world.guilds.keys()],
      channels: Object.fromEntries(
        [...world.channels.values()].filter((item) => !item.thread).map((item) => [item.name, item.id]),
      ),
      users: Object.fromEntries([...world.users.values()].map((item) => [item.name, item.id])),
    }),
    url: '',
    api: '',
    token,
    applicationId: bot.id,
    guildId: [...world.guilds.keys()][0] ?? '',

    command: interactions.command,
    autocomplete: interactions.autocomplete,
    messageCommand: interactions.messageCommand,
    userCommand: interactions.userCommand,
    button: interactions.button,
    select: interactions.select,
    modal: interactions.modal,
    /** A person writes. `channel: 'dm'` is their DM with the bot. */
    message: (...said: Parameters<typeof talk.say>): SeenMessage => seen(talk.say(...said)),
    /** A person passes a message on to another channel. */
    forward: (...said: Parameters<typeof talk.forward>): SeenMessage => seen(talk.forward(...said)),
    /** A person starts a private thread and invites others; `easel` is the bot. Its id. */
    privateThread: talk.privateThread,
    /** A person edits what they wrote. */
    editMessage(messageId: string, content: string): void {
      const message = world.messageOf(messageId);
      if (!message) throw new Error(`There is no message ${messageId}.`);
      message.content = content;
      message.editedMs = now();
      messages.announce('MESSAGE_UPDATE', message);
    },
    /** Somebody with the right to do so deletes a message. */
    deleteMessage(messageId: string): void {
      const message = world.messageOf(messageId);
      if (!message) throw new Error(`There is no message ${messageId}.`);
      messages.remove(message);
    },

    /** The present messages, oldest first; of a channel by name or id (`dm:ana` for a DM), or all. */
    messages: messagesIn,
    interactions: interactions.all,
    interaction: interactions.get,
    requests: (): SeenRequest[] => [...requests],
    /** How many files were asked for at the CDN. */
    downloads: (): number => downloads,
    violations: allViolations,
    pings: (): Ping[] => [...messages.pings],
    links: (): MaskedLink[] => [...messages.links],
    rateLimited: (): RateLimited[] => [...limited],
    fastEdits: (messageId?: string): FastEdit[] =>
      messages.fastEdits.filter((item) => messageId === undefined || item.messageId === messageId),
    commands: (guild?: string) => registry.list(guild === undefined ? '' : world.guildOf(guild).id),
    /** The bytes of an attachment; undefined with `keepBytes: false`. */
    bytes: (attachmentId: string): Buffer | undefined => world.attachments.get(attachmentId)?.bytes,
    transcript: transcriptOf,
    threads: () =>
      [...world.channels.values()].flatMap(({ id, name, parentId, thread, invited, messages: { size } }) => {
        const isPrivate = invited !== undefined;
        return thread
          ? [
              {
                id,
                name,
                parentId,
                ...{ archived: thread.archived, locked: thread.locked },
                isPrivate,
                messageCount: size,
              },
            ]
          : [];
      }),

    /** The id of a role of the first guild; the bot's own has its name. */
    roleOf: (name: string): string => world.roleOf(world.guildOf(handle.guildId), name).id,

    /** In-process only. */
    until,
    /** The interaction once the bot has answered it. */
    answered: (id: string, deadlineMs?: number): Promise<SeenInteraction> =>
      until(() => {
        const found = interactions.get(id);
        return found.answer ? found : undefined;
      }, deadlineMs),
    /** The first present message of the bot (or `author`) that fits. */
    untilMessage: (
      { channel, contains = '', attachments = 0, button, author }: MessageMatch,
      deadlineMs?: number,
    ): Promise<SeenMessage> =>
      until(
        () =>
          messagesIn(channel).find(
            (item) =>
              item.author.name === (author ?? bot.name) &&
              item.content.includes(contains) &&
              item.attachments.length >= attachments &&
              (button === undefined || JSON.stringify(item.components).includes(`"label":${JSON.stringify(button)}`)),
          ),
        deadlineMs,
      ),
    /** Resolves once that many gateway sessions are connected; 1. */
    connected: async (sessions = 1, deadlineMs?: number): Promise<void> => {
      await until(() => gateway.connected() >= sessions, deadlineMs);
    },
    gatewaySessions: gateway.connected,

    fail: (matcher: Matcher, fault: Fault = {}): void => faults.fail(matcher, fault),
    delay: (matcher: Matcher, ms: number, times?: number): void => faults.delay(matcher, ms, times),
    /** How many requests a delay holds back right now. */
    held: (): number => faults.held(),
    clearFaults: (): void => faults.clear(),
    dropGateway: (how?: DropOptions): void => gateway.drop(how),
    restoreGateway: (): void => gateway.restore(),
    /** Moves the clock forward: interaction deadlines, edit times, nonces, CDN addresses, quiet threads, rate limits. */
    advance(ms: number): void {
      aheadMs += ms;
      messages.archiveQuiet();
      changed();
    },

    /** The bot's permissions in a channel and its threads. */
    setPermissions(channel: string, bits: bigint | string | number): void {
      const named = world.channelOf(channel);
      const found = world.parentOf(named) ?? named;
      found.botPermissions = BigInt(bits);
      emit('CHANNEL_UPDATE', found.guildId, intent.guilds, world.channelJson(found));
    },
    /** What a person may do in guilds beyond everyone's. */
    setMemberPermissions(name: string, bits: bigint | string | number): void {
      const user = world.userOf(name);
      user.permissions = BigInt(bits);
      for (const guild of world.guilds.values())
        for (const role of guild.roles.values())
          if (role.name === `powers of ${user.name}`) {
            role.permissions = user.permissions;
            emit('GUILD_ROLE_UPDATE', guild.id, intent.guilds, { guild_id: guild.id, role: world.roleJson(role, 1) });
          }
    },
    setBoostTier(guild: string, tier: 0 | 1 | 2 | 3): void {
      const found = world.guildOf(guild);
      found.boostTier = tier;
      emit('GUILD_UPDATE', found.id, intent.guilds, world.guildJson(found));
    },
    setRefusesDms(user: string, refuses: boolean): void {
      world.userOf(user).refusesDms = refuses;
    },
    archiveThread(id: string, archived = true): void {
      const { channel, thread } = threadOf(id);
      Object.assign(thread, { archived, archivedMs: now() });
      messages.tellThread(channel);
    },
    /** Locks and archives, as a moderator's "lock thread" does. */
    lockThread(id: string, locked = true): void {
      const { channel, thread } = threadOf(id);
      Object.assign(thread, { locked, archived: locked, archivedMs: now() });
      messages.tellThread(channel);
    },
    /** A moderator deletes a channel or thread. */
    deleteChannel: (channel: string): void => dropChannel(world.channelOf(channel)),

    /** Forgets what was said and done, faults and records; keeps registered commands and connections. */
    reset(): void {
      faults.clear();
      world.reset();
      messages.reset();
      interactions.reset();
      limits.reset();
      for (const record of [requests, violations, limited]) record.length = 0;
      aheadMs = 0;
    },
    async close(): Promise<void> {
      for (const giveUp of closers) giveUp();
      faults.clear();
      gateway.close();
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };

  const host = options.host ?? '127.0.0.1';
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, host, resolve);
  });
  origin = `http://${host}:${(server.address() as AddressInfo).port}`;
  handle.url = origin;
  handle.api = `${origin}/api`;
  return handle;
}
