import type { PersonId } from './person.ts';

/**
 * A piece of what Easel says. A bare string is data, wherever it came from: every platform escapes it, so nobody's
 * words can ping, link or format. What should look different or name a person is said by an object.
 */
export type Span =
  | string
  | { readonly bold: string }
  | { readonly code: string }
  | { readonly quiet: string }
  | { readonly person: PersonId };

/** One paragraph or several (strings may hold line breaks). */
export type Text = string | readonly Span[];

export const spans = (text: Text): readonly Span[] => (typeof text === 'string' ? [text] : text);

/** Joins lines into one text, leaving out what is undefined. */
export function lines(...parts: readonly (Text | undefined)[]): Text {
  const kept = parts.filter((part) => part !== undefined);
  return kept.flatMap((part, at) => (at === 0 ? spans(part) : ['\n', ...spans(part)]));
}

/** The words alone, for terminals, logs at debug, and alt text. */
export function plainText(text: Text): string {
  return spans(text)
    .map((span) => {
      if (typeof span === 'string') return span;
      if ('bold' in span) return span.bold;
      if ('code' in span) return span.code;
      if ('quiet' in span) return span.quiet;
      return `@${span.person}`;
    })
    .join('');
}

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** At most `charactersMax` UTF-16 units of `text` on one line, cut between what people see as characters. */
export function excerpt(text: string, charactersMax: number): string {
  const line = text.replaceAll(/[\s\u0085]+/g, ' ').trim();
  return clip(line, charactersMax);
}

/** At most `charactersMax` UTF-16 units, line breaks kept, ending in … when something was cut. */
export function clip(text: string, charactersMax: number): string {
  if (text.length <= charactersMax) return text;
  let kept = '';
  for (const { segment } of graphemes.segment(text.slice(0, charactersMax + 32))) {
    if (kept.length + segment.length > charactersMax - 1) break;
    kept += segment;
  }
  return `${kept}…`;
}

/** 1 → `1 picture`, 3 → `3 pictures`. */
export const counted = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? '' : 's'}`;

/** 1 → `1st`, for places in the queue. */
export function ordinal(n: number): string {
  const tens = n % 100;
  const ending = tens >= 11 && tens <= 13 ? 'th' : (['th', 'st', 'nd', 'rd'][n % 10] ?? 'th');
  return `${n}${ending}`;
}

/** `45 s`, `3 min`, `2 h`: rounded up, for waits. */
export function duration(ms: number): string {
  const seconds = Math.max(1, Math.ceil(ms / 1000));
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.ceil(seconds / 60);
  return minutes < 120 ? `${minutes} min` : `${Math.ceil(minutes / 60)} h`;
}

/** `just now`, `45 seconds ago`, `3 minutes ago`, `2 hours ago`: rounded down, for what was. */
export function ago(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  if (seconds < 1) return 'just now';
  if (seconds < 60) return `${counted(seconds, 'second')} ago`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 120 ? `${counted(minutes, 'minute')} ago` : `${Math.floor(minutes / 60)} hours ago`;
}

/** The member of `known` that is closest to `word` by edits, or undefined when none is close. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const wanted = word.toLowerCase();
  const ranked = known
    .map((candidate) => ({ candidate, distance: editDistance(wanted, candidate.toLowerCase()) }))
    .filter(({ candidate: { length }, distance }) => distance < length && distance <= Math.max(2, length / 2))
    .sort((a, b) => a.distance - b.distance);
  return ranked[0]?.candidate;
}

/** How many letters are to be added, left out, replaced or swapped with their neighbour. */
function editDistance(a: string, b: string): number {
  const rows = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  const at = (i: number, j: number) => rows[i]?.[j] ?? 0;
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    rows.push(row);
    for (let j = 1; j <= b.length; j++) {
      const replaced = at(i - 1, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const swapped = isSwap ? at(i - 2, j - 2) + 1 : replaced;
      row.push(Math.min(replaced, swapped, at(i - 1, j) + 1, at(i, j - 1) + 1));
    }
  }
  return at(a.length, b.length);
}
