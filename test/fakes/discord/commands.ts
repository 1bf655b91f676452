/** Application commands: what registration accepts, and what a client would let people type. */
import { invalidForm, type Problem, refused } from './refused.ts';
import {
  boolean,
  fields,
  fileTypes,
  finite,
  integer,
  isObject,
  lengthOf,
  list,
  oneOf,
  type Rule,
  text,
} from './validate.ts';

interface Choice {
  readonly name: string;
  readonly value: string | number;
}

export interface CommandOption {
  readonly type: number;
  readonly name: string;
  readonly description: string;
  readonly required?: boolean;
  readonly autocomplete?: boolean;
  readonly choices?: readonly Choice[];
  readonly options?: readonly CommandOption[];
  readonly min_value?: number;
  readonly max_value?: number;
  readonly min_length?: number;
  readonly max_length?: number;
  readonly file_types?: readonly string[];
}

export interface Command {
  readonly id: string;
  readonly application_id: string;
  readonly guild_id?: string;
  readonly type: number;
  readonly name: string;
  readonly description: string;
  readonly default_member_permissions: string | null;
  readonly contexts: readonly number[] | null;
  readonly integration_types: readonly number[];
  readonly options?: readonly CommandOption[];
  readonly version: string;
}

const locales =
  'ar id da de en-GB en-US es-ES es-419 fr hr it lt hu nl no pl pt-BR ro fi sv-SE vi tr cs el bg ru uk hi th zh-CN ja zh-TW ko'.split(
    ' ',
  );
