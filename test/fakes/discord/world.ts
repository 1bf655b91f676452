/** What exists on the fake Discord: guilds, channels, people, messages; and how each looks in JSON. */
import { createHash, createHmac, randomBytes } from 'node:crypto';
import { imageSize } from './image-size.ts';
import type { UploadedFile } from './multipart.ts';
import { everyComponent, flag, isObject } from './validate.ts';

export const permission = {
  addReactions: 1n << 6n,
  administrator: 1n << 3n,
  manageGuild: 1n << 5n,
  viewChannel: 1n << 10n,
  sendMessages: 1n << 11n,
  manageMessages: 1n << 13n,
  embedLinks: 1n << 14n,
  attachFiles: 1n << 15n,
  readMessageHistory: 1n << 16n,
  mentionEveryone: 1n << 17n,
  useExternalEmojis: 1n << 18n,
  manageChannels: 1n << 4n,
  useApplicationCommands: 1n << 31n,
  manageThreads: 1n << 34n,
  createPublicThreads: 1n << 35n,
  sendMessagesInThreads: 1n << 38n,
} as const;
const every = (1n << 53n) - 1n;
const ordinary =
  permission.addReactions |
  permission.viewChannel |
  permission.sendMessages |
  permission.embedLinks |
  permission.attachFiles |
  permission.readMessageHistory |
  permission.useExternalEmojis |
  permission.useApplicationCommands |
  permission.createPublicThreads |
  permission.sendMessagesInThreads;
/** What the bot may do unless a test says otherwise. Mention Everyone is among it so that careless pings show. */
const everythingNeeded = ordinary | permission.mentionEveryone;

export const channelKinds = { text: 0, dm: 1, voice: 2, announcement: 5, forum: 15 } as const;
const isThreadType = (type: number) => type === 10 || type === 11 || type === 12;
export const mebibyte = 1024 * 1024;
const bytesMaxByTier = [10 * mebibyte, 10 * mebibyte, 50 * mebibyte, 100 * mebibyte] as const;

export interface UserOptions {
  readonly name: string;
  /** What they are called in guilds, if not by their name. */
  readonly nick?: string;
  readonly id?: string;
  /** Guild permissions beyond everyone's. */
  readonly permissions?: bigint | string | number;
  readonly owner?: boolean;
  /** Sending them a DM answers 50007. */
  readonly refusesDms?: boolean;
  /** In no guild with the bot: sending them a DM answers 50278. */
  readonly stranger?: boolean;
  /** What they may upload themselves; 10 MiB without Nitro. */
  readonly uploadBytesMax?: number;
  readonly locale?: string;
  /** Another app's. */
  readonly bot?: boolean;
}

interface ChannelOptions {
  readonly name: string;
  readonly id?: string;
  readonly kind?: 'text' | 'voice' | 'announcement' | 'forum';
  /** The bot's permissions there. */
  readonly permissions?: bigint | string | number;
}

export interface GuildOptions {
  readonly name: string;
  readonly id?: string;
  readonly boostTier?: 0 | 1 | 2 | 3;
  readonly locale?: string;
  readonly channels?: readonly ChannelOptions[];
  readonly roles?: readonly { readonly name: string; readonly id?: string; readonly mentionable?: boolean }[];
}

export interface User {
  readonly id: string;
  readonly name: string;
  readonly nick: string | undefined;
  readonly bot: boolean;
  readonly locale: string;
  readonly stranger: boolean;
  readonly uploadBytesMax: number;
  permissions: bigint;
  readonly owner: boolean;
  refusesDms: boolean;
}

export interface Role {
  readonly id: string;
  readonly name: string;
  readonly mentionable: boolean;
  readonly managed: boolean;
  permissions: bigint;
}

export interface Guild {
  readonly id: string;
  readonly name: string;
  readonly locale: string;
  boostTier: 0 | 1 | 2 | 3;
  readonly roles: Map<string, Role>;
}

interface ThreadState {
  archived: boolean;
  locked: boolean;
  autoArchiveMinutes: number;
  readonly createdMs: number;
  archivedMs: number;
}

