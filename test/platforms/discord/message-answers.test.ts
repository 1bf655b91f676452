import { pino } from 'pino';
import { describe, expect, test } from 'vitest';
import { discordStage, result, showing } from './stage.ts';

const usual = (1n << 10n) | (1n << 11n) | (1n << 15n) | (1n << 16n) | (1n << 35n) | (1n << 38n);

const own = ({ discord }: Awaited<ReturnType<typeof discordStage>>) =>
  discord.messages().filter(({ author }) => author.bot);

async function named(stage: Awaited<ReturnType<typeof discordStage>>, channel: string, more: object = {}) {
  const started = await stage.start(more);
  const asked = await started.heard(() =>
    stage.discord.message(channel, 'ben', 'a red fox', channel === 'dm' ? {} : { mentions: ['easel'] }),
  );
  return { ...started, ...asked };
}

describe('what is told to somebody who wrote', () => {
  test.each(['art', 'dm'])('is a reply in %s that pings only them, once', async (channel) => {
    const stage = await discordStage();
    const { request, respond } = await named(stage, channel);
    const { ben, ana } = stage.discord.about().users;
    await respond.tell([{ person: `discord:${ana}` as never }, ' has ', 'x'.repeat(1_500), '\n', 'y'.repeat(1_500)]);
    expect(own(stage).map(({ replyTo }) => replyTo)).toEqual([request.id, request.id]);
    expect(stage.discord.pings()).toMatchObject([{ kind: 'reply', id: ben }]);
    expect(await respond.open({ key: 'k', title: 't', submit: 's', fields: [] })).toBe(false);
    expect(stage.discord.violations()).toEqual([]);
  });

  test('is told in direct messages where Easel may not write', async () => {
    const stage = await discordStage();
    const { respond } = await named(stage, 'art');
    stage.discord.setPermissions('art', usual & ~(1n << 11n));
    await respond.tell('You have 12 credits');
    expect(stage.discord.messages('dm:ben')).toMatchObject([{ content: 'You have 12 credits' }]);
    expect(own(stage)).toHaveLength(1);
  });

  test('goes to the log where nothing can be told at all', async () => {
    const stage = await discordStage({ users: [{ name: 'ben', refusesDms: true }] });
    const written: string[] = [];
    const log = pino({ level: 'warn' }, { write: (line: string) => written.push(line) });
    const { respond } = await named(stage, 'art', { log });
    stage.discord.setPermissions('art', 1n << 10n);
    await respond.tell('You have 12 credits');
    expect(own(stage)).toEqual([]);
    expect(written.join('')).toContain('50007');
    expect(written.join('')).not.toContain('12 credits');
  });
});

describe('a job that somebody asked for in words', () => {
  test('is announced as a reply to them, then shown in a thread', async () => {
    const stage = await discordStage();
    const { platform, request, respond } = await named(stage, 'art');
    const place = await respond.announce([{ person: request.person.id }, ' asked for a red fox']);
    const show = showing(platform, { request }, place);
    await show.thread().open(show.opening);
    await show.thread().post(result(show.job), false);
    const [root, ...inside] = own(stage);
    expect(root).toMatchObject({ replyTo: request.id, channelId: stage.discord.about().channels.art });
    expect(inside.map(({ channelId }) => channelId)).toEqual([root?.id, root?.id]);
    expect(stage.discord.pings()).toMatchObject([{ kind: 'user', id: stage.discord.about().users.ben }]);
    expect(stage.discord.violations()).toEqual([]);
  });

  test('is shown in place when it was asked for in a thread, also where that was not known', async () => {
    for (const threads of [undefined, true]) {
      const stage = await discordStage();
      const { platform, heard, posted } = await stage.start();
      const { picture } = await posted({ channel: 'art' });
      const { request, respond } = await heard(() =>
        stage.discord.message(picture.channelId, 'ben', 'make it blue', { replyTo: picture.id }),
      );
      const place = { ...(await respond.announce('Someone asked')), ...(threads ? { threads } : {}) };
      const show = showing(platform, { request }, place);
      await show.thread().open(show.opening);
      await show.thread().post(result(show.job), false);
      expect(own(stage).map(({ channelId }) => channelId === picture.channelId)).toEqual([
        ...[false, true, true],
        ...[true, true, true],
      ]);
      expect(stage.discord.requests().filter(({ code }) => code === 50024)).toHaveLength(threads ? 1 : 0);
      expect(stage.discord.threads()).toHaveLength(1);
    }
  });

  test('is announced on its own when the words were deleted, or may not be looked back at', async () => {
    for (const deleted of [true, false]) {
      const stage = await discordStage();
      const { request, respond } = await named(stage, 'art');
      if (deleted) stage.discord.deleteMessage(request.id);
      else stage.discord.setPermissions('art', usual & ~(1n << 16n));
      expect((await respond.announce('Someone asked')).root).toBeDefined();
      expect(own(stage)).toMatchObject([{ content: 'Someone asked' }]);
      expect(own(stage)[0]?.replyTo).toBeUndefined();
    }
  });

  test('is not taken for announced because another bot has answered them', async () => {
    const stage = await discordStage({ users: [{ name: 'ben' }, { name: 'rival', bot: true }] });
    const { platform, request } = await named(stage, 'art');
    const theirs = stage.discord.message('art', 'rival', 'I can do that', { replyTo: request.id });
    const show = showing(platform, { request });
    // Also by a process that Discord has not greeted yet.
    await show.thread(stage.bot()).open(show.opening);
    const { root } = show.place();
    expect(root).not.toBe(theirs.id);
    expect(stage.discord.messages().find(({ id }) => id === root)).toMatchObject({ replyTo: request.id });
    const again = showing(platform, { request });
    await again.thread().open(again.opening);
    expect(again.place().root).toBe(root);
  });

  test('is not taken where Easel may not post', async () => {
    const stage = await discordStage();
    const { respond } = await named(stage, 'art');
    stage.discord.setPermissions('art', 1n << 10n);
    await expect(respond.announce('Someone asked')).rejects.toMatchObject({ code: 'no-access' });
  });

  test('has one root message, whatever answer of Discord is lost and however late it goes on', async () => {
    for (const [status, afterWorking] of [
      [502, true],
      [400, true],
      [400, false],
    ] as const)
      for (const pauseMs of [0, 3_600_000]) {
        const stage = await discordStage();
        const { platform, request, respond } = await named(stage, 'art');
        stage.discord.fail({ method: 'POST', path: '/messages$' }, { status, code: 50035, afterWorking });
        const place = await respond.announce('Someone asked for a red fox');
        stage.discord.clearFaults();
        await respond.tell('There is a note');
        stage.discord.advance(pauseMs);
        const show = showing(platform, { request }, status === 502 ? { ...request.place } : place);
        await show.thread(stage.bot()).open(show.opening);
        const contents = own(stage).map(({ content }) => content);
        if (afterWorking) expect(contents).toEqual(['Someone asked for a red fox', 'There is a note', 'Waiting']);
        else expect(contents.filter((content) => content === 'Waiting')).toHaveLength(1);
      }
  });
});
