import {
  type APIInteraction,
  type ChannelType,
  Client,
  Events,
  GatewayDispatchEvents,
  GatewayIntentBits as Intent,
  type GatewayMessageCreateDispatchData as Message,
  Options,
  type REST,
  Status,
} from 'discord.js';
import type { Logger } from 'pino';
import type { Meter } from '../../domain/metrics.ts';
import type { BoostTier } from './place.ts';

export interface Gateway {
  readonly rest: REST;
  /** Resolves when Discord has said that it is ready. Broken connections resume by themselves. */
  connect(): Promise<void>;
  connected(): boolean;
  /** Easel's own user; undefined before it was connected for the first time. */
  self(): string | undefined;
  tierOf(guild: string | undefined): BoostTier;
  /** The role that a server made for Easel alone: people name it where they mean Easel. */
  roleIn(guild: string | undefined): string | undefined;
  /** What is kept of a channel; of threads that sleep, and of direct messages, nothing is. */
  known(channel: string): KnownChannel | undefined;
  close(): Promise<void>;
}

export interface KnownChannel {
  readonly type: ChannelType;
  readonly parent: string | undefined;
  /** What Easel may do there, as bits. */
  readonly permissions: string | undefined;
}

/** What comes in, as Discord sends it. */
interface Listener {
  onInteraction(interaction: APIInteraction): void;
  /** Every message of every server. */
  onMessage(message: Message): void;
}

export interface GatewayOptions {
  readonly token: string;
  /** Undefined: Discord's own. */
  readonly apiUrl: string | undefined;
  readonly log: Logger;
  readonly meter: Meter;
}

/** Uploads of 25 MiB over slow lines need longer than the 15 s of discord.js. */
const requestMs = 60_000;

/**
 * Nearly everything Easel has to know comes with what it hears, so as little as possible is kept in memory. Threads are,
 * 1 kB each, until they have slept for 4 hours: their messages do not say to which channel they belong.
 */
const makeCache = Options.cacheWithLimits({
  ...Options.DefaultMakeCacheSettings,
  ...{ MessageManager: 0, PresenceManager: 0, ReactionManager: 0, ThreadMemberManager: 0, VoiceStateManager: 0 },
  ...{ GuildMemberManager: { maxSize: 0, keepOverLimit: ({ id, client }) => id === client.user.id } },
  ...{ UserManager: { maxSize: 0, keepOverLimit: ({ id, client }) => id === client.user.id } },
});

/**
 * The connection on which interactions and messages come in, taken as they are sent: they hold the server's, channel's
 * and person's part themselves, whatever discord.js has or has not kept of them. None of the intents is privileged, so of
 * messages only those that are meant for Easel come with their words. Source: docs.discord.com, "Gateway", read 2026-11.
 */
export function createGateway(
  { token, apiUrl, log, meter }: GatewayOptions,
  { onInteraction, onMessage }: Listener,
): Gateway {
  const client = new Client({
    intents: [Intent.Guilds, Intent.GuildMessages, Intent.DirectMessages],
    allowedMentions: { parse: [], repliedUser: false },
    rest: { timeout: requestMs, invalidRequestWarningInterval: 500, ...(apiUrl ? { api: baseUrl(apiUrl) } : {}) },
    makeCache,
  });
  client.rest.setToken(token);
  client.ws.on(GatewayDispatchEvents.InteractionCreate, onInteraction);
  client.ws.on(GatewayDispatchEvents.MessageCreate, onMessage);
  client.on(Events.Error, (error) => log.error({ err: error }, 'discord.js failed'));
  client.on(Events.ShardError, (error) => log.warn({ err: error }, 'the connection to Discord failed'));
  client.on(Events.ShardReconnecting, () => log.debug('the connection to Discord broke, connecting again'));
  client.on(Events.ShardDisconnect, ({ code }) => log.error({ code }, 'Discord closed the connection for good'));
  // discord.js waits and calls again by itself, and only here it says so.
  client.rest.on('response', ({ retries }, { status }) => {
    if (status === 429) meter.count('easel_platform_rate_limited_total', { platform: 'discord' });
    if (retries > 0 || status === 429) meter.count('easel_platform_retries_total', { platform: 'discord' });
  });
  client.rest.on('invalidRequestWarning', (warning) => log.warn(warning, 'Discord refuses many requests'));

  return {
    rest: client.rest,
    async connect() {
      try {
        await client.login(token);
      } catch (error) {
        // A failed login takes the token from the REST client, which posting still needs and the next try too.
        client.rest.setToken(token);
        throw error;
      }
    },
    connected: () => client.ws.shards.some(({ status }) => open.includes(status)),
    self: () => client.user?.id,
    tierOf: (guild) => client.guilds.cache.get(guild ?? '')?.premiumTier ?? 0,
    roleIn(guild) {
      const roles = client.guilds.cache.get(guild ?? '')?.roles;
      return client.user ? roles?.botRoleFor(client.user)?.id : undefined;
    },
    known(id) {
      const channel = client.channels.cache.get(id);
      if (!channel || channel.isDMBased()) return undefined;
      const permissions = client.user ? channel.permissionsFor(client.user.id)?.bitfield.toString() : undefined;
      return { type: channel.type, parent: channel.parentId ?? undefined, permissions };
    },
    close() {
      client.removeAllListeners(Events.ShardReconnecting);
      return client.destroy();
    },
  };
}

const open = [Status.Ready, Status.WaitingForGuilds];

/** Takes the address with and without `/api` and version. */
function baseUrl(apiUrl: string): string {
  const bare = apiUrl.replace(/\/+$/, '').replace(/\/v\d+$/, '');
  return new URL(bare).pathname === '/' ? `${bare}/api` : bare;
}
