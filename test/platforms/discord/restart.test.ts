import { describe, expect, test } from 'vitest';
import { card, discordStage, result, showing } from './stage.ts';

/** Far beyond what Discord remembers of nonces, and beyond an interaction's 15 minutes. */
const longMs = 3_600_000;

describe('a job goes on after a crash', () => {
  const seen = ({ discord }: Awaited<ReturnType<typeof discordStage>>) =>
    discord.messages().flatMap(({ author, content }) => (author.bot ? [content] : []));

  for (const channel of ['art', 'dm'])
    for (const pauseMs of [0, longMs])
      test(`between any two steps in ${channel}, ${pauseMs} ms later, with everything shown once`, async () => {
        // The first process dies when it wants to save its nth step, which Discord knows already.
        for (const died of [1, 2, 3]) {
          const stage = await discordStage();
          const { platform, asked } = await stage.start();
          const first = await asked({ user: 'ben', channel });
          const place = await first.respond.announce('Someone asked for a red fox');
          const show = showing(platform, first, place);
          show.dieAt(died);
          const dying = show.thread();
          const work = dying.open(show.opening).then(() => dying.post(result(show.job), false));
          await expect(work).rejects.toThrow('the process died');
          await platform.stop();
          stage.discord.advance(pauseMs);

          const thread = show.thread(stage.bot());
          await thread.open(show.opening);
          await thread.update(card(show.job, 'Done'));
          await thread.post(result(show.job), died === 3);
          expect(seen(stage)).toEqual(['Someone asked for a red fox', 'Done', 'Here it is']);
          expect(stage.discord.threads()).toHaveLength(channel === 'art' ? 1 : 0);
        }
      });

  test('before the root message was known, and finds it by the interaction, early and late', async () => {
    for (const pauseMs of [0, 60_000, longMs]) {
      const stage = await discordStage();
      const { platform, asked } = await stage.start();
      const first = await asked({ user: 'ben', channel: 'art' });
      await first.respond.announce('Someone asked for a red fox');
      stage.discord.advance(pauseMs);
      const show = showing(platform, first, first.request.place);
      await show.thread(stage.bot()).open(show.opening);
      expect(seen(stage)).toEqual(['Someone asked for a red fox', 'Waiting']);
      expect(stage.discord.threads()).toHaveLength(1);
      expect(JSON.stringify(show.place())).not.toContain(String(first.request.place.token));
    }
  });

  test('before it was announced at all', async () => {
    const stage = await discordStage();
    const { platform, asked } = await stage.start();
    const first = await asked({ user: 'ben', channel: 'art' });
    stage.discord.advance(longMs);
    const show = showing(platform, first);
    await show.thread(stage.bot()).open(show.opening);
    await show.thread().post(result(show.job), true);
    expect(seen(stage)).toEqual(['Someone asked for a red fox', 'Waiting', 'Here it is']);
  });

  test('while each answer of Discord is lost in turn', async () => {
    for (const path of ['/callback$', '/threads$', '/messages$'])
      for (const times of [1, 2, 3]) {
        const stage = await discordStage();
        const { platform, asked } = await stage.start();
        const first = await asked({ user: 'ben', channel: 'art' });
        stage.discord.fail({ method: 'POST', path }, { status: 502, afterWorking: true, times });
        const show = showing(platform, first, await first.respond.announce('Someone asked for a red fox'));
        await show.thread().open(show.opening);
        await show.thread().post(result(show.job), false);
        expect(seen(stage)).toEqual(['Someone asked for a red fox', 'Waiting', 'Here it is']);
      }
  });
});
