import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { findModel, offerOf } from '../../src/domain/catalogue.ts';
import { credits } from '../../src/domain/credits.ts';
import type { Listing } from '../../src/domain/listing.ts';
import { personId } from '../../src/domain/person.ts';
import { checkDaily } from '../../src/pipeline/daily.ts';
import { fileBlobs } from '../../src/storage/blobs.ts';
import { diagnose, modelsInUse } from '../../src/storage/doctor.ts';
import { sqlStore } from '../../src/storage/store.ts';
import { newJob, nothingBooked, request } from '../contracts/jobs.ts';
import { catalogue, flare, mini, old } from '../domain/models.ts';
import { scriptedProvider } from '../fakes/provider.ts';
import { alerting, dayMs } from './alerting.ts';

interface Told {
  readonly configured: readonly string[];
  readonly offered: readonly { readonly provider: string; readonly models: readonly string[] }[];
  readonly listings: readonly Listing[];
  readonly tidy: () => Promise<void>;
}

/** The daily checks as Easel runs them, over a database, told on a terminal. */
async function checking(startsAt?: number, models = catalogue, more: Partial<Told> = {}) {
  const { configured = [], offered = [], listings = [] } = more;
  const { database, folder, clock, log, alert, lines } = await alerting(startsAt);
  const store = sqlStore(database, clock, credits(500));
  const blobs = fileBlobs(path.join(folder, 'blobs'));
  const checks = {
    tidy: more.tidy ?? (async () => undefined),
    recount: async () => (await diagnose(database.db, blobs)).findings.map(({ subject, what }) => `${subject} ${what}`),
    modelsInUse: async () => ({ byPeople: await modelsInUse(database.db, clock.now()), configured }),
    listings: async () => listings,
  };
  const providers = offered.map(({ provider, models: ids }) => {
    const offers = ids.map((id) => findModel(models, id)).map((model) => model && offerOf(model, 'openai'));
    return scriptedProvider({ name: provider, offers: offers.filter((offer) => offer !== undefined) }).provider;
  });
  return {
    clock,
    lines,
    store,
    db: database.db,
    /** As a process begins with them; resolves when the first ones are done. */
    async start() {
      const over = new AbortController();
      const done = checkDaily(checks, { catalogue: models, providers, clock, alert: alert(), log }, over.signal);
      await clock.untilSleeping();
      return {
        async nextDay() {
          await clock.advance(dayMs);
          await clock.untilSleeping();
        },
        async stop() {
          over.abort();
          await done;
        },
      };
    },
    /** Somebody has a picture made with this model. */
    made: async (model: string) => {
      const at = clock.now();
      const { quality, size, count } = request;
      await store.queue.record({
        ...{ job: newJob('ann', at).id, attempt: 1, provider: 'relay', model, quality, size, count },
        ...{ startedAt: at, endedAt: at + 1_000, outcome: 'made', ...nothingBooked },
      });
    },
    /** Writes into an account what no entry says. */
    damage: (name: string) =>
      database.db
        .updateTable('accounts')
        .set({ available: 7 })
        .where('person', '=', personId('console', name))
        .execute(),
  };
}

const retiring =
  'The model mini, in use here, ends on 2026-12-01. From then on requests for it are made with flare.' as const;
/** 60.5 days before mini ends. */
const early = Date.UTC(2026, 9, 2) - dayMs / 2;

