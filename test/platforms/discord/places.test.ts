import { describe, expect, test } from 'vitest';
import { personId } from '../../../src/domain/person.ts';
import { card, discordStage, result, showing } from './stage.ts';

async function shown(stage: Awaited<ReturnType<typeof discordStage>>, where: { channel: string; user?: string }) {
  const { platform, asked, next } = await stage.start();
  const first = await asked({ user: 'ben', ...where });
  const show = showing(platform, first, await first.respond.announce('Someone asked for a red fox'));
  return { platform, asked, next, show, request: first.request };
}

/** What is in a channel and its threads: where, and what. */
const seen = ({ discord }: Awaited<ReturnType<typeof discordStage>>) => {
  const names = new Map(Object.entries(discord.about().channels).map(([name, id]) => [id, name]));
  return discord
    .messages()
    .filter(({ author }) => author.bot)
    .map(({ channelId, content }) => `${names.get(channelId) ?? 'thread'}: ${content}`);
};

describe('a job is shown', () => {
  test('in a thread that starts from the root message', async () => {
    const stage = await discordStage();
    const { show } = await shown(stage, { channel: 'art' });
    await show.thread().open(show.opening);
    await show.thread().post(result(show.job), false);
    expect(seen(stage)).toEqual(['art: Someone asked for a red fox', 'thread: Waiting', 'thread: Here it is']);
    expect(stage.discord.threads()).toMatchObject([{ name: 'a red fox' }]);
    expect(stage.discord.violations()).toEqual([]);
  });

  test('without looking for anything on its first way', async () => {
    const stage = await discordStage();
    const { show } = await shown(stage, { channel: 'art' });
    const before = stage.discord.requests().length;
    await show.thread().open(show.opening);
    await show.thread().post(result(show.job), false);
    const requests = stage.discord.requests().slice(before);
    expect(requests.map(({ method, path }) => `${method} ${path.replaceAll(/\d+/g, 'N')}`)).toEqual([
      'POST /channels/N/messages/N/threads',
      'POST /channels/N/messages',
      'POST /channels/N/messages',
    ]);
    expect(show.steps()).toBe(3);
  });

  test.each(['dm', 'lounge'])('in place in %s, where there are no threads', async (channel) => {
    const stage = await discordStage();
    const { show } = await shown(stage, { channel });
    await show.thread().open(show.opening);
    await show.thread().post(result(show.job), false);
    const name = channel === 'dm' ? 'dm:ben' : channel;
    expect(seen(stage)).toEqual([`${name}: Someone asked for a red fox`, `${name}: Waiting`, `${name}: Here it is`]);
    expect(stage.discord.violations()).toEqual([]);
  });

  test('in place when it is asked for in a thread, by words or by a button', async () => {
    const stage = await discordStage();
    const { platform, show, next, asked } = await shown(stage, { channel: 'art' });
    await show.thread().open(show.opening);
    await show.thread().post(result(show.job), false);
    const posted = await stage.discord.untilMessage({ attachments: 1 });
    const received = next();
    stage.discord.button(posted.id, `again:${show.job}`);
    const again = await received;
    expect(again.request.ask).toEqual({ button: 'again', job: show.job });
    const byWords = await asked({ channel: posted.channelId });
    for (const { request, respond } of [again, byWords]) {
      const other = showing(platform, { request }, await respond.announce('Someone asked again'));
      await other.thread().open(other.opening);
    }
    expect(seen(stage).slice(3)).toEqual([
      'thread: Someone asked again',
      'thread: Waiting',
      'thread: Someone asked again',
      'thread: Waiting',
    ]);
    expect(stage.discord.threads()).toHaveLength(1);
    expect(stage.discord.violations()).toEqual([]);
  });

  test('in place where Easel may not start threads, or not write in them', async () => {
    for (const lacking of [1n << 35n, 1n << 38n]) {
      const stage = await discordStage();
      const usual = (1n << 10n) | (1n << 11n) | (1n << 15n) | (1n << 16n) | (1n << 35n) | (1n << 38n);
      stage.discord.setPermissions('art', usual & ~lacking);
      const { show, request } = await shown(stage, { channel: 'art' });
      expect(request.missing).toEqual([]);
      await show.thread().open(show.opening);
      expect(seen(stage)).toEqual(['art: Someone asked for a red fox', 'art: Waiting']);
      expect(stage.discord.violations()).toEqual([]);
    }
  });

  test.each([
    [403, 50013],
    [400, 160006],
    [404, 10008],
  ])('in place when Discord refuses the thread with %i %i', async (status, code) => {
    const stage = await discordStage();
    const { show } = await shown(stage, { channel: 'art' });
    stage.discord.fail({ method: 'POST', path: '/threads$' }, { status, code });
    await show.thread().open(show.opening);
    await show.thread().update(card(show.job, 'Being made'));
    await show.thread().post(result(show.job), false);
    expect(seen(stage)).toEqual(['art: Someone asked for a red fox', 'art: Being made', 'art: Here it is']);
  });

  test('with the root message posted anew when the interaction could not be answered', async () => {
    for (const late of [true, false]) {
      const stage = await discordStage();
      const { platform, asked } = await stage.start();
      const first = await asked({ channel: 'art' });
      if (late) stage.discord.advance(3_100);
      else stage.discord.fail({ path: '/callback$' }, { drop: true, times: 9 });
      const show = showing(platform, first, await first.respond.announce('Someone asked for a red fox'));
      stage.discord.clearFaults();
      await show.thread().open(show.opening);
      expect(seen(stage)).toEqual(['art: Someone asked for a red fox', 'thread: Waiting']);
    }
  });

  test('with the root message that was there, when only its receipt was lost', async () => {
    const stage = await discordStage();
    const { platform, asked } = await stage.start();
    const first = await asked({ channel: 'art' });
    stage.discord.fail({ path: '/callback$' }, { afterWorking: true });
    const show = showing(platform, first, await first.respond.announce('Someone asked for a red fox'));
    await show.thread().open(show.opening);
    expect(seen(stage)).toEqual(['art: Someone asked for a red fox', 'thread: Waiting']);
  });

  test('nowhere, and says so, when the channel is gone or closed', async () => {
    const stage = await discordStage();
    const { platform, asked } = await stage.start();
    const first = await asked({ channel: 'art' });
    stage.discord.advance(3_100);
    const place = await first.respond.announce('Someone asked for a red fox');
    const opened = () => showing(platform, first, place).thread().open(showing(platform, first).opening);
    stage.discord.setPermissions('art', 1n << 10n);
    await expect(opened()).rejects.toMatchObject({ code: 'no-access' });
    stage.discord.setPermissions('art', 0n);
    await expect(opened()).rejects.toMatchObject({ code: 'no-access' });
    stage.discord.deleteChannel('art');
    await expect(opened()).rejects.toMatchObject({ code: 'no-access' });
  });
});

