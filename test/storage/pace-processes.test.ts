import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { onPostgres } from './databases.ts';
import { moveTime, startTime } from './moved-time.ts';
import type { CallOrder, Said, Told } from './pace-process.ts';

const program = path.join(import.meta.dirname, 'pace-process.ts');

/** One call as the service sees it. */
interface Call {
  readonly process: ChildProcess;
  readonly call: number;
  readonly count: number;
  readonly at: number;
}

interface Child {
  readonly forked: ChildProcess;
  /** Whether all its calls have ended. */
  done(): boolean;
  /** Resolves when it has nothing to do until time passes or a call is answered. */
  quiet(): Promise<void>;
  /** `kill -9`: resolves when it is gone. */
  kill(): Promise<void>;
}

/** The service that the processes call, and the time that passes meanwhile. */
function service() {
  const calls: Call[] = [];
  let open: readonly Call[] = [];
  let mostOpen = 0;
  let bothOpen = false;
  let time = 0;
  const took = (call: Call) => {
    calls.push(call);
    open = [...open, call];
    mostOpen = Math.max(mostOpen, open.length);
    bothOpen ||= new Set(open.map((each) => each.process)).size > 1;
  };
  return {
    took,
    calls,
    now: () => time,
    pass: (ms: number) => (time += ms),
    open: () => open,
    mostOpen: () => mostOpen,
    bothOpen: () => bothOpen,
    answerOldest() {
      const [oldest, ...others] = open;
      open = others;
      if (oldest) tell(oldest.process, { answer: oldest.call });
    },
    /** The most pictures that came in within any minute. */
    mostInMinute: () =>
      Math.max(
        ...calls.map(({ at }) =>
          calls.filter((other) => other.at > at - 60_000 && other.at <= at).reduce((sum, { count }) => sum + count, 0),
        ),
      ),
  };
}

const tell = (child: ChildProcess, told: Told) => child.send(told);

onPostgres((current) => {
  let children: readonly Child[] = [];
  beforeEach(async () => {
    await current().empty();
    await startTime(current().database.db, Date.UTC(2026, 10, 20, 12));
  });
  afterEach(async () => {
    await Promise.all(children.map((child) => child.kill()));
    children = [];
  });

  type Service = ReturnType<typeof service>;

  function start(order: Omit<CallOrder, 'url'>, at: Service): Child {
    const forked = fork(program, [JSON.stringify({ url: current().at.url, ...order })]);
    let asking: readonly (() => void)[] = [];
    let done = false;
    forked.on('message', (said: Said) => {
      if ('call' in said) at.took({ process: forked, ...said, at: at.now() });
      if ('done' in said) done = true;
      if (!('quiet' in said)) return;
      asking[0]?.();
      asking = asking.slice(1);
    });
    const child: Child = {
      forked,
      done: () => done,
      quiet: () =>
        new Promise((resolve) => {
          asking = [...asking, resolve];
          tell(forked, { quiet: true });
        }),
      async kill() {
        children = children.filter((other) => other !== child);
        const gone = once(forked, 'exit');
        forked.kill('SIGKILL');
        await gone;
      },
    };
    children = [...children, child];
    return child;
  }

  async function pass(ms: number, at: Service): Promise<void> {
    await moveTime(current().database.db, ms);
    at.pass(ms);
    for (const { forked } of children) tell(forked, { wake: true });
    await Promise.all(children.map((child) => child.quiet()));
  }

  test('two processes together never exceed concurrency or images per minute, and use both up', async () => {
    const at = service();
    const limits = { concurrency: 3, imagesPerMinute: 8 };
    const counts = [1, 2, 1, 3, 1, 2, 2, 1, 4, 1, 1, 1];
    const both = [start({ limits, counts }, at), start({ limits, counts }, at)];
    for (let step = 0; both.some((child) => !child.done()); step++) {
      await Promise.all(both.map((child) => child.quiet()));
      if (at.open().length === limits.concurrency || step % 3 === 0) at.answerOldest();
      else await pass(step % 2 ? 700 : 9_000, at);
    }
    expect(at.calls).toHaveLength(2 * counts.length);
    expect(at.mostOpen()).toBe(limits.concurrency);
    expect(at.bothOpen()).toBe(true);
    expect(at.mostInMinute()).toBe(limits.imagesPerMinute);
  });

  test('the slots of a process that was killed come back, not before its lease is over', async () => {
    const at = service();
    const limits = { concurrency: 2, imagesPerMinute: undefined };
    const killed = start({ limits, counts: [1, 1] }, at);
    while (at.calls.length < 2) await killed.quiet();
    const other = start({ limits, counts: [1, 1] }, at);
    await other.quiet();
    await killed.kill();
    await pass(14_999, at);
    expect(at.calls).toHaveLength(2);
    await pass(1, at);
    await pass(500, at);
    expect(at.calls.map(({ process }) => process)).toEqual([
      ...[killed, killed, other, other].map(({ forked }) => forked),
    ]);
  });
});
