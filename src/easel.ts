import { randomUUID } from 'node:crypto';
import type { RequestListener } from 'node:http';
import type { Logger } from 'pino';
import type { Storage } from './build.ts';
import { buildProviders } from './build-providers.ts';
import type { Config } from './config.ts';
import type { ChatPlatform } from './domain/chat-platform.ts';
import type { Clock } from './domain/clock.ts';
import { modelsOffered } from './domain/image-provider.ts';
import { noMeter } from './domain/metrics.ts';
import type { PlatformName } from './domain/person.ts';
import { fetchLink } from './fetch-link.ts';
import { listModels } from './list-models.ts';
import { loadCatalogue } from './load-catalogue.ts';
import { loadCommands } from './load-commands.ts';
import { alerts } from './pipeline/alert.ts';
import { pausedCard } from './pipeline/cards.ts';
import { checkDaily, type DailyChecks } from './pipeline/daily.ts';
import { errands } from './pipeline/errands.ts';
import { floodLimiter } from './pipeline/floods.ts';
import { finishForgetting } from './pipeline/forget-me.ts';
import { openHealth } from './pipeline/health.ts';
import { beginAtZero } from './pipeline/measure.ts';
import { measuredPlatform } from './pipeline/measured-platform.ts';
import type { Parts } from './pipeline/parts.ts';
import { decoder } from './pipeline/pictures/decoder.ts';
import { sharpInputs } from './pipeline/pictures/input-pictures.ts';
import { sharpPreviews } from './pipeline/pictures/previews.ts';
import { placeOld } from './pipeline/place-old.ts';
import { createWorker, type Worker } from './pipeline/queue.ts';
import { openReception } from './pipeline/receive.ts';
import { ownerName, recover } from './pipeline/recover.ts';
import { openOrGoBlind } from './pipeline/show.ts';
import { openStandings } from './pipeline/standings.ts';
import { tellUntold } from './pipeline/tell-end.ts';
import { tidy } from './pipeline/tidy.ts';
import { keepWaitingCards } from './pipeline/waiting-cards.ts';
import { openWishes } from './pipeline/wishes.ts';
import { hookSecret, personHash, readSecretKey } from './secret-key.ts';
import { startPlatform } from './start-platform.ts';
import { diagnose, modelsInUse } from './storage/doctor.ts';
import { keyvOn } from './storage/keyv-store.ts';
import { readOpenJobs } from './storage/open-jobs.ts';
import { keyvPreferences, modelsPreferred } from './storage/preferences.ts';
import { type Hooks, hooksPath, openHooks } from './web/hooks.ts';
import type { Metrics, Readings } from './web/metrics.ts';
import { startWeb, type WebServer } from './web/server.ts';

/** How long running jobs may take to end after a stop was asked for. */
const graceMs = 25_000;
const floodMost = 30;
/** Cards that are told of a pause; the rest of a long queue stays as it is. */
const pausedMost = 50;
const firstChecksMs = 10 * 60_000;
/** A platform that takes neither answers nor edits does not keep Easel from stopping. */
const lastWordsMs = 10_000;

export interface Easel {
  readonly parts: Parts;
  /** Where services can call back; undefined without a `PUBLIC_URL`. */
  readonly hooks: Hooks | undefined;
  /** What the page of metrics reads when it is asked for. */
  readonly readings: Readings;
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
  chance: () => number = Math.random,
  meter = noMeter,
): Promise<Easel> {
  const { database, store, blobs, pace } = storage;
  const catalogue = await loadCatalogue(config.modelsFile);
  const platforms = new Map<PlatformName, ChatPlatform>(
    chat.map((platform) => [platform.name, measuredPlatform(platform, meter, clock)]),
  );
  const secret = await readSecretKey(config.secretKey, config.dataDir);
  const hooks = config.publicUrl === undefined ? undefined : openHooks(config.publicUrl, hookSecret(secret));
  const providers = await buildProviders(config, catalogue, clock, pace, hooks);
  const { creditUsd, userConcurrency, userQueue, userPerMinute, partialImages, admins } = config;
  const { cacheMs, cacheBytesMax } = config;
  const limits = { userConcurrency, userQueue, userPerMinute };
  const rules = { creditUsd, ...limits, partialImages, admins, cacheMs, cacheBytesMax };
  const pictures = decoder();
  const closing = new AbortController();
  const parts: Parts = {
    store,
    blobs,
    providers,
    pace,
    platforms,
    commands: await loadCommands(modelsOffered(providers)),
    catalogue,
    preferences: keyvPreferences(keyvOn(database.db, clock, 'preferences')),
    floods: floodLimiter(floodMost),
    previews: sharpPreviews(pictures),
    inputs: sharpInputs(pictures),
    forms: keyvOn(database.db, clock, 'forms'),
    hints: keyvOn(database.db, clock, 'hints'),
    wishes: openWishes(store.queue),
    health: openHealth(keyvOn(database.db, clock, 'aside'), clock),
    standings: openStandings(store.queue, clock),
    chance,
    closing: closing.signal,
    clock,
    log,
    meter,
    rules,
    errands: errands(log),
    announcing: new Set(),
    opening: new Map(),
    owner: ownerName(randomUUID()),
    hashPerson: personHash(secret),
    pseudonym: storage.pseudonym,
    fetchLink: fetchLink({ allowedOrigins: config.linkOrigins, log: (refused) => log.info(refused) }),
    alert: alerts({ channel: config.adminChannel }, keyvOn(database.db, clock, 'alerts'), {
      platforms,
      clock,
      log,
      rules,
    }),
  };
  beginAtZero(parts);
  const readings: Readings = {
    openJobs: () => readOpenJobs(database.db),
    platforms: () => [...platforms.values()].map(({ name, connected }) => ({ name, connected: connected() })),
    clock,
  };
  return { ...wire(parts, config, storage, closing), hooks, readings };
}

