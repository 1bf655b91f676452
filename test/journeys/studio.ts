import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Selectable } from 'kysely';
import { type Logger, pino } from 'pino';
import { buildPlatforms, openStorage, type Storage } from '../../src/build.ts';
import { readConfig } from '../../src/config.ts';
import { buildEasel, type Easel, startPort } from '../../src/easel.ts';
import { loadCommands } from '../../src/load-commands.ts';
import { slackManifest } from '../../src/platforms/slack/register.ts';
import { type Diagnosis, diagnose } from '../../src/storage/doctor.ts';
import type { CallsTable } from '../../src/storage/schema.ts';
import { openMetrics } from '../../src/web/metrics.ts';
import type { WebServer } from '../../src/web/server.ts';
import { type DiscordHandle, fakeDiscord } from '../fakes/discord/server.ts';
import type { FakeOpenAI } from '../fakes/openai/handle.ts';
import { fakeOpenAI } from '../fakes/openai/server.ts';
import { type FakeSlack, fakeSlack } from '../fakes/slack/server.ts';
import { type StudioClock, studioClock } from './studio-clock.ts';

type Environment = Readonly<Record<string, string>>;

interface Fakes {
  readonly discord: DiscordHandle;
  readonly slack: FakeSlack;
  readonly openai: FakeOpenAI;
}

/** A whole Easel over real HTTP and WebSocket: the three services are local fakes, everything else is the program. */
export interface Studio extends Fakes {
  readonly clock: StudioClock;
  /** What Easel is started with; a restart takes what has changed in it. */
  readonly env: Record<string, string>;
  readonly dataDir: string;
  readonly web: () => WebServer;
  /** The running Easel; another one after `restart`. */
  easel(): Easel;
  /**
   * Stops Easel as SIGTERM does and starts another one over the same data.
   * @param meanwhile what happens after the signal, before the time that running calls get is over
   * @param away what happens while none is running
   */
  restart(meanwhile?: () => Promise<void>, away?: () => Promise<void>): Promise<void>;
  recount(): Promise<Diagnosis>;
  /** What is written down of the services' calls, oldest first. */
  booked(): Promise<Booked[]>;
  close(): Promise<void>;
}

export interface StudioOptions {
  /** Environment over the usual one. */
  readonly env?: Environment | ((fakes: Fakes) => Environment);
  readonly log?: Logger;
  /** From 0 to 1. Unset: nothing is left to chance. */
  readonly chance?: () => number;
  readonly discord?: Parameters<typeof fakeDiscord>[0];
  readonly slack?: Parameters<typeof fakeSlack>[0];
  readonly openai?: Parameters<typeof fakeOpenAI>[0];
}

/** One call of a service in the books. */
export type Booked = Selectable<CallsTable>;

interface Running {
  readonly storage: Storage;
  readonly easel: Easel;
  readonly web: WebServer;
}

export async function openStudio(options: StudioOptions = {}): Promise<Studio> {
  let jumped = 0;
  const clock = studioClock((ms) => {
    jumped += ms;
    discord.advance(ms);
  });
  const discord = await fakeDiscord({ clock: () => clock.now() - jumped, ...options.discord });
  const manifest = slackManifest(await loadCommands([]), { socketMode: true });
  const slack = await fakeSlack({ clock, manifest, ...options.slack });
  const openai = await fakeOpenAI(options.openai);
  const dataDir = await mkdtemp(path.join(tmpdir(), 'easel-'));
  const log = options.log ?? pino({ level: process.env.LOG_LEVEL ?? 'silent' });
  const env: Record<string, string> = {
    DISCORD_TOKEN: discord.token,
    DISCORD_API_URL: discord.api,
    SLACK_BOT_TOKEN: slack.botToken,
    SLACK_APP_TOKEN: slack.appToken,
    SLACK_API_URL: slack.apiUrl,
    OPENAI_API_KEY: openai.apiKey,
    OPENAI_BASE_URL: openai.baseUrl,
    DATA_DIR: dataDir,
    PORT: '0',
    ...(typeof options.env === 'function' ? options.env({ discord, slack, openai }) : options.env),
  };

  async function run(): Promise<Running> {
    const config = readConfig(env);
    const metrics = openMetrics();
    const { meter } = metrics;
    const storage = await openStorage(config, clock, meter);
    const { platforms, mounted } = await buildPlatforms(config, log, clock, meter);
    const easel = await buildEasel(config, storage, platforms, log, clock, options.chance ?? (() => 0.5), meter);
    const web = await startPort(config, easel, mounted, metrics);
    await easel.start();
    return { storage, easel, web };
  }

  let running = await run();
  const halt = async (meanwhile?: () => Promise<void>) => {
    const stopped = running.easel.stop();
    await meanwhile?.();
    await clock.flyUntil(stopped);
    await running.web.stop();
  };
  return {
    discord,
    slack,
    openai,
    clock,
    env,
    dataDir,
    web: () => running.web,
    easel: () => running.easel,
    async restart(meanwhile, away) {
      await halt(meanwhile);
      await away?.();
      running = await run();
    },
    recount: () => diagnose(running.storage.database.db, running.storage.blobs),
    booked: () => running.storage.database.db.selectFrom('calls').selectAll().orderBy('seq').execute(),
    async close() {
      await halt();
      await Promise.all([discord.close(), slack.close(), openai.close()]);
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
