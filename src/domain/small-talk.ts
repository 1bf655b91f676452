import lists from './small-talk.json' with { type: 'json' };

/** One language: the words that its phrases are made of, by their letters, and the phrases. */
interface Language {
  readonly words: ReadonlyMap<string, readonly string[]>;
  readonly phrases: ReadonlySet<string>;
  readonly wordsPerPhraseMax: number;
}

/**
 * Tells whether words said under a picture ask for nothing: thanks, praise, laughter, a greeting, yes or no, emoji,
 * punctuation, or nothing at all. They do when they are phrases of one language's list from the first word to the last;
 * a single word from elsewhere makes them a wish. The wish may be unclear all the same, so in doubt this is false.
 */
export function isSmallTalk(words: string): boolean {
  const said = withoutName(wordsOf(withoutSigns(words)));
  return said.length === 0 || languages().some((language) => isMadeOf(said, language));
}

let read: readonly Language[] | undefined;

/** Read when they are first needed: starting is not to wait for them. */
function languages(): readonly Language[] {
  read ??= readLanguages();
  return read;
}

function readLanguages(): Language[] {
  const { everywhere, ...others } = lists;
  return Object.values(others).map((own) => {
    const phrases = [...own, ...everywhere].map(wordsOf);
    const words = [...new Set(phrases.flat())];
    return {
      words: Map.groupBy(words, lettersOf),
      phrases: new Set(phrases.map((phrase) => phrase.join(' '))),
      wordsPerPhraseMax: Math.max(...phrases.map((phrase) => phrase.length)),
    };
  });
}

/** Whether the words can be cut into phrases. */
function isMadeOf(said: readonly string[], { words, phrases, wordsPerPhraseMax }: Language): boolean {
  const heard = said.map((word) => words.get(lettersOf(word))?.find((known) => isDrawnOut(known, word)) ?? word);
  if (heard.some((word) => !words.has(lettersOf(word)) && !isSound(word))) return false;
  const reached = [true];
  for (let end = 1; end <= heard.length; end++) {
    const starts = reached.slice(Math.max(end - wordsPerPhraseMax, 0), end);
    const first = end - starts.length;
    reached[end] = starts.some((reachable, n) => reachable && isPhrase(heard.slice(first + n, end), phrases));
  }
  return reached[heard.length] === true;
}

const isPhrase = (words: readonly string[], phrases: ReadonlySet<string>): boolean =>
  phrases.has(words.join(' ')) || (words.length === 1 && isSound(words[0] ?? ''));

/** Emoji, their codes, faces made of letters and people's names: all that says nothing about a picture. */
const signs = [
  /<a?:\w+:\d+>/g,
  /(?<!\d):[\w+'-]+:(?::[\w-]+:)?/g,
  /[0-9#*]\ufe0f?\u20e3|\p{Extended_Pictographic}|\p{Emoji_Modifier}|\p{Regional_Indicator}/gu,
  /(?<!\S)(?:[:;=]['^-]?[dpox3sc]+|x-?[()]+|8-?\)+|<[/]?3+|[otqu][_.]+[otqu]|\\o[/])(?!\S)/gi,
  /(?<![\p{L}\p{N}])@[\p{L}\p{N}_.-]+/gu,
];

const withoutSigns = (text: string): string => signs.reduce((rest, sign) => rest.replace(sign, ' '), text);

const strokes: Readonly<Record<string, string>> = { ß: 'ss', ı: 'i', ł: 'l', ø: 'o', æ: 'ae', œ: 'oe', đ: 'd' };

/**
 * The words without accents, case and punctuation. Where writing has no spaces, each character is a word of its own.
 * NFKD takes accents apart and makes wide letters plain ones; NFC puts together again what is no accent: Hangul and kana.
 */
function wordsOf(text: string): string[] {
  const plain = text
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[\u0300-\u036f\u0640\u064b-\u065f\u0670'’ʼ`´ー]|\u200c|\u200d/g, '')
    .replace(/[ßıłøæœđ]/g, (letter) => strokes[letter] ?? letter)
    .normalize('NFC');
  return plain.match(word) ?? [];
}

const unspaced = String.raw`[\p{L}&&[\p{scx=Han}\p{scx=Hira}\p{scx=Kana}\p{scx=Thai}]]`;
const word = new RegExp(String.raw`${unspaced}\p{M}*|(?:\+(?=\d))?(?:(?!${unspaced})[\p{L}\p{N}]\p{M}*)+`, 'gv');

const lettersOf = (word: string): string => word.replace(/(.)\1+/gu, '$1');

/** Whether `said` is `known` with some of its letters drawn out to three or more: niiice, soooo, thankssss. */
function isDrawnOut(known: string, said: string): boolean {
  const runs = (word: string) => word.match(/(.)\1*/gu) ?? [];
  const wanted = runs(known);
  return runs(said).every((run, n) => run.length === wanted[n]?.length || run.length >= 3);
}

/** Laughter and sighs, which everybody spells as they like. */
const sound =
  /^(?:[bmw]*[aeou]*(?:h+[aeiou]+){2,}h*|(?:a+h+){2,}|(?:j+[aei]+){2,}j*|[аеу]*(?:х+[аеиоі]+){2,}х*|(?:χ+[αε]+){2,}|(?:lo+)+l+|[ao]+h+|u+h+|a+w+|m+h*m+|h+m+|k{2,}|h{2,}|w{2,}|x+d+|(?:rs)+|(?:wk)+w?|ه{2,}|ח{2,}|[\u110f\u1112]+|[\u1172\u116e]+)$/;

const isSound = (word: string): boolean => sound.test(word);

/** Easel's own name at the start or the end. After a "no" it may be an easel that is to go away. */
function withoutName(words: readonly string[]): readonly string[] {
  const isName = (word: string | undefined) => word === 'easel';
  if (words.length > 1 && isName(words[0])) return words.slice(1);
  return words.length > 1 && isName(words.at(-1)) && words.at(-2) !== 'no' ? words.slice(0, -1) : words;
}
