import { pino } from 'pino';
import { expect, test } from 'vitest';
import { both, cardSaying, ofKind, results, studio } from './chats.ts';

interface Line {
  readonly level: number;
  readonly msg: string;
  readonly job?: string;
}

/** Everything at info and above, as it would be written. */
function capture() {
  const written: string[] = [];
  const log = pino({ level: 'info' }, { write: (line: string) => void written.push(line) });
  return { log, written, lines: () => written.map((line) => JSON.parse(line) as Line) };
}

/** What happens to no job in particular. */
const ofNoJob = [
  'registered the commands with Discord',
  'Slack is connected',
  'something only an admin can mend',
  'jobs of a process that died go on here',
  'the connection to Discord broke, connecting again',
  'from the Slack SDK',
  // TODO(issue 2): it is of a job, but previews of cards do not know theirs.
  'a card goes without its preview',
];

test.each(both)(
  'logs of %s name the job on every line about one, and no prompt and no token ever',
  async (_, chatOf) => {
    const { log, written, lines } = capture();
    const place = await studio({ log, env: ({ discord }) => ({ ADMINS: `discord:${discord.about().users.olga}` }) });
    const chat = chatOf(place);
    const secretWords = ['marmalade', 'periwinkle', 'OPENSESAME', 'because of the zeppelin'];
    const more = { style: 'poster', text: 'top: OPENSESAME' };

    // What goes well, what the service declines, what breaks there and what breaks in the chat.
    chat.command('imagine', { prompt: 'a marmalade fox', ...more });
    await results(chat);
    place.openai.next('moderation-input');
    place.openai.next('html-502');
    for (const n of [1, 2]) chat.command('imagine', { prompt: `a periwinkle fox ${n}` });
    await chat.until(() => ofKind(chat, 'card').length === 3);
    await place.clock.flyUntil(results(chat, 2));
    place.openai.always('insufficient-quota');
    chat.command('imagine', { prompt: 'a marmalade hen' });
    await cardSaying(place, chat, "Easel's account");
    place.openai.always();
    await place.easel().parts.health.takeBack('openai');

    const lost = { status: 500, afterWorking: true, times: 2 };
    place.discord.fail({ method: 'POST', path: '/(messages|callback)$' }, { ...lost, drop: true });
    for (const method of ['chat.postMessage', 'upload', 'files.completeUploadExternal'])
      place.slack.fail({ method }, lost);
    chat.command('imagine', { prompt: 'a periwinkle hen' });
    await chat.until(() => ofKind(chat, 'root').length === 5);
    await place.clock.flyUntil(results(chat, 3));
    const grant = { user: chat.naming(chat.other), amount: 5, reason: 'because of the zeppelin' };
    await chat.command('credits grant', grant, { user: chat.admin }).told();
    place.openai.hold();
    chat.command('imagine', { prompt: 'a marmalade cat' });
    await place.openai.untilHeld(1);
    chat.deleteChannel();
    await place.restart();

    expect(lines().length).toBeGreaterThan(10);
    expect(lines().filter(({ job, msg }) => !job && !ofNoJob.includes(msg))).toEqual([]);
    const { queue } = place.easel().parts.store;
    for (const { job } of lines()) if (job) expect((await queue.find(job as never))?.id).toBe(job);
    const all = written.join('');
    const tokens = place.discord.interactions().map(({ token }) => token);
    const secrets = [place.discord.token, place.openai.apiKey, place.slack.botToken, place.slack.appToken, ...tokens];
    for (const secret of [...secretWords, ...secrets, '/actions/', '/upload/v1/']) expect(all).not.toContain(secret);
  },
);
