import { rm } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startEasel } from './easel.ts';
import { atMost, type Figure, median, note } from './figure.ts';
import { startServices } from './services.ts';

const times = 5;
/** V8 gives memory back some ten seconds after the last work. */
const settleMs = 15_000;
const compiled = path.join(import.meta.dirname, '..', 'node_modules', '.cache', 'easel');

/** From `node src/main.ts` to ready, and what it weighs then, with SQLite and Discord. */
export async function start(): Promise<Figure[]> {
  const services = await startServices();
  const readyMs: number[] = [];
  let idleMB = 0;
  try {
    await rm(compiled, { recursive: true, force: true });
    for (let time = 0; time < times; time++) {
      const easel = await startEasel(services.env('discord'));
      readyMs.push(easel.readyMs);
      if (time === times - 1) {
        await sleep(settleMs);
        idleMB = (await easel.usage()).rssMB;
      }
      await easel.stop();
    }
  } finally {
    services.close();
  }
  return [
    atMost(`start to ready, one platform, median of ${times}`, 1_000, median(readyMs), ' ms'),
    note('each; the first with nothing compiled yet', `${readyMs.map(Math.round).join(', ')} ms`),
    atMost('memory of the idle bot with one platform, RSS', 150, idleMB, ' MB'),
  ];
}
