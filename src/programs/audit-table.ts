import { type AuditedCall, type Tally, tallyOf, together } from '../domain/audit.ts';
import { tallyText, unpricedText } from '../domain/report-text.ts';
import { counted, duration } from '../domain/text.ts';

/** Each column with its width; what is longer moves the rest of its line. */
const columns: readonly (readonly [name: string, width: number, read: (call: AuditedCall) => string])[] = [
  ['started (UTC)', 16, ({ startedAt }) => new Date(startedAt).toISOString().slice(0, 16).replace('T', ' ')],
  ['service', 10, ({ provider }) => provider],
  ['model', 22, ({ model }) => model],
  ['quality', 7, ({ quality }) => quality],
  ['size', 9, ({ size }) => size],
  ['came', 5, ({ delivered, count }) => `${delivered ?? '?'}/${count}`],
  ['took', 6, ({ startedAt, endedAt }) => duration(endedAt - startedAt)],
  ['list US$', 8, ({ listMicroUsd }) => usd(listMicroUsd)],
  ['paid US$', 8, ({ billedMicroUsd }) => usd(billedMicroUsd)],
  ['charged', 7, ({ charged, refunded }) => (charged === undefined ? '' : String(charged - refunded))],
  ['house', 5, ({ absorbed, refunded }) => (absorbed === undefined ? '' : String(absorbed + refunded))],
  ['outcome', 13, ({ outcome }) => outcome],
  ['person', 26, ({ person }) => person?.id ?? ''],
  ['request', 0, ({ requestId }) => requestId ?? ''],
];

const usd = (microUsd: number | undefined): string => (microUsd === undefined ? '' : (microUsd / 1e6).toFixed(4));

const row = (cells: readonly string[]): string =>
  cells
    .map((cell, at) => tidy(cell).padEnd(columns[at]?.[1] ?? 0))
    .join('  ')
    .trimEnd();

/** What services say of themselves must not steer a terminal. */
const tidy = (text: string): string => text.replaceAll(/\p{C}/gu, '');

export const tableHead = (): string => row(columns.map(([name]) => name));
export const tableRow = (call: AuditedCall): string => row(columns.map(([, , read]) => read(call)));

/** Adds calls up by service. */
export function openSums(): { add(call: AuditedCall): void; lines(): string[] } {
  const sums = new Map<string, Tally>();
  return {
    add(call) {
      const before = sums.get(call.provider);
      sums.set(call.provider, together(before ? [before, tallyOf(call)] : [tallyOf(call)]));
    },
    lines() {
      const all = together([...sums.values()]);
      return [
        ...[...sums].map(([provider, tally]) => sumLine(provider, tally)),
        ...(sums.size > 1 ? [sumLine('together', all)] : []),
        ...(all.unpriced > 0 ? [unpricedText(all.unpriced)] : []),
      ];
    },
  };
}

const sumLine = (name: string, tally: Tally): string =>
  `${tidy(name)}: ${counted(tally.calls, 'call')}, ${tallyText(tally)}`;
