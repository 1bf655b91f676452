/** Measures a queue of 10,000 waiting jobs in one database, told by its argument; prints what came out as JSON. */
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import { pino } from 'pino';
import { credits } from '../src/domain/credits.ts';
import type { ImageProvider } from '../src/domain/image-provider.ts';
import type { Parts } from '../src/pipeline/parts.ts';
import { createWorker } from '../src/pipeline/queue.ts';
import { keepWaitingCards } from '../src/pipeline/waiting-cards.ts';
import { openDatabase } from '../src/storage/database.ts';
import { sqlStore } from '../src/storage/store.ts';
import { systemClock } from '../src/system-clock.ts';
import { fillQueue } from './fill-queue.ts';
import { idleParts, instantProvider, stuckProvider } from './idle-parts.ts';

export interface QueueReport {
  /** Shares of one core. */
  readonly emptyIdle: number;
  readonly fullIdle: number;
  readonly claimsPerSecond: number;
  readonly deliveredPerSecond: number;
}

const waiting = 10_000;
const people = 2_000;
/** As long as the front of the queue is looked at once. */
const idleMs = 5_000;
const claims = 1_500;
const workMs = 4_000;

const { url, file = path.join(tmpdir(), `easel-bench-${process.pid}.db`) } = JSON.parse(process.argv[2] ?? '{}') as {
  readonly url?: string;
  readonly file?: string;
};
const database = await openDatabase(url, file);
const store = sqlStore(database, systemClock, credits(0));
const { queue } = store;

/** Runs the real worker for a while; resolves to its share of a core. */
async function work(ms: number, provider: ImageProvider): Promise<number> {
  const parts: Parts = idleParts(store, provider, pino({ level: 'silent' }));
  const over = new AbortController();
  const worker = createWorker(parts);
  worker.start();
  const cards = keepWaitingCards(parts, over.signal);
  await sleep(1_000);
  const before = process.cpuUsage();
  await sleep(ms);
  const { user, system } = process.cpuUsage(before);
  over.abort();
  await worker.stop(0);
  await cards;
  return (user + system) / 1000 / ms;
}

async function count(state: string): Promise<number> {
  const { count: found } = await database.db
    .selectFrom('jobs')
    .select((eb) => eb.fn.countAll().as('count'))
    .where('state', '=', state)
    .executeTakeFirstOrThrow();
  return Number(found);
}

async function claimMany(): Promise<number> {
  let ms = 0;
  for (let n = 0; n < claims; n++) {
    const startedAt = performance.now();
    const claim = await queue.claim('bench', ['console'], true, 2);
    ms += performance.now() - startedAt;
    if (!claim) throw new RangeError('there is a job to claim');
    await queue.end(claim, { cancelled: true });
  }
  return (claims * 1000) / ms;
}

const emptyIdle = await work(idleMs, stuckProvider);
await fillQueue(database, waiting, people);
// As PostgreSQL does by itself within a minute; until then it takes the table for empty, and sorts all of it.
await sql`analyze`.execute(database.db);
const fullIdle = await work(idleMs, stuckProvider);
const claimsPerSecond = await claimMany();
const before = await count('delivered');
const startedAt = performance.now();
await work(workMs, instantProvider);
const deliveredPerSecond = ((await count('delivered')) - before) / ((performance.now() - startedAt) / 1000);
await store.close();
console.log(JSON.stringify({ emptyIdle, fullIdle, claimsPerSecond, deliveredPerSecond }));
