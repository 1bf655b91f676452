import {
  type APIApplication,
  type APIInteraction,
  InteractionResponseType,
  InteractionType,
  type GatewayMessageCreateDispatchData as Message,
  Routes,
} from 'discord.js';
import type { ChatPlatform, Receive } from '../../domain/chat-platform.ts';
import type { Clock } from '../../domain/clock.ts';
import type { Command } from '../../domain/command.ts';
import { Fault } from '../../domain/fault.ts';
import { jobId } from '../../domain/job.ts';
import { nativeId } from '../../domain/person.ts';
import type { GuardedFetch } from '../../http/guarded-fetch.ts';
import { createAdmins } from './admins.ts';
import { createBot } from './bot.ts';
import { createChannels } from './channels.ts';
import { createDownload } from './download.ts';
import { asFault, forLog } from './faults.ts';
import { fileHosts } from './file.ts';
import { createGateway, type GatewayOptions } from './gateway.ts';
import { messageRequest, readSaid } from './hear.ts';
import { asPlace, readPlace, shownAt } from './place.ts';
import { createThread } from './post.ts';
import { readRequest, suggestions } from './receive.ts';
import { createRecent } from './recent.ts';
import { isRegistered, registration } from './register.ts';
import { directChannel } from './reply.ts';
import { createResponder } from './respond.ts';
import { createMessageResponder } from './respond-to-message.ts';

export interface DiscordOptions extends GatewayOptions {
  /** Registers the commands in this server only, for development; undefined: everywhere. */
  readonly guild: string | undefined;
  readonly clock: Clock;
  /** The way to the files that people put on Discord. */
  readonly fetchTo: GuardedFetch;
}

const editIntervalMsMin = 2_500;
/** Discord repeats what it is not sure to have delivered, mostly at once. */
const messagesRemembered = 1_000;

const tokenRefused = (cause: Fault): Fault =>
  new Fault('account', 'Discord does not know this token. Check DISCORD_TOKEN.', { cause });

/** Discord, through discord.js: what people do comes from the gateway, everything else goes by REST with the bot's token. */
export function discordPlatform(options: DiscordOptions): ChatPlatform {
  const { guild, clock, log, fetchTo, apiUrl } = options;
  const gateway = createGateway(options, {
    onInteraction: (interaction) =>
      void onInteraction(interaction).catch((error: unknown) =>
        log.error({ err: forLog(error) }, 'an interaction went unanswered'),
      ),
    onMessage: (message) =>
      void onMessage(message).catch((error: unknown) => log.error({ err: forLog(error) }, 'a message went unanswered')),
  });
  const { rest } = gateway;
  const bot = createBot(rest, gateway.self);
  const isHosted = fileHosts(apiUrl);
  const channelOf = createChannels(rest, gateway.known, (error) =>
    log.warn({ err: forLog(error) }, 'a channel could not be looked up'),
  );
  const isNew = createRecent(messagesRemembered);
  const askAdmin = createAdmins(rest, clock);
  let commands: readonly Command[] = [];
  let receive: Receive | undefined;

  async function onInteraction(interaction: APIInteraction): Promise<void> {
    if (interaction.type === InteractionType.ApplicationCommandAutocomplete) {
      const data = { choices: suggestions(interaction, commands) };
      const body = { type: InteractionResponseType.ApplicationCommandAutocompleteResult, data };
      await rest.post(Routes.interactionCallback(interaction.id, interaction.token), { auth: false, body });
      return;
    }
    const tier = gateway.tierOf(interaction.guild_id);
    const request = readRequest(interaction, { tier, self: gateway.self(), isHosted });
    if (!request || !receive) return;
    const parts = { rest, clock, log: log.child({ job: jobId('discord', request.id) }) };
    await receive(request, createResponder(interaction, readPlace(request.place), parts));
  }

  async function onMessage(message: Message): Promise<void> {
    const { guild_id } = message;
    const user = gateway.self();
    const said = user === undefined ? undefined : readSaid(message, { user, role: gateway.roleIn(guild_id) }, isHosted);
    if (!said || !isNew(message.id)) return;
    const request = messageRequest(message, said, gateway.tierOf(guild_id), await channelOf(message));
    const job = jobId('discord', request.id);
    await receive?.(request, createMessageResponder(readPlace(request.place), { rest, job, log: log.child({ job }) }));
  }

  async function commandsRoute(): Promise<`/${string}`> {
    const { id } = (await rest.get(Routes.currentApplication())) as APIApplication;
    return guild ? Routes.applicationGuildCommands(id, guild) : Routes.applicationCommands(id);
  }

  async function registerChanges(): Promise<void> {
    const route = await commandsRoute();
    const body = registration(commands, guild !== undefined);
    if (isRegistered(body, (await rest.get(route)) as object[])) return;
    await rest.put(route, { body });
    log.info({ commands: body.length }, 'registered the commands with Discord');
  }

  return {
    name: 'discord',
    editIntervalMsMin,

    async start(given, receiver) {
      commands = given;
      receive = receiver;
      const registered = registerChanges().catch((error: unknown) =>
        log.error({ err: forLog(error) }, 'the commands could not be registered with Discord'),
      );
      try {
        await gateway.connect();
      } catch (error) {
        const fault = asFault(error, 'connecting');
        throw fault instanceof Fault && fault.code === 'account' ? tokenRefused(fault) : fault;
      } finally {
        await registered;
      }
    },

    connected: () => gateway.connected(),

    async register(given) {
      try {
        const body = registration(given, guild !== undefined);
        await rest.put(await commandsRoute(), { body });
        const where = guild ? `the server ${guild}` : 'all servers';
        return `Registered ${body.length} commands with Discord for ${where}.`;
      } catch (error) {
        throw asFault(error, 'registering the commands');
      }
    },

    shown: (place) => shownAt(readPlace(place)),
    download: createDownload({ rest, fetchTo, isHosted }),
    // Links to Discord's own files lead there for everybody.
    fileAt: async () => undefined,
    thread: (place, remember) => createThread(readPlace(place), remember, bot),

    async direct(person) {
      const asker = nativeId(person);
      try {
        return asPlace({ platform: 'discord', channel: await directChannel(rest, asker), asker });
      } catch (error) {
        throw asFault(error, 'opening direct messages');
      }
    },

    channel: (id) => asPlace({ platform: 'discord', channel: id }),

    async isAdmin(person) {
      try {
        return await askAdmin(person);
      } catch (error) {
        throw asFault(error, 'asking for permissions');
      }
    },

    async stop() {
      receive = undefined;
      await gateway.close();
    },
  };
}
