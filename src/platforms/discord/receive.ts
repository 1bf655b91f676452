import {
  type APIInteraction,
  ApplicationCommandType,
  type APIApplicationCommandAutocompleteInteraction as AutocompleteInteraction,
  ChannelType,
  ComponentType,
  InteractionType,
  ApplicationCommandOptionType as Kind,
  type APIApplicationCommandInteractionDataOption as OptionData,
} from 'discord.js';
import type { Ask, ChatRequest } from '../../domain/chat-platform.ts';
import type { Command, Options } from '../../domain/command.ts';
import { type Person, personId, workspaceId } from '../../domain/person.ts';
import { readCustomId } from './message.ts';
import { allowedIn, managesServer } from './permissions.ts';
import { asPlace, type BoostTier } from './place.ts';

const suggestionsMost = 25;

/**
 * A slash command or a pressed button as Easel knows requests; undefined for anything else.
 * Source: docs.discord.com, "Receiving and Responding", read 2026-11.
 * @param tier the server's boost level, which the interaction itself does not tell
 */
export function readRequest(interaction: APIInteraction, tier: BoostTier): ChatRequest | undefined {
  const ask = readAsk(interaction);
  const channel = interaction.channel?.id;
  const user = interaction.member?.user ?? interaction.user;
  if (!ask || !channel || !user) return undefined;
  const { missing, threads } = allowedIn(interaction.channel?.type ?? ChannelType.DM, interaction.app_permissions);
  return {
    id: interaction.id,
    person: readPerson(interaction),
    admin: interaction.member ? managesServer(interaction.member.permissions) : undefined,
    place: asPlace({
      ...{ platform: 'discord', channel, asker: user.id, tier, threads },
      ...{ app: interaction.application_id, token: interaction.token },
    }),
    missing,
    ask,
  };
}

function readPerson({ member, user, guild_id }: APIInteraction): Person {
  const account = member?.user ?? user;
  return {
    id: personId('discord', account?.id ?? ''),
    workspace: workspaceId('discord', guild_id ?? 'dm'),
    name: member?.nick ?? account?.global_name ?? account?.username ?? '',
  };
}

function readAsk(interaction: APIInteraction): Ask | undefined {
  if (interaction.type === InteractionType.MessageComponent) {
    return interaction.data.component_type === ComponentType.Button
      ? readCustomId(interaction.data.custom_id)
      : undefined;
  }
  if (interaction.type !== InteractionType.ApplicationCommand) return undefined;
  const { data } = interaction;
  if (data.type !== ApplicationCommandType.ChatInput) return undefined;
  const { path, options } = descend(data.name, data.options);
  return { command: path, values: Object.fromEntries(options.map(readOption)) };
}

/** `/credits grant` arrives as an option `grant` of `/credits` that has the options itself. */
function descend(name: string, options: readonly OptionData[] = []): { path: string; options: readonly OptionData[] } {
  const [first] = options;
  return first?.type === Kind.Subcommand || first?.type === Kind.SubcommandGroup
    ? descend(`${name} ${first.name}`, first.options)
    : { path: name, options };
}

function readOption(option: OptionData): [string, string | number | boolean | undefined] {
  if (!('value' in option)) return [option.name, undefined];
  return [option.name, option.type === Kind.User ? personId('discord', option.value) : option.value];
}

/** What to offer for the word that is being typed: what begins with it first, then what holds it. */
export function suggestions(
  { data }: AutocompleteInteraction,
  commands: readonly Command[],
): { name: string; value: string }[] {
  const { path, options } = descend(data.name, data.options as readonly OptionData[]);
  const focused = options.find((option) => 'focused' in option && option.focused);
  const declared = focused && optionsOf(path, commands)[focused.name];
  if (!focused || !('value' in focused) || declared?.kind !== 'word') return [];
  const typed = String(focused.value).trim().toLowerCase();
  // What models there are is known only where image services are set up.
  const known = declared.suggestions === 'models' ? [] : declared.suggestions;
  const fitting = known.filter((word) => word.toLowerCase().includes(typed));
  const rank = (word: string) => (word.toLowerCase().startsWith(typed) ? 0 : 1);
  return fitting
    .toSorted((a, b) => rank(a) - rank(b))
    .slice(0, suggestionsMost)
    .map((word) => ({ name: word.slice(0, 100), value: word.slice(0, 100) }));
}

function optionsOf(path: string, commands: readonly Command[]): Options {
  const [name, verb] = path.split(' ');
  const command = commands.find((known) => known.name === name);
  if (command?.kind === 'group') return command.verbs.find((known) => known.name === verb)?.options ?? {};
  return command?.options ?? {};
}
