import { pino } from 'pino';
import { discordPlatform } from '../../../src/platforms/discord/discord.ts';
import { chatPlatformContract, type Stage } from '../../contracts/chat-platform.ts';
import { manualClock } from '../../fakes/clock.ts';
import { fakeDiscord } from '../../fakes/discord/server.ts';

chatPlatformContract('Discord', async (): Promise<Stage> => {
  const discord = await fakeDiscord({ rateLimits: false, editIntervalMsMin: 0 });
  const options = { token: discord.token, apiUrl: discord.api, guild: undefined };
  const { users } = discord.about();
  const threads = () => new Set(discord.threads().map(({ id }) => id));
  return {
    bot: () => discordPlatform({ ...options, clock: manualClock(), log: pino({ level: 'silent' }) }),
    ask: async (words) => discord.command('imagine', { prompt: words }, { user: 'ben', channel: 'art' }),
    seen: () =>
      discord.messages().map(({ channelId, guildId, content, attachments, ephemeralFor }) => ({
        where: guildId === undefined ? 'direct' : threads().has(channelId) ? 'thread' : 'channel',
        onlyAsker: ephemeralFor === users.ben,
        text: content,
        pictures: attachments.map(({ sha256, description = '' }) => ({ sha256, alt: description })),
      })),
    harm: () => [
      ...discord.pings().flatMap(({ kind, id }) => (id === users.ben ? [] : [`pinged ${kind} ${id}`])),
      ...discord.links().map(({ label, url }) => `hid ${url} behind ${label}`),
      ...discord.violations().map(({ what }) => what),
    ],
    close: () => discord.close(),
  };
});
