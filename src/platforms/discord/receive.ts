import {
  type APIInteraction,
  ApplicationCommandType,
  type APIApplicationCommandAutocompleteInteraction as AutocompleteInteraction,
  ComponentType,
  InteractionType,
  ApplicationCommandOptionType as Kind,
  type APIApplicationCommandInteractionDataOption as OptionData,
  type APIMessageApplicationCommandInteractionData as PickData,
  type APIInteractionDataResolved as Resolved,
} from 'discord.js';
import type { Ask, ChatRequest } from '../../domain/chat-platform.ts';
import type { Command, Options, RawValue } from '../../domain/command.ts';
import { personId } from '../../domain/person.ts';
import { fileOf } from './file.ts';
import { readForm } from './form.ts';
import { readCustomId } from './message.ts';
import { allowedIn, isThread, managesServer } from './permissions.ts';
import { personOf } from './person.ts';
import { asPlace, type BoostTier, messageKey } from './place.ts';
import { pickCommand } from './register.ts';

const suggestionsMost = 25;

/**
 * What somebody did with a command, a button or a form, as Easel knows requests; undefined for anything else.
 * Source: docs.discord.com, "Receiving and Responding", read 2026-11.
 * @param tier the server's boost level, which the interaction itself does not tell
 */
export function readRequest(interaction: APIInteraction, tier: BoostTier): ChatRequest | undefined {
  const ask = readAsk(interaction);
  const { channel, member } = interaction;
  const user = member?.user ?? interaction.user;
  if (!ask || !channel || !user) return undefined;
  const { missing, threads } = allowedIn(channel.type, interaction.app_permissions);
  return {
    id: interaction.id,
    person: personOf(user, member, interaction.guild_id),
    admin: member ? managesServer(member.permissions) : undefined,
    place: asPlace({
      ...{ platform: 'discord', channel: channel.id, asker: user.id, tier, threads },
      ...parentOf(channel),
      ...{ app: interaction.application_id, token: interaction.token },
    }),
    missing,
    ask,
  };
}

/** Channels that are no threads have a parent as well, which is a heading in the list of channels. */
function parentOf(channel: NonNullable<APIInteraction['channel']>): { parent?: string } {
  const parent = isThread(channel.type) && 'parent_id' in channel ? channel.parent_id : undefined;
  return parent ? { parent } : {};
}

function readAsk(interaction: APIInteraction): Ask | undefined {
  if (interaction.type === InteractionType.MessageComponent) {
    return interaction.data.component_type === ComponentType.Button
      ? readCustomId(interaction.data.custom_id)
      : undefined;
  }
  if (interaction.type === InteractionType.ModalSubmit) return readForm(interaction.data);
  if (interaction.type !== InteractionType.ApplicationCommand) return undefined;
  const { data } = interaction;
  if (data.type === ApplicationCommandType.Message && data.name === pickCommand) return readPicked(data);
  if (data.type !== ApplicationCommandType.ChatInput) return undefined;
  const { path, options } = descend(data.name, data.options);
  return { command: path, values: Object.fromEntries(options.map((option) => readOption(option, data.resolved))) };
}

/** The message comes along with all its files, which Easel could not read otherwise. */
function readPicked({ target_id, resolved }: PickData): Ask {
  const target = resolved.messages[target_id];
  const files = target?.attachments.map((file) => fileOf(file, { channel: target.channel_id, message: target_id }));
  return { picked: { messages: [messageKey(target_id)], files: files ?? [] } };
}

/** `/credits grant` arrives as an option `grant` of `/credits` that has the options itself. */
function descend(name: string, options: readonly OptionData[] = []): { path: string; options: readonly OptionData[] } {
  const [first] = options;
  return first?.type === Kind.Subcommand || first?.type === Kind.SubcommandGroup
    ? descend(`${name} ${first.name}`, first.options)
    : { path: name, options };
}

function readOption(option: OptionData, resolved: Resolved | undefined): [string, RawValue | undefined] {
  if (!('value' in option)) return [option.name, undefined];
  if (option.type === Kind.User) return [option.name, personId('discord', option.value)];
  if (option.type !== Kind.Attachment) return [option.name, option.value];
  const file = resolved?.attachments?.[option.value];
  return [option.name, file && fileOf(file)];
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
