import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { type AsyncMethods, control } from '../test/fakes/control.ts';
import type { DiscordHandle } from '../test/fakes/discord/server.ts';
import type { FakeOpenAI, FakeOpenAIOptions, Latency } from '../test/fakes/openai/handle.ts';
import type { FakeSlack } from '../test/fakes/slack/server.ts';
import { startChild } from './child.ts';

/** Enough that nobody is stopped for typing too fast: 30 requests in ten seconds are a flood. */
const peopleCount = 400;
const people = Array.from({ length: peopleCount }, (_, n) => `p${n}`);

const pictureBytes = 1_500_000;
export type PlatformName = 'discord' | 'slack';

/** Where a message with a finished picture stands. */
export interface Result {
  readonly platform: PlatformName;
  readonly id: string;
  readonly channel: string;
  readonly thread?: string | undefined;
}

/** The three services, each in a process of its own, so that their work is not counted as anybody else's. */
export interface Services {
  readonly discord: AsyncMethods<DiscordHandle>;
  readonly slack: AsyncMethods<FakeSlack>;
  readonly openai: AsyncMethods<FakeOpenAI>;
  /** What Easel, and the barest client, have to know to find them. */
  env(...platforms: readonly PlatformName[]): Record<string, string>;
  /** A person asks for a picture, every time another one. Resolves to the platform's id of the request. */
  imagine(platform: PlatformName): Promise<string>;
  /** The finished messages with buttons, oldest first. */
  results(platform: PlatformName): Promise<Result[]>;
  /** A person wants a finished picture changed, in other words every time. */
  reply(result: Result): Promise<unknown>;
  /** A person gives `/edit` a picture of their own, on Discord. */
  edit(picture: Uint8Array): Promise<unknown>;
  close(): void;
}

export async function startServices(latency: Latency = 0, bytes = pictureBytes): Promise<Services> {
  const quick = { rateLimits: false, keepBytes: false };
  const discord = await start('discord', { ...quick, users: people.map((name) => ({ name })) });
  const users = people.map((name, n) => ({ id: `U0P${String(n).padStart(7, '0')}`, name }));
  const slack = await start('slack', { ...quick, users });
  const openai = await start('openai', { latency, pictureBytes: bytes } satisfies FakeOpenAIOptions);
  const discordControl = control<DiscordHandle>(discord.about.url ?? '');
  const slackControl = control<FakeSlack>(slack.about.url ?? '');
  const { channels } = await discordControl.about();
  let asked = 0;
  const somebody = (): string => people[asked++ % peopleCount] ?? '';

  return {
    discord: discordControl,
    slack: slackControl,
    openai: control<FakeOpenAI>(openai.about.url ?? ''),
    env: (...platforms) => ({
      OPENAI_API_KEY: openai.about.apiKey ?? '',
      OPENAI_BASE_URL: openai.about.baseUrl ?? '',
      ...(platforms.includes('discord')
        ? { DISCORD_TOKEN: discord.about.token ?? '', DISCORD_API_URL: discord.about.api ?? '' }
        : {}),
      ...(platforms.includes('slack')
        ? {
            SLACK_BOT_TOKEN: slack.about.botToken ?? '',
            SLACK_APP_TOKEN: slack.about.appToken ?? '',
            SLACK_API_URL: slack.about.apiUrl ?? '',
          }
        : {}),
      BENCH_DISCORD_CHANNEL: channels.general ?? '',
      BENCH_SLACK_CHANNEL: 'C0STUDIO001',
    }),
    async imagine(platform) {
      const user = somebody();
      const prompt = `a red fox number ${asked}`;
      if (platform === 'discord')
        return (await discordControl.command('imagine', { prompt }, { user, channel: 'general' })).id;
      return (await slackControl.command('/imagine', prompt, { user, channel: 'studio' })).requestId;
    },
    async results(platform) {
      if (platform === 'discord') {
        const messages = await discordControl.messages();
        const done = messages.filter(({ components }) => JSON.stringify(components).includes('"again:'));
        return done.map(({ id, channelId: channel }) => ({ platform, id, channel }));
      }
      const messages = await slackControl.messages('studio');
      const done = messages.filter(({ blocks }) => JSON.stringify(blocks).includes('easel:again'));
      return done.map(({ ts: id, channel, threadTs: thread }) => ({ platform, id, channel, thread }));
    },
    reply({ platform, id, channel, thread = id }) {
      const user = somebody();
      const words = `make it blue, number ${asked} quality:low`;
      if (platform === 'discord') return discordControl.message(channel, user, words, { replyTo: id });
      return slackControl.message(`@easel ${words}`, { user, channel, threadTs: thread });
    },
    edit(bytes) {
      const user = somebody();
      const options = { prompt: `make it blue, number ${asked}`, quality: 'low' };
      const attachments = { image: { filename: 'fox.png', bytes } };
      return discordControl.command('edit', options, { user, channel: 'general', attachments });
    },
    close() {
      for (const { process } of [discord, slack, openai]) process.kill();
    },
  };
}

/** Starts a fake and reads the one line in which it says where it is. */
async function start(name: PlatformName | 'openai', options: object) {
  const child = startChild([`../test/fakes/${name}/main.ts`, JSON.stringify(options)], {});
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  return { process: child, about: JSON.parse(line) as Readonly<Record<string, string>> };
}
