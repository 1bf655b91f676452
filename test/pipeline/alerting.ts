import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pino } from 'pino';
import { onTestFinished } from 'vitest';
import type { ChatPlatform } from '../../src/domain/chat-platform.ts';
import type { PersonId, PlatformName } from '../../src/domain/person.ts';
import { type AlertTarget, alerts } from '../../src/pipeline/alert.ts';
import { consolePlatform } from '../../src/platforms/console/console.ts';
import { openDatabase } from '../../src/storage/database.ts';
import { keyvOn } from '../../src/storage/keyv-store.ts';
import { manualClock } from '../fakes/clock.ts';
import { terminal } from '../platforms/console/terminal.ts';

interface Told {
  readonly admins?: readonly PersonId[];
  readonly channel?: AlertTarget['channel'];
  /** Besides the console. */
  readonly platforms?: readonly ChatPlatform[];
  /** No console, as where the bot runs on a platform. */
  readonly headless?: boolean;
}

/** The means to alert over a real database, with a terminal to read them on. The time stands until it is moved. */
export async function alerting(startsAt?: number) {
  const folder = mkdtempSync(path.join(tmpdir(), 'easel-'));
  const database = await openDatabase(undefined, path.join(folder, 'easel.db'));
  onTestFinished(async () => {
    await database.db.destroy();
    rmSync(folder, { recursive: true });
  });
  const clock = manualClock(startsAt);
  const log = pino({ level: 'silent' });
  const shown = terminal();
  const console = consolePlatform({ input: undefined, output: shown.output, folder, userName: 'ann', live: false });

  /** As a process has them; another time: another process over the same database. */
  function alert({ admins = [], channel, platforms = [], headless = false }: Told = {}) {
    const all = headless ? platforms : [...platforms, console];
    return alerts({ channel }, keyvOn(database.db, clock, 'alerts'), {
      platforms: new Map<PlatformName, ChatPlatform>(all.map((platform) => [platform.name, platform])),
      clock,
      log,
      rules: {
        admins,
        creditUsd: 0.001,
        userConcurrency: 1,
        userQueue: 1,
        userPerMinute: 1,
        cacheMs: 0,
        cacheBytesMax: 0,
        partialImages: 0,
      },
    });
  }

  return { database, folder, clock, log, alert, lines: shown.lines };
}

export const dayMs = 24 * 60 * 60 * 1000;
