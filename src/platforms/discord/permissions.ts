import { PermissionFlagsBits as bit, ChannelType } from 'discord.js';

/** What Easel may do where it was asked. Source: docs.discord.com, "Permissions" and "Threads", read 2026-11. */
export interface Allowed {
  /** What it lacks for showing a picture, as Discord's settings call it. */
  readonly missing: readonly string[];
  /** True where a thread can be started and written in; it can't be in threads, posts, voice channels and messages. */
  readonly threads: boolean;
}

const always = [
  [bit.ViewChannel, 'View Channel'],
  [bit.AttachFiles, 'Attach Files'],
  // Without it nothing that was posted can be found again after a crash, and it would be posted twice.
  [bit.ReadMessageHistory, 'Read Message History'],
] as const;
const inChannels = [[bit.SendMessages, 'Send Messages'], ...always] as const;
const inThreads = [[bit.SendMessagesInThreads, 'Send Messages in Threads'], ...always] as const;

const threadTypes = [ChannelType.PublicThread, ChannelType.PrivateThread, ChannelType.AnnouncementThread];
const parentTypes = [ChannelType.GuildText, ChannelType.GuildAnnouncement];
const directTypes = [ChannelType.DM, ChannelType.GroupDM];

export const isThread = (type: ChannelType): boolean => threadTypes.includes(type);
/** True for threads that everybody in the channel around them can read. */
export const sharesChannel = (type: ChannelType): boolean => isThread(type) && type !== ChannelType.PrivateThread;
export const startsThreads = (type: ChannelType): boolean => parentTypes.includes(type);

/** @param bits with all overwrites of the channel worked in, as an interaction's `app_permissions` are */
export function allowedIn(type: ChannelType, bits: string): Allowed {
  const has = (permission: bigint) => hasBits(bits, permission);
  if (directTypes.includes(type)) return { missing: [], threads: false };
  const needed = isThread(type) ? inThreads : inChannels;
  return {
    missing: needed.filter(([permission]) => !has(permission)).map(([, name]) => name),
    threads: startsThreads(type) && has(bit.CreatePublicThreads) && has(bit.SendMessagesInThreads),
  };
}

/** Who manages the server is an admin of Easel there. */
export const managesServer = (bits: string): boolean => hasBits(bits, bit.ManageGuild);

const hasBits = (bits: string, permission: bigint): boolean => (BigInt(bits) & (permission | bit.Administrator)) !== 0n;
