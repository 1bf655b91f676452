import { nativeId, platformOf } from '../../domain/person.ts';
import { clip, type Span, spans, type Text } from '../../domain/text.ts';

/** The most characters a message's `content` holds. Source: docs.discord.com, "Message", read 2026-11. */
const contentMost = 2000;

/**
 * Text as Discord's Markdown. Words of people show exactly as they were written: nothing in them pings, links, formats
 * or becomes an emoji or a date. Where it is longer than a message holds, the longest span is cut.
 * Source: docs.discord.com, "API Reference", message formatting, read 2026-11.
 */
export function render(text: Text, most = contentMost): string {
  let parts = [...spans(text)];
  for (;;) {
    const rendered = renderSpans(parts);
    const excess = rendered.length - most;
    if (excess <= 0) return rendered.trim() === '' ? '…' : rendered;
    if (parts.every((part) => !words(part))) return rendered.slice(0, most);
    parts = shortened(parts, excess);
  }
}

/** Text as several messages where it does not fit into one, broken between lines. */
export function renderPages(text: Text): string[] {
  const lines = renderSpans(spans(text)).split('\n');
  if (lines.some((line) => line.length > contentMost)) return [render(text)];
  const pages = [''];
  for (const line of lines) {
    const page = pages.at(-1) ?? '';
    if (page.length + 1 + line.length > contentMost) pages.push(line);
    else pages[pages.length - 1] = page === '' ? line : `${page}\n${line}`;
  }
  return pages.map((page) => (page.trim() === '' ? '…' : page));
}

/** Ten blocks and the percent they stand for. */
export function bar(fraction: number): string {
  const tenths = Math.min(Math.max(Math.floor(fraction * 10), 0), 10);
  return `${'▓'.repeat(tenths)}${'░'.repeat(10 - tenths)} ${Math.floor(Math.min(Math.max(fraction, 0), 1) * 100)} %`;
}

/** One line of someone's words for where Discord formats nothing: names of threads. */
export function plainLine(text: string, most: number): string {
  const line = tidy(text).replaceAll(/\s+/g, ' ').trim();
  return clip(line, most);
}

function renderSpans(parts: readonly Span[]): string {
  let out = '';
  for (const part of parts) {
    const startsLine = out === '' || out.endsWith('\n');
    out += renderSpan(part, startsLine);
  }
  return out;
}

function renderSpan(span: Span, startsLine: boolean): string {
  if (typeof span === 'string') return escaped(span);
  if ('bold' in span) return eachLine(escaped(span.bold), (line) => `**${line}**`);
  if ('code' in span) return code(span.code);
  if ('quiet' in span) return quiet(escaped(span.quiet), startsLine);
  if (platformOf(span.person) === 'discord') return `<@${nativeId(span.person)}>`;
  return escaped(`@${nativeId(span.person)}`);
}

/** Small print, which exists at the start of a line only. */
function quiet(text: string, startsLine: boolean): string {
  const [first = '', ...more] = text.split('\n');
  const small = (line: string) => (line.trim() === '' ? line : `-# ${line}`);
  return [startsLine ? small(first) : first, ...more.map(small)].join('\n');
}

/** Nothing can be escaped inside of code, so what could end it or ping from within is replaced. */
function code(text: string): string {
  const line = tidy(text).replaceAll('`', 'ˋ').replaceAll('@', `@${unseen}`).replaceAll('\n', ' ');
  return line.trim() === '' ? line : `\`${line}\``;
}

const eachLine = (text: string, wrap: (line: string) => string): string =>
  text
    .split('\n')
    .map((line) => (line.trim() === '' ? line : wrap(line)))
    .join('\n');

const unseen = '\u200b';
/** What Discord may skip in front of a line's mark. */
const blank = String.raw`[^\S\n]|[\u00ad\u200b-\u200d\u2060\ufeff]`;
const special = new RegExp(
  [
    String.raw`[\\*_~\`|[\]<@]`,
    // Headings, quotes, lists and small print.
    `(?<=^(?:${blank})*)[-+#>]`,
    String.raw`(?<=^(?:${blank})*\d+)[.)]`,
    // Addresses, with and without a scheme, and :emoji: names.
    String.raw`:(?=//|[\w+~-]+:)`,
    String.raw`(?<=\.\w+)/`,
  ].join('|'),
  'gm',
);

const escaped = (text: string): string =>
  tidy(text).replaceAll(special, (mark) => (mark === '@' ? `@${unseen}` : `\\${mark}`));

/** Without what can't be sent or turns text around; every kind of line break becomes one. */
const tidy = (text: string): string =>
  text
    .toWellFormed()
    .replaceAll(/\r\n?|[\v\f\u0085\u2028\u2029]/g, '\n')
    .replaceAll(/(?![\n\t])\p{Cc}|[\u202a-\u202e\u2066-\u2069]/gu, '');

/** Takes at least one character off the longest span, and about as many as are too much. */
function shortened(parts: readonly Span[], excess: number): Span[] {
  const lengths = parts.map((part) => words(part)?.length ?? 0);
  const at = lengths.indexOf(Math.max(...lengths));
  const longest = parts[at] ?? '';
  const text = words(longest) ?? '';
  // Half at most in one go, for an escaped character takes two.
  const most = Math.max(text.length - Math.max(excess, 1), Math.floor(text.length / 2), 0);
  const cut = most === 0 || text.length <= 1 ? '' : clip(text, Math.min(most, text.length - 1));
  return parts.map((part, n) => (n === at ? withWords(part, cut) : part));
}

function words(span: Span): string | undefined {
  if (typeof span === 'string') return span;
  if ('bold' in span) return span.bold;
  if ('code' in span) return span.code;
  return 'quiet' in span ? span.quiet : undefined;
}

function withWords(span: Span, text: string): Span {
  if (typeof span === 'string') return text;
  if ('bold' in span) return { bold: text };
  if ('code' in span) return { code: text };
  return 'quiet' in span ? { quiet: text } : span;
}
