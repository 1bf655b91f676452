import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';

export type Child = ChildProcessByStdio<Writable, Readable, null>;

const running = new Set<Child>();

/** Runs Node on a script in this folder, or by its path from here; its errors are shown, what it prints is piped. */
export function startChild(args: readonly string[], env: Readonly<Record<string, string>>): Child {
  const child = spawn(process.execPath, args, {
    cwd: import.meta.dirname,
    env: { PATH: process.env.PATH ?? '', ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  running.add(child);
  child.once('exit', () => running.delete(child));
  return child;
}

/** For the end of this process, whatever ended it: nothing may stay behind. */
export function endChildren(): void {
  for (const child of running) child.kill('SIGKILL');
}
