/** One line of the table: what is promised, and what came out. */
export interface Figure {
  readonly what: string;
  /** Undefined for a line that only explains others. */
  readonly target: string | undefined;
  readonly measured: string;
  readonly ok: boolean | undefined;
}

/** A figure that must not be above `most`. */
export const atMost = (what: string, most: number, measured: number, unit: string, decimals = 0): Figure => ({
  what,
  target: `≤ ${most}${unit}`,
  measured: `${measured.toFixed(decimals)}${unit}`,
  ok: measured <= most,
});

/** A figure that must not be below `least`. */
export const atLeast = (what: string, least: number, measured: number, unit: string): Figure => ({
  what,
  target: `≥ ${least}${unit}`,
  measured: `${Math.round(measured)}${unit}`,
  ok: measured >= least,
});

/** What the figure before it was made of, or was measured with. */
export const note = (what: string, measured: string): Figure => ({
  what: `  ${what}`,
  target: undefined,
  measured,
  ok: undefined,
});

/** @param share from 0 to 1 */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

export const median = (values: readonly number[]): number => quantile(values, 0.5);

export function table(figures: readonly Figure[]): string {
  const verdict = ({ ok }: Figure) => (ok === undefined ? '' : ok ? 'ok' : 'MISSED');
  const rows = figures.map((figure) => [figure.what, figure.target ?? '', figure.measured, verdict(figure)]);
  const all = [['figure', 'target', 'measured', 'ok?'], ...rows];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  const lines = all.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '));
  return [lines[0], widths.map((width) => '-'.repeat(width)).join('  '), ...lines.slice(1)].join('\n');
}
