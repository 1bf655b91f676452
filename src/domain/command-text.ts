import type { Command, Option, Options, RawValues } from './command.ts';
import { unknownOption } from './command-values.ts';
import type { Refusal } from './refusal.ts';
import { excerpt } from './text.ts';

/**
 * The text form of a command, for Slack and the console: free words are the prompt; options are `count:2`,
 * `--count 2`, `--count=2`, also with the long dashes that phones and Macs type, with straight or curly quotes around
 * values of several words. People are `<@PERSON_ID|name>`.
 */

interface Token {
  /** As typed, for words that turn out to be prose. */
  readonly source: string;
  /** Where `source` begins in the line. */
  readonly at: number;
  readonly text: string;
  readonly quoted: boolean;
  /** Set where the token is `name:value`, `--name` or `--name=value`. */
  readonly option?: { readonly name: string; readonly value: string | undefined; readonly dashed: boolean };
}

/** What ends a quotation, by what begins it: any of the first marks, or where there are none, any of the next. */
const closing: Readonly<Record<string, readonly string[]>> = {
  '"': ['"', '”“'],
  '“': ['”"“'],
  '”': ['”"“'],
  '„': ['“”"'],
  '«': ['»'],
};

/**
 * Splits `text` into the verb's or command's raw values.
 * @param unknown what becomes of an option that does not exist: refused, or part of the words that it stands in
 */
export function parseLine(
  options: Options,
  text: string,
  unknown: 'refused' | 'words' = 'refused',
): RawValues | Refusal {
  const values: Record<string, string | boolean> = {};
  const words: Token[] = [];
  const tokens = tokenize(text);
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at] as Token;
    const { option } = token;
    const isOption =
      option && isMeant(token, options) && (unknown === 'refused' || Object.hasOwn(options, option.name));
    if (!isOption) {
      words.push(token);
      continue;
    }
    const declared = Object.hasOwn(options, option.name) ? options[option.name] : undefined;
    if (!declared) return unknownOption(option.name, options);
    const next = tokens[at + 1];
    if (option.value !== undefined) values[option.name] = person(option.value, declared);
    else if (declared.kind === 'flag' && !(next && isFlagWord(next))) values[option.name] = true;
    else if (next && !(next.option && isMeant(next, options))) {
      values[option.name] = person(next.text, declared);
      at++;
    } else return { refused: 'unclear', what: `${option.name} needs a value.`, hint: example(option.name, declared) };
  }
  return placeWords(options, words, values, text);
}

/** `saying: hello` is prose, `count: 2` is an option; `colour:red` is meant as an option although there is none. */
function isMeant({ option }: Token, options: Options): boolean {
  if (!option) return false;
  return option.dashed || Object.hasOwn(options, option.name) || option.value !== undefined;
}

const isFlagWord = (token: Token): boolean => !token.option && /^(yes|no|true|false|on|off)$/i.test(token.text);

/**
 * Gives words without a name to the required options in their order; the last text takes all that is left. The only
 * option of a command needs no name either.
 */
function placeWords(
  options: Options,
  words: readonly Token[],
  values: Record<string, string | boolean>,
  line: string,
): RawValues | Refusal {
  let rest = words;
  const all = Object.entries(options);
  const open = all.filter(([name, { required }]) => (required || all.length === 1) && !Object.hasOwn(values, name));
  for (const [name, option] of open) {
    const [first, ...others] = rest;
    if (!first) break;
    if (option.kind === 'text') values[name] = prose(rest, line);
    else if (option.kind === 'flag' && first.text.toLowerCase() === name) values[name] = true;
    else values[name] = person(first.text, option);
    rest = option.kind === 'text' ? [] : others;
  }
  if (rest.length === 0) return values;
  const textOption = all.find(([, option]) => option.kind === 'text' && option.required)?.[0];
  const left = `“${excerpt(prose(rest, line), 60)}”`;
  return {
    refused: 'unclear',
    what: textOption ? `${left} stands outside of ${textOption}:.` : `${left} is more than this command takes.`,
    hint: 'Put words that belong together in "quotes".',
  };
}

const mention = /^<@([^|>]+)(?:\|([^>]*))?>$/;

/** A mention is its id where a person is asked for, and `@name` in prose. */
const person = (text: string, option: Option): string =>
  option.kind === 'person' ? (mention.exec(text)?.[1] ?? text) : named(text);

/** The words with people as `@name`. */
export const named = (text: string): string =>
  text.replaceAll(/<@([^|>]+)(?:\|([^>]*))?>/g, (_, id: string, name?: string) => `@${name || id}`);

/** The words as they were typed, blanks and line breaks too; where an option stood between two of them, one blank. */
function prose(tokens: readonly Token[], line: string): string {
  const [only] = tokens;
  if (tokens.length === 1 && only?.quoted) return named(only.text);
  const parts = tokens.map(({ source, at }, position) => {
    const before = tokens[position - 1];
    if (!before) return source;
    const gap = line.slice(before.at + before.source.length, at);
    return `${gap.trim() === '' ? gap : ' '}${source}`;
  });
  return named(parts.join(''));
}

