import {
  type APIInteraction,
  type APIMessage,
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
import { fileOf, type IsHosted } from './file.ts';
import { readForm } from './form.ts';
import { heldPictures } from './held-pictures.ts';
import { isPreview, readCustomId } from './message.ts';
import { allowedIn, managesServer, sharesChannel } from './permissions.ts';
import { personOf } from './person.ts';
import { asPlace, type BoostTier, messageKey } from './place.ts';
import { pickCommand } from './register.ts';

const suggestionsMost = 25;

/** What an interaction itself does not tell. */
export interface Around {
  /** The server's boost level. */
  readonly tier: BoostTier;
  /** Easel's own user. */
  readonly self: string | undefined;
  readonly isHosted: IsHosted;
}

/**
 * What somebody did with a command, a button or a form, as Easel knows requests; undefined for anything else.
 * Source: docs.discord.com, "Receiving and Responding", read 2026-11.
 */
export function readRequest(interaction: APIInteraction, around: Around): ChatRequest | undefined {
  const ask = readAsk(interaction, around);
  const { channel, member } = interaction;
  const user = member?.user ?? interaction.user;
  if (!ask || !channel || !user) return undefined;
  const { missing, threads } = allowedIn(channel.type, interaction.app_permissions);
  return {
    id: interaction.id,
    person: personOf(user, member, interaction.guild_id),
    admin: member ? managesServer(member.permissions) : undefined,
    place: asPlace({
      ...{ platform: 'discord', channel: channel.id, asker: user.id, tier: around.tier, threads },
      ...parentOf(channel),
      ...{ app: interaction.application_id, token: interaction.token },
    }),
    missing,
    ask,
  };
}

/** Channels that are no threads have a parent as well, which is a heading in the list of channels. */
function parentOf(channel: NonNullable<APIInteraction['channel']>): { parent?: string } {
  const parent = sharesChannel(channel.type) && 'parent_id' in channel ? channel.parent_id : undefined;
  return parent ? { parent } : {};
}

function readAsk(interaction: APIInteraction, around: Around): Ask | undefined {
  if (interaction.type === InteractionType.MessageComponent) {
    return interaction.data.component_type === ComponentType.Button
      ? readCustomId(interaction.data.custom_id)
      : undefined;
  }
  if (interaction.type === InteractionType.ModalSubmit) return readForm(interaction.data);
  if (interaction.type !== InteractionType.ApplicationCommand) return undefined;
  const { data } = interaction;
  if (data.type === ApplicationCommandType.Message && data.name === pickCommand) return readPicked(data, around);
  if (data.type !== ApplicationCommandType.ChatInput) return undefined;
  const { path, options } = descend(data.name, data.options);
  return { command: path, values: Object.fromEntries(options.map((option) => readOption(option, data.resolved))) };
}

/**
 * The message comes along with all that it holds, which Easel could not read otherwise. Of Easel's own messages, the small
 * picture on a card is none to go on from.
 */
function readPicked({ target_id, resolved }: PickData, { self, isHosted }: Around): Ask {
  const target = resolved.messages[target_id];
  const holding = target && target.author.id === self ? withoutPreview(target) : target;
  return { picked: { messages: [messageKey(target_id)], files: holding ? heldPictures(holding, isHosted) : [] } };
}

const withoutPreview = (message: APIMessage): APIMessage => ({
  ...message,
  attachments: message.attachments.filter((file) => !isPreview(file)),
});

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
