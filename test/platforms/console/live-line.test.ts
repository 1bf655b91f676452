import { expect, test } from 'vitest';
import type { Card, Stage } from '../../../src/domain/card.ts';
import { jobId } from '../../../src/domain/job.ts';
import { screen } from '../../../src/platforms/console/screen.ts';
import { terminal, typing } from './terminal.ts';

const card = (stage: Stage, text: string, bar?: number): Card => ({
  stage,
  text: `${text}\ngpt-image-2.5-flare · medium`,
  bar,
  preview: undefined,
  buttons: [],
});

function drawn(live: boolean) {
  const shown = terminal();
  return { ...shown, ...screen(shown.output, live) };
}

test('on a terminal progress is one line that is drawn anew, and what is said stands above it', () => {
  const { say, card: show, lines, strange } = drawn(true);
  say('#1  a red fox');
  show(1, card('running', 'Being made', 0.1));
  expect(lines()).toEqual(['#1  a red fox', '#1  ██░░░░░░░░░░░░░░░░░░  10 %  Being made']);
  show(1, card('running', 'Being made', 0.6));
  expect(lines()).toEqual(['#1  a red fox', '#1  ████████████░░░░░░░░  60 %  Being made']);
  say('You have 12 credits');
  show(1, card('running', 'Being made', 0.7));
  expect(lines()).toEqual(['#1  a red fox', 'You have 12 credits', '#1  ██████████████░░░░░░  70 %  Being made']);
  show(1, card('done', 'Done in 12 s'));
  expect(lines()).toEqual(['#1  a red fox', 'You have 12 credits', '#1  Done in 12 s']);
  expect(strange()).toEqual([]);
});

test('a shorter line leaves nothing of a longer one', () => {
  const { card: show, lines } = drawn(true);
  show(1, card('running', 'Being made · longer than usual, any moment now', 0.9));
  show(1, card('posting', 'Made'));
  expect(lines()).toEqual(['#1  Made']);
});

test('two at a time share the line, and each of them ends on a line of its own', () => {
  const { card: show, lines } = drawn(true);
  show(1, card('running', 'Being made', 0.5));
  show(2, card('running', 'Being made', 0.1));
  show(1, card('done', 'Done in 3 s'));
  show(2, card('running', 'Being made', 0.2));
  expect(lines()).toEqual(['#1  Done in 3 s', '#2  ████░░░░░░░░░░░░░░░░  20 %  Being made']);
  show(2, card('ended', 'Cancelled. Nothing was charged.'));
  expect(lines()).toEqual(['#1  Done in 3 s', '#2  Cancelled. Nothing was charged.']);
});

test.each(['paused', 'done', 'ended'] as const)('what is %s stays readable, whatever is said after it', (stage) => {
  const { say, card: show, lines } = drawn(true);
  show(1, card('running', 'Being made', 0.5));
  show(1, card(stage, 'Over'));
  say('Stopping');
  expect(lines()).toEqual(['#1  Over', 'Stopping']);
});

test('without a terminal every stage is one line, and no line is ever changed', () => {
  const { say, card: show, lines, raw } = drawn(false);
  say('#1  a red fox');
  for (const bar of [0, 0.1, 0.4, 0.9]) show(1, card('running', `Being made ${bar}`, bar));
  show(2, card('running', 'Being made'));
  show(1, card('running', 'Being made', 0.95));
  show(1, card('posting', 'Made'));
  show(1, card('done', 'Done in 12 s'));
  expect(lines()).toEqual([
    '#1  a red fox',
    '#1  ░░░░░░░░░░░░░░░░░░░░   0 %  Being made 0',
    '#2  Being made',
    '#1  Made',
    '#1  Done in 12 s',
  ]);
  expect(raw()).not.toMatch(/(?!\n)\p{Cc}/u);
});

test('the card of a job that waits is not shown, the root message has said so', async () => {
  const { platform, shown } = await typing({ live: true });
  const job = jobId('console', '1');
  const thread = platform.thread({ platform: 'console', number: 3 }, async () => {});
  await thread.open({ job, title: 'a red fox', root: 'a red fox', card: card('waiting', 'Waiting') });
  expect(shown.lines()).toEqual([]);
  await thread.open({ job, title: 'a red fox', root: 'a red fox', card: card('running', 'Being made') });
  expect(shown.lines()).toEqual(['#3  Being made']);
});