const example = (name: string, option: Option): string => {
  switch (option.kind) {
    case 'choice':
      return `Try ${name}:${option.values[0]}.`;
    case 'integer':
      return `Try ${name}:${option.min}.`;
    case 'person':
      return `Try ${name}:@ann.`;
    case 'image':
      return `Try ${name}:https://example.com/fox.png.`;
    default:
      return `Try ${name}:"…".`;
  }
};

function tokenize(line: string): Token[] {
  const tokens: Token[] = [];
  for (let at = blanks(line, 0); at < line.length; ) {
    const token = { ...readToken(line.slice(at)), at };
    tokens.push(token);
    at = blanks(line, at + token.source.length);
  }
  return tokens;
}

/** Where the blanks that begin at `from` end. */
const blanks = (line: string, from: number): number => from + (/^\s*/.exec(line.slice(from))?.[0].length ?? 0);

function readToken(rest: string): Omit<Token, 'at'> {
  const whole = readMention(rest);
  if (whole) return { ...whole, quoted: false };
  const quoted = readQuoted(rest);
  if (quoted) return { ...quoted, quoted: true };

  const dashed = /^(?:--|—|–)([A-Za-z][A-Za-z0-9-]*)(=?)/.exec(rest);
  if (dashed) {
    const [source, name = '', equals] = dashed;
    if (!equals)
      return {
        source,
        text: source,
        quoted: false,
        option: { name: name.toLowerCase(), value: undefined, dashed: true },
      };
    return withValue(rest, source, name, true);
  }
  const colon = /^([A-Za-z][A-Za-z0-9-]*):(?!\/\/)/.exec(rest);
  if (colon) return withValue(rest, colon[0], colon[1] ?? '', false);

  const source = /^\S+/.exec(rest)?.[0] ?? rest;
  return { source, text: source, quoted: false };
}

/** Reads the value right behind `name:` or `--name=`; none when a blank follows. */
function withValue(rest: string, head: string, name: string, dashed: boolean): Omit<Token, 'at'> {
  const behind = rest.slice(head.length);
  const value = readMention(behind) ?? readQuoted(behind) ?? asIs(/^\S+/.exec(behind)?.[0]);
  const source = head + (value?.source ?? '');
  return { source, text: source, quoted: false, option: { name: name.toLowerCase(), value: value?.text, dashed } };
}

const asIs = (text: string | undefined) => (text === undefined ? undefined : { source: text, text });

/** A person, whose name may have blanks in it. */
const readMention = (rest: string) => asIs(/^<@[^>]*>/.exec(rest)?.[0]);

function readQuoted(rest: string): { source: string; text: string } | undefined {
  for (const marks of closing[rest[0] ?? ''] ?? []) {
    const ends = [...marks].map((mark) => rest.indexOf(mark, 1)).filter((at) => at > 0);
    if (ends.length === 0) continue;
    const at = Math.min(...ends);
    return { source: rest.slice(0, at + 1), text: rest.slice(1, at) };
  }
  return undefined;
}

/** How the command is typed, in one line, for Slack's usage hint and `/help`: `prompt [shape:square|wide|tall] …`. */
export function usageHint(command: Command): string {
  if (command.kind === 'group')
    return command.verbs.map((verb) => `${verb.name} ${usage(verb.options)}`.trim()).join(' | ');
  return usage(command.options);
}

export function usage(options: Options): string {
  return Object.entries(options)
    .map(([name, option]) => (option.required ? placeholder(name, option) : `[${name}:${valueHint(option)}]`))
    .join(' ');
}

const placeholder = (name: string, option: Option): string => (option.kind === 'person' ? `@${name}` : name);

/** Of what may be said among other things. */
const hintsMost = 5;

function valueHint(option: Option): string {
  switch (option.kind) {
    case 'choice':
      return option.values.join('|');
    case 'integer':
      return `${option.min}–${option.max}`;
    case 'flag':
      return 'yes';
    case 'person':
      return '@name';
    case 'word':
      return option.suggestions === 'models' ? 'name' : [...option.suggestions.slice(0, hintsMost), '…'].join('|');
    case 'text':
      return '"…"';
    case 'image':
      return 'link';
  }
}

/** Finds the verb of a group that a line begins with; the default verb takes the whole line when none is named. */
export function splitVerb(command: Extract<Command, { kind: 'group' }>, line: string): { verb: string; rest: string } {
  const first = /^\s*(\S+)\s*/.exec(line);
  const verb = command.verbs.find(({ name }) => name === first?.[1]?.toLowerCase());
  return verb && first
    ? { verb: verb.name, rest: line.slice(first[0].length) }
    : { verb: command.defaultVerb, rest: line };
}
