/** Posting, editing and deleting messages by the platform's rules, whoever asks: bot token, interaction webhook or a person. */
import type { Emit } from './gateway.ts';
import {
  type AllowedMentions,
  type MaskedLink,
  type Mentioned,
  maskedLinks,
  mentioned,
  type Ping,
} from './mentions.ts';
import type { UploadedFile } from './multipart.ts';
import { refused, wrongField } from './refused.ts';
import { checkMessage, everyComponent, flag, isObject, type MessageKind } from './validate.ts';
import {
  type Attachment,
  type Channel,
  embedText,
  isV2,
  type Message,
  nonceMs,
  permission,
  spokenText,
  type World,
} from './world.ts';

export const intent = { guilds: 1, guildMessages: 1 << 9, directMessages: 1 << 12, messageContent: 1 << 15 } as const;

export interface FastEdit {
  readonly messageId: string;
  readonly gapMs: number;
}

export interface Posting {
  readonly kind: MessageKind;
  readonly files: ReadonlyMap<number, UploadedFile>;
  /** The largest file allowed here. */
  readonly bytesMax: number;
  readonly authorId?: string;
  readonly interaction?: Message['interaction'];
  readonly ephemeralFor?: string;
  /** Where in the request the message stands, for error paths. */
  readonly at?: readonly string[];
  /** Flags on top of the body's. */
  readonly flags?: number;
}

export interface MessagesOptions {
  readonly world: World;
  readonly emit: Emit;
  now(): number;
  readonly editIntervalMsMin: number;
}

export type Messages = ReturnType<typeof createMessages>;

