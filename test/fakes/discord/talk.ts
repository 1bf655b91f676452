/** What people do without commands: they write, pass messages on, and start threads of their own. */
import type { Emit } from './gateway.ts';
import type { Interactions, Upload } from './interactions.ts';
import { intent, type Messages } from './messages.ts';
import type { Channel, LinkedPicture, Message, User, World } from './world.ts';

interface SayOptions {
  /** Id of the message it answers. */
  readonly replyTo?: string;
  /** Whether the reply pings its author; yes. */
  readonly ping?: boolean;
  readonly attachments?: readonly Upload[];
  /** Pictures elsewhere that the words have links to, and that Discord shows below them. */
  readonly linked?: readonly LinkedPicture[];
  /** Users to mention in front of the text; `easel` is the bot. */
  readonly mentions?: readonly string[];
  readonly deliveries?: number;
}

interface TalkOptions {
  readonly world: World;
  readonly messages: Messages;
  readonly interactions: Interactions;
  readonly emit: Emit;
  now(): number;
}

const forwardable = [0, 19, 20, 23];
const hasSnapshot = 1 << 14;

export function createTalk({ world, messages, interactions, emit, now }: TalkOptions) {
  function placeOf(channel: string, user: string) {
    const place = interactions.placeOf({ user, channel: channel === 'dm' ? 'dm' : world.channelOf(channel).id });
    if (place.channel.thread?.locked) throw new Error('Nobody can write in a locked thread.');
    return place;
  }

  function put(
    { channel, user }: { channel: Channel; user: User },
    more: Partial<Message>,
    deliveries: number | undefined,
  ): Message {
    const message: Message = {
      id: world.newId(),
      channelId: channel.id,
      authorId: user.id,
      type: 0,
      createdMs: now(),
      content: '',
      embeds: [],
      components: [],
      attachments: [],
      flags: 0,
      mentions: [],
      mentionRoles: [],
      mentionEveryone: false,
      edits: [],
      ...more,
    };
    world.putMessage(channel, message);
    for (const id of message.mentions) invite(channel, id);
    messages.announce('MESSAGE_CREATE', message, deliveries);
    messages.unarchive(channel);
    return message;
  }

  function say(
    channel: string,
    user: string,
    content: string,
    { replyTo, ping = true, attachments = [], linked = [], mentions = [], deliveries }: SayOptions = {},
  ): Message {
    const place = placeOf(channel, user);
    const answered = replyTo === undefined ? undefined : place.channel.messages.get(replyTo);
    if (replyTo !== undefined && !answered) throw new Error(`There is no message ${replyTo} in ${place.channel.name}.`);
    const named = mentions.map((name) => `<@${world.userOf(name).id}>`);
    const text = [...named, content].join(' ').trim();
    const pinged = [...text.matchAll(/<@!?(\d+)>/g)].map((match) => match[1] ?? '').filter((id) => world.users.has(id));
    if (answered && ping && !pinged.includes(answered.authorId)) pinged.push(answered.authorId);
    const roles = [...text.matchAll(/<@&(\d+)>/g)].map((match) => match[1] ?? '');
    const unlinked = linked.find(({ url }) => !text.includes(url));
    if (unlinked) throw new Error(`The words have no link to ${unlinked.url}.`);
    const more: Partial<Message> = {
      type: answered ? 19 : 0,
      ...(answered ? { replyTo: { messageId: answered.id, channelId: place.channel.id } } : {}),
      content: text,
      embeds: linked.map(world.linkedPicture),
      attachments: attachments.map((upload) => interactions.keepUpload(upload, place, undefined)),
      mentions: [...new Set(pinged)],
      mentionRoles: [...new Set(roles)],
    };
    return put(place, more, deliveries);
  }

  /** Source: docs.discord.com, "Message", message reference types and message snapshot, read 2026-11. */
  function forward(messageId: string, channel: string, user: string): Message {
    const original = world.messageOf(messageId);
    const from = world.channels.get(original?.channelId ?? '');
    if (!original || !from) throw new Error(`There is no message ${messageId}.`);
    if (!world.sees(world.userOf(user), from)) throw new Error(`${user} can't see that message.`);
    if (!forwardable.includes(original.type) || original.ephemeralFor !== undefined || original.forwarded)
      throw new Error('That message can not be passed on.');
    const { type, content, embeds, attachments, flags, createdMs, mentions } = original;
    const snapshot = { type, content, embeds: structuredClone(embeds), flags, createdMs, mentions: [...mentions] };
    const files = attachments.map((file) => ({ ...file }));
    const forwarded = { messageId, channelId: from.id, snapshot: { ...snapshot, attachments: files } };
    return put(placeOf(channel, user), { flags: hasSnapshot, forwarded }, undefined);
  }

  /** Source: docs.discord.com, "Threads", public and private threads, read 2026-11. */
  function privateThread(
    parent: string,
    user: string,
    { name = 'a secret', invited = ['easel'] }: { readonly name?: string; readonly invited?: readonly string[] } = {},
  ): string {
    const { channel, user: owner } = placeOf(parent, user);
    if (channel.type !== 0 || !channel.guildId) throw new Error('Private threads start in text channels only.');
    const thread = world.addChannel({
      id: world.newId(),
      type: 12,
      name,
      position: 0,
      guildId: channel.guildId,
      parentId: channel.id,
      ownerId: owner.id,
      invited: new Set([owner.id]),
      botPermissions: channel.botPermissions,
      thread: { archived: false, locked: false, autoArchiveMinutes: 1440, createdMs: now(), archivedMs: now() },
    });
    for (const other of invited) invite(thread, world.userOf(other).id);
    return thread.id;
  }

  /** Who is named in a private thread is in it from then on, and the bot is told of it like of a new one. */
  function invite(thread: Channel, id: string): void {
    if (!thread.invited || thread.invited.has(id)) return;
    thread.invited.add(id);
    if (id !== world.bot.id) return;
    const joined = { id: thread.id, user_id: id, join_timestamp: world.iso(now()), flags: 0 };
    const json = { ...world.channelJson(thread), member: joined };
    emit('THREAD_CREATE', thread.guildId, intent.guilds, json);
    const counted = { id: thread.id, guild_id: thread.guildId, member_count: thread.invited.size };
    emit('THREAD_MEMBERS_UPDATE', thread.guildId, intent.guilds, {
      ...counted,
      added_members: [joined],
      removed_member_ids: [],
    });
  }

  return { say, forward, privateThread };
}
