import type { Shown } from '../../domain/gallery.ts';
import type { Place } from '../../domain/job.ts';

/** A server's boost level, 0 to 3. */
export type BoostTier = 0 | 1 | 2 | 3;

/**
 * Where a job is shown on Discord. The first part comes with the request; the ids below are added as the messages come
 * to be, and each is trusted once it is there.
 */
export type DiscordPlace = {
  readonly platform: 'discord';
  readonly channel: string;
  /** The channel around it, where it is a thread that everybody there can read. */
  readonly parent?: string;
  /** The one person that messages of this job may ping. */
  readonly asker?: string;
  readonly tier?: BoostTier;
  /** True where a thread can be started from the root message; else everything is posted in the channel. */
  readonly threads?: boolean;
  /** The words that asked for it: the root message is a reply to them. */
  readonly replyTo?: string;
  /** Application and token of the interaction, until its answer's id is known; good for 15 minutes. */
  readonly app?: string;
  readonly token?: string;
  readonly root?: string;
  /**
   * Where card and pictures go: the thread, or the channel itself. It is saved before the card is posted, so a place
   * that has it and no card was left in the middle, and only then is there something to look for.
   */
  readonly thread?: string;
  readonly card?: string;
  readonly result?: string;
  readonly resultIn?: string;
};

/** @throws RangeError when the place is not Discord's */
export function readPlace(place: Place): DiscordPlace {
  if (place.platform !== 'discord' || typeof place.channel !== 'string') {
    throw new RangeError(`${JSON.stringify(place)} is no place on Discord`);
  }
  return place as DiscordPlace;
}

/** For the database. */
export const asPlace = (place: DiscordPlace): Place => place;

/** A token is a secret, so it is kept only as long as there is something to find with it. */
export const withoutToken = ({ app: _app, token: _token, ...place }: DiscordPlace): DiscordPlace => place;

/** What a message is called in `Shown.messages`. */
export const messageKey = (id: string): string => `discord:${id}`;

const channelKey = (id: string): string => `discord:${id}`;

export const shownAt = ({ channel, parent, thread, root, card, result }: DiscordPlace): Shown => ({
  thread: channelKey(thread ?? channel),
  channel: channelKey(parent ?? channel),
  messages: [root, card, result].flatMap((id) => (id === undefined ? [] : [messageKey(id)])),
  // A thread that starts from a message has the message's id.
  own: thread !== undefined && thread === root,
});

const mebibyte = 1024 * 1024;
const fileBytesMax: Record<BoostTier, number> = { 0: 10, 1: 10, 2: 50, 3: 100 };
/** All files of one message together, less what text, buttons and boundaries take. */
const requestBytesMax = 25 * mebibyte - 64 * 1024;

/** Source: docs.discord.com, "API Reference", uploading files, and "Message", create message, read 2026-11. */
export const pictureBytesMax = (tier: BoostTier | undefined, count: number): number =>
  Math.min(fileBytesMax[tier ?? 0] * mebibyte, Math.floor(requestBytesMax / Math.max(count, 1)));
