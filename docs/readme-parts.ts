import { readConfig } from '../src/config.ts';
import { findModel } from '../src/domain/catalogue.ts';
import type { Command, Option, Options } from '../src/domain/command.ts';
import { usage } from '../src/domain/command-text.ts';
import { type Quality, type Shape, shapes } from '../src/domain/image.ts';
import { holdFor, inCredits, quote, type Tariff } from '../src/domain/price.ts';
import { isRefusal } from '../src/domain/refusal.ts';
import { loadCatalogue } from '../src/load-catalogue.ts';
import { loadCommands } from '../src/load-commands.ts';
import { fitWish } from '../src/pipeline/fit-wish.ts';
import { events, scopes } from '../src/platforms/slack/register.ts';
import { sketchProvider } from '../src/providers/sketch.ts';
import { systemClock } from '../src/system-clock.ts';
import { intents, inviteUrl, oauthScopes, permissionBits, permissions } from './discord-access.ts';
import { readEnvExample, type Variable } from './env-example.ts';

/** What the README takes from the code, by the name it has between its markers. */
const parts: Readonly<Record<string, () => Promise<string>>> = {
  commands: async () => commandTable(await loadCommands([])),
  options: async () => optionTable(await loadCommands([])),
  prices: priceTable,
  'discord access': async () => discordAccess(),
  'slack access': async () => slackAccess(),
  variables: async () => variableTables(await readEnvExample()),
};

const begin = (name: string) => `<!-- ${name}: written by npm run readme -->`;
const end = (name: string) => `<!-- end of ${name} -->`;

/**
 * The README with everything between markers written anew.
 * @throws Error naming a part that has no markers
 */
export async function refreshed(readme: string): Promise<string> {
  let text = readme;
  for (const [name, write] of Object.entries(parts)) {
    const from = text.indexOf(begin(name)) + begin(name).length;
    const to = text.indexOf(end(name));
    if (!text.includes(begin(name)) || to < from) throw new Error(`The README has no place for “${name}”.`);
    text = `${text.slice(0, from)}\n${await write()}\n${text.slice(to)}`;
  }
  return text;
}

/** Columns as wide as their widest cell, as the formatter wants them. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = [head, ...rows].map((row) => row.map((cell) => cell.replaceAll('|', '\\|')));
  const widths = head.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  const [first = '', ...rest] = cells.map(
    (row) => `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`,
  );
  return [first, `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`, ...rest].join('\n');
}

const code = (text: string): string => `\`${text}\``;

function commandTable(commands: readonly Command[]): string {
  const rows = commands.flatMap((command): string[][] => {
    if (command.kind === 'image') return [[code(`/${command.name} ${required(command.options)} …`), command.summary]];
    if (command.kind === 'answer')
      return [[code(`/${command.name} ${usage(command.options)}`.trim()), command.summary]];
    return command.verbs.map(({ name, summary, options }) => [
      code(`/${command.name} ${name} ${usage(options)}`.trim()),
      name === command.defaultVerb
        ? `${summary}. On Slack and the console also ${code(`/${command.name}`)} alone`
        : summary,
    ]);
  });
  return table(['command', 'what it does'], rows);
}

const required = (options: Options): string =>
  usage(Object.fromEntries(Object.entries(options).filter(([, option]) => option.required)));

function optionTable(commands: readonly Command[]): string {
  return commands
    .flatMap((command) => (command.kind === 'image' ? [command] : []))
    .map(({ name, options }) => {
      const rows = Object.entries(options).map(([option, declared]) => [
        code(option),
        declared.summary,
        takes(declared),
      ]);
      return table([`option of ${code(`/${name}`)}`, 'meaning', 'takes'], rows);
    })
    .join('\n\n');
}

function takes(option: Option): string {
  switch (option.kind) {
    case 'text':
      return `words, up to ${option.maxLength.toLocaleString('en')} characters`;
    case 'word':
      return option.suggestions === 'models' || option.suggestions.length === 0
        ? 'the name of a model that is offered'
        : `${option.suggestions.map(code).join(', ')} or another`;
    case 'integer':
      return `${option.min} to ${option.max}`;
    case 'choice':
      return option.values.map(code).join(', ');
    case 'flag':
      return 'yes or no';
    case 'person':
      return 'a person';
    case 'image':
      return 'a file on Discord; elsewhere a link, or on the console a path';
  }
}

/** Quotes of one picture by the default model, each for what `/imagine` plans when nothing else is said. */
async function priceTable(): Promise<string> {
  const catalogue = await loadCatalogue();
  const model = findModel(catalogue, catalogue.default);
  if (!model) throw new Error('The catalogue has no default model.');
  const rules = readConfig({});
  const providers = [sketchProvider({ catalogue, clock: systemClock })];
  const tariff: Tariff = { creditUsd: rules.creditUsd, multiplier: 1 };
  const cell = (quality: Quality, shape: Shape): string => {
    const wish = { task: 'generate', words: 'a red fox', additions: [], quality, shape, fresh: false } as const;
    const fitted = fitWish(wish, { inputs: [], words: wish.words }, {}, {}, '', {
      catalogue,
      providers,
      rules,
      clock: systemClock,
    });
    const quoted = isRefusal(fitted) ? undefined : quote(model, fitted.request, tariff);
    return quoted === undefined ? '–' : `${quoted} (${holdFor(quoted)})`;
  };
  const rows = model.qualities.map((quality) => [quality, ...shapes.map((shape) => cell(quality, shape))]);
  const preview = model.prices ? inCredits(model.partialImageTokens * model.prices.imageOut, 1, tariff) : 0;
  return [
    table([code(model.id), ...shapes.map((shape) => `${shape}, ${model.shapes[shape]}`)], rows),
    '',
    `Credits quoted for one picture, in brackets what is held. From quality medium on, ${preview} of them are for the preview that is shown while a single picture is made (\`PARTIAL_IMAGES\`). Prices of the catalogue of ${catalogue.read}; one credit is US$${rules.creditUsd}.`,
  ].join('\n');
}

function discordAccess(): string {
  return [
    'Scopes of the invite:',
    '',
    table(
      ['scope', 'why'],
      oauthScopes.map(({ name, why }) => [code(name), why]),
    ),
    '',
    `Permissions, together ${code(String(permissionBits))}:`,
    '',
    table(
      ['permission', 'why'],
      permissions.map(({ name, why }) => [name, why]),
    ),
    '',
    'Intents, none of them privileged, so nothing has to be switched on under “Privileged Gateway Intents”:',
    '',
    table(
      ['intent', 'why'],
      intents.map(({ name, why }) => [code(name), why]),
    ),
    '',
    'The invite, with your application’s id in place of `APPLICATION_ID`:',
    '',
    '```',
    inviteUrl,
    '```',
  ].join('\n');
}

function slackAccess(): string {
  return [
    table(
      ['scope of the bot token', 'why'],
      scopes.map(({ scope, why }) => [code(scope), why]),
    ),
    '',
    table(
      ['event', 'why'],
      events.map(({ event, why }) => [code(event), why]),
    ),
  ].join('\n');
}

function variableTables(variables: readonly Variable[]): string {
  const sections = Object.entries(Object.groupBy(variables, ({ section }) => section));
  return sections
    .map(([section, among = []]) => {
      const rows = among.map(({ name, value, meaning }) => [code(name), value === '' ? '' : code(value), meaning]);
      return table([section, 'default', 'meaning'], rows);
    })
    .join('\n\n');
}
