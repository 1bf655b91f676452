import { ChannelType, type GatewayMessageCreateDispatchData as Message, MessageType } from 'discord.js';
import type { ChatRequest, Said } from '../../domain/chat-platform.ts';
import { personId } from '../../domain/person.ts';
import { fileOf, type IsHosted } from './file.ts';
import type { KnownChannel } from './gateway.ts';
import { heldPictures, showsNothing } from './held-pictures.ts';
import { allowedIn, sharesChannel, startsThreads } from './permissions.ts';
import { personOf, shownName } from './person.ts';
import { asPlace, type BoostTier, messageKey } from './place.ts';

/** What Easel is called in a message. */
export interface Self {
  readonly user: string;
  /** The role that the server made for Easel alone: people pick it from the list of names where they mean Easel. */
  readonly role: string | undefined;
}

/**
 * What somebody wrote, when it may be meant for Easel: it names Easel, replies to it, or nobody else reads it. Of all
 * other words Discord sends the frame only, and they are dropped here.
 * Source: docs.discord.com, "Gateway", message content intent, and "Message", read 2026-11.
 */
export function readSaid(message: Message, self: Self, isHosted: IsHosted): Said | undefined {
  const { author, type, attachments, guild_id, referenced_message } = message;
  if (author.bot || message.webhook_id || (type !== MessageType.Default && type !== MessageType.Reply))
    return undefined;
  const answered = type === MessageType.Reply ? message.message_reference?.message_id : undefined;
  const toEasel = isToEasel(message, self);
  const others = referenced_message && referenced_message.author.id !== self.user ? referenced_message : undefined;
  if (!toEasel && (answered === undefined || others)) return undefined;
  const holder = { channel: message.channel_id, message: message.id };
  return {
    words: async () => wordsOf(message, self),
    toEasel,
    toOthers: isToOthers(message, self),
    direct: guild_id === undefined,
    messages: answered === undefined ? [] : [messageKey(answered)],
    files: [...attachments.map((file) => fileOf(file, holder)), ...(others ? heldPictures(others, isHosted) : [])],
    withheld: guild_id !== undefined && answered !== undefined && isEmpty(message) && attachments.length === 0,
    unseen: answered !== undefined && (others ? showsNothing(others) : !referenced_message),
  };
}

/** A reply pings whom it answers without anybody's doing, so one that begins with another name is not for Easel. */
function isToEasel(message: Message, self: Self): boolean {
  if (message.guild_id === undefined || names(message, self)) return true;
  return message.mentions.some(({ id }) => id === self.user) && !isToOthers(message, self);
}

const isToOthers = (message: Message, self: Self): boolean =>
  /^\s*(?:<@[!&]?\d+>|@(?:everyone|here)\b)/.test(message.content) && !names(message, self);

const names = ({ content }: Message, self: Self): boolean => new RegExp(nameOf(self)).test(content);

const nameOf = ({ user, role }: Self): string => (role === undefined ? `<@!?${user}>` : `<@(?:!?${user}|&${role})>`);

/** Neither words nor anything else that people can say instead of words. */
const isEmpty = ({ content, sticker_items, poll }: Message): boolean =>
  content === '' && !sticker_items?.length && !poll;

/** Without Easel's name, other people and roles as `<@ID|name>`, and the server's own emoji as `:name:`. */
function wordsOf({ content, mentions }: Message, self: Self): string {
  const called = new Map(mentions.map((user) => [user.id, shownName(user, user.member)]));
  return content
    .replaceAll(new RegExp(`\\s*${nameOf(self)}[,:]?\\s*`, 'g'), ' ')
    .replaceAll(/<@[!&]?(\d+)>/g, (_, id: string) => personToken(id, called.get(id) ?? ''))
    .replaceAll(/<a?(:\w+:)\d+>/g, '$1')
    .trim();
}

/** A name is whatever somebody chose, so nothing in it may end the token. */
const personToken = (id: string, name: string): string =>
  `<@${personId('discord', id)}|${name.replaceAll(/[<>|]/g, '') || 'someone'}>`;

/**
 * The request that somebody's words are.
 * @param known what is known of the channel; undefined in direct messages, and where it could not be found out
 */
export function messageRequest(
  message: Message,
  said: Said,
  tier: BoostTier,
  known: KnownChannel | undefined,
): ChatRequest {
  const { id, author, member, guild_id, channel_id } = message;
  const type = guild_id === undefined ? ChannelType.DM : (message.channel_type ?? known?.type);
  const allowed = known?.permissions === undefined ? undefined : allowedIn(known.type, known.permissions);
  return {
    id,
    person: personOf(author, member, guild_id),
    admin: undefined,
    place: asPlace({
      ...{ platform: 'discord', channel: channel_id, asker: author.id, tier, replyTo: id },
      // Where it is not known, it is tried.
      threads: allowed?.threads ?? (type === undefined || startsThreads(type)),
      ...(known?.parent !== undefined && sharesChannel(known.type) ? { parent: known.parent } : {}),
    }),
    missing: allowed?.missing ?? [],
    ask: { said },
  };
}
