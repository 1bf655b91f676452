import type { RequestListener } from 'node:http';
import path from 'node:path';
import type { Logger } from 'pino';
import type { Config } from './config.ts';
import type { BlobStore } from './domain/blob-store.ts';
import type { ChatPlatform } from './domain/chat-platform.ts';
import type { Clock } from './domain/clock.ts';
import { noMeter } from './domain/metrics.ts';
import type { Pace } from './domain/pace.ts';
import { guardedFetch } from './http/guarded-fetch.ts';
import type { Parts } from './pipeline/parts.ts';
import { localPace, openPace } from './providers/pace.ts';
import { pseudonymOf, readSecretKey } from './secret-key.ts';
import { fileBlobs } from './storage/blobs.ts';
import { type Database, openDatabase } from './storage/database.ts';
import { faulty } from './storage/faulty.ts';
import { postgresTally } from './storage/postgres-tally.ts';
import { s3Blobs } from './storage/s3-blobs.ts';
import { sqlStore } from './storage/store.ts';

/** Builds the edges that the configuration names: storage and chat platforms. */

export const slackUrl = 'https://slack.com/api/';

/** Everything that is open: the database and what stands on it. */
export interface Storage {
  readonly database: Database;
  readonly store: Parts['store'];
  readonly blobs: Parts['blobs'];
  /** Who people are once they are forgotten. */
  readonly pseudonym: Parts['pseudonym'];
  /** Over all processes on the same PostgreSQL database. On SQLite there is one, and nothing is written for it. */
  readonly pace: Pace;
}

export async function openStorage(config: Config, clock: Clock, meter = noMeter): Promise<Storage> {
  const database = await openDatabase(config.databaseUrl, path.join(config.dataDir, 'easel.db'), meter);
  const pseudonym = pseudonymOf(await readSecretKey(config.secretKey, config.dataDir));
  return {
    database,
    store: sqlStore(database, clock, config.startingCredits, pseudonym),
    blobs: await openBlobs(config, clock),
    pseudonym,
    pace: paceOver(database, clock),
  };
}

/** The SDK for S3 is loaded only where it is used. */
export async function openBlobs(
  { blobs, dataDir }: Pick<Config, 'blobs' | 'dataDir'>,
  clock: Clock,
): Promise<BlobStore> {
  return blobs ? s3Blobs(blobs) : fileBlobs(path.join(dataDir, 'blobs'), () => clock.now());
}

function paceOver({ engine, db }: Database, clock: Clock): Pace {
  if (engine === 'sqlite') return localPace(clock);
  return openPace(faulty(postgresTally(db)), clock, { shared: true });
}

/** The chat platforms that are switched on. Each is loaded only then: an idle adapter costs memory. */
export async function buildPlatforms(
  config: Config,
  log: Logger,
  clock: Clock,
  meter = noMeter,
): Promise<{ platforms: ChatPlatform[]; mounted: Map<string, RequestListener> }> {
  const platforms: ChatPlatform[] = [];
  const mounted = new Map<string, RequestListener>();
  if (config.discord) {
    const { discordPlatform } = await import('./platforms/discord/discord.ts');
    const { apiUrl } = config.discord;
    const fetchTo = guardedFetch({ allowedOrigins: apiUrl ? [new URL(apiUrl).origin] : [] });
    platforms.push(discordPlatform({ ...config.discord, fetchTo, log, clock, meter }));
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
      meter,
    });
    platforms.push(slack);
    if (slack.listener) mounted.set('/slack/', slack.listener);
  }
  return { platforms, mounted };
}
