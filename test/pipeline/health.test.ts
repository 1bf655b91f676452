import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Fault, type FaultCode } from '../../src/domain/fault.ts';
import { type Health, openHealth } from '../../src/pipeline/health.ts';
import { openDatabase } from '../../src/storage/database.ts';
import { keyvOn } from '../../src/storage/keyv-store.ts';
import { manualClock } from '../fakes/clock.ts';

const hourMs = 60 * 60_000;

/** Two processes that look after the same services, over one database. */
async function town() {
  const folder = mkdtempSync(path.join(tmpdir(), 'easel-'));
  const { db } = await openDatabase(undefined, path.join(folder, 'easel.db'));
  const clock = manualClock();
  const open = () => openHealth(keyvOn(db, clock, 'aside'), clock);
  onTestFinished(async () => {
    await db.destroy();
    rmSync(folder, { recursive: true });
  });
  return { clock, db, health: open(), other: open() };
}

const failing = (code: FaultCode, retryAfterMs?: number) => new Fault(code, 'no', { retryAfterMs });

function calls(health: Health, ...ends: readonly (Fault | undefined)[]): void {
  for (const end of ends) {
    health.begins('relay');
    health.ended('relay', end);
  }
}

const times = <T>(count: number, value: T): T[] => Array.from({ length: count }, () => value);
const away = failing('unreachable');
const fine = undefined;

describe('a service is left in peace for 30 s', () => {
  const counting = ['overloaded', 'unreachable', 'broken-answer', 'timeout'] as const;
  test.each(counting)('after five times %s in a row, not after four', async (code) => {
    const { clock, health } = await town();
    calls(health, ...times(4, failing(code)));
    expect(health.readyAt('relay')).toBeLessThanOrEqual(clock.now());
    calls(health, failing(code));
    expect(health.readyAt('relay')).toBe(clock.now() + 30_000);
    expect(health.readyAt('another')).toBeLessThanOrEqual(clock.now());
  });

  test('not when one call went well in between', async () => {
    const { clock, health } = await town();
    calls(health, ...times(4, away), fine, ...times(4, away));
    expect(health.readyAt('relay')).toBeLessThanOrEqual(clock.now());
  });

  test('when half of the last twenty failed', async () => {
    const { clock, health } = await town();
    const halves = times(9, [fine, away]).flat();
    calls(health, ...halves, fine);
    expect(health.readyAt('relay')).toBeLessThanOrEqual(clock.now());
    calls(health, away);
    expect(health.readyAt('relay')).toBe(clock.now() + 30_000);
  });

  test('not when less than half did, however many calls there were', async () => {
    const { clock, health } = await town();
    const twenty = [...times(9, [fine, away]).flat(), fine, fine];
    calls(health, ...twenty, ...twenty, ...twenty);
    expect(health.readyAt('relay')).toBeLessThanOrEqual(clock.now());
  });

  test.each(['throttled', 'rejected', 'account', 'storage', 'bug'] as const)(
    'not for %s: that is about what was asked, how often, or by whom',
    async (code) => {
      const { clock, health } = await town();
      calls(health, ...times(30, failing(code)));
      expect(health.readyAt('relay')).toBeLessThanOrEqual(clock.now());
    },
  );
});

