/** Sets words in a box: SVG knows no line breaks, and nobody measures for us before it is drawn. */

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Lines and the size they are set in, in pixels. */
export interface Setting {
  readonly lines: readonly string[];
  readonly fontSize: number;
}

export const lineHeight = 1.24;

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** The largest size from `fontSizeMax` down to `fontSizeMin` at which all of it fits; there it is cut off with an ellipsis. */
export function setText(text: string, box: Box, fontSizeMax: number, fontSizeMin: number): Setting {
  const words = drawable(text).split(/\s+/).filter(Boolean);
  for (let fontSize = fontSizeMax; ; fontSize = Math.max(fontSize * 0.92, fontSizeMin)) {
    const linesMax = Math.max(1, Math.floor(box.height / (fontSize * lineHeight)));
    const lines = wrap(words, box.width / fontSize, linesMax + 1);
    const breaksWords = words.some((word) => widthOf(word) > box.width / fontSize);
    if (fontSize <= fontSizeMin) return { lines: clipped(lines, linesMax), fontSize };
    if (lines.length <= linesMax && !breaksWords) return { lines, fontSize };
  }
}

/** @param width in ems */
function wrap(words: readonly string[], width: number, linesMax: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of words.flatMap((each) => pieces(each, width))) {
    if (lines.length >= linesMax) return lines;
    const longer = line === '' ? word : `${line} ${word}`;
    if (widthOf(longer) <= width) {
      line = longer;
    } else {
      lines.push(line);
      line = word;
    }
  }
  return line === '' ? lines : [...lines, line];
}

/** A word that is wider than a line is broken between what people see as characters. */
function pieces(word: string, width: number): string[] {
  if (widthOf(word) <= width) return [word];
  const parts = [''];
  for (const { segment } of graphemes.segment(word)) {
    const last = parts.at(-1) ?? '';
    if (last !== '' && widthOf(last + segment) > width) parts.push(segment);
    else parts[parts.length - 1] = last + segment;
  }
  return parts;
}

function clipped(lines: readonly string[], linesMax: number): string[] {
  if (lines.length <= linesMax) return [...lines];
  const last = lines[linesMax - 1] ?? '';
  const room = [...graphemes.segment(last)].slice(0, -1).map(({ segment }) => segment);
  return [...lines.slice(0, linesMax - 1), `${room.join('').trimEnd()}…`];
}

/** In ems, of the shipped font, a little too much rather than too little. */
export function widthOf(text: string): number {
  let width = 0;
  for (const letter of text) width += letterWidth(letter);
  return width;
}

function letterWidth(letter: string): number {
  if (/[\p{Mn}\p{Cf}]/u.test(letter)) return 0;
  if ((letter.codePointAt(0) ?? 0) >= 0x2e80) return 1.05;
  if (/[ilj.,:;'|!I()[\]1ft -]/.test(letter)) return 0.39;
  if (/[mwMW@%—]/.test(letter)) return 0.96;
  return /[\p{Lu}\d&]/u.test(letter) ? 0.71 : 0.6;
}

/** Without what XML does not allow, lone surrogates among it. Source: W3C XML 1.0 §2.2. */
function drawable(text: string): string {
  return text.toWellFormed().replaceAll(/[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu, ' ');
}

export function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
