import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type {
  AnswerCommand,
  Command,
  Declared,
  GroupCommand,
  ImageCommand,
  Option,
  Options,
} from './domain/command.ts';

const folder = path.join(import.meta.dirname, '..', 'commands');

type AnyDeclared = Declared<ImageCommand> | Declared<AnswerCommand> | Declared<GroupCommand>;

/**
 * Every command in `commands/`, named by its file, in the order they are shown: what makes pictures out of words first,
 * then what makes them out of pictures.
 * @param models ids to suggest where an option asks for a model
 */
export async function loadCommands(models: readonly string[]): Promise<readonly Command[]> {
  const files = (await readdir(folder)).filter((file) => file.endsWith('.ts')).toSorted();
  const commands = await Promise.all(
    files.map(async (file) => {
      const module = (await import(pathToFileURL(path.join(folder, file)).href)) as { default: AnyDeclared };
      return withModels({ ...module.default, name: path.basename(file, '.ts') } as Command, models);
    }),
  );
  return commands.toSorted((a, b) => rank(a) - rank(b));
}

function rank(command: Command): number {
  if (command.kind !== 'image') return 2;
  return Object.values(command.options).some(({ kind }) => kind === 'image') ? 1 : 0;
}

function withModels(command: Command, models: readonly string[]): Command {
  if (command.kind === 'group') {
    return { ...command, verbs: command.verbs.map((verb) => ({ ...verb, options: suggesting(verb.options, models) })) };
  }
  return { ...command, options: suggesting(command.options, models) };
}

function suggesting(options: Options, models: readonly string[]): Options {
  const filled = Object.entries(options).map(([name, option]): [string, Option] => [
    name,
    option.kind === 'word' && option.suggestions === 'models' ? { ...option, suggestions: models } : option,
  ]);
  return Object.fromEntries(filled);
}
