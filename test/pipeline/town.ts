import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { pino } from 'pino';
import { onTestFinished } from 'vitest';
import { openStorage } from '../../src/build.ts';
import { readConfig } from '../../src/config.ts';
import type { ImageProvider } from '../../src/domain/image-provider.ts';
import { buildEasel } from '../../src/easel.ts';
import { createWorker } from '../../src/pipeline/queue.ts';
import { openReception } from '../../src/pipeline/receive.ts';
import { consolePlatform } from '../../src/platforms/console/console.ts';
import { manualClock } from '../fakes/clock.ts';
import { scriptedProvider } from '../fakes/provider.ts';
import { terminal } from '../platforms/console/terminal.ts';

/** Easel over SQLite with a console and a provider in the test's hands. Processes come and go as the test says. */
export async function town() {
  const folder = mkdtempSync(path.join(tmpdir(), 'easel-'));
  const clock = manualClock();
  const config = readConfig({ DATA_DIR: folder });
  const storage = await openStorage(config, clock);
  const shown = terminal();
  const typed = new PassThrough();
  const desk = consolePlatform({ input: typed, output: shown.output, folder, userName: 'ann', live: false });
  const { parts } = await buildEasel(config, storage, [desk], pino({ level: 'silent' }), clock, () => 0.5);
  const { provider, calls, untilCalled } = scriptedProvider();
  onTestFinished(async () => {
    await desk.stop();
    await parts.floods.stop();
    await storage.store.close();
    rmSync(folder, { recursive: true });
  });

  /** The parts as one process has them; it works on nothing before its worker is started. */
  function another(owner: string, providers: readonly ImageProvider[] = [provider]) {
    const own = { ...parts, providers, owner };
    const worker = createWorker(own);
    return { worker, receive: openReception(own, worker).receive };
  }
  /** Lets the time of cards and polls pass until `work` is over. */
  async function flown(work: Promise<void>): Promise<void> {
    let over = false;
    const end = () => {
      over = true;
    };
    work.then(end, end);
    while (!over) await clock.advance(1_000);
    return work;
  }
  return { clock, storage, desk, shown, parts, calls, untilCalled, another, flown };
}

export type Town = Awaited<ReturnType<typeof town>>;

/** Somebody asks for a picture, in a process that then only has to make it. */
export async function asked({ desk, another }: Town, words = 'a red fox') {
  await desk.start([], another('first').receive);
  const received = await desk.say(`/imagine ${words}`);
  if (!received || !('accepted' in received)) throw new RangeError('the picture was not accepted');
  return received.accepted;
}
