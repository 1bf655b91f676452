import type { PersonId } from '../../domain/person.ts';
import { clip, type Span, spans, type Text } from '../../domain/text.ts';

/** A part of one line: words in one style, or a person. */
export type Piece =
  | { readonly text: string; readonly style: 'plain' | 'bold' | 'code' | 'quiet' }
  | { readonly person: PersonId };

export type Line = readonly Piece[];

/** A text cut into lines, at most `charactersMax` long in all, with nothing in it that Slack can't carry. */
export function linesOf(text: Text, charactersMax: number): Line[] {
  const lines: Piece[][] = [[]];
  let left = charactersMax;
  for (const piece of spans(text).map(pieceOf)) {
    if (left <= 0) break;
    if ('person' in piece) {
      lines.at(-1)?.push(piece);
      continue;
    }
    const kept = clip(clean(piece.text), left);
    left -= kept.length;
    for (const [at, line] of kept.split('\n').entries()) {
      if (at > 0) lines.push([]);
      if (line) lines.at(-1)?.push({ ...piece, text: line });
    }
  }
  return lines;
}

function pieceOf(span: Span): Piece {
  if (typeof span === 'string') return { text: span, style: 'plain' };
  if ('bold' in span) return { text: span.bold, style: 'bold' };
  if ('code' in span) return { text: span.code, style: 'code' };
  if ('quiet' in span) return { text: span.quiet, style: 'quiet' };
  return span;
}

/** Whole characters, and no control characters but tab and line feed. */
export const clean = (text: string): string =>
  text
    .toWellFormed()
    .replaceAll(/\r\n?/g, '\n')
    .replaceAll(/(?![\n\t])\p{Cc}/gu, '');

/** Neighbouring lines together, as long as all of them are quiet or none is. */
export function byLoudness(lines: readonly Line[]): { readonly quiet: boolean; readonly lines: Line[] }[] {
  const groups: { quiet: boolean; lines: Line[] }[] = [];
  for (const line of lines) {
    const quiet = isQuiet(line);
    const last = groups.at(-1);
    if (last?.quiet === quiet) last.lines.push(line);
    else groups.push({ quiet, lines: [line] });
  }
  return groups;
}

const isQuiet = (line: Line): boolean =>
  line.length > 0 && line.every((piece) => 'style' in piece && piece.style === 'quiet');

/** One list of pieces with line feeds in between. */
export const joined = (lines: readonly Line[]): Piece[] =>
  lines.flatMap((line, at) => (at === 0 ? line : [{ text: '\n', style: 'plain' } as const, ...line]));
