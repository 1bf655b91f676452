import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createInterface, type Interface } from 'node:readline';
import { type Child, startChild } from './child.ts';

/** What a process has used of the machine. Its threads, such as the garbage collector's, count too. */
export interface Usage {
  /** Processor time since the process began, of the user's and the system's. */
  readonly cpuMs: number;
  readonly rssMB: number;
  /** The most it ever was. */
  readonly rssMaxMB: number;
}

export interface MeasuredProcess {
  readonly child: Child;
  /** What it prints. */
  readonly lines: Interface;
  usage(): Promise<Usage>;
  stop(): Promise<void>;
}

const impatienceMs = 15_000;

/**
 * Starts a script as it is, with nothing added. `node --cpu-prof bench/main.ts …` profiles it too.
 * @param args flags, and the script by its path from here
 */
export function startMeasured(args: readonly string[], env: Readonly<Record<string, string>>): MeasuredProcess {
  const child = startChild([...process.execArgv, ...args], env);
  return {
    child,
    lines: createInterface({ input: child.stdout }),
    usage: () => usageOf(child.pid ?? 0),
    async stop() {
      if (child.exitCode !== null) return;
      const over = once(child, 'exit');
      child.kill();
      const timer = setTimeout(() => child.kill('SIGKILL'), impatienceMs);
      await over;
      clearTimeout(timer);
    },
  };
}

const msPerTick = 10;

/** Source: man 5 proc_pid_stat and proc_pid_status, read 2026-11. */
async function usageOf(pid: number): Promise<Usage> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  // Counted from behind the name, which may hold anything: state is the first, utime the 12th, stime the 13th.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const megabytes = (name: string) => Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(status)?.[1]) / 1024;
  return {
    cpuMs: (Number(fields[11]) + Number(fields[12])) * msPerTick,
    rssMB: megabytes('VmRSS'),
    rssMaxMB: megabytes('VmHWM'),
  };
}
