import { ChannelType, type GatewayMessageCreateDispatchData as Message, MessageType } from 'discord.js';
import type { ChatRequest, Said } from '../../domain/chat-platform.ts';
import { fileOf } from './file.ts';
import type { KnownChannel } from './gateway.ts';
import { allowedIn, isThread, startsThreads } from './permissions.ts';
import { personOf, shownName } from './person.ts';
import { asPlace, type BoostTier, messageKey } from './place.ts';

/**
 * What somebody wrote, when it may be meant for Easel: it names Easel, replies to it, or nobody else reads it. Of all
 * other words Discord sends the frame only, and they are dropped here.
 * Source: docs.discord.com, "Gateway", message content intent, and "Message", read 2026-11.
 * @param self Easel's own user
 */
export function readSaid(message: Message, self: string): Said | undefined {
  const { author, type, mentions, attachments, guild_id } = message;
  if (author.bot || message.webhook_id || (type !== MessageType.Default && type !== MessageType.Reply))
    return undefined;
  const answered = type === MessageType.Reply ? message.message_reference?.message_id : undefined;
  const toEasel = guild_id === undefined || mentions.some(({ id }) => id === self);
  const isReplyToOthers = message.referenced_message && message.referenced_message.author.id !== self;
  if (!toEasel && (answered === undefined || isReplyToOthers)) return undefined;
  return {
    words: wordsOf(message, self),
    toEasel,
    direct: guild_id === undefined,
    messages: answered === undefined ? [] : [messageKey(answered)],
    files: [...filesOf(message), ...(isReplyToOthers ? filesOf(message.referenced_message) : [])],
    withheld: guild_id !== undefined && answered !== undefined && isEmpty(message) && attachments.length === 0,
  };
}

/** Neither words nor anything else that people can say instead of words. */
const isEmpty = ({ content, sticker_items, poll }: Message): boolean =>
  content === '' && !sticker_items?.length && !poll;

type Holding = Pick<Message, 'id' | 'channel_id' | 'attachments'> | null | undefined;

const filesOf = (message: Holding) =>
  message?.attachments.map((file) => fileOf(file, { channel: message.channel_id, message: message.id })) ?? [];

/** Without Easel's name, other people as `@name`, and the server's own emoji as `:name:`. */
function wordsOf({ content, mentions }: Message, self: string): string {
  const names = new Map(mentions.map((user) => [user.id, shownName(user, user.member)]));
  return content
    .replaceAll(new RegExp(`\\s*<@!?${self}>[,:]?\\s*`, 'g'), ' ')
    .replaceAll(/<@!?(\d+)>/g, (_, id: string) => `@${names.get(id) ?? 'someone'}`)
    .replaceAll(/<a?(:\w+:)\d+>/g, '$1')
    .trim();
}

/**
 * The request that somebody's words are.
 * @param known what is kept of the channel; undefined where nothing is, as with threads that were quiet for long
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
      ...(known?.parent !== undefined && isThread(known.type) ? { parent: known.parent } : {}),
    }),
    missing: allowed?.missing ?? [],
    ask: { said },
  };
}