describe('after the rest', () => {
  async function rested() {
    const place = await town();
    calls(place.health, ...times(5, away));
    await place.clock.advance(30_000);
    return place;
  }

  test('one call may try, and the others wait for it', async () => {
    const { clock, health } = await rested();
    expect(health.readyAt('relay')).toBeLessThanOrEqual(clock.now());
    health.begins('relay');
    expect(health.readyAt('relay')).toBe(clock.now() + 30_000);
  });

  test('the try that goes well opens the way for all', async () => {
    const { clock, health } = await rested();
    health.begins('relay');
    await clock.advance(1_000);
    health.ended('relay', fine);
    expect(health.readyAt('relay')).toBeLessThanOrEqual(clock.now());
    // All is forgotten: five more have to fail.
    calls(health, ...times(4, away));
    expect(health.readyAt('relay')).toBeLessThanOrEqual(clock.now());
    calls(health, away);
    expect(health.readyAt('relay')).toBe(clock.now() + 30_000);
  });

  test('the try that fails is the last for another 30 s', async () => {
    const { clock, health } = await rested();
    health.begins('relay');
    await clock.advance(10_000);
    health.ended('relay', away);
    expect(health.readyAt('relay')).toBe(clock.now() + 30_000);
  });

  test('a try that nobody hears of again, since it was cancelled, keeps the others waiting for 30 s only', async () => {
    const { clock, health } = await rested();
    health.begins('relay');
    await clock.advance(30_000);
    expect(health.readyAt('relay')).toBeLessThanOrEqual(clock.now());
  });
});

describe('a service that says when to come back', () => {
  test('rests until then, for all jobs', async () => {
    const { clock, health } = await town();
    calls(health, failing('throttled', 12_000));
    expect(health.readyAt('relay')).toBe(clock.now() + 12_000);
  });

  test('is not asked earlier because it says another, shorter time, or because another call went well', async () => {
    const { clock, health } = await town();
    calls(health, ...times(5, away));
    calls(health, failing('throttled', 90_000), failing('throttled', 2_000), fine);
    expect(health.readyAt('relay')).toBe(clock.now() + 90_000);
  });
});

describe('a service that is put aside', () => {
  test('is not asked for an hour', async () => {
    const { clock, health } = await town();
    await health.putAside('relay');
    await clock.advance(hourMs - 1);
    expect(health.readyAt('relay')).toBeUndefined();
    await clock.advance(1);
    expect(health.readyAt('relay')).toBeLessThanOrEqual(clock.now());
  });

  test('is asked again as soon as somebody takes it back, once', async () => {
    const { clock, health } = await town();
    await health.putAside('relay');
    expect(await health.takeBack('relay')).toBe(true);
    expect(health.readyAt('relay')).toBeLessThanOrEqual(clock.now());
    expect(await health.takeBack('relay')).toBe(false);
    expect(await health.takeBack('another')).toBe(false);
  });

  test('is left out by other processes too, and taken back by them', async () => {
    const { clock, health, other } = await town();
    await health.putAside('relay');
    await other.refresh(['openai', 'relay']);
    expect(other.readyAt('relay')).toBeUndefined();
    expect(other.readyAt('openai')).toBeLessThanOrEqual(clock.now());

    expect(await other.takeBack('relay')).toBe(true);
    await clock.advance(5_000);
    await health.refresh(['openai', 'relay']);
    expect(health.readyAt('relay')).toBeLessThanOrEqual(clock.now());
  });

  test('is looked for at most every five seconds', async () => {
    const { clock, health, other } = await town();
    await other.refresh(['relay']);
    await health.putAside('relay');
    await clock.advance(4_999);
    await other.refresh(['relay']);
    expect(other.readyAt('relay')).toBeLessThanOrEqual(clock.now());
    await clock.advance(1);
    await other.refresh(['relay']);
    expect(other.readyAt('relay')).toBeUndefined();
  });

  test('stays so for the other process no longer than the hour', async () => {
    const { clock, health, other } = await town();
    await health.putAside('relay');
    await clock.advance(hourMs - 1_000);
    await other.refresh(['relay']);
    expect(other.readyAt('relay')).toBeUndefined();
    await clock.advance(1_000);
    expect(other.readyAt('relay')).toBeLessThanOrEqual(clock.now());
  });

  test('stays put aside while the records can not be read', async () => {
    const { clock, db, health } = await town();
    await health.putAside('relay');
    await db.schema.alterTable('cache').renameTo('away').execute();
    await health.refresh(['relay']);
    expect(health.readyAt('relay')).toBeUndefined();
    await db.schema.alterTable('away').renameTo('cache').execute();
    await clock.advance(5_000);
    await health.refresh(['relay']);
    expect(health.readyAt('relay')).toBeUndefined();
  });
});
