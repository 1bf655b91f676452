import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Logger, pino } from 'pino';
import { readConfig } from '../../src/config.ts';
import { buildEasel, buildPlatforms, type Easel, openStorage, type Storage, startPort } from '../../src/easel.ts';
import { type Diagnosis, diagnose } from '../../src/storage/doctor.ts';
import { systemClock } from '../../src/system-clock.ts';
import type { WebServer } from '../../src/web/server.ts';
import { type DiscordHandle, fakeDiscord } from '../fakes/discord/server.ts';
import type { FakeOpenAI } from '../fakes/openai/handle.ts';
import { fakeOpenAI } from '../fakes/openai/server.ts';
import { type FakeSlack, fakeSlack } from '../fakes/slack/server.ts';

/** A whole Easel over real HTTP and WebSocket: the three services are local fakes, everything else is the program. */
export interface Studio {
  readonly discord: DiscordHandle;
  readonly slack: FakeSlack;
  readonly openai: FakeOpenAI;
  readonly dataDir: string;
  /** The running Easel; another one after `restart`. */
  easel(): Easel;
  /** Stops Easel as SIGTERM does and starts another one over the same data. */
  restart(): Promise<void>;
  recount(): Promise<Diagnosis>;
  close(): Promise<void>;
}

export interface StudioOptions {
  /** Environment over the usual one. */
  readonly env?: Readonly<Record<string, string>>;
  readonly log?: Logger;
  readonly discord?: Parameters<typeof fakeDiscord>[0];
  readonly slack?: Parameters<typeof fakeSlack>[0];
  readonly openai?: Parameters<typeof fakeOpenAI>[0];
}

interface Running {
  readonly storage: Storage;
  readonly easel: Easel;
  readonly web: WebServer;
}

export async function openStudio(options: StudioOptions = {}): Promise<Studio> {
  const discord = await fakeDiscord(options.discord);
  const slack = await fakeSlack(options.slack);
  const openai = await fakeOpenAI(options.openai);
  const dataDir = await mkdtemp(path.join(tmpdir(), 'easel-'));
  const log = options.log ?? pino({ level: process.env['LOG_LEVEL'] ?? 'silent' });
  const env = {
    DISCORD_TOKEN: discord.token,
    DISCORD_API_URL: discord.api,
    SLACK_BOT_TOKEN: slack.botToken,
    SLACK_APP_TOKEN: slack.appToken,
    SLACK_API_URL: slack.apiUrl,
    OPENAI_API_KEY: openai.apiKey,
    OPENAI_BASE_URL: openai.baseUrl,
    DATA_DIR: dataDir,
    PORT: '0',
    ...options.env,
  };

  async function run(): Promise<Running> {
    const config = readConfig(env);
    const storage = await openStorage(config, systemClock);
    const { platforms, mounted } = await buildPlatforms(config, log, systemClock);
    const easel = await buildEasel(config, storage, platforms, log, systemClock);
    const web = await startPort(config, easel, mounted);
    await easel.start();
    return { storage, easel, web };
  }

  let running = await run();
  const halt = async () => {
    await running.easel.stop();
    await running.web.stop();
  };
  return {
    discord,
    slack,
    openai,
    dataDir,
    easel: () => running.easel,
    async restart() {
      await halt();
      running = await run();
    },
    recount: () => diagnose(running.storage.database.db, running.storage.blobs),
    async close() {
      await halt();
      await Promise.all([discord.close(), slack.close(), openai.close()]);
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