export function createMessages({ world, emit, now, editIntervalMsMin }: MessagesOptions) {
  const pings: Ping[] = [];
  const links: MaskedLink[] = [];
  const fastEdits: FastEdit[] = [];
  const byNonce = new Map<string, { message: Message; atMs: number }>();

  const intentFor = (channel: Channel) => (channel.guildId ? intent.guildMessages : intent.directMessages);

  function announce(event: 'MESSAGE_CREATE' | 'MESSAGE_UPDATE', message: Message, deliveries = 1) {
    const channel = world.channels.get(message.channelId);
    if (!channel || message.ephemeralFor !== undefined || !world.sees(world.bot, channel)) return;
    emit(
      event,
      channel.guildId,
      intentFor(channel),
      (intents: number) => world.messageEvent(message, (intents & intent.messageContent) !== 0),
      deliveries,
    );
  }

  function judge(message: Message, allowed: AllowedMentions | null | undefined, byEdit: boolean): Mentioned {
    const channel = world.channels.get(message.channelId);
    const guild = channel ? world.guildOfChannel(channel) : undefined;
    const mayPingAll = channel !== undefined && (world.botPermissionsIn(channel) & permission.mentionEveryone) !== 0n;
    const result = mentioned(spokenText(message), allowed, {
      usual: message.interaction ? 'users only' : 'all',
      repliedTo: message.replyTo ? world.messageOf(message.replyTo.messageId)?.authorId : undefined,
      isUser: (id) => world.users.has(id),
      isPingableRole: (id) =>
        guild?.roles.has(id) === true && (mayPingAll || guild.roles.get(id)?.mentionable === true),
      mayPingEveryone: guild !== undefined && mayPingAll,
    });
    // Only one person sees an ephemeral message, so it can't notify anybody else.
    if (message.authorId === world.bot.id && message.ephemeralFor === undefined)
      for (const { kind, id } of result.pings)
        pings.push({ messageId: message.id, kind, id: kind === 'everyone' ? message.channelId : id, byEdit });
    return result;
  }

  function noteLinks(message: Message) {
    if (message.authorId !== world.bot.id) return;
    for (const link of maskedLinks(`${spokenText(message)}\n\n${embedText(message)}`)) {
      const known = links.some(
        (item) => item.messageId === message.id && item.label === link.label && item.url === link.url,
      );
      if (!known) links.push({ messageId: message.id, ...link });
    }
  }

  /**
   * The full list of attachments a body leads to. Source: docs.discord.com, "API Reference", uploading files and editing attachments.
   * Stricter than the platform: a file that no entry names is refused, for nobody sends one on purpose.
   */
  function attachmentsOf(
    body: Record<string, unknown>,
    channel: Channel,
    posting: Posting,
    kept: readonly Attachment[],
  ): Attachment[] {
    const { files, at = [] } = posting;
    if (files.size > 10) throw refused(30015);
    for (const [index, file] of files) {
      if (index >= files.size)
        throw wrongField([...at, 'files', index], 'FILES_INDEX', 'files[n] must be numbered from 0 without gaps.');
      if (file.bytes.length > posting.bytesMax) throw refused(40005);
    }
    const given = Array.isArray(body.attachments) ? body.attachments.filter(isObject) : undefined;
    if (!given) {
      const added = [...files.entries()].sort(([a], [b]) => a - b).map(([, file]) => world.store(channel.id, file));
      if (kept.length + added.length > 10) throw refused(30015);
      return [...kept, ...added];
    }
    const used = new Set<number>();
    const plan = given.map((entry) => {
      const old = kept.find((item) => item.id === String(entry.id));
      if (old)
        return () =>
          Object.assign(old, entry.description === undefined ? {} : { description: entry.description ?? '' });
      const index = Number(entry.id);
      const file = files.get(index);
      if (!file || used.has(index)) throw refused(50146);
      used.add(index);
      return () =>
        world.store(
          channel.id,
          { ...file, filename: typeof entry.filename === 'string' ? entry.filename : file.filename },
          {
            ...(typeof entry.description === 'string' ? { description: entry.description } : {}),
            ...(typeof entry.title === 'string' ? { title: entry.title } : {}),
            ...(typeof entry.is_spoiler === 'boolean' ? { spoiler: entry.is_spoiler } : {}),
          },
        );
    });
    for (const index of files.keys())
      if (!used.has(index))
        throw wrongField([...at, 'attachments'], 'FILE_UNNAMED', `files[${index}] has no entry in attachments.`);
    return plan.map((make) => make());
  }

  function checkAttachmentLinks(message: Message, at: readonly string[]) {
    const missing = (value: unknown): string | undefined => {
      if (Array.isArray(value)) return value.map(missing).find((found) => found !== undefined);
      if (!isObject(value)) return undefined;
      const url = value.url;
      if (typeof url === 'string' && url.startsWith('attachment://')) {
        const name = url.slice('attachment://'.length);
        if (!message.attachments.some((item) => item.filename === name || item.filename === `SPOILER_${name}`))
          return name;
      }
      return Object.values(value)
        .map(missing)
        .find((found) => found !== undefined);
    };
    const name = missing(message.components);
    if (name !== undefined)
      throw wrongField(
        [...at, 'components'],
        'UNFURLED_MEDIA_ITEM_REFERENCED_ATTACHMENT_NOT_FOUND',
        `The referenced attachment "${name}" was not found.`,
      );
  }

  function checkNotEmpty(message: Message) {
    const hasDisplay = isV2(message) && message.components.length > 0;
    if (message.content === '' && message.embeds.length === 0 && message.attachments.length === 0 && !hasDisplay)
      throw refused(50006);
  }

  const objects = (value: unknown) => (Array.isArray(value) ? value.filter(isObject) : []);
  /** Numbers the components, as the platform does. */
  function numbered(components: unknown): Record<string, unknown>[] {
    const copy = objects(structuredClone(components));
    let next = 1;
    for (const [item] of everyComponent(copy)) item.id = typeof item.id === 'number' && item.id > 0 ? item.id : next++;
    return copy;
  }

  /** Checks and posts. With `enforce_nonce`, a repeat within minutes gives the first message and posts nothing. */
  function post(channel: Channel, given: unknown, posting: Posting): Message {
    const { at = [] } = posting;
    const body = isObject(given) ? given : {};
    checkMessage(posting.kind, body, { at });
    const nonce = typeof body.nonce === 'string' || typeof body.nonce === 'number' ? body.nonce : undefined;
    const first = nonce === undefined ? undefined : byNonce.get(String(nonce));
    if (body.enforce_nonce === true && first && now() - first.atMs <= nonceMs) return first.message;
    const replyTo = replyOf(body.message_reference, channel);
    const id = world.newId();
    const message: Message = {
      id,
      channelId: channel.id,
      authorId: posting.authorId ?? world.bot.id,
      type: replyTo ? 19 : posting.interaction?.type === 2 ? 20 : 0,
      createdMs: now(),
      ...(nonce === undefined ? {} : { nonce }),
      ...(replyTo ? { replyTo } : {}),
      ...(posting.interaction ? { interaction: posting.interaction } : {}),
      ...(posting.ephemeralFor === undefined ? {} : { ephemeralFor: posting.ephemeralFor }),
      content: typeof body.content === 'string' ? body.content.trim() : '',
      embeds: objects(body.embeds).map((embed) => ({ type: 'rich', ...embed })),
      components: numbered(body.components),
      attachments: attachmentsOf(body, channel, posting, []),
      flags: (typeof body.flags === 'number' ? body.flags : 0) | (posting.flags ?? 0),
      mentions: [],
      mentionRoles: [],
      mentionEveryone: false,
      edits: [],
    };
    if (!(message.flags & flag.loading)) checkNotEmpty(message);
    checkAttachmentLinks(message, at);
    mark(message, judge(message, body.allowed_mentions as AllowedMentions | undefined, false));
    noteLinks(message);
    world.putMessage(channel, message);
    if (nonce !== undefined) byNonce.set(String(nonce), { message, atMs: now() });
    announce('MESSAGE_CREATE', message);
    unarchive(channel);
    return message;
  }

  function mark(message: Message, found: Mentioned) {
    message.mentions = found.users;
    message.mentionRoles = found.roles;
    message.mentionEveryone = found.everyone;
  }

  function replyOf(reference: unknown, channel: Channel): Message['replyTo'] {
    if (!isObject(reference)) return undefined;
    const target = channel.messages.get(String(reference.message_id));
    const found = target !== undefined && target.ephemeralFor === undefined;
    if (channel.guildId && !(world.botPermissionsIn(channel) & permission.readMessageHistory)) throw refused(160002);
    if (reference.channel_id !== undefined && reference.channel_id !== channel.id)
      throw wrongField(
        ['message_reference'],
        'REPLIES_CANNOT_REFERENCE_OTHER_CHANNEL',
        'Cannot reply to a message in a different channel',
      );
    if (found) return { messageId: target.id, channelId: channel.id };
    if (reference.fail_if_not_exists === false) return undefined;
    throw wrongField(['message_reference'], 'MESSAGE_REFERENCE_UNKNOWN_MESSAGE', 'Unknown message');
  }

  /** Nobody promises which is told first, a message or that its thread woke up: here it is the message. */
  function unarchive(channel: Channel) {
    if (!channel.thread?.archived) return;
    channel.thread.archived = false;
    channel.thread.archivedMs = now();
    tellThread(channel);
  }

  function tellThread(channel: Channel) {
    if (!world.sees(world.bot, channel)) return;
    emit('THREAD_UPDATE', channel.guildId, intent.guilds, world.channelJson(channel));
  }

  /** Threads archive by themselves when nothing was written for as long as was set. */
  function archiveQuiet() {
    for (const channel of world.channels.values()) {
      const { thread } = channel;
      if (!thread || thread.archived) continue;
      const last = Math.max(thread.archivedMs, ...[...channel.messages.values()].map(({ createdMs }) => createdMs));
      if (now() - last < thread.autoArchiveMinutes * 60_000) continue;
      Object.assign(thread, { archived: true, archivedMs: now() });
      tellThread(channel);
    }
  }

  /** Checks and edits; what the body leaves out stays. */
  function edit(message: Message, given: unknown, posting: Posting): Message {
    const { at = [] } = posting;
    const channel = world.channels.get(message.channelId);
    if (!channel) throw refused(10003);
    const body = isObject(given) ? given : {};
    checkMessage(posting.kind, body, { at, had: message.flags });
    const draft: Message = {
      ...message,
      content: body.content === undefined ? message.content : String(body.content ?? '').trim(),
      embeds:
        body.embeds === undefined ? message.embeds : objects(body.embeds).map((embed) => ({ type: 'rich', ...embed })),
      components: body.components === undefined ? message.components : numbered(body.components),
      flags:
        (typeof body.flags === 'number' ? (message.flags & ~flag.suppressEmbeds) | body.flags : message.flags) &
        ~flag.loading,
      attachments: attachmentsOf(body, channel, posting, message.attachments),
    };
    if (isV2(draft) && (draft.content !== '' || draft.embeds.length > 0))
      throw wrongField(
        [...at, 'flags'],
        'MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2',
        'Content and embeds must be cleared for IS_COMPONENTS_V2',
      );
    checkNotEmpty(draft);
    checkAttachmentLinks(draft, at);
    Object.assign(message, draft);
    const atMs = now();
    const last = message.edits.at(-1);
    if (last !== undefined && atMs - last < editIntervalMsMin)
      fastEdits.push({ messageId: message.id, gapMs: atMs - last });
    message.edits.push(atMs);
    message.editedMs = atMs;
    if (body.content !== undefined || body.components !== undefined)
      mark(message, judge(message, body.allowed_mentions as AllowedMentions | undefined, true));
    noteLinks(message);
    announce('MESSAGE_UPDATE', message);
    return message;
  }

  function remove(message: Message) {
    const channel = world.channels.get(message.channelId);
    world.dropMessage(message);
    if (!channel || message.ephemeralFor !== undefined || !world.sees(world.bot, channel)) return;
    const ids = { id: message.id, channel_id: channel.id, ...(channel.guildId ? { guild_id: channel.guildId } : {}) };
    emit('MESSAGE_DELETE', channel.guildId, intentFor(channel), ids);
  }

  function reset() {
    for (const kept of [pings, links, fastEdits]) kept.length = 0;
    byNonce.clear();
  }

  return { pings, links, fastEdits, post, edit, remove, announce, unarchive, tellThread, archiveQuiet, reset };
}
