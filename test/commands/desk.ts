import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Catalogue } from '../../src/domain/catalogue.ts';
import type { Desk } from '../../src/domain/command.ts';
import { credits } from '../../src/domain/credits.ts';
import type { ImageWish } from '../../src/domain/image.ts';
import type { JobId } from '../../src/domain/job.ts';
import type { Person } from '../../src/domain/person.ts';
import { laneOf } from '../../src/domain/preferences.ts';
import { isRefusal, refusalText } from '../../src/domain/refusal.ts';
import type { Store } from '../../src/domain/store.ts';
import { plainText, type Text } from '../../src/domain/text.ts';
import { loadCatalogue } from '../../src/load-catalogue.ts';
import { type Health, openHealth } from '../../src/pipeline/health.ts';
import { services } from '../../src/pipeline/services.ts';
import { openStandings } from '../../src/pipeline/standings.ts';
import { openDatabase } from '../../src/storage/database.ts';
import { keyvOn } from '../../src/storage/keyv-store.ts';
import { keyvPreferences } from '../../src/storage/preferences.ts';
import { sqlStore } from '../../src/storage/store.ts';
import { person } from '../contracts/jobs.ts';
import { commands, models, readLine } from '../domain/read-line.ts';
import { type ManualClock, manualClock } from '../fakes/clock.ts';
import { scriptedProvider } from '../fakes/provider.ts';

const noon = Date.UTC(2026, 10, 20, 12);

/** A desk where people ask and get answers: the real store in a temporary file, the real commands and catalogue. */
export interface TestDesk {
  readonly store: Store;
  readonly health: Health;
  readonly catalogue: Catalogue;
  readonly clock: ManualClock;
  /** Says a line as this person; resolves to what they read, as plain text. */
  say(line: string, as?: Person, requestId?: string): Promise<string>;
  /** The answer as it was made, with its spans. */
  answer(line: string, as?: Person, requestId?: string): Promise<Text>;
  close(): Promise<void>;
}

export const ann = person('ann');
/** The one who is no admin. */
export const bob = person('bob');

export async function openDesk(): Promise<TestDesk> {
  const folder = mkdtempSync(path.join(tmpdir(), 'easel-'));
  const clock = manualClock(noon);
  const database = await openDatabase(undefined, path.join(folder, 'easel.db'));
  const store = sqlStore(database, clock, credits(500));
  const catalogue = await loadCatalogue();
  const preferences = keyvPreferences(keyvOn(database.db, clock, 'preferences'));
  const health = openHealth(keyvOn(database.db, clock, 'aside'), clock);
  const standings = openStandings(store.queue, clock);
  let requests = 0;

  const deskFor = (asker: Person, requestId: string): Desk => ({
    requestId,
    asker,
    admin: true,
    ledger: store.ledger,
    queue: store.queue,
    audit: store.audit,
    preferences,
    catalogue,
    models,
    services: services({ providers: [scriptedProvider().provider], health, standings }),
    commands,
    lane: async () => laneOf(asker.id, asker !== bob, await preferences.ofWorkspace(asker.workspace)),
    cancel: (job) =>
      store.transaction(async ({ queue, ledger }) => {
        const state = await queue.cancel(job as JobId);
        if (state === 'ended') await ledger.release(job as JobId);
        return `${job}: ${state}`;
      }),
    now: clock.now(),
  });

  async function answer(line: string, as = ann, requestId = `r${requests++}`): Promise<Text> {
    const read = readLine(line);
    if (isRefusal(read)) return refusalText(read);
    if (read.command.kind === 'image') throw new RangeError(`${line} plans a picture`);
    const said = await read.command.answer(read.values, deskFor(as, requestId));
    return isRefusal(said) ? refusalText(said) : said;
  }

  return {
    store,
    health,
    catalogue,
    clock,
    answer,
    say: async (...line) => plainText(await answer(...line)),
    async close() {
      await store.close();
      rmSync(folder, { recursive: true });
    },
  };
}

/** What `/imagine` plans for this line, or the sentence that it refuses with. */
export function plan(line: string): ImageWish | string {
  const read = readLine(`/imagine ${line}`);
  if (isRefusal(read)) return refusalText(read);
  if (read.command.kind !== 'image') throw new RangeError(`${line} plans no picture`);
  const wish = read.command.plan(read.values);
  return isRefusal(wish) ? refusalText(wish) : wish;
}