describe('a model that is about to retire', () => {
  test('is told from 60 days before on, once a day', async () => {
    const { start, made, lines } = await checking(early);
    await made('mini');
    const { nextDay, stop } = await start();
    expect(lines()).toEqual([]);
    await nextDay();
    expect(lines()).toEqual([retiring]);
    await nextDay();
    expect(lines()).toEqual([retiring, retiring]);
    await stop();
  });

  test('is told once on a day on which Easel starts several times', async () => {
    const { start, made, lines } = await checking();
    await made('mini');
    for (let starts = 0; starts < 3; starts++) await (await start()).stop();
    expect(lines()).toEqual([retiring]);
  });

  test('is not told where nobody uses it, or nobody has for a month', async () => {
    const { start, made, lines, clock } = await checking(early);
    await (await start()).stop();
    await made('mini');
    await clock.advance(31 * dayMs);
    await (await start()).stop();
    expect(lines()).toEqual([]);
  });

  test('is told where it is the default, used or not', async () => {
    const { start, lines } = await checking(undefined, { ...catalogue, default: 'mini' });
    await (await start()).stop();
    expect(lines()).toEqual([retiring]);
  });

  test('without a successor says so', async () => {
    const { successor: _, ...alone } = mini;
    const { start, made, lines } = await checking(undefined, { ...catalogue, models: [flare, alone] });
    await made('mini');
    await (await start()).stop();
    expect(lines()).toEqual(['The model mini, in use here, ends on 2026-12-01. It has no successor.']);
  });

  test('is one event for each model', async () => {
    const soon = { ...flare, life: { state: 'retiring', on: '2027-01-05' }, successor: 'newer' } as const;
    const { start, made, lines } = await checking(undefined, { ...catalogue, models: [soon, mini] });
    await made('mini');
    await (await start()).stop();
    expect(lines()).toEqual([
      'The model flare, in use here, ends on 2027-01-05. From then on requests for it are made with newer.',
      retiring,
    ]);
  });
});

describe('a model that has retired', () => {
  const ended = Date.UTC(2026, 11, 1);

  test('is no longer told where people have used it: they get its successor', async () => {
    const { start, made, lines } = await checking(ended);
    await made('mini');
    await (await start()).stop();
    expect(lines()).toEqual([]);
  });

  test('is told as long as the configuration names it', async () => {
    const { start, lines } = await checking(ended, catalogue, { configured: ['mini', 'flare'] });
    await (await start()).stop();
    expect(lines()).toEqual([
      'The model mini, still set up here, ended on 2026-12-01. From then on requests for it are made with flare.',
    ]);
  });
});

describe('what the services say of a model', () => {
  const says = (provider: string, model: string, shutsDownOn: string | undefined): Listing => ({
    provider,
    offers: [{ model, name: model, listed: true, shutsDownOn }],
  });
  const silent: Listing = { provider: 'relay', unknown: 'has no list of models (404)' };

  test('is told where the catalogue does not know the day, once a day, with the service’s name', async () => {
    const { start, lines } = await checking(undefined, catalogue, {
      listings: [silent, says('openai', 'flare', '2027-01-10')],
    });
    const { nextDay, stop } = await start();
    const words =
      'The model flare, in use here, ends and the catalogue does not know it: openai shuts it down on 2027-01-10. It has no successor. Until the catalogue knows the day (MODELS_FILE), requests for flare fail there from then on.';
    expect(lines()).toEqual([words]);
    await nextDay();
    expect(lines()).toEqual([words, words]);
    await stop();
    await (await start()).stop();
    expect(lines()).toHaveLength(2);
  });

  test('is told when it is sooner than the catalogue says, and beside it when it is later', async () => {
    const listings = [says('one', 'mini', '2026-11-25'), says('two', 'mini', '2026-12-01')];
    const sooner = await checking(undefined, catalogue, { configured: ['mini'], listings });
    await (await sooner.start()).stop();
    expect(sooner.lines()).toEqual([
      'The model mini, in use here, ends sooner than the catalogue says: one shuts it down on 2026-11-25. From then on requests for it are made with flare. Until the catalogue knows the day (MODELS_FILE), requests for mini fail there from then on.',
    ]);
    const later = await checking(undefined, catalogue, {
      configured: ['mini'],
      listings: [says('one', 'mini', '2027-05-01')],
    });
    await (await later.start()).stop();
    expect(later.lines()).toEqual([`${retiring} By its own word one shuts it down on 2027-05-01.`]);
  });

  test('is not told where it is what the catalogue says, far away, or about a model that nobody uses', async () => {
    const listings = [
      says('one', 'mini', '2026-12-01'),
      says('one', 'flare', '2027-03-01'),
      says('one', 'old', '2026-12-24'),
    ];
    const { start, made, lines } = await checking(undefined, catalogue, { listings });
    await made('mini');
    await (await start()).stop();
    expect(lines()).toEqual([retiring]);
  });

  test('is told with who offers it here, and that nobody offers the successor', async () => {
    const offered = [
      { provider: 'one', models: ['mini'] },
      { provider: 'two', models: ['mini'] },
    ];
    const { start, made, lines } = await checking(undefined, catalogue, { offered });
    await made('mini');
    await (await start()).stop();
    expect(lines()).toEqual([
      'The model mini, in use here, ends on 2026-12-01. Its successor is flare, which no service here offers. Here it comes from one and two.',
    ]);
  });

  test('names the successor that lives then, along a chain', async () => {
    const soon = { ...old, life: { state: 'retiring', on: '2026-12-24' } } as const;
    const { start, made, lines } = await checking(undefined, { ...catalogue, models: [flare, mini, soon] });
    await made('old');
    await (await start()).stop();
    expect(lines()).toEqual([
      'The model old, in use here, ends on 2026-12-24. From then on requests for it are made with flare.',
    ]);
  });
});

