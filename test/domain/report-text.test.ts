import { expect, test } from 'vitest';
import type { Report } from '../../src/domain/audit.ts';
import { credits } from '../../src/domain/credits.ts';
import { personId } from '../../src/domain/person.ts';
import { reportText } from '../../src/domain/report-text.ts';
import { plainText } from '../../src/domain/text.ts';
import { renderPages } from '../../src/platforms/discord/render.ts';
import { privately } from '../../src/platforms/slack/naming.ts';
import { words } from '../../src/platforms/slack/render.ts';

const times = <T>(count: number, make: (n: number) => T): T[] => Array.from({ length: count }, (_, n) => make(n));

/** More services than anybody has, each busier than any was. */
const large: Report = {
  providers: times(30, (n) => ({
    ...{ provider: `a-gateway-with-a-long-name-${n}`, calls: 99_999, unpriced: n, pictures: 99_999 },
    ...{ listMicroUsd: 9_999_990_000, billedMicroUsd: 999_990_000 },
    ...{ charged: credits(9_999_999), absorbed: credits(999_999) },
  })),
  people: times(10, (n) => ({
    ...{ person: personId('discord', `12345678901234567${n}`), pictures: 99_999, charged: credits(9_999_999) },
  })),
  models: times(10, (n) => ({
    model: `gemini-4-flash-image-preview-${n}`,
    pictures: 99_999,
    charged: credits(999_999),
  })),
};

test('the largest report is one message on Discord and one of few blocks on Slack', () => {
  const text = reportText(large, 365, 0);
  const pages = renderPages(text);
  expect(pages).toHaveLength(1);
  expect(pages[0]).toContain('<@123456789012345679> 9999999');
  const { blocks, text: notification } = words(text, privately);
  expect(blocks.length).toBeLessThan(5);
  expect(notification).not.toContain('…');
});

test('what does not fit is summed up', () => {
  const told = plainText(reportText(large, 365, 0));
  expect(told).toContain('25 other services 2499975 pictures · list US$249999.75');
  expect(told).toContain('Together 2999970 pictures · list US$299999.70');
  expect(told).not.toContain('a-gateway-with-a-long-name-5');
  expect(told).not.toContain('gemini-4-flash-image-preview-5');
});

test('calls that say nothing about money are told of', () => {
  expect(plainText(reportText(large, 365, 0))).toContain(
    '435 calls of an older Easel say nothing about money and are in no sum.',
  );
  const [first] = large.providers;
  const one = { ...large, providers: first ? [{ ...first, unpriced: 1 }] : [] };
  expect(plainText(reportText(one, 365, 0))).toContain(
    '1 call of an older Easel says nothing about money and is in no sum.',
  );
});
