import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';

const main = path.join(import.meta.dirname, '..', '..', 'src', 'main.ts');
const lastLines = 30;

export interface LogLine {
  readonly level: number;
  readonly msg: string;
  readonly job?: string;
}

/** Easel as a process of its own, as `npm start` runs it, until it is killed or told to stop. */
export interface Child {
  /** Resolves when it takes requests; rejects when it ends before. */
  readonly ready: Promise<void>;
  /** Never resolves; rejects when it ends although nobody wanted that. */
  readonly fell: Promise<never>;
  /** Resolves to the first line of its log from now on that fits; rejects when it ends before. */
  untilLine(fits: (line: LogLine) => boolean): Promise<LogLine>;
  /** The last lines of its log. */
  tail(): string;
  /** `kill -9`: resolves when it is gone. */
  kill(): Promise<void>;
  /** SIGTERM: resolves to its exit code. */
  stop(): Promise<number | null>;
}

/**
 * @param env all that it knows of its surroundings
 * @param log its standard output and error, in a file, one life after the other
 */
export function startChild(env: Readonly<Record<string, string>>, cwd: string, log: string): Child {
  const process_ = spawn(process.execPath, [main], { env, cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  // Not `exit`: by then there may be lines left to read.
  const gone = once(process_, 'close') as Promise<[number | null, NodeJS.Signals | null]>;
  const waiting = new Set<(line: LogLine) => void>();
  const tail: string[] = [];
  let wanted = false;

  appendFileSync(log, `--- process ${process_.pid}\n`);
  process_.stderr.on('data', (chunk: Buffer) => keep(chunk.toString()));
  createInterface(process_.stdout).on('line', (text) => {
    keep(`${text}\n`);
    const line = JSON.parse(text) as LogLine;
    for (const look of [...waiting]) look(line);
  });

  function keep(text: string): void {
    appendFileSync(log, text);
    tail.push(text);
    if (tail.length > lastLines) tail.shift();
  }

  const ended = gone.then(([code, signal]): never => {
    throw new Error(`Easel ended (${signal ?? code}). Its last words:\n${tail.join('')}`);
  });
  const untilLine = (fits: (line: LogLine) => boolean): Promise<LogLine> => {
    const { promise, resolve } = Promise.withResolvers<LogLine>();
    const look = (line: LogLine) => {
      if (fits(line)) resolve(line);
    };
    waiting.add(look);
    return unheard(Promise.race([promise, ended]).finally(() => waiting.delete(look)));
  };
  const ready = untilLine(({ msg }) => msg === 'ready').then(() => undefined);
  const fell = ended.catch((error: unknown) => (wanted ? new Promise<never>(() => {}) : Promise.reject(error)));
  return {
    ready: unheard(ready),
    fell: unheard(fell),
    untilLine,
    tail: () => tail.join(''),
    async kill() {
      wanted = true;
      process_.kill('SIGKILL');
      await gone;
    },
    async stop() {
      wanted = true;
      process_.kill('SIGTERM');
      const [code] = await gone;
      return code;
    },
  };
}

/** A promise that may fail when nobody waits for it any more. */
function unheard<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}

/** Runs `easel doctor --json` to its end. */
export async function askDoctor(
  env: Readonly<Record<string, string>>,
  cwd: string,
): Promise<{ code: number | null; said: string }> {
  const doctor = spawn(process.execPath, [main, 'doctor', '--json'], { env, cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  const said: string[] = [];
  for (const stream of [doctor.stdout, doctor.stderr])
    stream.on('data', (chunk: Buffer) => {
      said.push(chunk.toString());
    });
  const [code] = (await once(doctor, 'close')) as [number | null];
  return { code, said: said.join('') };
}
