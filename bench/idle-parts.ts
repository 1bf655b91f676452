import { Keyv } from 'keyv';
import type { Logger } from 'pino';
import { type Catalogue, offersOf } from '../src/domain/catalogue.ts';
import type { ChatPlatform, Thread } from '../src/domain/chat-platform.ts';
import { type ImageProvider, lanes } from '../src/domain/image-provider.ts';
import { noMeter } from '../src/domain/metrics.ts';
import type { Store } from '../src/domain/store.ts';
import { loadCatalogue } from '../src/load-catalogue.ts';
import { errands } from '../src/pipeline/errands.ts';
import type { Parts } from '../src/pipeline/parts.ts';
import { openWishes } from '../src/pipeline/wishes.ts';
import models from '../src/providers/models.json' with { type: 'json' };
import { systemClock } from '../src/system-clock.ts';

/** What a worker needs besides its store, doing nothing: what is left is the work on the queue and the ledger. */

const unknown = () => ({ p90Ms: undefined, errorRate: 0 });
const nothing = async (): Promise<void> => undefined;

const thread: Thread = {
  pictureBytesMax: () => Number.MAX_SAFE_INTEGER,
  ...{ open: nothing, update: nothing, post: nothing, say: nothing, remove: nothing },
};

const platform: ChatPlatform = {
  name: 'console',
  editIntervalMsMin: 2_500,
  connected: () => true,
  register: async () => 'nothing',
  thread: () => thread,
  direct: async () => ({ platform: 'console' }),
  channel: () => ({ platform: 'console' }),
  shown: () => ({ thread: 'console', channel: 'console', messages: [], own: true }),
  download: async () => new Uint8Array(),
  fileAt: async () => undefined,
  isAdmin: async () => false,
  ...{ start: nothing, stop: nothing },
};

/** Just enough of a PNG to be told for one: 64 by 64 pixels. */
const png = Buffer.concat([
  Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'),
  Buffer.from('0000004000000040080200000025 0be689'.replace(' ', ''), 'hex'),
  Buffer.from('0000000049454e44ae426082', 'hex'),
]);

const provider: ImageProvider = {
  name: 'instant',
  placeholder: false,
  offers: offersOf(models as unknown as Catalogue, 'openai', ['gpt-image-2.5-flare']),
  imagesPerCallMax: 10,
  partialImagesMax: 0,
  concurrency: 8,
  priceMultiplier: 1,
  lanes,
  // Not at once: everything on SQLite happens in one turn of the event loop, and timers want theirs.
  start: () => new Promise((resolve) => setImmediate(resolve, { made: [png], usage: undefined, requestId: 'req_1' })),
  check: () => Promise.reject(new RangeError('there are no tickets')),
};

export const instantProvider = provider;

/** Never answers, so that its eight places stay taken. */
export const stuckProvider: ImageProvider = {
  ...provider,
  start: (_request, _key, signal) =>
    new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
};

const notHere = (): Promise<never> => Promise.reject(new RangeError('nothing is edited here'));

const catalogue = await loadCatalogue();

export const idleParts = (store: Store, imageProvider: ImageProvider, log: Logger): Parts => ({
  store,
  providers: [imageProvider],
  pace: { room: () => true },
  platforms: new Map([[platform.name, platform]]),
  blobs: {
    put: async () => 'ab'.repeat(32),
    get: async () => undefined,
    renew: async () => true,
    async *older() {
      yield [];
    },
    remove: async () => true,
    has: async () => true,
  },
  pseudonym: (person) => person,
  catalogue,
  clock: systemClock,
  log,
  meter: noMeter,
  commands: [],
  preferences: {
    ofPerson: async () => ({}),
    ofWorkspace: async () => ({}),
    ...{ setPerson: nothing, setWorkspace: nothing },
  },
  floods: { take: async () => undefined, stop: nothing },
  previews: { small: async () => undefined, fit: async () => undefined },
  inputs: { prepare: notHere, mask: notHere, maskOf: notHere },
  fetchLink: notHere,
  forms: new Keyv(),
  hints: new Keyv(),
  wishes: openWishes(store.queue),
  health: {
    ...{ readyAt: () => 0, begins: () => undefined, ended: () => undefined, putAside: nothing, refresh: nothing },
    takeBack: async () => false,
  },
  standings: { of: unknown, whole: unknown, refresh: nothing },
  chance: () => 1,
  closing: new AbortController().signal,
  rules: {
    ...{ creditUsd: 0.001, userConcurrency: 2, userQueue: 5, userPerMinute: 6, partialImages: 0, admins: [] },
    ...{ cacheMs: 0, cacheBytesMax: 0 },
  },
  errands: errands(log),
  announcing: new Set(),
  opening: new Map(),
  owner: 'bench/1/1',
  hashPerson: (person) => person,
  alert: nothing,
});
