import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';

const main = path.join(import.meta.dirname, '..', '..', 'src', 'main.ts');

export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** One of the programs as npm runs it, with nothing but this environment. */
export function runProgram(
  words: readonly string[],
  env: Readonly<Record<string, string>>,
  folder: string,
  onSpawn: (child: ChildProcess) => void = () => undefined,
): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [main, ...words], { cwd: folder, env: { PATH: process.env.PATH, ...env } });
    const said = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].setEncoding('utf8').on('data', (part: string) => {
        said[name] += part;
      });
    }
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, ...said }));
    onSpawn(child);
  });
}