export interface Channel {
  readonly id: string;
  readonly type: number;
  name: string;
  readonly position: number;
  readonly guildId?: string;
  readonly parentId?: string;
  readonly recipientId?: string;
  readonly thread?: ThreadState;
  /** Who started the thread; the bot if left out. */
  readonly ownerId?: string;
  /** Of a private thread: who was invited. Nobody else sees it but who manages threads. */
  readonly invited?: Set<string>;
  botPermissions: bigint;
  /** In order of posting. Change it through `putMessage` and `dropMessage` only. */
  readonly messages: Map<string, Message>;
  lastMessageId: string | null;
}

export interface Attachment {
  readonly id: string;
  readonly channelId: string;
  readonly filename: string;
  readonly title?: string;
  readonly contentType: string;
  readonly size: number;
  readonly sha256: string;
  readonly width?: number;
  readonly height?: number;
  description?: string;
  spoiler: boolean;
  /** Missing with `keepBytes: false`. */
  readonly bytes?: Buffer;
}

/** What a forward shows: the message as it was, without who wrote it. */
export interface Forwarded {
  readonly messageId: string;
  readonly channelId: string;
  readonly snapshot: Pick<Message, 'type' | 'content' | 'embeds' | 'attachments' | 'flags' | 'createdMs' | 'mentions'>;
}

export interface Message {
  readonly id: string;
  readonly channelId: string;
  readonly authorId: string;
  readonly type: number;
  readonly createdMs: number;
  readonly nonce?: string | number;
  /** The message it answers, and whether the answered person was to be pinged. */
  readonly replyTo?: { readonly messageId: string; readonly channelId: string };
  readonly forwarded?: Forwarded;
  /** The metadata object of an interaction's response or follow-up. */
  readonly interaction?: Record<string, unknown> & { readonly id: string };
  readonly ephemeralFor?: string;
  content: string;
  embeds: Record<string, unknown>[];
  components: Record<string, unknown>[];
  attachments: Attachment[];
  flags: number;
  mentions: string[];
  mentionRoles: string[];
  mentionEveryone: boolean;
  readonly edits: number[];
  editedMs?: number;
}

/** How long Discord remembers a nonce: "the past few minutes". Whether it tells it for longer, nobody promises. */
export const nonceMs = 5 * 60_000;

const discordEpochMs = 1_420_070_400_000;

const contentTypes: Record<string, string> = {
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  webp: 'image/webp',
  gif: 'image/gif',
  svg: 'image/svg+xml',
  mp4: 'video/mp4',
  pdf: 'application/pdf',
  txt: 'text/plain; charset=utf-8',
  json: 'application/json; charset=utf-8',
};

/** What an answer says about a component even if the request did not. */
const answeredDefaults: Record<number, Record<string, unknown>> = {
  11: { description: null, spoiler: false },
  13: { spoiler: false },
  14: { divider: true, spacing: 1 },
  17: { accent_color: null, spoiler: false },
};

/** A picture somewhere on the web that a message has a link to. */
export interface LinkedPicture {
  readonly url: string;
  readonly bytes: Uint8Array;
}

export interface WorldOptions {
  readonly guilds?: readonly GuildOptions[];
  readonly users?: readonly UserOptions[];
  readonly keepBytes: boolean;
  now(): number;
  /** Where attachments are served; known once the server listens. */
  origin(): string;
}

const usualUsers: readonly UserOptions[] = [
  { name: 'olga', owner: true },
  { name: 'ana', permissions: permission.manageGuild },
  { name: 'ben' },
  { name: 'cleo', refusesDms: true },
];
const usualGuilds: readonly GuildOptions[] = [
  {
    name: 'Fox Den',
    channels: [
      { name: 'general' },
      { name: 'art' },
      { name: 'news', kind: 'announcement' },
      { name: 'lounge', kind: 'voice' },
      { name: 'ideas', kind: 'forum' },
    ],
    roles: [{ name: 'artists' }, { name: 'helpers', mentionable: true }],
  },
];

export type World = ReturnType<typeof createWorld>;

