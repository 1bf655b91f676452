import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { JobId } from '../../../src/domain/job.ts';
import { type PersonId, personId } from '../../../src/domain/person.ts';
import type { Span } from '../../../src/domain/text.ts';
import { aloud, privately, quietly } from '../../../src/platforms/slack/naming.ts';
import type { SlackPlace } from '../../../src/platforms/slack/place.ts';
import { buttonRow, cardWords, words } from '../../../src/platforms/slack/render.ts';
import { card, kept, type Scene, scene } from './setup.ts';

let stage: Scene;
beforeAll(async () => {
  stage = await scene();
});
afterAll(() => stage.close());

const asker = personId('slack', 'T0FAKETEAM1/U0ADA000001');
const other = personId('slack', 'T0FAKETEAM1/U0BOB000002');
const place: SlackPlace = {
  ...{ platform: 'slack', team: 'T0FAKETEAM1', channel: 'C0STUDIO001', since: 0 },
  ...{ asker, askerName: '<!here> ada' },
};

/** What people could think of, and what Slack reads as more than letters. */
const trouble = fc.constantFrom(
  ...['<!channel>', '<!here|x>', '<@U0BOB000002>', '<@U0BOB000002|bob>', '<!subteam^S0DESIGN001>', '@here', '@bob'],
  ...['<https://evil.example|your bank>', 'https://evil.example', '[a](https://evil.example)', 'www.evil.com', '&lt;'],
  ...[
    '*b*',
    '_i_',
    '`c`',
    '```',
    ':smile:',
    '\n',
    '\r\n',
    ' ',
    '\u0000',
    '\ud800',
    '👩‍👩‍👧',
    '\u202e',
    '&amp;',
    '#general',
  ],
);
const anyText = fc
  .array(fc.oneof(trouble, fc.string({ unit: 'binary' })), { maxLength: 12 })
  .map((all) => all.join(''));
const anySpan: fc.Arbitrary<Span> = fc.oneof(
  anyText,
  fc.record({ bold: anyText }),
  fc.record({ code: anyText }),
  fc.record({ quiet: anyText }),
  fc.constantFrom<{ person: PersonId }>({ person: asker }, { person: other }),
);

test('no words ping anyone but the asker, hide a link, or are refused by Slack', async () => {
  const { slack, bot } = stage;
  const thread = bot().thread({ ...place }, kept(place).remember);
  await fc.assert(
    fc.asyncProperty(fc.array(anySpan, { maxLength: 8 }), anyText, async (spans, text) => {
      await thread.say([...spans, '.']);
      await thread.say([{ quiet: text }, '.', { bold: text }, '\n', { code: text }]);
    }),
    { numRuns: 150 },
  );
  expect(slack.requests().filter(({ ok }) => !ok)).toEqual([]);
  expect(slack.pings().filter(({ id }) => id !== 'U0ADA000001')).toEqual([]);
  expect(slack.links()).toEqual([]);
  expect(slack.autolinks()).toEqual([]);
});

test('no card and no label is refused by Slack, and a card pings nobody', async () => {
  const { slack, bot } = stage;
  const job = 'slack-1' as JobId;
  const where = kept(place);
  const pingsBefore = slack.pings().length;
  const thread = bot().thread(where.place(), where.remember);
  await thread.open({ job, title: 'x', root: 'Root', card: card(job, 'Card') });
  await fc.assert(
    fc.asyncProperty(fc.array(anySpan, { maxLength: 6 }), fc.double(), anyText, async (text, bar, label) => {
      const buttons = [{ action: 'again', job, label: `${label}!`, disabled: false }] as const;
      await thread.update(card(job, '', { text: ['.', ...text], bar, buttons }));
    }),
    { numRuns: 80 },
  );
  expect(slack.requests('chat.update').filter(({ ok }) => !ok)).toEqual([]);
  expect(slack.pings().length).toBe(pingsBefore);
});

test('an answer that only one person reads takes any words too', () => {
  fc.assert(
    fc.property(fc.array(anySpan, { maxLength: 8 }), (spans) => {
      const { text, blocks } = words(spans, privately);
      expect(text.length).toBeLessThanOrEqual(4_000);
      expect(text.replaceAll(/<@U0(ADA000001|BOB000002)>/g, '')).not.toMatch(/[<>]/);
      expect(blocks.length).toBeLessThanOrEqual(40);
    }),
  );
});

test('long words are cut to what Slack takes, between entities', () => {
  const { text, blocks } = words('<&>'.repeat(20_000), aloud(place));
  expect(text.length).toBeLessThanOrEqual(4_000);
  expect(text).toMatch(/^(&lt;|&amp;|&gt;)+…$/);
  expect(JSON.stringify(blocks).length).toBeLessThan(10_000);
});

test('the asker is called by name until the result, and everybody else never is', () => {
  const text = [{ person: asker }, ' and ', { person: other }];
  const element = (naming: Parameters<typeof words>[1]) => JSON.stringify(words(text, naming).blocks);
  expect(element(quietly(place))).not.toContain('user_id');
  expect(element(quietly(place))).toContain('@<!here> ada');
  expect(element(aloud(place)).match(/user_id/g)).toHaveLength(1);
  expect(element(privately).match(/user_id/g)).toHaveLength(2);
});

test('quiet lines are small, styles are kept, the bar is words, and disabled buttons are left out', () => {
  const job = 'slack-1' as JobId;
  const buttons = [
    { action: 'again', job, label: 'Again', disabled: false },
    { action: 'edit', job, label: 'Edit', disabled: true },
  ] as const;
  const text = [{ bold: 'Being made' }, ' now', '\n', { quiet: 'gpt-image-2.5-flare' }];
  const { blocks } = cardWords(card(job, '', { text, bar: 0.4, buttons }), aloud(place), undefined);
  expect(blocks).toMatchObject([
    {
      elements: [
        {
          elements: [{ text: 'Being made', style: { bold: true } }, { text: ' now' }],
        },
      ],
    },
    { type: 'context', elements: [{ type: 'plain_text', text: 'gpt-image-2.5-flare' }] },
    { elements: [{ elements: [{ text: '▓▓▓▓░░░░░░ 40 %' }] }] },
    { type: 'actions', elements: [{ action_id: 'easel:again', value: job }] },
  ]);
  expect(buttonRow([])).toEqual([]);
});