describe('a place is called', () => {
  test('by its thread, its channel and the messages that are about the pictures', async () => {
    const stage = await discordStage();
    const { platform, show, request, asked } = await shown(stage, { channel: 'art' });
    const art = `discord:${stage.discord.about().channels.art}`;
    const nothing = { messages: [], own: false };
    expect(platform.shown(request.place)).toEqual({ thread: art, channel: art, ...nothing });
    await show.thread().open(show.opening);
    const thread = `discord:${stage.discord.threads()[0]?.id}`;
    const keys = () => stage.discord.messages().map(({ id }) => `discord:${id}`);
    expect(platform.shown(show.place())).toEqual({ thread, channel: art, messages: keys(), own: true });
    await show.thread().post(result(show.job), false);
    expect(keys()).toHaveLength(3);
    expect(platform.shown(show.place())).toEqual({ thread, channel: art, messages: keys(), own: true });
    const inside = await asked({ channel: stage.discord.threads()[0]?.id ?? '' });
    expect(platform.shown(inside.request.place)).toEqual({ thread, channel: art, ...nothing });
    const direct = await platform.direct(request.person.id);
    expect(platform.shown(direct).thread).toBe(platform.shown(direct).channel);
  });
});

describe('direct messages', () => {
  test('are a place like any other', async () => {
    const stage = await discordStage();
    const { platform, request, show } = await shown(stage, { channel: 'art' });
    const direct = showing(platform, { request }, await platform.direct(request.person.id));
    await show.thread().open(show.opening);
    await direct.thread().open(direct.opening);
    await direct.thread().post(result(direct.job), true);
    expect(seen(stage).slice(2)).toEqual([
      'dm:ben: Someone asked for a red fox',
      'dm:ben: Waiting',
      'dm:ben: Here it is',
    ]);
  });

  test('that somebody does not take are closed places', async () => {
    const { discord, start } = await discordStage({
      users: [
        { name: 'cleo', refusesDms: true },
        { name: 'zed', stranger: true },
      ],
    });
    const { platform } = await start();
    const { cleo = '', zed = '' } = discord.about().users;
    for (const user of [cleo, zed]) {
      const said = async () => {
        const place = await platform.direct(personId('discord', user));
        await platform.thread(place, async () => {}).say('Hello');
      };
      await expect(said()).rejects.toMatchObject({ code: 'no-access' });
    }
    await expect(platform.direct(personId('discord', '999999999999999999'))).rejects.toMatchObject({
      code: 'no-access',
    });
  });

  test('and channels are spoken to without pinging anyone', async () => {
    const stage = await discordStage();
    const { platform } = await stage.start();
    const { channels, users } = stage.discord.about();
    const ana = personId('discord', users.ana ?? '');
    const place = platform.channel(channels.general ?? '');
    await platform.thread(place, async () => {}).say([{ person: ana }, ' look at the key']);
    expect(seen(stage)).toEqual([`general: <@${users.ana}> look at the key`]);
    expect(stage.discord.pings()).toEqual([]);
  });
});