describe('a ledger that does not add up', () => {
  test('is told with the first thing that is wrong and how many more there are, once a day until it is mended', async () => {
    const { start, store, lines, damage, db } = await checking();
    for (const name of ['ann', 'ben']) await store.ledger.balance(personId('console', name));
    const { nextDay, stop } = await start();
    expect(lines()).toEqual([]);
    await damage('ann');
    await nextDay();
    const one = 'The ledger does not add up: console:ann has 7 available, its entries say 500. Run npm run doctor.';
    expect(lines()).toEqual([one]);
    await damage('ben');
    await nextDay();
    expect(lines()[1]).toMatch(/its entries say 500, and 1 more\. Run npm run doctor\.$/);
    await db.updateTable('accounts').set({ available: 500 }).execute();
    await nextDay();
    expect(lines()).toHaveLength(2);
    await stop();
  });

  test('is told once on a day on which Easel starts several times', async () => {
    const { start, store, lines, damage } = await checking();
    await store.ledger.balance(personId('console', 'ann'));
    await damage('ann');
    for (let starts = 0; starts < 3; starts++) await (await start()).stop();
    expect(lines()).toHaveLength(1);
  });

  test('does not hide a model that is about to retire', async () => {
    const { start, store, made, lines, damage } = await checking();
    await store.ledger.balance(personId('console', 'ann'));
    await damage('ann');
    await made('mini');
    await (await start()).stop();
    expect(lines()).toEqual([retiring, expect.stringContaining('The ledger does not add up')]);
  });
});

test('what is old is removed at each round, and where that fails the checks are done all the same', async () => {
  let rounds = 0;
  const tidy = async () => {
    rounds++;
    throw new RangeError('the disk is full');
  };
  const { start, made, lines } = await checking(undefined, catalogue, { tidy });
  await made('mini');
  const { nextDay, stop } = await start();
  expect([rounds, lines()]).toEqual([1, [retiring]]);
  await nextDay();
  expect(rounds).toBe(2);
  await stop();
});

test('a check that breaks off is done again the next day', async () => {
  const { start, db, made, lines } = await checking();
  await made('mini');
  await db.schema.alterTable('calls').renameTo('lost').execute();
  const { nextDay, stop } = await start();
  expect(lines()).toEqual([]);
  await db.schema.alterTable('lost').renameTo('calls').execute();
  await nextDay();
  expect(lines()).toEqual([retiring]);
  await stop();
});
