import {
  ApplicationCommandType,
  ApplicationCommandOptionType as Kind,
  type APIApplicationCommandBasicOption as OptionJson,
  type RESTPutAPIApplicationCommandsJSONBody as RegistrationJson,
  type APIApplicationCommandSubcommandOption as SubcommandJson,
} from 'discord.js';
import type { AnswerCommand, Command, Option, Options } from '../../domain/command.ts';
import { clip } from '../../domain/text.ts';
import { unreachable } from '../../domain/unreachable.ts';

const summaryMost = 100;
const choicesMost = 25;
/** In servers and in direct messages with Easel, by those who have it in their server: only there can it post. */
const everywhere = { contexts: [0, 1], integration_types: [0] };
/** What can be done to a message with a picture, in the message's own menu. */
export const pickCommand = 'Edit this picture';

/**
 * The body Discord expects at `PUT /applications/{id}/commands`. Source: docs.discord.com, "Application Commands", read 2026-11.
 * @throws RangeError when a command can't be said on Discord: a name or a list of choices it does not take
 */
export function registration(commands: readonly Command[], inOneServer: boolean): RegistrationJson {
  const where = inOneServer ? {} : everywhere;
  const slash = commands.map((command) => ({
    type: ApplicationCommandType.ChatInput as const,
    name: named(command.name),
    description: clip(command.summary, summaryMost),
    options: command.kind === 'group' ? command.verbs.map(subcommand) : optionsJson(command.options),
    ...where,
  }));
  const edits = commands.some(({ kind, name }) => kind === 'image' && name === 'edit');
  return edits ? [...slash, { type: ApplicationCommandType.Message, name: pickCommand, ...where }] : slash;
}

const subcommand = ({ name, summary, options }: AnswerCommand): SubcommandJson => ({
  type: Kind.Subcommand,
  name: named(name),
  description: clip(summary, summaryMost),
  options: optionsJson(options),
});

const optionsJson = (options: Options): OptionJson[] =>
  Object.entries(options).map(([name, option]) => optionJson(named(name), option));

function optionJson(name: string, option: Option): OptionJson {
  const base = { name, description: clip(option.summary, summaryMost), required: option.required ?? false };
  switch (option.kind) {
    case 'text':
      return { ...base, type: Kind.String, max_length: option.maxLength };
    case 'word':
      return option.suggestions.length > 0
        ? { ...base, type: Kind.String, max_length: option.maxLength, autocomplete: true }
        : { ...base, type: Kind.String, max_length: option.maxLength };
    case 'choice':
      return { ...base, type: Kind.String, choices: choices(name, option.values) };
    case 'integer':
      return { ...base, type: Kind.Integer, min_value: option.min, max_value: option.max };
    case 'flag':
      return { ...base, type: Kind.Boolean };
    case 'person':
      return { ...base, type: Kind.User };
    case 'image':
      // Not narrowed to types of files: Discord goes by the ending, and would shut out pictures of phones (HEIC).
      return { ...base, type: Kind.Attachment };
    default:
      return unreachable(option);
  }
}

function choices(name: string, values: readonly string[]): { name: string; value: string }[] {
  if (values.length > choicesMost) throw new RangeError(`${name} has more choices than Discord shows`);
  return values.map((value) => ({ name: value, value }));
}

function named(name: string): string {
  if (!/^[-_'a-z0-9]{1,32}$/.test(name)) throw new RangeError(`${name} is no name on Discord`);
  return name;
}

/**
 * True when Discord has exactly these definitions already, whatever it adds to them and in whatever order. It answers with
 * its own idea of where a command is for, where nothing was said.
 */
export function isRegistered(wanted: RegistrationJson, there: readonly object[]): boolean {
  const compared = wanted.some(({ contexts }) => contexts) ? [...decided, ...Object.keys(everywhere)] : decided;
  const asOne = (commands: readonly object[]) =>
    JSON.stringify(commands.map((command) => canonical(command, compared)).toSorted());
  return asOne(wanted) === asOne(there);
}

const decided = [
  ...['type', 'name', 'description', 'options', 'choices', 'value', 'required', 'autocomplete'],
  ...['min_value', 'max_value', 'max_length'],
];

/** The given parts in one order, without what is left out or the same as left out. */
function canonical(command: object, parts: readonly string[]): string {
  return JSON.stringify(command, (_, value: unknown) => {
    if (Array.isArray(value)) return value.length > 0 ? value : undefined;
    if (value === false || value === null || value === '') return undefined;
    if (typeof value !== 'object') return value;
    const kept = Object.entries(value as object).filter(([name]) => parts.includes(name));
    return Object.fromEntries(kept.toSorted(([a], [b]) => (a < b ? -1 : 1)));
  });
}
