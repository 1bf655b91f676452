import type { RequestListener } from 'node:http';
import path from 'node:path';
import type { Logger } from 'pino';
import type { Config, ProviderConfig } from './config.ts';
import { type Catalogue, findModel } from './domain/catalogue.ts';
import type { ChatPlatform } from './domain/chat-platform.ts';
import type { Clock } from './domain/clock.ts';
import type { ImageProvider } from './domain/image-provider.ts';
import { guardedFetch } from './http/guarded-fetch.ts';
import { longCalls } from './http/long-calls.ts';
import type { Parts } from './pipeline/parts.ts';
import { openaiProvider } from './providers/openai.ts';
import { deadlineByQuality, withDeadline } from './providers/with-deadline.ts';
import { withLimits } from './providers/with-limits.ts';
import { withRetry } from './providers/with-retry.ts';
import { withSeveralCalls } from './providers/with-several-calls.ts';
import { fileBlobs } from './storage/blobs.ts';
import { type Database, openDatabase } from './storage/database.ts';
import { sqlStore } from './storage/store.ts';

/** Builds the edges that the configuration names: storage, image services, chat platforms. */

export const slackUrl = 'https://slack.com/api/';
/** The sketch takes its time, so that progress can be seen. */
const sketchStepMs = 800;

/** Everything that is open: the database and what stands on it. */
export interface Storage {
  readonly database: Database;
  readonly store: Parts['store'];
  readonly blobs: Parts['blobs'];
}

export async function openStorage(config: Config, clock: Clock): Promise<Storage> {
  const database = await openDatabase(config.databaseUrl, path.join(config.dataDir, 'easel.db'));
  return {
    database,
    store: sqlStore(database, clock, config.startingCredits),
    blobs: fileBlobs(path.join(config.dataDir, 'blobs')),
  };
}

/** The configured image services with everything that fits them all, or the sketch that stands in for them. */
export async function buildProviders(
  config: Config,
  catalogue: Catalogue,
  clock: Clock,
): Promise<readonly ImageProvider[]> {
  if (config.providers.length === 0) {
    const { sketchProvider } = await import('./providers/sketch.ts');
    const fontFolder = path.join(config.dataDir, 'cache', 'fonts');
    return [sketchProvider({ catalogue, clock, stepMs: sketchStepMs, fontFolder })];
  }
  return config.providers.map((provider) => buildProvider(provider, catalogue, clock));
}

function buildProvider(config: ProviderConfig, catalogue: Catalogue, clock: Clock): ImageProvider {
  const unknown = config.models?.filter((id) => !findModel(catalogue, id)) ?? [];
  if (unknown.length > 0)
    throw new Error(
      `Easel can't start: the catalogue knows no model ${unknown.join(', ')}, which provider ${config.name} is to offer.`,
    );
  const { origin } = new URL(config.baseUrl);
  const bare = openaiProvider({
    ...config,
    catalogue,
    fetch: longCalls(),
    download: guardedFetch({ allowedOrigins: [origin] }),
  });
  const deadlineMs = config.deadlineMs;
  const timed = withDeadline(bare, clock, deadlineMs === undefined ? deadlineByQuality : () => deadlineMs);
  return withSeveralCalls(withRetry(withLimits(timed, clock, config.imagesPerMinute), { clock }));
}

/** The chat platforms that are switched on. Each is loaded only then: an idle adapter costs memory. */
export async function buildPlatforms(
  config: Config,
  log: Logger,
  clock: Clock,
): Promise<{ platforms: ChatPlatform[]; mounted: Map<string, RequestListener> }> {
  const platforms: ChatPlatform[] = [];
  const mounted = new Map<string, RequestListener>();
  if (config.discord) {
    const { discordPlatform } = await import('./platforms/discord/discord.ts');
    const { apiUrl } = config.discord;
    const fetchTo = guardedFetch({ allowedOrigins: apiUrl ? [new URL(apiUrl).origin] : [] });
    platforms.push(discordPlatform({ ...config.discord, fetchTo, log, clock }));
  }
  if (config.slack) {
    const { slackPlatform } = await import('./platforms/slack/slack.ts');
    const { slack: slackConfig, slackApp, publicUrl } = config;
    const fetchTo = guardedFetch({ allowedOrigins: [new URL(slackConfig.apiUrl ?? slackUrl).origin] });
    const slack = slackPlatform({
      ...slackConfig,
      fetchTo,
      publicUrl,
      appId: slackApp?.id,
      configurationToken: slackApp?.configToken,
      clock,
      log,
    });
    platforms.push(slack);
    if (slack.listener) mounted.set('/slack/', slack.listener);
  }
  return { platforms, mounted };
}
