import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { personId } from '../../../src/domain/person.ts';
import type { Span } from '../../../src/domain/text.ts';
import { bar, plainLine, render, renderPages } from '../../../src/platforms/discord/render.ts';
import { maskedLinks, mentioned } from '../../fakes/discord/mentions.ts';

/** Everything that Discord gives a meaning to, and what stands between it. */
const marks = [
  ...[
    '*',
    '_',
    '~',
    '`',
    '```',
    '|',
    '||',
    '[',
    ']',
    '(',
    ')',
    '<',
    '>',
    '#',
    '-',
    '+',
    '1.',
    '12)',
    '\\',
    ':',
    '!',
    '&',
  ],
  ...['@', '@everyone', '@here', '<@100000000000000001>', '<@&100000000000000001>', '<#100000000000000001>', '<t:0:R>'],
  ...['<:wave:100000000000000001>', ':smile:', '</pay:100000000000000001>', '<id:guide>', '-# ', '# ', '>>> ', '- '],
  ...[
    'https://evil.example/a_b',
    '<https://evil.example>',
    '](https://evil.example)',
    'discord.gg/fox',
    'a',
    ' ',
    '\n',
  ],
  ...['\r\n', '\u2028', '\u200b', '\u202e', '\u0000', '\ud800', '狐', '🦊', '\t'],
];
const anyWords = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.array(fc.constantFrom(...marks), { maxLength: 40 }).map((parts) => parts.join('')),
);
const anySpan: fc.Arbitrary<Span> = fc.oneof(
  anyWords,
  anyWords.map((bold) => ({ bold })),
  anyWords.map((code) => ({ code })),
  anyWords.map((quiet) => ({ quiet })),
);

const pings = (text: string) =>
  mentioned(
    text,
    { parse: ['users', 'roles', 'everyone'] },
    {
      usual: 'all',
      isUser: () => true,
      isPingableRole: () => true,
      mayPingEveryone: true,
    },
  ).pings;

/** The text with a plain sign for every escaped character: what has a meaning in it, has it for Discord. */
const unescaped = (text: string) => text.replaceAll(/\\[^0-9A-Za-z\s]/g, '§');
/** What a reader sees of escaped words. */
const read = (text: string) => text.replaceAll(/\\([^0-9A-Za-z\s])/g, '$1').replaceAll('\u200b', '');

describe("people's words", () => {
  test('ping nobody and hide no link, wherever they stand', () => {
    fc.assert(
      fc.property(fc.array(anySpan, { maxLength: 5 }), (text) => {
        const rendered = render(text);
        // As if everything were allowed: what can't ping then, never can.
        expect(pings(rendered)).toEqual([]);
        expect(maskedLinks(rendered)).toEqual([]);
        expect(rendered.length).toBeLessThanOrEqual(2000);
        expect(rendered.isWellFormed()).toBe(true);
      }),
      { numRuns: 1_000 },
    );
  });

  test('format nothing, link nothing and become nothing else', () => {
    fc.assert(
      fc.property(anyWords, (words) => {
        const left = unescaped(render(words));
        expect(left).not.toMatch(/[*_~`|[\]<]/);
        expect(left).not.toMatch(/^[^\S\n\u200b]*[#>+-]/m);
        expect(left).not.toMatch(/^[^\S\n]*\d+[.)]/m);
        expect(left).not.toMatch(/:\/\/|:\w+:|\.\w+\//);
      }),
      { numRuns: 1_000 },
    );
  });

  test('read as they were written', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[ -~\n]{1,300}$/), (words) => {
        fc.pre(words.trim() !== '');
        expect(read(render(words))).toBe(words);
      }),
    );
    expect(read(render('50% off: a_b, c*d and `e` – a/b 3:2 1. #1 (x) [y] <z> 狐🦊'))).toBe(
      '50% off: a_b, c*d and `e` – a/b 3:2 1. #1 (x) [y] <z> 狐🦊',
    );
  });

  test('keep ordinary punctuation free of backslashes', () => {
    expect(render('gpt-image-2.5-flare · 1024x1024: about 12 s left (3rd), said /imagine!')).toBe(
      'gpt-image-2.5-flare · 1024x1024: about 12 s left (3rd), said /imagine!',
    );
  });

  test('stay inside of code, whatever they hold', () => {
    fc.assert(
      fc.property(anyWords, (code) => {
        const rendered = render([{ code }, '!']);
        fc.pre(rendered !== '!' && rendered.trim() !== '!');
        const inside = /^`([^`\n]+)`!$/.test(rendered);
        expect(inside || /^\s*!$/.test(rendered)).toBe(true);
      }),
    );
  });
});

describe('what Easel says', () => {
  test('looks as it is meant', () => {
    const ann = personId('discord', '100000000000000001');
    expect(render([{ person: ann }, ' asked for ', { bold: 'a *red* fox' }, '\n', { quiet: '12 credits' }])).toBe(
      '<@100000000000000001> asked for **a \\*red\\* fox**\n-# 12 credits',
    );
    expect(render([{ code: 'count:2' }, { quiet: ' and so on' }])).toBe('`count:2` and so on');
    expect(render([{ person: personId('slack', 'T01/U01') }])).toBe('@\u200bT01/U01');
  });

  test('loses the end of the longest words when it is too long, and nothing else', () => {
    const rendered = render(['Someone asked for ', { bold: '*'.repeat(3_000) }, '\n', { quiet: '12 credits' }]);
    expect(rendered.length).toBeLessThanOrEqual(2000);
    expect(rendered.length).toBeGreaterThan(900);
    expect(rendered).toMatch(/^Someone asked for \*\*(\\\*)+…\*\*\n-# 12 credits$/);
  });

  test('takes several messages when it has many lines', () => {
    const lines = Array.from({ length: 100 }, (_, n) => `line ${n} ${'x'.repeat(40)}`);
    const pages = renderPages(lines.join('\n'));
    expect(pages.length).toBeGreaterThan(1);
    for (const page of pages) expect(page.length).toBeLessThanOrEqual(2000);
    expect(pages.join('\n')).toBe(lines.join('\n'));
    expect(renderPages('x'.repeat(5_000))).toHaveLength(1);
    expect(renderPages('')).toEqual(['…']);
  });

  test('is never an empty message', () => {
    for (const text of ['', ' \n', '\u0000', [{ bold: '' }]] as const) expect(render(text)).toBe('…');
  });

  test('draws a bar of ten blocks', () => {
    expect(bar(0)).toBe('░░░░░░░░░░ 0 %');
    expect(bar(0.47)).toBe('▓▓▓▓░░░░░░ 47 %');
    expect(bar(2)).toBe('▓▓▓▓▓▓▓▓▓▓ 100 %');
  });

  test('names threads in one line', () => {
    expect(plainLine(' a red\nfox \u0000', 100)).toBe('a red fox');
    expect(plainLine('🦊'.repeat(90), 100).length).toBeLessThanOrEqual(100);
  });
});
