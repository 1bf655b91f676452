import type { AnswerCommand, Command, ImageCommand, Options, Values } from '../../src/domain/command.ts';
import { parseLine, splitVerb } from '../../src/domain/command-text.ts';
import { checkValues } from '../../src/domain/command-values.ts';
import { isRefusal, type Refusal } from '../../src/domain/refusal.ts';
import { loadCommands } from '../../src/load-commands.ts';

export const models = ['gpt-image-2.5-flare', 'gpt-image-2', 'gpt-image-1.5'];
export const commands = await loadCommands(models);

export function commandOf(name: string): Command {
  const found = commands.find((command) => command.name === name);
  if (!found) throw new RangeError(`there is no /${name}`);
  return found;
}

/** What people can say: every command, and every verb of a group under its full name. */
export const sayable: readonly (ImageCommand | AnswerCommand)[] = commands.flatMap((command) =>
  command.kind === 'group'
    ? command.verbs.map((verb) => ({ ...verb, name: `${command.name} ${verb.name}` }))
    : [command],
);

export interface Read {
  readonly command: ImageCommand | AnswerCommand;
  readonly values: Values<Options>;
}

/** Reads `/name rest` as Slack and the console do, from the words to checked values. */
export function readLine(said: string): Read | Refusal {
  const [, name = '', line = ''] = /^\/(\S+)\s?([\s\S]*)$/.exec(said) ?? [];
  const found = commandOf(name);
  const { verb, rest } = found.kind === 'group' ? splitVerb(found, line) : { verb: undefined, rest: line };
  const command = found.kind === 'group' ? found.verbs.find((each) => each.name === verb) : found;
  if (!command) throw new RangeError(`/${name} has no ${verb}`);
  const raw = parseLine(command.options, rest);
  if (isRefusal(raw)) return raw;
  const values = checkValues(command.options, raw);
  return isRefusal(values) ? values : { command, values };
}

/** What was given, without the options that were left out. */
export function given(said: string): Record<string, unknown> | Refusal {
  const read = readLine(said);
  if (isRefusal(read)) return read;
  return Object.fromEntries(Object.entries(read.values).filter(([, value]) => value !== undefined));
}
