import path from 'node:path';
import { openStorage } from '../build.ts';
import { readConfig } from '../config.ts';
import { buildEasel } from '../easel.ts';
import { consolePlatform } from '../platforms/console/console.ts';
import { systemClock } from '../system-clock.ts';
import { consoleLog } from './log.ts';

/**
 * `npm run say -- "/imagine a red fox count:2"`: does one request and ends. Resolves to 0, or to 1 when it was refused
 * or came to nothing; the words for that are on standard output either way.
 */
export async function say(line: string): Promise<number> {
  if (line.trim() === '') {
    console.error('Say what to do, such as: npm run say -- "/imagine a red fox"');
    return 1;
  }
  const config = readConfig(process.env);
  const storage = await openStorage(config, systemClock);
  const { dataDir, userName } = config;
  const { stdout: output } = process;
  const folder = path.join(dataDir, 'console');
  const terminal = consolePlatform({ input: undefined, output, folder, userName, live: output.isTTY === true });
  const easel = await buildEasel(config, storage, [terminal], consoleLog(config), systemClock);
  await easel.start();
  const received = await terminal.say(line);
  let came = received !== undefined && 'answered' in received;
  if (received && 'accepted' in received) {
    await easel.idle();
    const job = await easel.parts.store.queue.find(received.accepted);
    came = job?.state === 'delivered';
  }
  await easel.stop();
  return came ? 0 : 1;
}
