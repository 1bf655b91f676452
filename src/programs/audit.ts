import { openStorage } from '../build.ts';
import { readConfig } from '../config.ts';
import type { Audit, AuditedCall } from '../domain/audit.ts';
import { systemClock } from '../system-clock.ts';
import { csvLine } from './audit-csv.ts';
import { columnNames, fieldsOf, namedFieldsOf } from './audit-fields.ts';
import { type AuditForm, type AuditOptions, readAuditOptions } from './audit-options.ts';
import { openSums, tableHead, tableRow } from './audit-table.ts';

const pageSize = 500;

/**
 * `npm run audit -- --since 2026-11-01 --csv`: every call of a provider, for admins. Standard output holds the data and
 * nothing else; that there is none is said on standard error.
 */
export async function audit(words: readonly string[]): Promise<number> {
  const options = readAuditOptions(words);
  const { store } = await openStorage(readConfig(process.env), systemClock);
  let isEmpty = true;
  try {
    for await (const page of pagesOf(store.audit, options)) {
      if (page.calls.length > 0) isEmpty = false;
      if (!(await print(page.text))) return 0;
    }
  } finally {
    await store.close();
  }
  if (isEmpty) console.error('No image service was called in this time.');
  return 0;
}

interface Page {
  readonly calls: readonly AuditedCall[];
  readonly text: string;
}

/** The export piece by piece: never more than a page of it is in memory. */
async function* pagesOf(from: Audit, { since, until, form }: AuditOptions): AsyncGenerator<Page> {
  const { head, rows, foot } = forms[form]();
  let last: AuditedCall | undefined;
  for (;;) {
    const calls = await from.page(since, until, last, pageSize);
    const isFirst = last === undefined;
    yield { calls, text: `${isFirst ? head(calls.length === 0) : ''}${rows(calls, isFirst)}` };
    last = calls.at(-1) ?? last;
    if (calls.length < pageSize) break;
  }
  yield { calls: [], text: foot(last === undefined) };
}

interface Form {
  head(isEmpty: boolean): string;
  rows(calls: readonly AuditedCall[], isFirst: boolean): string;
  foot(isEmpty: boolean): string;
}

const lines = (texts: readonly string[]): string => texts.map((text) => `${text}\n`).join('');

const forms: Record<AuditForm, () => Form> = {
  csv: () => ({
    head: () => csvLine(columnNames),
    rows: (calls) => calls.map((call) => csvLine(fieldsOf(call))).join(''),
    foot: () => '',
  }),
  json: () => ({
    head: () => '[',
    rows: (calls, isFirst) =>
      calls.map((call, at) => `${isFirst && at === 0 ? '' : ','}\n${JSON.stringify(namedFieldsOf(call))}`).join(''),
    foot: () => '\n]\n',
  }),
  table() {
    const sums = openSums();
    return {
      head: (isEmpty) => (isEmpty ? '' : lines([tableHead()])),
      rows(calls) {
        for (const call of calls) sums.add(call);
        return lines(calls.map(tableRow));
      },
      foot: (isEmpty) => (isEmpty ? '' : lines(['', ...sums.lines()])),
    };
  },
};

/** Resolves when the text is out, so that a slow reader holds the next page back; false when nobody reads any more. */
function print(text: string): Promise<boolean> {
  const { stdout } = process;
  return new Promise((resolve, reject) => {
    const failed = (error: NodeJS.ErrnoException) => (error.code === 'EPIPE' ? resolve(false) : reject(error));
    stdout.once('error', failed);
    stdout.write(text, (error) => {
      if (error) return failed(error);
      stdout.off('error', failed);
      resolve(true);
    });
  });
}
