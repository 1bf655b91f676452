import fc from 'fast-check';
import { expect, test } from 'vitest';
import { csvLine } from '../../src/programs/audit-csv.ts';
import { readCsv } from './read-csv.ts';

test('numbers, yes and no stand as they are, and what is not known is empty', () => {
  expect(csvLine([0, 17, 0.000001, true, false, undefined, 'made'])).toBe('0,17,0.000001,yes,no,,made\r\n');
});

test('what has commas, quotes or line breaks stands in quotes', () => {
  expect(csvLine(['a, b', 'say "a"', 'a\r\nb', 'a b'])).toBe('"a, b","say ""a""","a\r\nb",a b\r\n');
});

test.each([
  '=1+1',
  '+49 30',
  '-2+3',
  '@SUM(A1)',
  '\t=1+1',
  '\r=1+1',
  '\n=1+1',
  ' =HYPERLINK("https://evil.example")',
  '＝1+1',
  '＋1',
  '－1',
  '＠SUM(A1)',
])('%j is text for a spreadsheet, not a formula', (text) => {
  expect(readCsv(csvLine([text]))).toEqual([[`'${text}`]]);
});

test('whatever people call themselves and services say is read back as it was', () => {
  const word = fc.oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom('"', ',', '\r\n', '\n', '=', ' '));
  const text = fc.array(word, { maxLength: 6 }).map((words) => words.join(''));
  fc.assert(
    fc.property(fc.array(text, { minLength: 1, maxLength: 5 }), (fields) => {
      const [record = []] = readCsv(csvLine(fields));
      const back = record.map((field, at) => (field === `'${fields[at]}` ? field.slice(1) : field));
      expect(back).toEqual(fields);
      for (const field of record) expect(field).not.toMatch(/^\s*[=+\-@]|^[\t\r\n]/);
    }),
  );
});
