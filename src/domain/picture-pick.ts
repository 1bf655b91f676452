/** Which of several pictures words begin by naming, and what they say then. */
export interface PicturePick {
  /** The nth of those in view, from 1; `last`: the last of them. */
  readonly nth?: number | 'last';
  readonly version?: number;
  /** True when nothing else can be meant, as in `2:` or `#2`; `v8` may be an engine. */
  readonly surely?: true;
  readonly rest: string;
}

const ordinals = ['first', 'second', 'third', 'fourth', 'fifth', 'sixth', 'seventh', 'eighth', 'ninth', 'tenth'];
const named = new RegExp(
  String.raw`^(?:(?:the|on|in)\s+)*(?<word>${ordinals.join('|')}|last|\d{1,2}(?:st|nd|rd|th))\s+(?:one|picture|image|version)\b\s*[:,–—-]?\s*`,
  'i',
);

/**
 * Reads "2: make it blue", "#2 make it blue", "v2, make it blue", "v1: 2: make it blue", "second one make it blue". A bare
 * number is none, as in "2 more birds".
 */
export function readPick(words: string): PicturePick {
  const text = words.trim();
  const version = /^v(?:ersion\s+)?(\d{1,3})(\s*[:,–—-]\s*|\s+|$)/i.exec(text);
  if (!version) return readNth(text);
  const isSure = /[:,–—-]/.test(version[2] ?? '') || version[0].length === text.length;
  const further = readNth(text.slice(version[0].length));
  return { ...further, version: Number(version[1]), ...(isSure && { surely: true }) };
}

function readNth(text: string): PicturePick {
  const number = /^(?:#\s?(\d{1,2})(?!\d)\s*[:,.)–—-]?|(\d{1,2})\s*[:)](?!\d))\s*/.exec(text);
  if (number) return { nth: Number(number[1] ?? number[2]), surely: true, rest: text.slice(number[0].length) };
  const ordinal = named.exec(text);
  const word = ordinal?.groups?.word?.toLowerCase();
  if (!ordinal || word === undefined) return { rest: text };
  const rest = text.slice(ordinal[0].length);
  if (word === 'last') return { nth: 'last', rest };
  return { nth: ordinals.indexOf(word) + 1 || Number.parseInt(word, 10), rest };
}
