import { stripVTControlCharacters } from 'node:util';
import type { Card } from '../../domain/card.ts';
import { nativeId } from '../../domain/person.ts';
import { type Span, spans, type Text } from '../../domain/text.ts';

const barWidth = 20;

/**
 * Text for a terminal. Data can't move the cursor or change colours: escape sequences and control characters are taken
 * out of every string.
 */
export function terminalText(text: Text, colours: boolean): string {
  const styled = (code: number, words: string) => (colours ? `\u001b[${code}m${words}\u001b[0m` : words);
  const render = (span: Span): string => {
    if (typeof span === 'string') return clean(span);
    if ('bold' in span) return styled(1, clean(span.bold));
    if ('code' in span) return clean(span.code);
    if ('quiet' in span) return styled(2, clean(span.quiet));
    return `@${clean(nativeId(span.person))}`;
  };
  return spans(text).map(render).join('');
}

const clean = (words: string): string =>
  stripVTControlCharacters(words).replaceAll(/(?![\n\t])\p{Cc}|[\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu, '');

/** A card in one line: bar, then its first line. */
export function cardLine({ text, bar }: Card, colours: boolean): string {
  const [first = ''] = terminalText(text, colours).split('\n');
  if (bar === undefined) return first;
  const full = Math.round(bar * barWidth);
  return `${'█'.repeat(full)}${'░'.repeat(barWidth - full)} ${String(Math.round(bar * 100)).padStart(3)} %  ${first}`;
}