export function createWorld(options: WorldOptions) {
  const users = new Map<string, User>();
  const guilds = new Map<string, Guild>();
  const channels = new Map<string, Channel>();
  const dmByUser = new Map<string, Channel>();
  const attachments = new Map<string, Attachment>();
  /** What links show, by the path where the media proxy has it. */
  const proxied = new Map<string, { readonly bytes: Buffer; readonly contentType: string }>();
  const everyMessage = new Map<string, Message>();
  const cdnKey = randomBytes(16);

  let fixed = 100_000_000_000_000_000n;
  const fixedId = () => {
    fixed += 4_194_304_000n;
    return String(fixed);
  };
  let lastTick = 0n;
  /** A new id, later than all before it, that carries the time. */
  const newId = () => {
    const ms = options.now();
    const tick = BigInt(Math.max(Math.trunc(ms), discordEpochMs + 30_000_000_000) - discordEpochMs) << 22n;
    lastTick = tick > lastTick ? tick : lastTick + 1n;
    return String(lastTick);
  };

  const addUser = (given: UserOptions, bot = false): User => {
    const user: User = {
      id: given.id ?? fixedId(),
      name: given.name,
      nick: given.nick,
      bot,
      locale: given.locale ?? 'en-US',
      stranger: given.stranger ?? false,
      uploadBytesMax: given.uploadBytesMax ?? 10 * mebibyte,
      permissions: BigInt(given.permissions ?? 0),
      owner: given.owner ?? false,
      refusesDms: given.refusesDms ?? false,
    };
    users.set(user.id, user);
    return user;
  };

  const bot = addUser({ name: 'easel' }, true);
  const ownerId = fixedId();
  for (const user of options.users ?? usualUsers) addUser(user, user.bot);

  const addChannel = (channel: Omit<Channel, 'messages' | 'lastMessageId'>): Channel => {
    const added: Channel = { ...channel, messages: new Map(), lastMessageId: null };
    channels.set(added.id, added);
    return added;
  };

  for (const given of options.guilds ?? usualGuilds) {
    const id = given.id ?? fixedId();
    const roles = new Map<string, Role>();
    const addRole = (role: Role) => roles.set(role.id, role);
    addRole({ id, name: '@everyone', mentionable: false, managed: false, permissions: ordinary });
    addRole({ id: fixedId(), name: bot.name, mentionable: false, managed: true, permissions: everythingNeeded });
    for (const role of given.roles ?? [])
      addRole({
        id: role.id ?? fixedId(),
        name: role.name,
        mentionable: role.mentionable ?? false,
        managed: false,
        permissions: 0n,
      });
    // A role of their own for each person, so that a client that adds up roles gets the permissions told.
    for (const user of users.values())
      if (!user.bot && !user.stranger)
        addRole({
          id: fixedId(),
          name: `powers of ${user.name}`,
          mentionable: false,
          managed: false,
          permissions: user.permissions,
        });
    guilds.set(id, { id, name: given.name, locale: given.locale ?? 'en-US', boostTier: given.boostTier ?? 0, roles });
    for (const [position, channel] of (given.channels ?? [{ name: 'general' }]).entries())
      addChannel({
        id: channel.id ?? fixedId(),
        type: channelKinds[channel.kind ?? 'text'],
        name: channel.name,
        position,
        guildId: id,
        botPermissions: BigInt(channel.permissions ?? everythingNeeded),
      });
  }
  const initialPermissions = new Map([...channels.values()].map((channel) => [channel.id, channel.botPermissions]));

  /** Looks up by id, name, `#name` or `@name`. @throws Error naming what exists. */
  const pick = <T extends { id: string; name: string }>(what: string, among: Iterable<T>, key: string): T => {
    const all = [...among];
    const bare = key.replace(/^[#@]/, '');
    const found = all.find((item) => item.id === key) ?? all.find((item) => item.name === bare);
    if (found) return found;
    throw new Error(
      `There is no ${what} "${key}" on the fake Discord; there are ${all.map((item) => item.name).join(', ')}.`,
    );
  };
  const userOf = (key: string) => users.get(key) ?? pick('user', users.values(), key);
  const guildOf = (key: string) => guilds.get(key) ?? pick('guild', guilds.values(), key);
  const channelOf = (key: string) => {
    if (/^dm:/.test(key)) return dmWith(userOf(key.slice(3)).id);
    return channels.get(key) ?? pick('channel', channels.values(), key);
  };
  const roleOf = (guild: Guild, key: string) => pick('role', guild.roles.values(), key);

  function dmWith(userId: string): Channel {
    const known = dmByUser.get(userId);
    if (known) return known;
    const channel = addChannel({
      id: newId(),
      type: channelKinds.dm,
      name: `dm:${users.get(userId)?.name ?? userId}`,
      position: 0,
      recipientId: userId,
      botPermissions: everythingNeeded,
    });
    dmByUser.set(userId, channel);
    return channel;
  }

  const guildOfChannel = (channel: Channel) => (channel.guildId ? guilds.get(channel.guildId) : undefined);
  const parentOf = (channel: Channel) => (channel.parentId ? channels.get(channel.parentId) : undefined);
  const members = () => [...users.values()].filter((user) => !user.stranger);

  function botPermissionsIn(channel: Channel): bigint {
    if (!channel.guildId)
      return permission.attachFiles | permission.embedLinks | permission.mentionEveryone | permission.useExternalEmojis;
    const bits = (parentOf(channel) ?? channel).botPermissions;
    return bits & permission.administrator ? every : bits;
  }

  function userPermissions(user: User): bigint {
    if (user.owner || user.permissions & permission.administrator) return every;
    return ordinary | user.permissions;
  }

  /** Source: docs.discord.com, "Threads", permissions, read 2026-11. */
  function sees(user: User, channel: Channel): boolean {
    if (!channel.invited || channel.invited.has(user.id)) return true;
    const bits = user.id === bot.id ? botPermissionsIn(channel) : userPermissions(user);
    return (bits & permission.manageThreads) !== 0n;
  }

  const bytesMaxIn = (channel: Channel) => bytesMaxByTier[guildOfChannel(channel)?.boostTier ?? 0];

  function store(
    channelId: string,
    file: UploadedFile,
    more: { description?: string; spoiler?: boolean; title?: string; keep?: boolean } = {},
  ): Attachment {
    const filename =
      file.filename
        .normalize('NFKD')
        .replace(/\s+/g, '_')
        .replace(/[^\w.-]/g, '') || 'unknown';
    const type =
      contentTypes[filename.split('.').at(-1)?.toLowerCase() ?? ''] ?? file.contentType ?? 'application/octet-stream';
    const stored: Attachment = {
      id: newId(),
      channelId,
      filename: more.spoiler && !filename.startsWith('SPOILER_') ? `SPOILER_${filename}` : filename,
      ...(more.title === undefined ? {} : { title: more.title }),
      contentType: type,
      size: file.bytes.length,
      sha256: createHash('sha256').update(file.bytes).digest('hex'),
      ...(type.startsWith('image/') ? imageSize(file.bytes) : {}),
      ...(more.description === undefined ? {} : { description: more.description }),
      spoiler: more.spoiler ?? filename.startsWith('SPOILER_'),
      // A copy, or the whole request would stay in memory with it.
      ...(options.keepBytes || more.keep ? { bytes: Buffer.from(file.bytes) } : {}),
    };
    attachments.set(stored.id, stored);
    return stored;
  }

  /** The embed that a client sees under a link to a picture: Discord looks at it once and passes its own copy on. */
  function linkedPicture({ url, bytes }: LinkedPicture): Record<string, unknown> {
    const { protocol, host, pathname } = new URL(url);
    const key = createHmac('sha256', cdnKey).update(url).digest('base64url');
    const path = `/_cdn/external/${key}/${protocol.replace(':', '')}/${host}${pathname}`;
    const contentType = contentTypes[pathname.split('.').at(-1)?.toLowerCase() ?? ''] ?? 'image/png';
    proxied.set(path, { bytes: Buffer.from(bytes), contentType });
    const size = imageSize(Buffer.from(bytes));
    const thumbnail = { url, proxy_url: `${options.origin()}${path}`, content_type: contentType, flags: 0, ...size };
    return { type: 'image', url, thumbnail };
  }

  const signature = (id: string, expires: string) =>
    createHmac('sha256', cdnKey).update(`${id}/${expires}`).digest('hex');

  function attachmentUrl(attachment: Attachment): string {
    const expires = Math.trunc(options.now() / 1000 + 86_400).toString(16);
    const path = `/_cdn/attachments/${attachment.channelId}/${attachment.id}/${attachment.filename}`;
    return `${options.origin()}${path}?ex=${expires}&is=${Math.trunc(options.now() / 1000).toString(16)}&hm=${signature(attachment.id, expires)}&`;
  }

  /** The file behind a CDN address, unless its signature is wrong or a day old. */
  function byUrl(url: URL): Attachment | undefined {
    const [channelId, id = '', filename] = url.pathname.split('/').slice(3);
    const expires = url.searchParams.get('ex') ?? '';
    const attachment = attachments.get(id);
    if (attachment?.channelId !== channelId || attachment?.filename !== decodeURIComponent(filename ?? ''))
      return undefined;
    if (url.searchParams.get('hm') !== signature(id, expires)) return undefined;
    return Number.parseInt(expires, 16) * 1000 < options.now() ? undefined : attachment;
  }

  const iso = (ms: number) => new Date(ms).toISOString().replace('Z', '000+00:00');

  const userJson = (user: User) => ({
    id: user.id,
    username: user.name,
    global_name: user.bot ? null : user.name,
    discriminator: user.bot ? '0001' : '0',
    avatar: null,
    avatar_decoration_data: null,
    banner: null,
    accent_color: null,
    public_flags: 0,
    flags: 0,
    primary_guild: null,
    ...(user.bot ? { bot: true } : {}),
  });

  const memberJson = (guild: Guild, user: User, inPayload = false) => ({
    ...(inPayload ? {} : { user: userJson(user) }),
    nick: user.nick ?? null,
    avatar: null,
    banner: null,
    roles: [...guild.roles.values()]
      .filter((role) => (user.id === bot.id ? role.managed : role.name === `powers of ${user.name}`))
      .map((role) => role.id),
    joined_at: iso(discordEpochMs),
    premium_since: null,
    deaf: false,
    mute: false,
    flags: 0,
    pending: false,
    communication_disabled_until: null,
  });

  const roleJson = (role: Role, position: number) => ({
    id: role.id,
    name: role.name,
    color: 0,
    colors: { primary_color: 0, secondary_color: null, tertiary_color: null },
    hoist: false,
    icon: null,
    unicode_emoji: null,
    position,
    permissions: String(role.permissions),
    managed: role.managed,
    mentionable: role.mentionable,
    flags: 0,
    ...(role.managed ? { tags: { bot_id: bot.id } } : {}),
  });

  function channelJson(channel: Channel): Record<string, unknown> {
    const base = { id: channel.id, type: channel.type, flags: 0, last_message_id: channel.lastMessageId };
    if (channel.recipientId) {
      const recipient = users.get(channel.recipientId);
      return { ...base, recipients: recipient ? [userJson(recipient)] : [] };
    }
    if (channel.thread)
      return {
        ...base,
        guild_id: channel.guildId,
        name: channel.name,
        parent_id: channel.parentId,
        owner_id: channel.ownerId ?? bot.id,
        rate_limit_per_user: 0,
        message_count: channel.messages.size,
        total_message_sent: channel.messages.size,
        member_count: 1,
        thread_metadata: {
          archived: channel.thread.archived,
          locked: channel.thread.locked,
          auto_archive_duration: channel.thread.autoArchiveMinutes,
          archive_timestamp: iso(channel.thread.archivedMs),
          create_timestamp: iso(channel.thread.createdMs),
          ...(channel.invited ? { invitable: true } : {}),
        },
      };
    return {
      ...base,
      guild_id: channel.guildId,
      name: channel.name,
      position: channel.position,
      parent_id: null,
      topic: null,
      nsfw: false,
      rate_limit_per_user: 0,
      permission_overwrites: [
        { id: bot.id, type: 1, allow: String(channel.botPermissions), deny: String(every & ~channel.botPermissions) },
      ],
      ...(channel.type === channelKinds.voice ? { bitrate: 64_000, user_limit: 0, rtc_region: null } : {}),
      ...(channel.type === channelKinds.forum
        ? { available_tags: [], default_reaction_emoji: null, default_sort_order: null }
        : {}),
    };
  }

  const channelsOf = (guild: Guild) => [...channels.values()].filter((channel) => channel.guildId === guild.id);
  const owner = () => [...users.values()].find((user) => user.owner)?.id ?? ownerId;

  const guildJson = (guild: Guild) => ({
    id: guild.id,
    name: guild.name,
    icon: null,
    description: null,
    home_header: null,
    splash: null,
    discovery_splash: null,
    banner: null,
    features: [],
    owner_id: owner(),
    application_id: null,
    region: 'deprecated',
    afk_channel_id: null,
    afk_timeout: 300,
    system_channel_id: null,
    system_channel_flags: 0,
    widget_enabled: false,
    widget_channel_id: null,
    verification_level: 0,
    default_message_notifications: 1,
    mfa_level: 0,
    explicit_content_filter: 0,
    max_presences: null,
    max_members: 500_000,
    max_stage_video_channel_users: 50,
    max_video_channel_users: 25,
    vanity_url_code: null,
    premium_tier: guild.boostTier,
    premium_subscription_count: [0, 2, 7, 14][guild.boostTier],
    preferred_locale: guild.locale,
    rules_channel_id: null,
    safety_alerts_channel_id: null,
    public_updates_channel_id: null,
    premium_progress_bar_enabled: false,
    nsfw: false,
    nsfw_level: 0,
    emojis: [],
    stickers: [],
    incidents_data: null,
    roles: [...guild.roles.values()].map(roleJson),
  });

  /** The d of GUILD_CREATE. */
  const guildCreateJson = (guild: Guild) => ({
    ...guildJson(guild),
    joined_at: iso(discordEpochMs),
    large: false,
    unavailable: false,
    member_count: members().length,
    voice_states: [],
    members: [memberJson(guild, bot)],
    channels: channelsOf(guild)
      .filter((channel) => !isThreadType(channel.type))
      .map(channelJson),
    threads: channelsOf(guild)
      .filter((channel) => channel.thread && !channel.thread.archived && sees(bot, channel))
      .map(channelJson),
    presences: [],
    stage_instances: [],
    guild_scheduled_events: [],
    soundboard_sounds: [],
  });

  const attachmentJson = (attachment: Attachment, ephemeral = false) => ({
    id: attachment.id,
    filename: attachment.filename,
    size: attachment.size,
    url: attachmentUrl(attachment),
    proxy_url: attachmentUrl(attachment),
    content_type: attachment.contentType,
    ...(attachment.width === undefined ? {} : { width: attachment.width, height: attachment.height }),
    ...(attachment.description === undefined ? {} : { description: attachment.description }),
    ...(attachment.title === undefined ? {} : { title: attachment.title }),
    ...(attachment.spoiler ? { flags: 8 } : {}),
    ...(ephemeral ? { ephemeral: true } : {}),
  });

  /** Components as answered: media resolved, and the attachments they used. */
  function resolved(value: unknown, message: Message, used: Set<string>): unknown {
    if (Array.isArray(value)) return value.map((item) => resolved(item, message, used));
    if (!isObject(value)) return value;
    if (typeof value.url === 'string' && value.url.startsWith('attachment://')) {
      const name = value.url.slice('attachment://'.length);
      const attachment = message.attachments.find(
        (item) => item.filename === name || item.filename === `SPOILER_${name}`,
      );
      if (!attachment) return value;
      used.add(attachment.id);
      const { url, proxy_url, content_type } = attachmentJson(attachment);
      return {
        ...value,
        id: attachment.id,
        url,
        proxy_url,
        content_type,
        width: attachment.width ?? null,
        height: attachment.height ?? null,
        attachment_id: attachment.id,
      };
    }
    const whole: Record<string, unknown> = {
      ...answeredDefaults[Number(value.type)],
      ...('media' in value && value.type === undefined ? { description: null, spoiler: false } : {}),
      ...value,
    };
    if (value.type === 13) {
      const url = isObject(value.file) ? String(value.file.url) : '';
      const attachment = message.attachments.find((item) => url === `attachment://${item.filename}`);
      Object.assign(whole, { name: attachment?.filename ?? '', size: attachment?.size ?? 0 });
    }
    return Object.fromEntries(Object.entries(whole).map(([name, item]) => [name, resolved(item, message, used)]));
  }

  /** Whether the bot, without the privileged intent, gets to read it. Source: docs.discord.com, "Gateway", message content intent. */
  function readableByBot(message: Message): boolean {
    const channel = channels.get(message.channelId);
    if (!channel?.guildId || message.authorId === bot.id) return true;
    if (new RegExp(`<@!?${bot.id}>`).test(message.content)) return true;
    if (!message.mentions.includes(bot.id) || !message.replyTo) return false;
    return messageOf(message.replyTo.messageId)?.interaction === undefined;
  }

  const messageOf = (id: string) => everyMessage.get(id);

  function putMessage(channel: Channel, message: Message) {
    channel.messages.set(message.id, message);
    channel.lastMessageId = message.id;
    everyMessage.set(message.id, message);
  }

  function dropMessage(message: Message) {
    channels.get(message.channelId)?.messages.delete(message.id);
    everyMessage.delete(message.id);
    for (const attachment of message.attachments) attachments.delete(attachment.id);
  }

  function dropChannel(channel: Channel) {
    for (const message of channel.messages.values()) dropMessage(message);
    channels.delete(channel.id);
    if (channel.recipientId) dmByUser.delete(channel.recipientId);
    for (const child of channels.values()) if (child.parentId === channel.id) dropChannel(child);
  }

  /** Inside of an answer, fewer fields come. Source: GitHub discord/discord-api-docs#7814, read 2026-11. */
  function snapshotJson({ snapshot }: Forwarded, shown: boolean, nested: boolean) {
    const { type, content, embeds, attachments: files, flags, createdMs, mentions } = snapshot;
    const rest = {
      type,
      mentions: mentions.flatMap((id) => users.get(id) ?? []).map(userJson),
      mention_roles: [],
      components: [],
    };
    const message = {
      content: shown ? content : '',
      embeds: shown ? embeds : [],
      attachments: shown ? files.map((item) => attachmentJson(item)) : [],
      flags,
      timestamp: iso(createdMs),
      edited_timestamp: null,
      ...(nested ? {} : rest),
    };
    return { message };
  }

  function messageJson(
    message: Message,
    { contentAllowed = true, nested = false }: { contentAllowed?: boolean; nested?: boolean } = {},
  ): Record<string, unknown> {
    const channel = channels.get(message.channelId);
    const author = users.get(message.authorId) ?? bot;
    const shown = contentAllowed || readableByBot(message);
    const used = new Set<string>();
    const components = resolved(message.components, message, used);
    const embeds = resolved(message.embeds, message, used);
    const people = message.mentions.flatMap((id) => users.get(id) ?? []);
    const thread = channels.get(message.id);
    const answered = message.replyTo ? messageOf(message.replyTo.messageId) : undefined;
    return {
      id: message.id,
      channel_id: message.channelId,
      type: message.type,
      author: userJson(author),
      content: shown ? message.content : '',
      embeds: shown ? embeds : [],
      components: shown ? components : [],
      attachments: shown
        ? message.attachments
            .filter((item) => !used.has(item.id))
            .map((item) => attachmentJson(item, message.ephemeralFor !== undefined))
        : [],
      mentions: people.map(userJson),
      mention_roles: message.mentionRoles,
      mention_everyone: message.mentionEveryone,
      pinned: false,
      tts: false,
      flags: message.flags,
      timestamp: iso(message.createdMs),
      edited_timestamp: message.editedMs === undefined ? null : iso(message.editedMs),
      ...(message.nonce === undefined || options.now() - message.createdMs > nonceMs ? {} : { nonce: message.nonce }),
      ...(message.interaction
        ? { interaction_metadata: message.interaction, webhook_id: bot.id, application_id: bot.id }
        : {}),
      ...(message.replyTo
        ? {
            message_reference: {
              type: 0,
              message_id: message.replyTo.messageId,
              channel_id: message.replyTo.channelId,
              ...(channel?.guildId ? { guild_id: channel.guildId } : {}),
            },
            ...(nested
              ? {}
              : { referenced_message: answered ? messageJson(answered, { contentAllowed, nested: true }) : null }),
          }
        : {}),
      ...(message.forwarded
        ? {
            message_reference: {
              type: 1,
              message_id: message.forwarded.messageId,
              channel_id: message.forwarded.channelId,
              ...(channels.get(message.forwarded.channelId)?.guildId
                ? { guild_id: channels.get(message.forwarded.channelId)?.guildId }
                : {}),
            },
            message_snapshots: [snapshotJson(message.forwarded, shown, nested)],
          }
        : {}),
      ...(thread ? { thread: channelJson(thread) } : {}),
      ...(channel?.thread ? { position: 0 } : {}),
    };
  }

  /** MESSAGE_CREATE and MESSAGE_UPDATE carry the guild and the author's membership on top. */
  function messageEvent(message: Message, contentAllowed: boolean) {
    const channel = channels.get(message.channelId);
    const guild = channel ? guildOfChannel(channel) : undefined;
    const author = users.get(message.authorId);
    const mentions = message.mentions.flatMap((id) => users.get(id) ?? []);
    return {
      ...messageJson(message, { contentAllowed }),
      channel_type: channel?.type ?? 0,
      mentions: mentions.map((user) => ({
        ...userJson(user),
        ...(guild && !user.stranger ? { member: memberJson(guild, user, true) } : {}),
      })),
      ...(guild && author ? { guild_id: guild.id, member: memberJson(guild, author, true) } : {}),
    };
  }

  /** Back to how it started: no messages, threads or DMs, the first permissions. */
  function reset() {
    for (const channel of channels.values()) {
      channel.messages.clear();
      channel.lastMessageId = null;
      channel.botPermissions = initialPermissions.get(channel.id) ?? channel.botPermissions;
      if (channel.thread || channel.recipientId) channels.delete(channel.id);
    }
    dmByUser.clear();
    attachments.clear();
    proxied.clear();
    everyMessage.clear();
  }

  return {
    bot,
    users,
    guilds,
    channels,
    attachments,
    newId,
    userOf,
    guildOf,
    channelOf,
    roleOf,
    dmWith,
    addChannel,
    guildOfChannel,
    parentOf,
    members,
    botPermissionsIn,
    userPermissions,
    sees,
    bytesMaxIn,
    store,
    linkedPicture,
    /** What the media proxy has under this path. */
    passedOn: (path: string) => proxied.get(path),
    byUrl,
    messageOf,
    putMessage,
    dropMessage,
    dropChannel,
    reset,
    iso,
    userJson,
    memberJson,
    roleJson,
    channelJson,
    channelsOf,
    guildJson,
    guildCreateJson,
    attachmentJson,
    messageJson,
    messageEvent,
  };
}

/** All text of a message that can ping or show links: content, and V2 text displays. */
export function spokenText(message: Message): string {
  const displays = [...everyComponent(message.components)].flatMap(([item]) =>
    item.type === 10 ? [String(item.content)] : [],
  );
  return [message.content, ...displays].join('\n');
}

/** The texts of embeds: they never ping, but they render links. */
export function embedText(message: Message): string {
  return message.embeds
    .flatMap((embed) => [
      embed.description,
      ...(Array.isArray(embed.fields) ? embed.fields.map((field) => (isObject(field) ? field.value : '')) : []),
    ])
    .filter((part) => typeof part === 'string')
    .join('\n');
}

export const isV2 = (message: Message) => (message.flags & flag.v2) !== 0;
export { isThreadType };
