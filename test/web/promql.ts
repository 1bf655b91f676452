/** What one expression of PromQL names: metrics, labels that it groups by, and what it matches labels with. */
export interface Named {
  readonly metrics: readonly string[];
  readonly labels: readonly string[];
  /** Each metric with a label that is matched, and the values it may have. */
  readonly matched: readonly { readonly metric: string; readonly label: string; readonly values: readonly string[] }[];
}

const words = new Set([
  'and',
  'or',
  'unless',
  'by',
  'without',
  'on',
  'ignoring',
  'group_left',
  'group_right',
  'bool',
  'offset',
]);
const functions = new Set(['sum', 'max', 'min', 'rate', 'increase', 'histogram_quantile', 'absent']);
const grouping = /\b(?:by|without|on|ignoring)\s*\(([^)]*)\)/g;

/**
 * As much of PromQL as dashboard and alerts use. @throws RangeError for what they don't, such as another function
 * Source: prometheus.io, "Querying basics" and "Operators", read 2026-11.
 */
export function namedIn(expression: string): Named {
  balanced(expression);
  const labels = [...expression.matchAll(grouping)].flatMap(([, list = '']) =>
    list.split(',').map((one) => one.trim()),
  );
  const rest = expression.replaceAll(grouping, ' ').replaceAll(/\[[^\]]*\]/g, ' ');
  const metrics: string[] = [];
  const matched: { metric: string; label: string; values: string[] }[] = [];
  for (const [, word = '', matchers = '', call] of rest.matchAll(/([a-zA-Z_:][\w:]*)(?:\{([^}]*)\})?\s*(\()?/g)) {
    if (words.has(word)) continue;
    if (call) {
      if (!functions.has(word)) throw new RangeError(`${word} is no function that is known here`);
      continue;
    }
    // Numbers such as 1.5e9 leave their letter behind.
    if (/^e\d*$/.test(word)) continue;
    metrics.push(word);
    for (const [, label = '', , value = ''] of matchers.matchAll(/(\w+)\s*(=~?)\s*"([^"]*)"/g))
      matched.push({ metric: word, label, values: value.split('|') });
    if (matchers && !/^(\w+\s*=~?\s*"[^"]*",?\s*)+$/.test(matchers))
      throw new RangeError(`{${matchers}} can't be read`);
  }
  if (metrics.length === 0) throw new RangeError(`“${expression}” names no metric`);
  return { metrics, labels, matched };
}

function balanced(expression: string): void {
  for (const [open = '', close = ''] of ['()', '[]', '{}'].map((pair) => pair.split('')))
    if (expression.split(open).length !== expression.split(close).length)
      throw new RangeError(`“${expression}” has a ${open} too many or too few`);
}
