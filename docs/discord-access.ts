import { PermissionFlagsBits as bit } from 'discord.js';

/** What a Discord server must let Easel do, and why. `src/platforms/discord` asks for exactly this: a test compares. */

export const permissions = [
  { name: 'View Channel', bit: bit.ViewChannel, why: 'to answer in the channel it was asked in' },
  { name: 'Send Messages', bit: bit.SendMessages, why: 'to post the request where everybody sees it' },
  {
    name: 'Create Public Threads',
    bit: bit.CreatePublicThreads,
    why: 'to keep progress and result out of the channel; without it they are posted in the channel',
  },
  {
    name: 'Send Messages in Threads',
    bit: bit.SendMessagesInThreads,
    why: 'to post progress and result in the thread',
  },
  { name: 'Attach Files', bit: bit.AttachFiles, why: 'to post pictures' },
  {
    name: 'Read Message History',
    bit: bit.ReadMessageHistory,
    why: 'to find its own messages again after a crash, instead of posting twice, and to reply to words',
  },
] as const;

export const intents = [
  { name: 'Guilds', why: 'to know what a server takes and where threads can start' },
  {
    name: 'GuildMessages',
    why: 'for replies to pictures and words that name Easel; all others come without their words',
  },
  { name: 'DirectMessages', why: 'the same in direct messages' },
] as const;

export const oauthScopes = [
  { name: 'bot', why: 'to be a member of the server, which posts messages and pictures' },
  { name: 'applications.commands', why: 'to offer the slash commands' },
] as const;

/** All permissions as the one number of an invite. */
export const permissionBits: bigint = permissions.reduce((sum, permission) => sum | permission.bit, 0n);

export const inviteUrl = `https://discord.com/oauth2/authorize?client_id=APPLICATION_ID&scope=${oauthScopes.map(({ name }) => name).join('+')}&permissions=${permissionBits}`;
