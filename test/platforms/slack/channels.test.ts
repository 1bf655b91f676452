import { afterEach, beforeEach, expect, test } from 'vitest';
import { jobOf, kept, opening, posted, result, type Scene, scene } from './setup.ts';

let stage: Scene;
beforeEach(async () => {
  stage = await scene();
});
afterEach(() => stage.close());

async function askedIn(channel: string) {
  const { platform, next } = await stage.listening();
  stage.slack.command('/imagine', 'a red fox', { user: 'ada', channel });
  return { platform, asked: await next() };
}

test('a public channel is joined where Easel is missing', async () => {
  const { asked } = await askedIn('#lobby');
  await asked.respond.announce('Root');
  expect(posted(stage.slack, '#lobby')).toMatchObject([{ role: 'root' }]);
  expect(stage.slack.channel('#lobby').members).toContain('U0EASEL0001');
});

test('without the scope for joining there is no access', async () => {
  stage.slack.revokeScopes('channels:join');
  const { asked } = await askedIn('#lobby');
  await expect(asked.respond.announce('Root')).rejects.toMatchObject({ code: 'no-access' });
});

test('a private channel that Easel is not in is closed, and the person still hears why', async () => {
  const { asked } = await askedIn('#secret');
  await expect(asked.respond.announce('Root')).rejects.toMatchObject({ code: 'no-access' });
  await asked.respond.tell('Invite me');
  expect(stage.slack.messages('#secret')).toMatchObject([{ text: 'Invite me', visibleTo: 'U0ADA000001' }]);
});

test.each([
  ['#studio', 'joins a public channel again'],
  ['#atelier', 'finds a private one closed'],
])('thrown out of %s while a picture is made, Easel %s', async (channel) => {
  const { platform, asked } = await askedIn(channel);
  const where = kept(await asked.respond.announce('Root'));
  const thread = platform.thread(where.place(), where.remember);
  await thread.open(opening(jobOf(asked)));
  stage.slack.setBotMember(channel, false);
  const post = thread.post(result(jobOf(asked)), false);
  if (channel === '#studio') await expect(post).resolves.toBeUndefined();
  else await expect(post).rejects.toMatchObject({ code: 'no-access' });
});

test('an archived channel and a thread whose root is gone are closed', async () => {
  const { platform, asked } = await askedIn('#studio');
  const where = kept(await asked.respond.announce('Root'));
  const thread = platform.thread(where.place(), where.remember);
  stage.slack.setArchived('#studio', true);
  await expect(thread.open(opening(jobOf(asked)))).rejects.toMatchObject({ code: 'no-access' });
  stage.slack.setArchived('#studio', false);
  const lost = platform.thread({ ...where.place(), root: '1.000001' }, where.remember);
  await expect(lost.open(opening(jobOf(asked)))).rejects.toMatchObject({ code: 'no-access' });
});

test('what cannot be posted there is posted to the person directly, with a thread of its own', async () => {
  const { platform, asked } = await askedIn('#secret');
  const where = kept(await platform.direct(asked.request.person.id));
  const thread = platform.thread(where.place(), where.remember);
  await thread.open(opening(jobOf(asked)));
  await thread.post(result(jobOf(asked)), true);
  expect(posted(stage.slack, '@ada').map(({ role }) => role)).toEqual(['root', 'card', 'pictures', 'result']);
});

test('somebody who is gone cannot be spoken to', async () => {
  stage.slack.addUser({ id: 'U0GONE00009', name: 'gone', deleted: true });
  const person = 'slack:T0FAKETEAM1/U0GONE00009' as Parameters<ReturnType<typeof stage.bot>['direct']>[0];
  await expect(stage.bot().direct(person)).rejects.toMatchObject({ code: 'no-access' });
});

test('a channel is named by team and id, and spoken to without calling anyone', async () => {
  const platform = stage.bot();
  const place = platform.channel('T0FAKETEAM1/C0STUDIO001');
  await platform.thread(place, async () => {}).say('The key of openai is broken <!channel>');
  expect(posted(stage.slack, '#studio')).toMatchObject([{ text: 'The key of openai is broken &lt;!channel&gt;' }]);
  expect(stage.slack.pings()).toEqual([]);
});
