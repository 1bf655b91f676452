import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Option, Options, RawValues } from '../../src/domain/command.ts';
import { parseLine } from '../../src/domain/command-text.ts';
import { checkValues } from '../../src/domain/command-values.ts';
import { isRefusal, refusalText } from '../../src/domain/refusal.ts';
import { commands, given, readLine, sayable } from './read-line.ts';

const unicode = fc.string({ unit: 'grapheme', maxLength: 40 });
const names = [...new Set(sayable.flatMap(({ options }) => Object.keys(options)))];

/** Pieces that mean something to the grammar, so that random text meets its corners often. */
const piece = fc.oneof(
  unicode,
  fc.constantFrom(...names, ...names.map((name) => `${name}:`), ...names.map((name) => `--${name}`)),
  fc.constantFrom('"', '“', '”', '„', '«', '»', ':', '=', '--', '—', '–', ' ', '\n', '<@', '>', '|', '//', '@'),
  fc.constantFrom('<@slack:T1/U1|bob>', 'https://a.b/c:d', '16:9', 'yes', '2', '__proto__', 'constructor:', '\u0000'),
);
const anyText = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(''));

const quoted = (text: string): string => (text.includes('"') ? `«${text}»` : `"${text}"`);
const person = fc.constantFrom('discord:123456789', 'slack:T1/U1', 'console:ann.b-c');

function valueFor(option: Option): fc.Arbitrary<string | number | boolean> {
  switch (option.kind) {
    case 'text':
      return fc
        .oneof(unicode, anyText)
        .filter((text) => text.trim() !== '' && text.length <= option.maxLength)
        .filter((text) => !text.includes('<@') && !(text.includes('"') && text.includes('»')));
    case 'word':
      return fc.stringMatching(/^[a-z0-9.x-]{1,12}$/);
    case 'integer':
      return fc.integer({ min: option.min, max: option.max });
    case 'choice':
      return fc.constantFrom(...option.values);
    case 'flag':
      return fc.boolean();
    case 'person':
      return person;
    case 'image':
      return fc.constantFrom('https://a.example/fox.png', './fox 1.png', 'C:\\foxes\\a.webp');
  }
}

const valuesFor = (options: Options) =>
  fc.record(Object.fromEntries(Object.entries(options).map(([name, option]) => [name, valueFor(option)])), {
    requiredKeys: Object.keys(options).filter((name) => options[name]?.required),
  });

const known = (values: object) => Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));

/** Checked values as somebody would type them: pictures are links there. */
const asTyped = (values: object): RawValues =>
  Object.fromEntries(
    Object.entries(known(values)).map(([name, value]) => [name, typeof value === 'object' ? value.link : value]),
  );

describe.each(commands)('/$name', ({ name }) => {
  test('any text is values that pass, or a refusal, and never an error', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const read = readLine(`/${name} ${text}`);
        if (isRefusal(read)) {
          const sentence = refusalText(read);
          expect(sentence).toContain('Nothing was charged.');
          expect(sentence.length).toBeLessThan(500);
          return;
        }
        const { command, values } = read;
        expect(checkValues(command.options, asTyped(values))).toEqual(values);
        if (command.kind === 'image') command.plan(values);
      }),
      { numRuns: 500 },
    );
  });
});

const written: readonly [style: string, (name: string, value: string) => string][] = [
  ['name:"value"', (name, value) => `${name}:${value}`],
  ['name: "value"', (name, value) => `${name}: ${value}`],
  ['--name "value"', (name, value) => `--${name} ${value}`],
  ['—name "value"', (name, value) => `—${name} ${value}`],
  ['--name="value"', (name, value) => `--${name}=${value}`],
];

describe.each(sayable)('/$name', ({ options }) => {
  test.each(written)('values written as %s come back the same', (_style, write) => {
    fc.assert(
      fc.property(valuesFor(options), (values) => {
        const line = Object.entries(values)
          .map(([name, value]) => {
            const text = options[name]?.kind === 'person' ? `<@${value}|Some One>` : quoted(String(value));
            return write(name, text);
          })
          .join(' ');
        const raw = parseLine(options, line);
        expect(isRefusal(raw) ? raw : asTyped(checkValues(options, raw))).toEqual(known(values));
      }),
      { numRuns: 100 },
    );
  });
});

test('words without marks of the grammar are the prompt, letter by letter', () => {
  const prose = fc
    .array(fc.stringMatching(/^[^\s"“”„«»:<>—–-][^\s"“”„«»:<>]{0,8}$/u), { minLength: 1, maxLength: 12 })
    .chain((words) =>
      fc.tuple(fc.constant(words), fc.array(fc.constantFrom(' ', '  ', '\n'), { minLength: 12, maxLength: 12 })),
    )
    .map(([words, gaps]) => words.map((word, at) => (at === 0 ? word : `${gaps[at]}${word}`)).join(''));
  fc.assert(
    fc.property(prose, (prompt) => {
      expect(given(`/imagine ${prompt}`)).toEqual({ prompt });
    }),
    { numRuns: 500 },
  );
});