function wire(
  parts: Parts,
  config: Config,
  storage: Storage,
  closing: AbortController,
): Omit<Easel, 'hooks' | 'readings'> {
  const { store } = storage;
  const worker = createWorker(parts);
  const reception = openReception(parts, worker);
  const over = new AbortController();
  const checks = dailyChecks(parts, worker, config, storage);
  /** The checks read everything, so they wait until the start is over. */
  async function laterDaily(): Promise<void> {
    await parts.clock.sleep(firstChecksMs, over.signal).catch(() => undefined);
    await checkDaily(checks, parts, over.signal);
  }
  return {
    parts,
    async start() {
      await recover(parts);
      // Whoever starts Easel again may have mended an account.
      for (const { name } of parts.providers) await parts.health.takeBack(name);
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
      parts.errands.add(placeOld(parts));
      parts.errands.add(tellUntold(parts));
      parts.errands.add(finishForgetting(parts, worker));
      parts.errands.add(keepWaitingCards(parts, over.signal));
      parts.errands.add(laterDaily());
    },
    idle: () => worker.idle(),
    async stop() {
      closing.abort();
      over.abort();
      await worker.stop(graceMs);
      await inTime(reception.settled(), parts);
      await inTime(
        pauseCards(parts).then(() => parts.errands.settled()),
        parts,
      );
      await Promise.all([...parts.platforms.values()].map((platform) => platform.stop()));
      await parts.floods.stop();
      await store.close();
    },
  };
}

/** What the daily checks look at. */
function dailyChecks(parts: Parts, worker: Worker, config: Config, { database, blobs }: Storage): DailyChecks {
  const { catalogue, clock } = parts;
  const { db } = database;
  return {
    async tidy(signal) {
      await finishForgetting(parts, worker);
      await tidy(config, parts, signal);
    },
    recount: async () => (await diagnose(db, blobs)).findings.map(({ subject, what }) => `${subject} ${what}`),
    async modelsInUse() {
      const preferred = await modelsPreferred(keyvOn(db, clock, 'preferences'));
      const configured = config.providers.flatMap(({ models = [] }) => models.map(({ model }) => model));
      return { byPeople: [...(await modelsInUse(db, clock.now())), ...preferred], configured };
    },
    listings: (signal) => listModels(config, catalogue, signal),
  };
}

/** Waits for the last answers and the last edits of cards, as far as there is time. */
async function inTime(work: Promise<void>, { clock }: Parts): Promise<void> {
  const over = new AbortController();
  const time = clock.sleep(lastWordsMs, over.signal).catch(() => undefined);
  await Promise.race([work, time]);
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

/** Easel's own port, with what the platforms mount there, and the ways in for image services that call back. */
export function startPort(
  config: Config,
  easel: Easel,
  mounted: ReadonlyMap<string, RequestListener>,
  metrics: Metrics,
): Promise<WebServer> {
  const { platforms, store } = easel.parts;
  const disconnected = () =>
    [...platforms.values()].filter((platform) => !platform.connected()).map(({ name }) => name);
  const all = new Map([...mounted, ...(easel.hooks ? [[hooksPath, easel.hooks.listener] as const] : [])]);
  const { contentType } = metrics;
  const read = () => metrics.page(easel.readings);
  const page = { contentType, read, token: config.metricsToken };
  return startWeb(config.port, config.host, { database: () => store.ping(), disconnected }, all, page);
}
