import { pino } from 'pino';
import { noMeter } from '../../../src/domain/metrics.ts';
import { guardedFetch } from '../../../src/http/guarded-fetch.ts';
import { discordPlatform } from '../../../src/platforms/discord/discord.ts';
import { awkwardName, chatPlatformContract, type Stage } from '../../contracts/chat-platform.ts';
import { manualClock } from '../../fakes/clock.ts';
import { fakeDiscord } from '../../fakes/discord/server.ts';

const upload = (bytes: Uint8Array, at: number) => ({ filename: `picture-${at + 1}.png`, bytes });

chatPlatformContract('Discord', async (): Promise<Stage> => {
  const people = [{ name: 'olga', owner: true }, { name: 'ana' }, { name: 'ben' }, { name: 'cleo', nick: awkwardName }];
  const discord = await fakeDiscord({ rateLimits: false, editIntervalMsMin: 0, users: people });
  const fetchTo = guardedFetch({ allowedOrigins: [discord.url] });
  const options = { token: discord.token, apiUrl: discord.api, guild: undefined, fetchTo, meter: noMeter };
  const { users } = discord.about();
  const threads = () => new Set(discord.threads().map(({ id }) => id));
  return {
    bot: () => discordPlatform({ ...options, clock: manualClock(), log: pino({ level: 'silent' }) }),
    ask: async (words) => discord.command('imagine', { prompt: words }, { user: 'ben', channel: 'art' }),
    awkward: `<@${users.cleo}>`,
    reply: async (words, files = []) => {
      const about = discord.messages().findLast(({ author, attachments }) => author.bot && attachments.length > 0);
      if (!about) throw new Error('no picture was posted');
      return discord.message(about.channelId, 'ben', words, { replyTo: about.id, attachments: files.map(upload) });
    },
    pick: async (files) => {
      const { id } = discord.message('art', 'ana', 'look', { attachments: files.map(upload) });
      return discord.messageCommand('Edit this picture', id, { user: 'ben' });
    },
    fill: async (values, files = {}) => {
      const opened = discord.interactions().findLast(({ answer }) => answer?.modal);
      const uploads = Object.entries(files).map(([name, given]) => [name, given.map(upload)]);
      return discord.modal(opened?.id ?? '', { ...values, ...Object.fromEntries(uploads) });
    },
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
