import pino from 'pino';
import { expect, test } from 'vitest';
import { ada, jobOf, kept, opening, result, scene } from './setup.ts';

test('the log names jobs, and never holds tokens or what people wrote', async () => {
  const { slack, listening, close } = await scene();
  const all: string[] = [];
  const log = pino({ level: 'info' }, { write: (line) => void all.push(line) });
  const { platform, next } = await listening({ log });
  slack.command('/imagine', 'a secret fox', ada);
  const asked = await next();
  for (const method of ['chat.postMessage', 'upload', 'files.completeUploadExternal', 'response_url', 'users.info'])
    slack.fail({ method }, { status: 500, afterWorking: true });
  slack.fail({ method: 'chat.postEphemeral' }, { drop: true, times: 9 });
  const where = kept(await asked.respond.announce('a secret fox'));
  const thread = platform.thread(where.place(), where.remember);
  await thread.open(opening(jobOf(asked)));
  await thread.post({ ...result(jobOf(asked)), text: 'a secret fox' }, false);
  await asked.respond.tell('a secret fox');
  await platform.isAdmin(asked.request.person);
  await close();

  const written = all.join('');
  const lines = all.map((line) => JSON.parse(line) as { job?: string });
  expect(lines.length).toBeGreaterThan(5);
  expect(lines.filter(({ job }) => job === jobOf(asked)).length).toBeGreaterThan(2);
  expect(written).not.toContain('secret fox');
  expect(written).not.toMatch(/xox[bp]-|xapp-|Bearer|\/upload\/v1\/|\/actions\//);
});
