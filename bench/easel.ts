import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import manifest from '../package.json' with { type: 'json' };
import { type MeasuredProcess, startMeasured } from './measured-process.ts';
import type { PlatformName, Services } from './services.ts';

/** The whole program in its own process, as `npm start` runs it, followed by its log. */
export interface EaselProcess extends Pick<MeasuredProcess, 'usage' | 'stop'> {
  /** From the start of the process to the line that says it is ready. */
  readonly readyMs: number;
  /** Resolves when that many jobs have been delivered since the start. @throws Error when one failed */
  delivered(count: number): Promise<void>;
  /** Resolves when the last cards have been edited, too: they are at most 3 s behind. */
  quiet(): Promise<void>;
}

const lastEditsMs = 3_500;

/** What `npm start` gives Node besides the script. */
const [, ...flags] = manifest.scripts.start.split(' ').slice(0, -1);

/** Limits that nobody meets, and no previews: those cost what they cost, whoever decodes them. */
const generous = {
  ...{ PARTIAL_IMAGES: '0', PORT: '0', STARTING_CREDITS: '100000000' },
  ...{ USER_CONCURRENCY: '1000', USER_QUEUE: '100000', USER_PER_MINUTE: '100000' },
};

export async function startEasel(env: Readonly<Record<string, string>>): Promise<EaselProcess> {
  const folder = await mkdtemp(path.join(tmpdir(), 'easel-bench-'));
  const startedAt = performance.now();
  const easel = startMeasured([...flags, '../src/main.ts'], { ...generous, DATA_DIR: folder, ...env });
  const ready = Promise.withResolvers<number>();
  let done = 0;
  let wrong: string | undefined;
  let look = () => {};
  easel.lines.on('line', (line) => {
    const { msg, level } = JSON.parse(line) as { msg: string; level: number };
    if (msg === 'ready') ready.resolve(performance.now() - startedAt);
    else if (msg === 'a job was delivered') done++;
    else if (level >= 50 || msg === 'a job ended without a picture') wrong ??= line;
    look();
  });
  easel.child.once('exit', (code) => ready.reject(new Error(`Easel ended with ${code}`)));
  return {
    readyMs: await ready.promise,
    usage: easel.usage,
    delivered: (count) =>
      new Promise((resolve, reject) => {
        look = () => {
          if (wrong !== undefined) reject(new Error(`Easel failed: ${wrong}`));
          else if (done >= count) resolve();
        };
        look();
      }),
    quiet: () => sleep(lastEditsMs),
    async stop() {
      await easel.stop();
      await rm(folder, { recursive: true });
    },
  };
}

interface Amount {
  readonly count: number;
  readonly inFlight: number;
  /** How many there were. */
  readonly before: number;
}

/** Has `count` pictures made, `inFlight` at a time, over these platforms in turn. */
export const stream = (
  easel: EaselProcess,
  services: Services,
  platforms: readonly PlatformName[],
  amount: Amount,
): Promise<void> => streamOf(easel, (n) => services.imagine(platforms[n % platforms.length] ?? 'discord'), amount);

/** The same for anything that can be asked for. @param ask told which it is, from 0 */
export async function streamOf(
  easel: EaselProcess,
  ask: (n: number) => Promise<unknown>,
  { count, inFlight, before }: Amount,
): Promise<void> {
  for (let n = 0; n < count; n++) {
    await easel.delivered(before + n - inFlight + 1);
    await ask(n);
  }
  await easel.delivered(before + count);
}
