/** A Slack that runs here: Web API, files, Socket Mode, HTTP delivery and people, on one port, in memory, never kinder than the real one. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { controlPath, handleControl } from '../control.ts';
import { blockKit } from './blocks.ts';
import { createDeliveries, type Outcome, type Violation } from './deliveries.ts';
import { createFaults, type Fault, type FaultMatch, refusalFor } from './faults.ts';
import { createFiles } from './files.ts';
import { jsonIn, readAll, readArguments, readUpload } from './http-body.ts';
import { type HttpTarget, httpMode } from './http-mode.ts';
import { readManifest } from './manifest.ts';
import { type Asked, type Attachment, createPeople, type Where, type Written } from './people.ts';
import { rateLimits } from './rate-limits.ts';
import { createResponses } from './responses.ts';
import { isRecord, type Json } from './shape.ts';
import { socketMode } from './socket-mode.ts';
import { transcript } from './transcript.ts';
import { createViews } from './views.ts';
import { type Method, readGiven, webApi } from './web-api.ts';
import { type ChannelSeed, createWorkspace, type FakeClock, type FakeUser, type Ping, realClock } from './workspace.ts';

export { validateManifest } from './manifest.ts';
export type { FakeClock } from './workspace.ts';

const untilMs = 10_000;

export interface FakeSlackOptions {
  readonly port?: number;
  readonly host?: string;
  readonly clock?: FakeClock;
  readonly botToken?: string;
  readonly appToken?: string;
  /** Token and refresh token for apps.manifest.* and tooling.tokens.rotate. */
  readonly configurationToken?: string;
  readonly refreshToken?: string;
  readonly teamId?: string;
  readonly teamDomain?: string;
  readonly appId?: string;
  readonly botUserId?: string;
  readonly botId?: string;
  readonly botName?: string;
  /** Granted bot scopes; left out, all that Easel can need. */
  readonly scopes?: readonly string[];
  /** Subscribed bot events; a manifest decides instead once one is given. */
  readonly events?: readonly string[];
  readonly users?: readonly (Partial<FakeUser> & { id: string; name: string })[];
  readonly channels?: readonly ChannelSeed[];
  readonly usergroups?: readonly { id: string; handle: string }[];
  /** Default true. */
  readonly rateLimits?: boolean;
  /** Off: only length and hash of files stay in memory, and they can't be downloaded. Default true. */
  readonly keepBytes?: boolean;
  /** How many files.info calls see a file unprocessed; left out, Slack is done right after answering. */
  readonly sharesAfterPolls?: number;
  /** A manifest that the app is installed from. */
  readonly manifest?: unknown;
  /** Deliver over HTTP from the start, without verifying the URL. */
  readonly http?: HttpTarget;
}

/** One call as it arrived and was answered; tokens are not kept. */
export interface RecordedRequest {
  readonly at: number;
  readonly method: string;
  readonly given: Json;
  readonly status: number;
  readonly ok: boolean;
  readonly error?: string;
}

export interface ShownMessage {
  readonly ts: string;
  readonly channel: string;
  readonly user: string;
  readonly fromApp: boolean;
  readonly text: string;
  readonly blocks: Json[];
  readonly files: {
    id: string;
    name: string;
    title: string;
    altText?: string;
    mimetype?: string;
    length: number;
    sha256?: string;
  }[];
  readonly threadTs?: string;
  readonly visibleTo?: string;
  readonly metadata?: Json;
  readonly edited: boolean;
  /** When each update arrived, in ms. */
  readonly updatedAt: number[];
}

export type FakeSlack = Awaited<ReturnType<typeof fakeSlack>>;

const everyScope = `app_mentions:read channels:history channels:join channels:read chat:write chat:write.public commands
  files:read files:write groups:history groups:read im:history im:read im:write mpim:history mpim:read mpim:write
  team:read users:read`.split(/\s+/);

const usualEvents = `app_home_opened app_mention app_uninstalled file_shared message.channels message.groups message.im
  message.mpim tokens_revoked`.split(/\s+/);

