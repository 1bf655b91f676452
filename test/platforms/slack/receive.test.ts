import type { SlashCommand } from '@slack/bolt';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseLine } from '../../../src/domain/command-text.ts';
import { jobId } from '../../../src/domain/job.ts';
import { commandRequest, readable } from '../../../src/platforms/slack/receive.ts';
import { ada, scene } from './setup.ts';

const bot = { team: 'T1', id: 'B1', user: 'UBOT' };
const line = (text: string): string => readable(text, 'T1');

test('the three entities are undone once', () => {
  expect(line('a &lt;b&gt; &amp; c &amp;lt;')).toBe('a <b> & c &lt;');
});

test('people keep their ids, everything else becomes readable', () => {
  expect(line('for <@U123|bob> and <@U9>')).toBe('for <@slack:T1/U123|bob> and <@slack:T1/U9|>');
  expect(line('in <#C1|general>, <!here>, <!subteam^S1|@designers>')).toBe('in #general, @here, @designers');
});

test('of a link the address is kept, of what can be called or written to its label', () => {
  expect(line('see <https://a.example/?a=1&amp;b=2> or <http://b.example|b.example>')).toBe(
    'see https://a.example/?a=1&b=2 or http://b.example',
  );
  expect(line('image:<https://a.example/fox.png|the &amp; fox>')).toBe('image:https://a.example/fox.png');
  expect(line('mail <mailto:a@b.example|Ann>, <mailto:a@b.example>, call <tel:+4930123|030 123>')).toBe(
    'mail Ann, a@b.example, call 030 123',
  );
});

test('an address that is typed arrives as it is, whatever it is called', async () => {
  const { slack, listening, close } = await scene();
  const { next } = await listening();
  slack.command('/edit', 'make it blue image:https://a.example/a.png image2:[fox](https://a.example/b.png)', ada);
  expect((await next()).request.ask).toEqual({
    command: 'edit',
    line: 'make it blue image:https://a.example/a.png image2:https://a.example/b.png',
  });
  await close();
});

test('any line can be read', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(typeof line(text)).toBe('string');
    }),
  );
});

test('a person that is typed arrives as that person, and as a name in prose', async () => {
  const { slack, listening, close } = await scene();
  const { next } = await listening();
  slack.command('/credits', 'grant @bob 500 thanks & <3', ada);
  const { request } = await next();
  expect(request).toMatchObject({
    person: { id: 'slack:T0FAKETEAM1/U0ADA000001', workspace: 'slack:T0FAKETEAM1', name: 'ada' },
    place: { platform: 'slack', team: 'T0FAKETEAM1', channel: 'C0STUDIO001' },
    admin: undefined,
    ask: { command: 'credits', line: 'grant <@slack:T0FAKETEAM1/U0BOB000002|bob> 500 thanks & <3' },
  });
  const prompt = { prompt: { kind: 'text', summary: '', required: true, maxLength: 2000 } } as const;
  expect(parseLine(prompt, (request.ask as { line: string }).line)).toEqual({ prompt: 'grant @bob 500 thanks & <3' });
  await close();
});

test('the longest trigger id still makes a job id, the same every time', () => {
  const trigger_id = `${'1'.repeat(13)}.${'2'.repeat(13)}.${'a'.repeat(32)}`;
  const payload = { team_id: 'T1', user_id: 'U1', user_name: 'u', channel_id: 'C1', command: '/imagine', text: 'x' };
  const { id } = commandRequest({ ...payload, trigger_id } as SlashCommand, bot, 0);
  expect(jobId('slack', id)).toBe(
    jobId('slack', commandRequest({ ...payload, trigger_id } as SlashCommand, bot, 9).id),
  );
});
