import { describe, expect, test } from 'vitest';
import { readAuditOptions } from '../../src/programs/audit-options.ts';

const read = (line: string) => readAuditOptions(line.split(' ').filter(Boolean));

test('without options it is a table of all there is', () => {
  expect(read('')).toEqual({ since: 0, until: Number.MAX_SAFE_INTEGER, form: 'table' });
});

test('days are whole ones in UTC, and the last one counts', () => {
  expect(read('--since 2026-11-01 --until 2026-11-30 --csv')).toEqual({
    since: Date.UTC(2026, 10, 1),
    until: Date.UTC(2026, 11, 1),
    form: 'csv',
  });
  expect(read('--since=2026-11-03 --until=2026-11-03 --json')).toEqual({
    since: Date.UTC(2026, 10, 3),
    until: Date.UTC(2026, 10, 4),
    form: 'json',
  });
});

describe('is refused in a sentence:', () => {
  test.each([
    ['--since 2026-02-30', '--since takes a day such as 2026-11-01; “2026-02-30” is none.'],
    ['--until 1.11.2026', '--until takes a day such as 2026-11-01; “1.11.2026” is none.'],
    ['--since', '--since takes a day such as 2026-11-01.'],
    ['--since --csv', '--since takes a day such as 2026-11-01; “--csv” is none.'],
    ['--since 2026-11-02 --until 2026-11-01', '--since is after --until: there is no day in between.'],
    ['--csv --json', 'Say either --csv or --json, not both.'],
    ['--sinc 2026-11-01', 'There is no option --sinc. Did you mean --since?'],
    ['-x', 'There is no option -x. There is --since, --until, --csv, --json.'],
    ['2026-11-01', '“2026-11-01” is no option of audit. There is --since, --until, --csv, --json.'],
  ])('%s', (line, sentence) => {
    expect(() => read(line)).toThrow(sentence);
  });

  test('a value where there is none', () => {
    expect(() => read('--csv=no')).toThrow(/^--csv takes no value\. Try: npm run --silent audit -- /);
  });
});