const usualUsers = [
  { id: 'U0ADA000001', name: 'ada', realName: 'Ada Lovelace' },
  { id: 'U0BOB000002', name: 'bob', realName: 'Bob Ross' },
  { id: 'U0GRACE0003', name: 'grace', realName: 'Grace Hopper', isAdmin: true },
];

const usualChannels: ChannelSeed[] = [
  { id: 'C0STUDIO001', name: 'studio' },
  { id: 'C0LOBBY0002', name: 'lobby', bot: false },
  { id: 'C0SECRET003', name: 'secret', kind: 'private', bot: false },
  { id: 'C0ATELIER04', name: 'atelier', kind: 'private' },
];

/** Starts the fake; `apiUrl` is what Bolt wants as `clientOptions.slackApiUrl`. */
export async function fakeSlack(options: FakeSlackOptions = {}) {
  const clock = options.clock ?? realClock;
  const botToken = options.botToken ?? 'xoxb-fake-bot-token';
  const appToken = options.appToken ?? 'xapp-1-fake-app-token';
  const tokens = {
    configuration: options.configurationToken ?? 'xoxe.xoxp-fake-configuration',
    refresh: options.refreshToken ?? 'xoxe-1-fake-refresh',
  };
  const verificationToken = 'fake-verification-token';
  const keepBytes = options.keepBytes ?? true;
  let origin = '';

  const requests: RecordedRequest[] = [];
  const limited: { at: number; method: string; retryAfter: number }[] = [];
  const waiting = new Set<() => void>();
  /** What must not outlive the server: slow answers and hopes. */
  const abandon = new Set<() => void>();
  const changed = () => {
    for (const look of [...waiting]) look();
  };

  const workspace = createWorkspace({
    clock,
    origin: () => origin,
    teamId: options.teamId ?? 'T0FAKETEAM1',
    teamDomain: options.teamDomain ?? 'fake-team',
    appId: options.appId ?? 'A0FAKEAPP01',
    botUserId: options.botUserId ?? 'U0EASEL0001',
    botId: options.botId ?? 'B0EASEL0001',
    botName: options.botName ?? 'easel',
    scopes: options.scopes ?? everyScope,
    events: options.events ?? usualEvents,
    users: options.users ?? usualUsers,
    channels: options.channels ?? usualChannels,
    usergroups: options.usergroups ?? [{ id: 'S0DESIGN001', handle: 'designers' }],
  });
  const { botUserId } = workspace.options;
  if (options.manifest !== undefined) workspace.install(readManifest(options.manifest));

  const files = createFiles(workspace, options.sharesAfterPolls, changed);
  const kit = blockKit(files.imageProblem);
  const views = createViews(workspace, kit);
  const responses = createResponses(workspace, kit);
  const deliveries = createDeliveries(clock, changed);
  const sockets = socketMode({ origin: () => origin, appId: workspace.options.appId, deliveries, changed });
  const http = httpMode(clock, verificationToken);
  const people = createPeople({ workspace, deliveries, views, files, responses, verificationToken, keepBytes });
  const faults = createFaults();
  const limits = rateLimits(clock);
  deliveries.use(sockets.transport);
  if (options.http) deliverOverHttp(options.http);

  const methods = webApi({
    workspace,
    kit,
    files,
    views,
    openSocket: sockets.openAddress,
    configurationTokens: { rotate: rotateTokens },
  });

  function rotateTokens(refresh: string): Json | undefined {
    if (refresh !== tokens.refresh) return undefined;
    tokens.configuration = `xoxe.xoxp-${crypto.randomUUID()}`;
    tokens.refresh = `xoxe-1-${crypto.randomUUID()}`;
    const iat = Math.floor(clock.now() / 1000);
    return {
      token: tokens.configuration,
      refresh_token: tokens.refresh,
      team_id: workspace.options.teamId,
      user_id: 'U0GRACE0003',
      iat,
      exp: iat + 12 * 3600,
    };
  }

  function deliverOverHttp(target: HttpTarget): void {
    http.use(target);
    deliveries.use(http.transport);
  }

  const server = createServer((request, response) => {
    route(request, response).catch((error: unknown) => {
      if (!response.headersSent) response.writeHead(500, { 'content-type': 'text/plain' });
      response.end(String(error));
    });
  });
  server.on('upgrade', sockets.upgrade);

  async function route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://fake');
    const path = url.pathname;
    if (path.startsWith(controlPath)) return controlled(path.slice(controlPath.length), request, response);
    if (path.startsWith('/api/')) return called(path.slice('/api/'.length), url, request, response);
    if (path.startsWith('/upload/v1/')) return uploaded(path.slice('/upload/v1/'.length), request, response);
    if (path.startsWith('/files-pri/')) return downloaded(path, request, response);
    if (path.startsWith('/actions/')) return responded(path, request, response);
    response.writeHead(404, { 'content-type': 'text/html' }).end('<html>There’s been a glitch…</html>');
  }

  async function controlled(method: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = (await readAll(request)).toString('utf8');
    const answer = method === 'close' ? { status: 200, body: 'null' } : await handleControl(handle, method, body);
    response.writeHead(answer.status, { 'content-type': 'application/json', connection: 'close' });
    response.end(answer.body, () => {
      if (method === 'close') void close();
    });
  }

  interface Worked {
    readonly status: number;
    readonly body: string | Buffer;
    readonly headers?: Record<string, string>;
    readonly ok: boolean;
    readonly error?: string;
  }

  /** Runs one call through delays and faults, answers it, and keeps it. */
  async function answer(
    method: string,
    given: Json,
    response: ServerResponse,
    work: () => Worked | Promise<Worked>,
  ): Promise<void> {
    const ms = faults.takeDelay(method);
    if (ms > 0) await pause(ms);
    const fault = faults.take(method, given);
    const worked = !fault || fault.afterWorking ? await work() : undefined;
    const final: Worked = fault
      ? { ...refusalFor(fault), ok: false, error: fault.error ?? (fault.drop ? 'dropped' : 'fault') }
      : (worked as Worked);
    requests.push({
      at: clock.now(),
      method,
      given,
      status: fault?.drop ? 0 : final.status,
      ok: final.ok,
      ...(final.error ? { error: final.error } : {}),
    });
    if (fault?.drop) response.socket?.destroy();
    else response.writeHead(final.status, final.headers).end(final.body);
    changed();
  }

  function pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = clock.after(ms, () => {
        abandon.delete(cancel);
        resolve();
      });
      abandon.add(cancel);
    });
  }

  const json = (status: number, body: Json, headers: Record<string, string> = {}): Worked => ({
    status,
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
    ok: body.ok === true,
    ...(typeof body.error === 'string' ? { error: body.error } : {}),
  });

  async function called(name: string, url: URL, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const read = await readArguments(request, url);
    const { token: inBody, ...raw } = read?.given ?? {};
    const bearer = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1];
    const token = bearer ?? (typeof inBody === 'string' ? inBody : undefined);
    const method = Object.hasOwn(methods, name) ? methods[name] : undefined;
    const readable = method ? readGiven(method, raw) : { given: raw };
    const given = 'given' in readable ? readable.given : raw;
    await answer(name, given, response, async () => {
      if (!read) return json(200, { ok: false, error: 'invalid_post_type' });
      if (!method) return json(200, { ok: false, error: 'unknown_method', req_method: name });
      const refused = tokenError(method, token) ?? scopeError(method);
      if (refused) return json(200, { ok: false, ...refused });
      const scoped: Record<string, string> = { 'x-oauth-scopes': [...workspace.scopes].join(',') };
      if (method.scope) scoped['x-accepted-oauth-scopes'] = method.scope;
      const seconds = options.rateLimits === false ? 0 : limits.take(name, method.tier, String(raw.channel ?? ''));
      if (seconds > 0) {
        limited.push({ at: clock.now(), method: name, retryAfter: seconds });
        return json(429, { ok: false, error: 'ratelimited' }, { 'retry-after': String(seconds) });
      }
      // Reading methods ignore a JSON body, so to Slack the call has no arguments at all.
      const problems =
        method.formOnly && read.wasJson
          ? ['[ERROR] this method takes form-encoded arguments, not JSON']
          : 'problems' in readable
            ? readable.problems
            : [];
      if (problems.length > 0)
        return json(200, { ok: false, error: 'invalid_arguments', response_metadata: { messages: problems } }, scoped);
      const { problems: why, ...result } = (await method.run(given)) as Json & {
        problems?: { pointer: string; message: string }[];
      };
      if (result.error === undefined) return json(200, { ok: true, ...result }, scoped);
      const messages = (why ?? []).map(({ pointer, message }) => `[ERROR] ${message} [json-pointer:${pointer}]`);
      const told = why ? { errors: messages.map((one) => one.slice(8)), response_metadata: { messages } } : {};
      return json(200, { ok: false, ...result, ...told }, scoped);
    });
  }

  function tokenError(method: Method, token: string | undefined): Json | undefined {
    if (method.caller === 'nobody') return undefined;
    if (!token) return { error: 'not_authed' };
    const kind =
      token === botToken
        ? 'bot'
        : token === appToken
          ? 'app'
          : token === tokens.configuration
            ? 'configuration'
            : undefined;
    if (!kind) return { error: 'invalid_auth' };
    return kind === method.caller ? undefined : { error: 'not_allowed_token_type' };
  }

  function scopeError({ scope }: Method): Json | undefined {
    if (!scope || workspace.scopes.has(scope)) return undefined;
    return { error: 'missing_scope', needed: scope, provided: [...workspace.scopes].join(',') };
  }

  async function uploaded(ticket: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method !== 'POST') return void response.writeHead(405).end();
    const raw = await readUpload(request, keepBytes);
    await answer('upload', { length: raw.length, sha256: raw.sha256 }, response, () => {
      const { status, body } = files.receive(ticket, raw);
      const headers = { 'content-type': 'text/plain' };
      return { status, body, headers, ok: status === 200, ...(status === 200 ? {} : { error: body }) };
    });
  }

  async function downloaded(path: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const id = /^\/files-pri\/[^/]+-(F[A-Z0-9]+)\//.exec(path)?.[1] ?? '';
    await answer('download', { file: id }, response, () => {
      const file = workspace.fileSeenByApp(id);
      const allowed = request.headers.authorization === `Bearer ${botToken}` && workspace.scopes.has('files:read');
      const ready =
        file && !file.hidden && !file.external && (file.state === 'processed' || file.state === 'completed');
      // Slack shows its login page, with status 200, to everybody who may not see the file.
      if (!allowed || !ready)
        return {
          status: 200,
          body: '<!DOCTYPE html><html><head><title>Login | Slack</title></head></html>',
          headers: { 'content-type': 'text/html; charset=utf-8' },
          ok: false,
          error: 'login page',
        };
      if (file.redirectTo) return { status: 302, body: '', headers: { location: file.redirectTo }, ok: true };
      if (!file.bytes) throw new Error('This fake runs with keepBytes: false and has no bytes to give.');
      return { status: 200, body: file.bytes, headers: { 'content-type': file.mimetype ?? '' }, ok: true };
    });
  }

  async function responded(path: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const source = (await readAll(request)).toString('utf8');
    const isJson = (request.headers['content-type'] ?? '').startsWith('application/json');
    const body = jsonIn(isJson ? source : (new URLSearchParams(source).get('payload') ?? ''));
    await answer('response_url', isRecord(body) ? body : {}, response, () => {
      const used = responses.use(path.split('/').at(-1) ?? '', body);
      const told = jsonIn(used.body);
      const error = isRecord(told) && typeof told.error === 'string' ? told.error : undefined;
      const headers = { 'content-type': 'application/json; charset=utf-8' };
      return { ...used, headers, ok: used.status === 200, ...(error ? { error } : {}) };
    });
  }

  function messages(channel?: string): ShownMessage[] {
    const wanted = channel === undefined ? [...workspace.channels.values()] : [workspace.channelFor(channel)];
    const all = wanted.flatMap(({ id }) => workspace.messages.get(id) ?? []).filter((one) => !one.deleted);
    return all
      .sort((a, b) => (a.ts < b.ts ? -1 : 1))
      .map(({ deleted: _, editedTs, files: ids, broadcast: __, subtype: ___, ...message }) => ({
        ...structuredClone(message),
        edited: editedTs !== undefined,
        files: ids.flatMap((id) => {
          const file = workspace.files.get(id);
          if (!file || file.state === 'deleted') return [];
          const { name, title, altText, mimetype, length, sha256 } = file;
          return [
            {
              id,
              name,
              title,
              length,
              ...(altText ? { altText } : {}),
              ...(mimetype ? { mimetype } : {}),
              ...(sha256 ? { sha256 } : {}),
            },
          ];
        }),
      }));
  }

  /**
   * Waits until the condition holds, looking again after everything that happens here, and answers what it returned.
   * So the condition must be about this fake: what changes in the app alone isn't noticed. Rejects after `ms` of real time, with everything that was said.
   */
  function until<T>(condition: () => T, ms = untilMs): Promise<NonNullable<T>> {
    return new Promise((resolve, reject) => {
      const done = (act: () => void) => {
        waiting.delete(look);
        abandon.delete(giveUp);
        clearTimeout(timer);
        act();
      };
      const look = () => {
        try {
          const held = condition();
          if (held) done(() => resolve(held));
        } catch (error) {
          done(() => reject(error instanceof Error ? error : new Error(String(error))));
        }
      };
      const timer = setTimeout(() => {
        const told = [...workspace.messages.keys()].map((id) => transcript(workspace, id)).join('\n\n');
        const trouble = requests.filter((one) => !one.ok).map((one) => `  ${one.method}: ${one.error}`);
        done(() =>
          reject(new Error(`This did not happen within ${ms} ms: ${condition}\n${told}\n${trouble.join('\n')}`)),
        );
      }, ms);
      const giveUp = () => done(() => reject(new Error(`The fake was closed before this happened: ${condition}`)));
      waiting.add(look);
      abandon.add(giveUp);
      look();
    });
  }

  let closing: Promise<void> | undefined;
  function close(): Promise<void> {
    closing ??= new Promise((resolve) => {
      deliveries.stop();
      for (const one of [...abandon]) one();
      files.stop();
      sockets.close();
      http.close();
      server.close(() => resolve());
      server.closeAllConnections();
    });
    return closing;
  }

  const handle = {
    url: '',
    apiUrl: '',
    botToken,
    appToken,
    /** Ids and names as the app meets them. */
    identity: () => {
      const { teamId, teamDomain, appId, botId, botName } = workspace.options;
      return { teamId, teamDomain, appId, botUserId, botId, botName };
    },
    tokens: () => ({ ...tokens, bot: botToken, app: appToken }),
    user: (idOrName: string) => ({ ...workspace.userFor(idOrName) }),
    channel: (idOrName: string) => {
      const channel = workspace.channelFor(idOrName);
      return { ...channel, members: [...channel.members] };
    },
    addUser: (user: Partial<FakeUser> & { id: string; name: string }) => void workspace.addUser(user),
    addChannel: (channel: ChannelSeed) => void workspace.addChannel(channel),
    setArchived: (channel: string, isArchived: boolean) => {
      workspace.channelFor(channel).isArchived = isArchived;
    },
    /** Lets the app into a channel, or throws it out. */
    setBotMember: (channel: string, isMember: boolean) => {
      const { members } = workspace.channelFor(channel);
      if (isMember) members.add(botUserId);
      else members.delete(botUserId);
    },
    grantScopes: (...scopes: string[]) => {
      for (const scope of scopes) workspace.scopes.add(scope);
    },
    revokeScopes: (...scopes: string[]) => {
      for (const scope of scopes) workspace.scopes.delete(scope);
    },
    /** Creates and installs the app from a manifest: commands, shortcuts, events and scopes are its own from here on. */
    useManifest: (manifest: unknown) => workspace.install(readManifest(manifest)),
    /** From here on payloads go to this URL, which must first return the challenge. */
    useHttp: async (target: HttpTarget): Promise<void> => {
      await http.verify(target);
      deliverOverHttp(target);
    },

    command: (name: string, text: string, where: Where & { threadTs?: string }): Asked =>
      people.command(name, text, where),
    button: people.button,
    viewAction: people.viewAction,
    viewSubmit: people.viewSubmit,
    viewClose: people.viewClose,
    shortcut: people.shortcut,
    message: (text: string, where: Written) => people.message(text, where),
    correct: people.correct,
    erase: people.erase,
    upload: (user: string, attachment: Attachment): string => people.upload(user, attachment),
    /** Its owner deletes a file. */
    deleteFile: (id: string) => files.remove(id),
    /** The workspace's plan shows it no more. */
    hideFile: (id: string) => files.change(id, { hidden: true }),
    /** Its download is sent on to another address. */
    redirectFile: (id: string, redirectTo: string) => files.change(id, { redirectTo }),
    openHome: people.openHome,

    outcome: (requestId: string): Outcome => {
      const outcome = deliveries.outcomes.get(requestId);
      if (!outcome) throw new Error(`Nothing was asked under ${requestId}.`);
      return { ...outcome };
    },
    outcomes: (): Outcome[] => [...deliveries.outcomes.values()].map((one) => ({ ...one })),
    /** Resolves when it is known what the person saw, however long that takes on the fake's clock. */
    settled: (requestId: string): Promise<Outcome> =>
      until(() => {
        const outcome = deliveries.outcomes.get(requestId);
        return outcome && outcome.state !== 'pending' ? { ...outcome } : undefined;
      }),
    violations: (): Violation[] => [...deliveries.violations],

    connections: () => sockets.size(),
    /** Counts reconnections too. */
    connectionsSoFar: () => sockets.connectionsSoFar(),
    disconnect: (reason = 'refresh_requested') => sockets.disconnect(reason),
    dropSockets: () => sockets.drop(),

    fail: (match: FaultMatch, fault?: Fault) => faults.fail(match, fault),
    delay: (method: string, ms: number, times?: number) => faults.delay(method, ms, times),
    clearFaults: () => faults.clear(),
    /** Ends the processing of every completed file now. */
    processFiles: () => files.processAll(),

    messages,
    transcript: (channel: string) => transcript(workspace, channel),
    requests: (method?: string): RecordedRequest[] =>
      method === undefined ? [...requests] : requests.filter((one) => one.method === method),
    rateLimited: () => [...limited],
    pings: (): Ping[] => [...workspace.pings],
    links: () => [...workspace.links],
    autolinks: () => [...workspace.autolinks],
    /** Everything known of a file, bytes included when they are kept. */
    file: (id: string) => {
      const file = workspace.files.get(id);
      if (!file) throw new Error(`There is no file ${id}.`);
      return { ...file, shares: [...file.shares] };
    },
    files: () => [...workspace.files.values()].map(({ bytes: _, ...file }) => ({ ...file, shares: [...file.shares] })),
    /** Modals that are open, oldest first. */
    views: () =>
      [...views.views.values()]
        .filter((one) => one.state === 'open')
        .map((one) => ({ id: one.id, user: one.user, view: structuredClone(one.json) })),
    home: (user: string) => structuredClone(views.homes.get(workspace.userFor(user).id)?.json),
    until,
    /** For other processes, which can't hand over a condition: waits for a text in a channel and answers the transcript. */
    untilSaid: (channel: string, text: string, ms = untilMs): Promise<string> =>
      until(() => {
        const told = transcript(workspace, channel);
        return told.includes(text) ? told : undefined;
      }, ms),
    /** Waits for a number of open Socket Mode connections. */
    untilConnected: (count = 1, ms = untilMs): Promise<boolean> => until(() => sockets.size() >= count, ms),
    close,
    [Symbol.asyncDispose]: close,
  };

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, options.host ?? '127.0.0.1', resolve);
  });
  origin = `http://${options.host ?? '127.0.0.1'}:${(server.address() as AddressInfo).port}`;
  handle.url = origin;
  handle.apiUrl = `${origin}/api/`;
  return handle;
}
