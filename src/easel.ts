import { randomUUID } from 'node:crypto';
import type { RequestListener } from 'node:http';
import path from 'node:path';
import type { Logger } from 'pino';
import type { Config, ProviderConfig } from './config.ts';
import { type Catalogue, findModel } from './domain/catalogue.ts';
import type { ChatPlatform } from './domain/chat-platform.ts';
import type { Clock } from './domain/clock.ts';
import type { ImageProvider } from './domain/image-provider.ts';
import type { PlatformName } from './domain/person.ts';
import { guardedFetch } from './http/guarded-fetch.ts';
import { longCalls } from './http/long-calls.ts';
import { loadCatalogue } from './load-catalogue.ts';
import { loadCommands } from './load-commands.ts';
import { alerts } from './pipeline/alert.ts';
import { pausedCard } from './pipeline/cards.ts';
import { checkDaily } from './pipeline/daily.ts';
import { errands } from './pipeline/errands.ts';
import { floodLimiter } from './pipeline/floods.ts';
import type { Parts } from './pipeline/parts.ts';
import { sharpPreviews } from './pipeline/previews.ts';
import { createWorker } from './pipeline/queue.ts';
import { openReception } from './pipeline/receive.ts';
import { ownerName, recover } from './pipeline/recover.ts';
import { openOrGoBlind } from './pipeline/show.ts';
import { tellUntold } from './pipeline/tell-end.ts';
import { keepWaitingCards } from './pipeline/waiting-cards.ts';
import { openaiProvider } from './providers/openai.ts';
import { deadlineByQuality, withDeadline } from './providers/with-deadline.ts';
import { withLimits } from './providers/with-limits.ts';
import { withRetry } from './providers/with-retry.ts';
import { withSeveralCalls } from './providers/with-several-calls.ts';
import { personHash, readSecretKey } from './secret-key.ts';
import { startPlatform } from './start-platform.ts';
import { fileBlobs } from './storage/blobs.ts';
import { type Database, openDatabase } from './storage/database.ts';
import { diagnose, modelsInUse } from './storage/doctor.ts';
import { keyvOn } from './storage/keyv-store.ts';
import { keyvPreferences } from './storage/preferences.ts';
import { sqlStore } from './storage/store.ts';
import { startWeb, type WebServer } from './web/server.ts';

/** How long running jobs may take to end after a stop was asked for. */
const graceMs = 25_000;
export const slackUrl = 'https://slack.com/api/';
const floodMost = 30;
/** The sketch takes its time, so that progress can be seen. */
const sketchStepMs = 800;
/** Cards that are told of a pause; the rest of a long queue stays as it is. */
const pausedMost = 50;
const firstChecksMs = 10 * 60_000;
/** Cards are losable: a platform that takes no edits does not keep Easel from stopping. */
const lastEditsMs = 10_000;

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
    platforms.push(discordPlatform({ ...config.discord, log, clock }));
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

export interface Easel {
  readonly parts: Parts;
  /** Starts to take requests; resolves when every platform is ready. */
  start(): Promise<void>;
  /** Resolves when no job is left to do. */
  idle(): Promise<void>;
  /** Takes no more requests, lets running jobs end, leaves the rest to the next start, closes everything. */
  stop(): Promise<void>;
}

/** Builds every concrete part and wires them; nothing runs before `start`. */
export async function buildEasel(
  config: Config,
  storage: Storage,
  chat: readonly ChatPlatform[],
  log: Logger,
  clock: Clock,
): Promise<Easel> {
  const { database, store, blobs } = storage;
  const catalogue = await loadCatalogue(config.modelsFile);
  const providers = await buildProviders(config, catalogue, clock);
  const platforms = new Map<PlatformName, ChatPlatform>(chat.map((platform) => [platform.name, platform]));
  const secret = await readSecretKey(config.secretKey, config.dataDir);
  const { creditUsd, userConcurrency, userQueue, userPerMinute, partialImages, admins } = config;
  const rules = { creditUsd, userConcurrency, userQueue, userPerMinute, partialImages, admins };
  const parts: Parts = {
    store,
    blobs,
    providers,
    platforms,
    commands: await loadCommands([...new Set(providers.flatMap(({ models }) => models))]),
    catalogue,
    preferences: keyvPreferences(keyvOn(database.db, clock, 'preferences')),
    floods: floodLimiter(floodMost),
    previews: sharpPreviews(),
    clock,
    log,
    rules,
    errands: errands(log),
    announcing: new Set(),
    opening: new Map(),
    owner: ownerName(randomUUID()),
    hashPerson: personHash(secret),
    alert: alerts({ channel: config.adminChannel }, keyvOn(database.db, clock, 'alerts'), {
      platforms,
      clock,
      log,
      rules,
    }),
  };
  return wire(parts, storage);
}

function wire(parts: Parts, { database, store, blobs }: Storage): Easel {
  const worker = createWorker(parts);
  const reception = openReception(parts, worker);
  const over = new AbortController();
  const checks = {
    recount: async () => (await diagnose(database.db, blobs)).findings.map(({ subject, what }) => `${subject} ${what}`),
    modelsInUse: () => modelsInUse(database.db, parts.clock.now()),
  };
  /** The checks read everything, so they wait until the start is over. */
  async function laterDaily(): Promise<void> {
    await parts.clock.sleep(firstChecksMs, over.signal).catch(() => undefined);
    await checkDaily(checks, parts, over.signal);
  }
  return {
    parts,
    async start() {
      await recover(parts);
      worker.start();
      const { commands, errands: background } = parts;
      const starting = [...parts.platforms.values()].map(async (platform) => {
        const { tries } = await startPlatform(platform, commands, reception.receive, parts, over.signal);
        background.add(tries);
      });
      await Promise.all(starting).catch(async (error: unknown) => {
        await worker.stop(graceMs);
        throw error;
      });
      parts.errands.add(tellUntold(parts));
      parts.errands.add(keepWaitingCards(parts, over.signal));
      parts.errands.add(laterDaily());
    },
    idle: () => worker.idle(),
    async stop() {
      reception.close();
      over.abort();
      await worker.stop(graceMs);
      await lastEdits(parts);
      await Promise.all([...parts.platforms.values()].map((platform) => platform.stop()));
      await parts.floods.stop();
      await store.close();
    },
  };
}

/** Lets every card show how its job stands, as far as there is time. */
async function lastEdits(parts: Parts): Promise<void> {
  const over = new AbortController();
  const time = parts.clock.sleep(lastEditsMs, over.signal).catch(() => undefined);
  await Promise.race([pauseCards(parts).then(() => parts.errands.settled()), time]);
  over.abort();
}

/** Tells those who wait that it will go on. */
async function pauseCards(parts: Parts): Promise<void> {
  const waiting = await parts.store.queue.waiting([...parts.platforms.keys()], pausedMost);
  await Promise.all(
    waiting.map(async (job) => {
      const show = await openOrGoBlind(job, pausedCard(job), parts);
      await show?.finish(pausedCard(job));
    }),
  );
}

/** Easel's own port, with what the platforms mount there. */
export function startPort(
  config: Config,
  easel: Easel,
  mounted: ReadonlyMap<string, RequestListener>,
): Promise<WebServer> {
  const { platforms, store } = easel.parts;
  const disconnected = () =>
    [...platforms.values()].filter((platform) => !platform.connected()).map(({ name }) => name);
  return startWeb(config.port, config.host, { database: () => store.ping(), disconnected }, mounted);
}
