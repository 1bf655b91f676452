import { parseArgs } from 'node:util';
import { nearest } from '../domain/text.ts';

export type AuditForm = 'csv' | 'json' | 'table';

export interface AuditOptions {
  /** Calls that ended from `since` to before `until`, in ms since 1970. */
  readonly since: number;
  readonly until: number;
  readonly form: AuditForm;
}

const dayMs = 24 * 60 * 60 * 1000;
const options = {
  since: { type: 'string' },
  until: { type: 'string' },
  csv: { type: 'boolean' },
  json: { type: 'boolean' },
} as const;
const example = 'Try: npm run --silent audit -- --since 2026-11-01 --until 2026-11-30 --csv';

/**
 * Reads `--since 2026-11-01 --until 2026-11-30 --csv`: whole days in UTC, the last one included. Without `--since` from
 * the beginning, without `--until` up to the newest.
 * @throws Error in plain words
 */
export function readAuditOptions(words: readonly string[]): AuditOptions {
  const { tokens, values } = parseArgs({ args: [...words], options, strict: false, tokens: true });
  for (const token of tokens) {
    if (token.kind === 'positional') throw new Error(`“${token.value}” is no option of audit. ${known('')}`);
    if (token.kind !== 'option') continue;
    if (!Object.hasOwn(options, token.name))
      throw new Error(`There is no option ${token.rawName}. ${known(token.name)}`);
    const { type } = options[token.name as keyof typeof options];
    if (type === 'boolean' && token.value !== undefined) throw new Error(`${token.rawName} takes no value. ${example}`);
  }
  if (values.csv && values.json) throw new Error('Say either --csv or --json, not both.');
  const since = values.since === undefined ? 0 : day('--since', values.since);
  const until = values.until === undefined ? Number.MAX_SAFE_INTEGER : day('--until', values.until) + dayMs;
  if (since >= until) throw new Error('--since is after --until: there is no day in between.');
  return { since, until, form: values.csv ? 'csv' : values.json ? 'json' : 'table' };
}

function known(name: string): string {
  const names = Object.keys(options);
  const near = nearest(name, names);
  return near ? `Did you mean --${near}?` : `There is ${names.map((each) => `--${each}`).join(', ')}.`;
}

/** The first millisecond of a day that there is in the calendar. */
function day(option: string, given: string | boolean): number {
  const text = typeof given === 'string' ? given.trim() : '';
  const at = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  // 30 February is read as a day in March.
  if (Number.isNaN(at) || new Date(at).toISOString().slice(0, 10) !== text)
    throw new Error(`${option} takes a day such as 2026-11-01${text === '' ? '' : `; “${text}” is none`}.`);
  return at;
}
