/** One line of a page of metrics. */
export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const line = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/;

/**
 * Reads a page in Prometheus' text format as Prometheus does: whatever is not a sample or a comment is an error.
 * Source: prometheus.io, "Exposition formats", read 2026-11.
 */
export function readMetrics(text: string): Sample[] {
  if (!text.endsWith('\n')) throw new RangeError('the last line has no end');
  return text
    .split('\n')
    .filter((row) => row !== '' && !row.startsWith('# '))
    .map((row) => {
      const [, name, labels = '', number = ''] = line.exec(row) ?? [];
      if (!name) throw new RangeError(`“${row}” is no sample`);
      const value = Number(number.replace(/^\+Inf$/, 'Infinity').replace(/^-Inf$/, '-Infinity'));
      if (Number.isNaN(value) && !/^nan$/i.test(number)) throw new RangeError(`“${number}” is no number`);
      return { name, labels: readLabels(labels), value };
    });
}

function readLabels(text: string): Record<string, string> {
  const found = [...text.matchAll(/([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)",?/g)];
  if (found.map(([whole]) => whole).join('') !== text) throw new RangeError(`“${text}” are no labels`);
  return Object.fromEntries(found.map(([, name, value]) => [name, value]));
}

/** The sum of all samples of that name with these labels; undefined where there is none. */
export function sumOf(
  samples: readonly Sample[],
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number | undefined {
  const fitting = samples.filter(
    (sample) => sample.name === name && Object.entries(labels).every(([key, value]) => sample.labels[key] === value),
  );
  return fitting.length === 0 ? undefined : fitting.reduce((sum, { value }) => sum + value, 0);
}
