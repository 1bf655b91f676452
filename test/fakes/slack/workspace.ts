/** The workspace in memory: people, channels, messages and files, and who may see which. */
import { randomBytes } from 'node:crypto';
import { withIds } from './blocks.ts';
import { eventScopes, type Manifest } from './manifest.ts';
import { type Found, type Names, type PingKind, type Reading, readBlocks, readMrkdwn } from './mrkdwn.ts';
import type { Json } from './shape.ts';

/** Time as the fake sees it: milliseconds, and a way to be called later that answers how to cancel. */
export interface FakeClock {
  now(): number;
  after(ms: number, run: () => void): () => void;
}

export const realClock: FakeClock = {
  now: () => Date.now(),
  after(ms, run) {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};

export interface FakeUser {
  readonly id: string;
  readonly name: string;
  readonly realName: string;
  /** What they want to be called; left out, their name. */
  readonly displayName?: string;
  readonly teamId: string;
  /** In an organization: every workspace of it that they are in. */
  readonly teams?: readonly string[];
  isAdmin: boolean;
  isOwner: boolean;
  isPrimaryOwner: boolean;
  isStranger: boolean;
  isRestricted: boolean;
  isUltraRestricted: boolean;
  isBot: boolean;
  deleted: boolean;
}

export type ChannelKind = 'public' | 'private' | 'im' | 'mpim';

export interface FakeChannel {
  readonly id: string;
  readonly name: string;
  readonly kind: ChannelKind;
  readonly members: Set<string>;
  isArchived: boolean;
}

export type MessageSubtype = 'file_share' | 'thread_broadcast';

export interface FakeMessage {
  readonly ts: string;
  readonly channel: string;
  readonly user: string;
  /** Set when the app wrote it. */
  readonly fromApp: boolean;
  text: string;
  blocks: Json[];
  readonly files: string[];
  readonly threadTs?: string;
  readonly broadcast: boolean;
  readonly subtype?: MessageSubtype;
  /** Set when another app wrote it. */
  readonly otherBot?: boolean;
  /** Only this person sees it, and no method can reach it. */
  readonly visibleTo?: string;
  metadata?: Json;
  editedTs?: string;
  deleted: boolean;
  /** When each update arrived, in ms of the fake's clock. */
  readonly updatedAt: number[];
}

export interface FakeFile {
  readonly id: string;
  readonly name: string;
  title: string;
  readonly altText?: string;
  readonly user: string;
  readonly fromApp: boolean;
  readonly created: number;
  length: number;
  /** Absent with `keepBytes: false`. */
  bytes?: Buffer;
  sha256?: string;
  mimetype?: string;
  size?: { width: number; height: number };
  state: 'awaiting-bytes' | 'uploaded' | 'completed' | 'processed' | 'deleted';
  pollsLeft: number;
  /** Given to the app in a form, which lets it see the file. */
  submitted?: boolean;
  /** Older than what the workspace's plan shows. */
  hidden?: boolean;
  /** Its address, when the bytes are not on Slack. */
  external?: string;
  /** Where its download is sent on to. */
  redirectTo?: string;
  readonly shares: { channel: string; ts: string; threadTs?: string }[];
}

export interface Ping {
  readonly ts: string;
  readonly channel: string;
  readonly kind: PingKind;
  readonly id: string;
}

/** What one message is made of before it is posted. */
export interface Draft {
  readonly user: string;
  readonly fromApp: boolean;
  readonly text: string;
  readonly blocks?: readonly unknown[];
  readonly files?: readonly string[];
  readonly threadTs?: string;
  readonly broadcast?: boolean;
  readonly subtype?: MessageSubtype;
  readonly otherBot?: boolean;
  readonly visibleTo?: string;
  readonly metadata?: Json;
  readonly reading?: Reading;
  readonly markdown?: string;
}

export interface WorkspaceOptions {
  readonly clock: FakeClock;
  readonly origin: () => string;
  readonly teamId: string;
  readonly teamDomain: string;
  readonly appId: string;
  readonly botId: string;
  readonly botUserId: string;
  readonly botName: string;
  readonly scopes: readonly string[];
  readonly events: readonly string[];
  readonly users: readonly (Partial<FakeUser> & { id: string; name: string })[];
  readonly channels: readonly ChannelSeed[];
  readonly usergroups: readonly { id: string; handle: string }[];
}

/** `members` are ids or names; left out, everybody. `bot` says whether the app is a member, default true. */
export interface ChannelSeed {
  readonly id: string;
  readonly name: string;
  readonly kind?: 'public' | 'private';
  readonly members?: readonly string[];
  readonly bot?: boolean;
  readonly isArchived?: boolean;
}

export type Workspace = ReturnType<typeof createWorkspace>;

/** What others are told about messages; wired to event delivery. */
interface MessageWatcher {
  posted(message: FakeMessage): void;
  changed(message: FakeMessage, before: Json): void;
  deleted(message: FakeMessage, before: Json): void;
}

const reader: Reading = { bareNames: false, autolink: true };

export function createWorkspace(options: WorkspaceOptions) {
  const { clock, teamId, botUserId, botId, appId } = options;
  const users = new Map<string, FakeUser>();
  const channels = new Map<string, FakeChannel>();
  const messages = new Map<string, FakeMessage[]>();
  const byTs = new Map<string, FakeMessage>();
  const files = new Map<string, FakeFile>();
  const pings: Ping[] = [];
  const links: { ts: string; channel: string; url: string; text: string }[] = [];
  const autolinks: { ts: string; channel: string; url: string }[] = [];
  const scopes = new Set(options.scopes);
  const watchers: MessageWatcher[] = [];
  let events = new Set(options.events);
  let manifest: Manifest | undefined;
  let serial = 0;
  let lastMicros = 0;

  for (const user of [...options.users, { id: botUserId, name: options.botName, isBot: true }]) addUser(user);
  for (const channel of options.channels) addChannel(channel);

  const names: Names = {
    userNamed: (name) => userCalled(name)?.id,
    usergroupNamed: (name) => options.usergroups.find((group) => group.handle === name)?.id,
    showUser: (id) => users.get(id)?.name ?? id,
    showChannel: (id) => channels.get(id)?.name ?? id,
  };

  function nextId(prefix: string): string {
    serial += 1;
    return `${prefix}0${serial.toString(36).toUpperCase().padStart(9, '0')}`;
  }

  /** Seconds with six digits, never the same twice. */
  function nextTs(): string {
    lastMicros = Math.max(lastMicros + 1, Math.floor(clock.now() * 1000));
    return `${Math.floor(lastMicros / 1e6)}.${String(lastMicros % 1e6).padStart(6, '0')}`;
  }

  function addUser(seed: Partial<FakeUser> & { id: string; name: string }): FakeUser {
    const user: FakeUser = {
      realName: seed.name,
      teamId: seed.isStranger ? 'T0ELSEWHERE' : teamId,
      isAdmin: false,
      isOwner: false,
      isPrimaryOwner: false,
      isStranger: false,
      isRestricted: false,
      isUltraRestricted: false,
      isBot: false,
      deleted: false,
      ...seed,
    };
    users.set(user.id, user);
    return user;
  }

  function addChannel(seed: ChannelSeed): FakeChannel {
    const people = seed.members?.map((one) => userFor(one).id) ?? [...users.keys()].filter((id) => id !== botUserId);
    const members = new Set(seed.bot === false ? people : [...people, botUserId]);
    const { id, name, kind = 'public', isArchived = false } = seed;
    const channel: FakeChannel = { id, name, kind, members, isArchived };
    channels.set(id, channel);
    return channel;
  }

  function userCalled(name: string): FakeUser | undefined {
    return [...users.values()].find((one) => one.name === name);
  }

  /** @throws Error when nobody has this id or name. */
  function userFor(idOrName: string): FakeUser {
    const user = users.get(idOrName) ?? userCalled(idOrName.replace(/^@/, ''));
    if (!user) throw new Error(`Nobody here is called ${idOrName}.`);
    return user;
  }

  function channelCalled(name: string): FakeChannel | undefined {
    return [...channels.values()].find((one) => one.name === name);
  }

  /** @throws Error when no channel has this id or name. `@name` is the app's conversation with that person. */
  function channelFor(idOrName: string): FakeChannel {
    if (idOrName.startsWith('@')) return directMessage([userFor(idOrName).id]);
    const channel = channels.get(idOrName) ?? channelCalled(idOrName.replace(/^#/, ''));
    if (!channel) throw new Error(`There is no channel ${idOrName}.`);
    return channel;
  }

  function existingDirectMessage(people: readonly string[]): FakeChannel | undefined {
    const wanted = [...new Set([...people, botUserId])].sort().join();
    return [...channels.values()].find(
      (one) => (one.kind === 'im' || one.kind === 'mpim') && [...one.members].sort().join() === wanted,
    );
  }

  function directMessage(people: readonly string[]): FakeChannel {
    const known = existingDirectMessage(people);
    if (known) return known;
    const kind = people.length === 1 ? 'im' : 'mpim';
    const id = nextId(kind === 'im' ? 'D' : 'G');
    const name = kind === 'im' ? 'directmessage' : `mpdm-${people.map(names.showUser).join('--')}-1`;
    const channel: FakeChannel = { id, name, kind, members: new Set([...people, botUserId]), isArchived: false };
    channels.set(id, channel);
    return channel;
  }

  /** What the app may know of a channel: private ones that it is not in do not exist for it. */
  function seenByApp(id: string): FakeChannel | undefined {
    const channel = channels.get(id);
    return channel && (channel.kind === 'public' || channel.members.has(botUserId)) ? channel : undefined;
  }

  function fileSeenByApp(id: string): FakeFile | undefined {
    const file = files.get(id);
    if (!file) return undefined;
    const shared = file.shares.some(({ channel }) => channels.get(channel)?.members.has(botUserId));
    return file.fromApp || file.submitted || shared ? file : undefined;
  }

  /** Whether people of other companies are in it. */
  const isShared = (channel: FakeChannel): boolean => [...channel.members].some((id) => users.get(id)?.isStranger);

  /** The last two are there in shared channels only. Source: github.com/slack-go/slack, issue 695. */
  function authorsTeam({ user, channel }: FakeMessage): Json {
    const team = users.get(user)?.teamId ?? teamId;
    const at = channels.get(channel);
    return { team, ...(at && isShared(at) ? { user_team: team, source_team: team } : {}) };
  }

  function post(channel: FakeChannel, draft: Draft): FakeMessage {
    const message: FakeMessage = {
      ts: nextTs(),
      channel: channel.id,
      user: draft.user,
      fromApp: draft.fromApp,
      text: draft.text,
      blocks: withIds([...(draft.blocks ?? [])], shortId),
      files: [...(draft.files ?? [])],
      ...(draft.threadTs ? { threadTs: draft.threadTs } : {}),
      broadcast: draft.broadcast ?? false,
      ...(draft.subtype ? { subtype: draft.subtype } : {}),
      ...(draft.otherBot ? { otherBot: true } : {}),
      ...(draft.visibleTo ? { visibleTo: draft.visibleTo } : {}),
      ...(draft.metadata ? { metadata: draft.metadata } : {}),
      deleted: false,
      updatedAt: [],
    };
    const all = messages.get(channel.id) ?? [];
    messages.set(channel.id, all);
    all.push(message);
    byTs.set(`${channel.id} ${message.ts}`, message);
    for (const id of message.files)
      files.get(id)?.shares.push({
        channel: channel.id,
        ts: message.ts,
        ...(message.threadTs ? { threadTs: message.threadTs } : {}),
      });
    judge(message, draft.reading ?? reader, draft.markdown);
    if (!message.visibleTo) for (const watcher of watchers) watcher.posted(message);
    return message;
  }

  /** Empty `blocks` remove the old ones; undefined keeps what is there. */
  function update(
    message: FakeMessage,
    change: {
      text?: string;
      blocks?: readonly unknown[];
      metadata?: Json;
      reading: Reading;
      markdown?: string;
      /** People's corrections always show. */
      byPerson?: boolean;
    },
  ): void {
    const before = messageJson(message);
    const { text, blocks, metadata } = change;
    if (text !== undefined) message.text = text;
    if (blocks !== undefined) message.blocks = withIds([...blocks], shortId);
    if (metadata !== undefined && Object.keys(metadata).length === 0) delete message.metadata;
    else if (metadata !== undefined) message.metadata = metadata;
    if (change.byPerson || blocks === undefined || blocks.length === 0) message.editedTs = nextTs();
    message.updatedAt.push(clock.now());
    judge(message, change.reading, change.markdown);
    if (!message.visibleTo) for (const watcher of watchers) watcher.changed(message, before);
  }

  function remove(message: FakeMessage): void {
    const before = messageJson(message);
    message.deleted = true;
    if (!message.visibleTo) for (const watcher of watchers) watcher.deleted(message, before);
  }

  function judge(message: FakeMessage, reading: Reading, markdown?: string): void {
    if (!message.fromApp) return;
    const found: Found = { pings: [], links: [], autolinks: [] };
    readMrkdwn(message.text, reading, names, found);
    readBlocks(message.blocks, names, found);
    if (markdown !== undefined) readBlocks({ type: 'markdown', text: markdown }, names, found);
    const where = { ts: message.ts, channel: message.channel };
    // Nobody is notified by what only one person sees, but a link there can lie all the same.
    if (!message.visibleTo)
      for (const ping of new Map(found.pings.map((one) => [`${one.kind} ${one.id}`, one])).values())
        pings.push({ ...where, ...ping });
    for (const link of found.links) links.push({ ...where, ...link });
    for (const url of found.autolinks) autolinks.push({ ...where, url });
  }

  /** What the app can reach: no ephemeral and no deleted messages. */
  function reachable(channel: string, ts: string): FakeMessage | undefined {
    const message = byTs.get(`${channel} ${ts}`);
    return message && !message.deleted && !message.visibleTo ? message : undefined;
  }

  function repliesTo(channel: string, ts: string): FakeMessage[] {
    return (messages.get(channel) ?? []).filter((one) => one.threadTs === ts && !one.visibleTo && !one.deleted);
  }

  /** What only one person sees is shown in a thread that somebody has answered in. Source: docs.slack.dev, "chat.postEphemeral", read 2026-11. */
  const showsEphemeral = (channel: string, threadTs: unknown): boolean =>
    threadTs === undefined || repliesTo(channel, String(threadTs)).length > 0;

  function messageJson(message: FakeMessage, how: { metadata?: boolean } = {}): Json {
    const replies = message.threadTs ? [] : repliesTo(message.channel, message.ts);
    return {
      type: 'message',
      ...(message.subtype ? { subtype: message.subtype } : {}),
      ...(message.subtype === 'file_share' ? { upload: !message.fromApp } : {}),
      user: message.user,
      ...(message.fromApp ? { bot_id: botId, app_id: appId } : {}),
      ...(message.otherBot ? { bot_id: 'B0OTHERBOT1', app_id: 'A0OTHERAPP1' } : {}),
      ts: message.ts,
      text: message.text,
      ...authorsTeam(message),
      ...(message.blocks.length > 0 ? { blocks: message.blocks } : {}),
      ...(message.files.length > 0 ? { files: message.files.map((id) => fileJson(id)) } : {}),
      ...(message.threadTs
        ? { thread_ts: message.threadTs, parent_user_id: byTs.get(`${message.channel} ${message.threadTs}`)?.user }
        : {}),
      ...(replies.length > 0
        ? {
            thread_ts: message.ts,
            reply_count: replies.length,
            reply_users: [...new Set(replies.map((one) => one.user))],
            latest_reply: replies.at(-1)?.ts,
          }
        : {}),
      ...(message.editedTs ? { edited: { user: message.user, ts: message.editedTs } } : {}),
      ...(how.metadata && message.metadata ? { metadata: message.metadata } : {}),
    };
  }

  function fileJson(id: string): Json {
    const file = files.get(id);
    if (!file || file.state === 'deleted') return { id, mode: 'tombstone' };
    const { name, title, user, created, mimetype } = file;
    if (file.hidden) return { id, created: 0, timestamp: 0, mode: 'hidden_by_limit' };
    const common = {
      id,
      created,
      timestamp: created,
      name,
      title,
      user,
      user_team: users.get(user)?.teamId ?? teamId,
      mode: 'hosted',
    };
    if (file.external) return externalJson(file, file.external);
    const base = `${options.origin()}/files-pri/${teamId}-${id}`;
    const known = {
      ...common,
      is_external: false,
      is_public: file.shares.some(({ channel }) => channels.get(channel)?.kind === 'public'),
      url_private: `${base}/${encodeURIComponent(name)}`,
      url_private_download: `${base}/download/${encodeURIComponent(name)}`,
      permalink: `${options.origin()}/files/${user}/${id}/${encodeURIComponent(name)}`,
      ...(file.altText ? { alt_txt: file.altText } : {}),
    };
    if (file.state !== 'processed') return { ...known, mimetype: '', filetype: '', pretty_type: '' };
    const filetype = mimetype?.split('/')[1]?.replace('jpeg', 'jpg') ?? 'binary';
    return {
      ...known,
      mimetype,
      filetype,
      pretty_type: filetype.toUpperCase(),
      size: file.length,
      ...(file.size ? { original_w: file.size.width, original_h: file.size.height } : {}),
      ...(mimetype?.startsWith('image/') ? { thumb_64: `${base}/64`, thumb_360: `${base}/360` } : {}),
      channels: sharedIn(file, 'public'),
      groups: [...sharedIn(file, 'private'), ...sharedIn(file, 'mpim')],
      ims: sharedIn(file, 'im'),
      shares: sharesJson(file),
    };
  }

  /** Nothing of it can be downloaded. Source: docs.slack.dev, "files.remote.info" and "File object", read 2026-11. */
  const externalJson = ({ id, name, title, user, created, mimetype }: FakeFile, url: string): Json => ({
    ...{ id, name, title, user, user_team: users.get(user)?.teamId ?? teamId },
    ...{ created, timestamp: created, size: 0 },
    ...{ mode: 'external', is_external: true, external_type: 'gdrive', external_url: url },
    ...{ mimetype: mimetype?.startsWith('image/') ? mimetype : 'application/vnd.google-apps.document' },
    ...{ url_private: url, permalink: `${options.origin()}/files/${user}/${id}/${encodeURIComponent(name)}` },
    ...{ file_access: 'visible', shares: {}, channels: [], groups: [], ims: [] },
  });

  const sharedIn = (file: FakeFile, kind: ChannelKind): string[] =>
    [...new Set(file.shares.map((one) => one.channel))].filter((id) => channels.get(id)?.kind === kind);

  function sharesJson(file: FakeFile): Json {
    const shares: Record<string, Record<string, unknown[]>> = {};
    for (const { channel, ts, threadTs } of file.shares) {
      const side = channels.get(channel)?.kind === 'public' ? 'public' : 'private';
      shares[side] ??= {};
      shares[side][channel] ??= [];
      shares[side][channel]?.push({
        ts,
        ...(threadTs ? { thread_ts: threadTs } : {}),
        channel_name: names.showChannel(channel),
        team_id: teamId,
        reply_users: [],
        reply_count: 0,
      });
    }
    return shares;
  }

  function channelJson(channel: FakeChannel): Json {
    const { id, name, kind, isArchived } = channel;
    if (kind === 'im')
      return { id, is_im: true, is_archived: isArchived, user: [...channel.members].find((one) => one !== botUserId) };
    return {
      id,
      name,
      name_normalized: name,
      is_channel: kind === 'public',
      is_group: kind === 'private',
      is_im: false,
      is_mpim: kind === 'mpim',
      is_private: kind !== 'public',
      is_archived: isArchived,
      is_general: false,
      is_member: channel.members.has(botUserId),
      context_team_id: teamId,
    };
  }

  /** Whether Slack tells the app about this: subscribed, and the scope granted. */
  function subscribed(event: string): boolean {
    return events.has(event) && (eventScopes[event] ?? []).every((scope) => scopes.has(scope));
  }

  /** The app as created from this manifest and installed: commands, events and scopes are its own from here on. */
  function install(next: Manifest): void {
    configure(next);
    scopes.clear();
    for (const scope of next.scopes) scopes.add(scope);
  }

  /** The configuration alone; new scopes need a new installation. */
  function configure(next: Manifest): void {
    manifest = next;
    events = new Set(next.events);
  }

  return {
    options,
    users,
    channels,
    messages,
    files,
    pings,
    links,
    autolinks,
    scopes,
    watchers,
    names,
    manifest: () => manifest,
    nextId,
    nextTs,
    addUser,
    addChannel,
    userFor,
    userCalled,
    channelFor,
    channelCalled,
    directMessage,
    existingDirectMessage,
    seenByApp,
    fileSeenByApp,
    isShared,
    post,
    update,
    remove,
    reachable,
    repliesTo,
    showsEphemeral,
    anyMessage: (channel: string, ts: string) => byTs.get(`${channel} ${ts}`),
    messageJson,
    fileJson,
    channelJson,
    subscribed,
    install,
    configure,
  };
}

const shortId = (): string => randomBytes(4).toString('base64url').slice(0, 5);
