import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Card } from '../../../src/domain/card.ts';
import { personId } from '../../../src/domain/person.ts';
import type { Span, Text } from '../../../src/domain/text.ts';
import { cardLine, terminalText } from '../../../src/platforms/console/render.ts';

const esc = '\u001b';

/** What moves a cursor, changes a colour, rings a bell, sets a title or a clipboard, or turns words around. */
const escapes = [
  '\u001b[31m',
  '\u001b[2J',
  '\u001b[1;1H',
  '\u001b]0;title\u0007',
  '\u001b]52;c;ZXZpbA==\u001b\\',
  '\u001b]8;;https://evil.example\u0007',
  '\u001bP$q\u001b\\',
  '\u001bc',
  '\u009b2K',
  '\u009d0;title\u009c',
  '\u001b',
  '\r',
  '\b',
  '\u0007',
  '\u0000',
  '\u007f',
  '\u0085',
  '\u000b',
  '\u202e',
  '\u202a',
  '\u2066',
  '\u2069',
  '\u2028',
];
const hostile = fc
  .array(fc.oneof(fc.constantFrom(...escapes), fc.string({ unit: 'binary', maxLength: 4 }), fc.constantFrom('\n', 'a')))
  .map((parts) => parts.join(''));
const span: fc.Arbitrary<Span> = fc.oneof(
  hostile,
  hostile.map((bold) => ({ bold })),
  hostile.map((code) => ({ code })),
  hostile.map((quiet) => ({ quiet })),
  hostile.map((name) => ({ person: personId('console', name) })),
);
const text: fc.Arbitrary<Text> = fc.oneof(hostile, fc.array(span, { maxLength: 6 }));

/** Everything a terminal takes for more than a letter, but for line break and tab. */
const commanding = /(?![\n\t])\p{Cc}|[\u2028\u2029\u202a-\u202e\u2066-\u2069]/u;
const style = new RegExp(`${esc}\\[[12]m([^${esc}]*)${esc}\\[0m`, 'g');

const card = (given: Text, bar?: number): Card => ({
  stage: 'running',
  text: given,
  bar,
  preview: undefined,
  buttons: [],
});

describe('whatever people write,', () => {
  test('nothing of it commands the terminal', () => {
    fc.assert(fc.property(text, (given) => !commanding.test(terminalText(given, false))));
  });

  test('with colours, every style is one of ours and ends where its words end', () => {
    fc.assert(fc.property(text, (given) => !commanding.test(terminalText(given, true).replaceAll(style, '$1'))));
  });

  test('colours change nothing of the words', () => {
    fc.assert(
      fc.property(text, (given) => {
        expect(terminalText(given, true).replaceAll(style, '$1')).toBe(terminalText(given, false));
      }),
    );
  });

  test('a card is one line', () => {
    fc.assert(
      fc.property(text, fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { nil: undefined }), (given, bar) => {
        const line = cardLine(card(given, bar), false);
        expect(line).not.toMatch(commanding);
        expect(line).not.toContain('\n');
      }),
    );
  });
});

test('what reads plainly stays as it is: line breaks, tabs, accents, signs of two units, words from right to left', () => {
  const plain = 'Füchse\n\t狐, 🦊 and שועל – 100 %';
  expect(terminalText(plain, false)).toBe(plain);
});

test('a sequence is taken out with its parameters, and two halves do not make a new one', () => {
  expect(terminalText('a\u001b[31mb\u001b]0;c\u0007d', false)).toBe('abd');
  expect(terminalText(['\u001b', '[31mred'], false)).toBe('[31mred');
  expect(terminalText('\u001b\u001b[31m[31mred', false)).not.toMatch(commanding);
});

test('spans look as they are meant to where there are colours, and people are named without their platform', () => {
  const spans: Text = [{ bold: 'Done' }, ' by ', { person: personId('console', 'ann') }, { quiet: ' in 3 s' }];
  expect(terminalText(spans, false)).toBe('Done by @ann in 3 s');
  expect(terminalText(spans, true)).toBe('\u001b[1mDone\u001b[0m by @ann\u001b[2m in 3 s\u001b[0m');
});

describe('the line of a card', () => {
  test.each([
    [0, '░░░░░░░░░░░░░░░░░░░░   0 %  Being made'],
    [0.07, '█░░░░░░░░░░░░░░░░░░░   7 %  Being made'],
    [0.5, '██████████░░░░░░░░░░  50 %  Being made'],
    [0.95, '███████████████████░  95 %  Being made'],
    [1, '████████████████████ 100 %  Being made'],
  ])('shows %d as its bar', (bar, line) => {
    expect(cardLine(card('Being made\nmodel · medium', bar), false)).toBe(line);
  });

  test('has no bar where nothing is known', () => {
    expect(cardLine(card('Being made\nmodel · medium'), false)).toBe('Being made');
  });

  test('has a bar of one length that never shrinks while the work goes on', () => {
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    const drawn = (bar: number) => /^(█*)(░*) {1,3}(\d+) % {2}x$/.exec(cardLine(card('x', bar), false));
    fc.assert(
      fc.property(share, share, (one, other) => {
        const [less, more] = [drawn(Math.min(one, other)), drawn(Math.max(one, other))];
        expect((less?.[1] ?? '').length + (less?.[2] ?? '').length).toBe(20);
        expect((less?.[1] ?? '').length).toBeLessThanOrEqual((more?.[1] ?? '').length);
        expect(Number(less?.[3])).toBeLessThanOrEqual(Number(more?.[3]));
      }),
    );
  });
});