const commandName = /^[-_'\p{L}\p{N}\p{Script=Devanagari}\p{Script=Thai}]{1,32}$/u;

const lowerCase: Rule = (value, at, problems) => {
  text(1, 32)(value, at, problems);
  if (typeof value === 'string' && (!commandName.test(value) || value !== value.toLowerCase()))
    problems.push({ path: at, code: 'APPLICATION_COMMAND_INVALID_NAME', message: 'Command name is invalid' });
};
const localised = (rule: Rule): Rule => fields(Object.fromEntries(locales.map((locale) => [locale, rule])));
const description = text(1, 100);
const int53 = integer(-(2 ** 53), 2 ** 53);

const choice = (value: Rule): Rule =>
  list(fields({ name: text(1, 100), name_localizations: localised(text(1, 100)), value }, ['name', 'value']), 25);
const named = {
  name: lowerCase,
  name_localizations: localised(lowerCase),
  description,
  description_localizations: localised(description),
};
const bounds = (rule: Rule) => ({ autocomplete: boolean, min_value: rule, max_value: rule, choices: choice(rule) });

const shapesByType: Record<number, Record<string, Rule>> = {
  3: {
    autocomplete: boolean,
    min_length: integer(0, 6000),
    max_length: integer(1, 6000),
    choices: choice(text(1, 100)),
  },
  4: bounds(int53),
  5: {},
  6: {},
  7: { channel_types: list(integer(0, 16), 20) },
  8: {},
  9: {},
  10: bounds(finite),
  11: { file_types: fileTypes },
};

/** The options of a command, a subcommand or a group; `depth` 0, 1, 2 from the command down. */
function options(depth: 0 | 1 | 2): Rule {
  return (value, at, problems) => {
    list(option(depth), 25)(value, at, problems);
    if (!Array.isArray(value)) return;
    const names = new Set<unknown>();
    let optionalSeen = false;
    let nested = 0;
    value.filter(isObject).forEach((item, index) => {
      const say = (code: string, message: string) => problems.push({ path: [...at, index], code, message });
      if (names.has(item.name)) say('APPLICATION_COMMAND_OPTIONS_NAME_ALREADY_EXISTS', 'Option name already exists');
      names.add(item.name);
      if (Number(item.type) <= 2) nested += 1;
      else if (item.required !== true) optionalSeen = true;
      else if (optionalSeen)
        say(
          'APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID',
          'Required options must be placed before non-required options',
        );
    });
    if (nested > 0 && nested < value.length)
      problems.push({
        path: at,
        code: 'APPLICATION_COMMAND_OPTIONS_TYPE_INVALID',
        message: 'Sub-command and sub-command group option types are mutually exclusive to all other types',
      });
  };
}

function option(depth: 0 | 1 | 2): Rule {
  return (value, at, problems) => {
    const type = isObject(value) ? Number(value.type) : 0;
    const say = (code: string, message: string, ...more: string[]) =>
      problems.push({ path: [...at, ...more], code, message });
    if (type === 1 || type === 2) {
      if (depth === 2 || (depth === 1 && type === 2))
        say('APPLICATION_COMMAND_OPTIONS_TYPE_INVALID', 'Nested too deeply.', 'type');
      else
        fields({ type: oneOf(1, 2), ...named, required: boolean, options: type === 1 ? options(2) : options(1) }, [
          'name',
          'description',
        ])(value, at, problems);
      return;
    }
    const extra = shapesByType[type];
    if (!extra)
      return void say('BASE_TYPE_CHOICES', 'Value must be one of {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}.', 'type');
    if (depth === 1)
      return void say('APPLICATION_COMMAND_OPTIONS_TYPE_INVALID', 'A group holds subcommands only.', 'type');
    fields({ type: integer(3, 11), ...named, required: boolean, ...extra }, ['name', 'description'])(
      value,
      at,
      problems,
    );
    if (!isObject(value)) return;
    if (value.autocomplete === true && Array.isArray(value.choices) && value.choices.length > 0)
      say(
        'APPLICATION_COMMAND_OPTIONS_CHOICES_AUTOCOMPLETE',
        'choices must not be present when autocomplete is true',
        'choices',
      );
    for (const [min, max] of [
      ['min_value', 'max_value'],
      ['min_length', 'max_length'],
    ] as const)
      if (typeof value[min] === 'number' && typeof value[max] === 'number' && value[min] > value[max])
        say('APPLICATION_COMMAND_OPTIONS_MIN_GREATER_THAN_MAX', `${min} must be at most ${max}`, min);
    if (!Array.isArray(value.choices)) return;
    for (const key of ['name', 'value']) {
      const all = value.choices.filter(isObject).map((item) => item[key]);
      if (new Set(all).size < all.length)
        say('APPLICATION_COMMAND_OPTIONS_CHOICE_NAME_ALREADY_EXISTS', `Option choice ${key} already exists`, 'choices');
    }
  };
}

const permissionBits: Rule = (value, at, problems) => {
  if (!/^\d{1,20}$/.test(String(value))) text(1, 20, /^\d+$/)(value, at, problems);
};

const topLevel: Record<string, Rule> = {
  name_localizations: localised(text(1, 32)),
  description_localizations: localised(description),
  default_member_permissions: permissionBits,
  dm_permission: boolean,
  nsfw: boolean,
  type: oneOf(1, 2, 3),
};

function uniqueList(rule: Rule): Rule {
  return (value, at, problems) => {
    list(rule, 3, 1)(value, at, problems);
    if (Array.isArray(value) && new Set(value).size < value.length)
      problems.push({ path: at, code: 'LIST_ITEM_VALUE_DUPLICATED', message: 'List items must be unique' });
  };
}

/** Characters that count towards 8,000: of each text the longest of its localisations. */
function weight(node: unknown): number {
  if (!isObject(node)) return 0;
  const longest = (value: unknown, others: unknown) =>
    Math.max(
      typeof value === 'string' ? lengthOf(value) : 0,
      ...(isObject(others) ? Object.values(others).map((item) => (typeof item === 'string' ? lengthOf(item) : 0)) : []),
    );
  const below = [node.options, node.choices].flatMap((list) => (Array.isArray(list) ? list : []));
  return (
    longest(node.name, node.name_localizations) +
    longest(node.description, node.description_localizations) +
    (typeof node.value === 'string' ? lengthOf(node.value) : 0) +
    below.reduce((sum: number, item) => sum + weight(item), 0)
  );
}

/** Source: docs.discord.com, "Application Commands", read 2026-11. */
function commandRule(inGuild: boolean): Rule {
  return (value, at, problems) => {
    const type = isObject(value) ? (value.type ?? 1) : 1;
    const slash = type === 1;
    const known: Record<string, Rule> = {
      ...topLevel,
      id: text(1, 20),
      name: slash ? lowerCase : text(1, 32),
      description: slash ? description : text(0, 0),
      ...(slash ? { options: options(0) } : { options: list(finite, 0) }),
      // In a guild these two are read and then have no effect.
      contexts: uniqueList(oneOf(0, 1, 2)),
      integration_types: uniqueList(oneOf(0, 1)),
    };
    fields(known, slash ? ['name', 'description'] : ['name'])(value, at, problems);
    if (weight(value) > 8000)
      problems.push({
        path: at,
        code: 'APPLICATION_COMMAND_TOO_LARGE',
        message: 'Command exceeds maximum size (8000)',
      });
    if (!isObject(value) || inGuild) return;
    const contexts = Array.isArray(value.contexts) ? value.contexts : [];
    const installs = Array.isArray(value.integration_types) ? value.integration_types : [0];
    if (contexts.includes(2) && !installs.includes(1))
      problems.push({
        path: [...at, 'contexts'],
        code: 'APPLICATION_COMMAND_CONTEXTS_INVALID',
        message: 'PRIVATE_CHANNEL needs the user install type.',
      });
  };
}

const countMax: Record<number, number> = { 1: 100, 2: 15, 3: 15 };
const createsPerDayMax = 200;

export type Registry = ReturnType<typeof createRegistry>;

/** All registered commands: the scope '' is global, any other a guild id. */
export function createRegistry({ applicationId, newId }: { applicationId: string; newId(): string }) {
  const scopes = new Map<string, Map<string, Command>>();
  const creates = new Map<string, number>();
  const scopeOf = (scope: string) => {
    const known = scopes.get(scope) ?? new Map<string, Command>();
    scopes.set(scope, known);
    return known;
  };
  const key = (item: { type?: unknown; name?: unknown }) => `${item.type ?? 1}/${String(item.name)}`;

  function made(scope: string, body: Record<string, unknown>, old?: Command): Command {
    const permissions = body.default_member_permissions;
    const dm = body.dm_permission === false ? [0] : null;
    return {
      ...body,
      id: old?.id ?? newId(),
      application_id: applicationId,
      version: newId(),
      type: Number(body.type ?? 1),
      name: String(body.name),
      description: String(body.description ?? ''),
      default_member_permissions: permissions === undefined || permissions === null ? null : String(permissions),
      contexts: scope ? null : ((body.contexts as number[] | null | undefined) ?? dm),
      integration_types: (scope ? null : (body.integration_types as number[] | null | undefined)) ?? [0],
      ...(scope ? { guild_id: scope } : {}),
    };
  }

  function checkCounts(commands: Iterable<Command>) {
    const counts: Record<number, number> = {};
    for (const { type } of commands) {
      counts[type] = (counts[type] ?? 0) + 1;
      if ((counts[type] ?? 0) > (countMax[type] ?? 0)) throw refused(30032);
    }
  }

  function countCreates(scope: string, added: number) {
    const total = (creates.get(scope) ?? 0) + added;
    if (total > createsPerDayMax) throw refused(30034);
    creates.set(scope, total);
  }

  return {
    list: (scope: string) => [...scopeOf(scope).values()],
    get(scope: string, id: string): Command {
      const found = [...scopeOf(scope).values()].find((command) => command.id === id);
      if (!found) throw refused(10063);
      return found;
    },
    /** PUT: the new whole set. */
    replace(scope: string, body: unknown): Command[] {
      const problems: Problem[] = [];
      list(commandRule(scope !== ''), 130)(body, [], problems);
      const given = Array.isArray(body) ? body.filter(isObject) : [];
      const seen = new Set<string>();
      given.forEach((item, index) => {
        if (seen.has(key(item)))
          problems.push({
            path: [index],
            code: 'APPLICATION_COMMANDS_DUPLICATE_NAME',
            message: 'Application command names must be unique',
          });
        seen.add(key(item));
      });
      if (problems.length > 0) throw invalidForm(problems);
      const old = scopeOf(scope);
      const next = new Map(given.map((item) => [key(item), made(scope, item, old.get(key(item)))]));
      checkCounts(next.values());
      countCreates(scope, [...next.keys()].filter((name) => !old.has(name)).length);
      scopes.set(scope, next);
      return [...next.values()];
    },
    /** POST: creates, or replaces the one with the same name and type. */
    upsert(scope: string, body: unknown): { command: Command; created: boolean } {
      const problems: Problem[] = [];
      commandRule(scope !== '')(body, [], problems);
      if (problems.length > 0 || !isObject(body)) throw invalidForm(problems);
      const commands = scopeOf(scope);
      const old = commands.get(key(body));
      const command = made(scope, body, old);
      checkCounts(old ? commands.values() : [...commands.values(), command]);
      if (!old) countCreates(scope, 1);
      commands.set(key(command), command);
      return { command, created: old === undefined };
    },
    /** PATCH: the given fields change. */
    patch(scope: string, id: string, body: unknown): Command {
      const old = this.get(scope, id);
      const whole: Record<string, unknown> = { ...old, ...(isObject(body) ? body : {}) };
      for (const name of ['id', 'application_id', 'version', 'guild_id']) delete whole[name];
      const problems: Problem[] = [];
      commandRule(scope !== '')(whole, [], problems);
      if (problems.length > 0) throw invalidForm(problems);
      const command = made(scope, whole, old);
      scopeOf(scope).delete(key(old));
      scopeOf(scope).set(key(command), command);
      return command;
    },
    remove(scope: string, id: string): void {
      scopeOf(scope).delete(key(this.get(scope, id)));
    },
    /** The command a person in that guild (or DM) would pick; the guild's own wins. @throws Error when there is none. */
    find(type: number, name: string, guildId: string | undefined): Command {
      const candidates = [...(guildId ? scopeOf(guildId).values() : []), ...scopeOf('').values()];
      const found = candidates.find((command) => command.type === type && command.name === name);
      if (found) return found;
      throw new Error(
        `No command "${name}" of type ${type} is registered here; there are ${candidates.map((item) => item.name).join(', ') || 'none'}.`,
      );
    },
    reset: () => {
      scopes.clear();
      creates.clear();
    },
  };
}

/** One option as an interaction carries it. */
export interface SentOption {
  readonly name: string;
  readonly type: number;
  value?: unknown;
  options?: SentOption[];
  focused?: true;
}

/**
 * The options as a client would send them. `path` names a subcommand, `value` turns what a test gave into an id where needed.
 * With `focused`, required options may still be missing and that one may hold any text.
 * @throws Error for what a client would not let a person send.
 */
export function sentOptions(
  command: Command,
  path: readonly string[],
  given: Readonly<Record<string, unknown>>,
  value: (option: CommandOption, given: unknown) => unknown,
  focused?: string,
): SentOption[] {
  const [head, ...rest] = path;
  const nested = (command.options ?? []).filter((option) => option.type <= 2);
  if (nested.length === 0 && head !== undefined) throw new Error(`/${command.name} has no subcommand "${head}".`);
  if (nested.length > 0) {
    const chosen = nested.find((option) => option.name === head);
    if (!chosen)
      throw new Error(
        `/${command.name} needs one of its subcommands: ${nested.map((option) => option.name).join(', ')}.`,
      );
    const inner = { ...command, name: `${command.name} ${chosen.name}`, options: chosen.options ?? [] };
    return [{ name: chosen.name, type: chosen.type, options: sentOptions(inner, rest, given, value, focused) }];
  }
  const known = command.options ?? [];
  for (const name of Object.keys(given))
    if (!known.some((option) => option.name === name))
      throw new Error(
        `/${command.name} has no option "${name}"; it has ${known.map((option) => option.name).join(', ') || 'none'}.`,
      );
  const sent: SentOption[] = [];
  for (const option of known) {
    const raw = given[option.name];
    if (raw === undefined && option.required && focused === undefined)
      throw new Error(`/${command.name} needs the option "${option.name}".`);
    if (raw === undefined) continue;
    const isFocused = option.name === focused;
    if (isFocused && !option.autocomplete) throw new Error(`The option "${option.name}" has no autocomplete.`);
    if (!isFocused) checkTyped(command.name, option, raw);
    sent.push({
      name: option.name,
      type: option.type,
      value: isFocused ? String(raw) : value(option, raw),
      ...(isFocused ? { focused: true as const } : {}),
    });
  }
  return sent;
}

function checkTyped(command: string, option: CommandOption, value: unknown) {
  const no = (why: string) => new Error(`A client would not send /${command} ${option.name}:${String(value)}: ${why}.`);
  const { type, choices = [] } = option;
  if (type === 3 && typeof value !== 'string') throw no('it must be text');
  if (type === 5 && typeof value !== 'boolean') throw no('it must be true or false');
  if ((type === 4 || type === 10) && typeof value !== 'number') throw no('it must be a number');
  if (type === 4 && !Number.isSafeInteger(value)) throw no('it must be a whole number');
  if (choices.length > 0 && !choices.some((choice) => choice.value === value))
    throw no(`it must be one of ${choices.map((choice) => choice.value).join(', ')}`);
  if (typeof value === 'number' && value < (option.min_value ?? -Infinity))
    throw no(`it must be at least ${option.min_value}`);
  if (typeof value === 'number' && value > (option.max_value ?? Infinity))
    throw no(`it must be at most ${option.max_value}`);
  if (typeof value !== 'string' || type !== 3) return;
  const lengthMin = Math.max(1, option.min_length ?? 1);
  if (lengthOf(value) < lengthMin) throw no(`it must have at least ${lengthMin} characters`);
  if (lengthOf(value) > (option.max_length ?? 6000))
    throw no(`it must have at most ${option.max_length ?? 6000} characters`);
}
