import type { Clock } from '../domain/clock.ts';
import type { Refusal } from '../domain/refusal.ts';
import { type NamedTask, readTask, type Task } from './grsai-task.ts';

/**
 * What is heard of tasks without asking: by the stream that began them, as long as this process holds it, and by
 * callbacks. A callback may come from anybody, so it says no more than that it is time to ask.
 */
export interface News {
  /** Reads the rest of a stream, until it ends or the signal aborts. */
  follow(id: string, rest: AsyncIterator<NamedTask | Refusal, void>, signal: AbortSignal): void;
  /** How a task stands by its own stream; undefined when there is none, or it broke off: then ask. */
  heard(id: string): Task | undefined;
  /** Whoever waits for this task looks now. */
  ring(callback: string): void;
  /** Resolves as soon as something is heard of one of these, at the latest after `ms`. */
  next(ids: readonly string[], ms: number, signal: AbortSignal): Promise<void>;
  /** Nobody waits for these any more. */
  forget(ids: readonly string[]): void;
}

interface Stream {
  readonly stop: () => void;
  task: Task | undefined;
}

export function openNews(clock: Clock): News {
  const streams = new Map<string, Stream>();
  const waiting = new Set<{ readonly ids: readonly string[]; readonly wake: () => void }>();
  const wake = (id: string) => {
    for (const waiter of waiting) if (waiter.ids.includes(id)) waiter.wake();
  };

  async function read(id: string, stream: Stream, rest: AsyncIterator<NamedTask | Refusal, void>): Promise<void> {
    for (let next = await rest.next(); !next.done; next = await rest.next()) {
      if (!('task' in next.value) || next.value.id !== id) continue;
      stream.task = next.value.task;
      wake(id);
    }
  }

  function forget(ids: readonly string[]): void {
    for (const id of ids) streams.get(id)?.stop();
  }

  return {
    follow(id, rest, signal) {
      const stop = () => {
        signal.removeEventListener('abort', stop);
        streams.delete(id);
        // Ends the call that it is reading from.
        void rest.return?.()?.catch(() => undefined);
      };
      const stream: Stream = { stop, task: { state: 'running', percent: undefined } };
      streams.set(id, stream);
      signal.addEventListener('abort', stop, { once: true });
      const over = () => {
        // It ended before the task did.
        if (stream.task?.state === 'running') stop();
        wake(id);
      };
      read(id, stream, rest).then(over, over);
    },
    heard: (id) => streams.get(id)?.task,
    ring(callback) {
      const id = idIn(callback);
      if (id !== undefined) wake(id);
    },
    async next(ids, ms, signal) {
      const over = new AbortController();
      const heard = new Promise<void>((resolve) => {
        const waiter = { ids, wake: resolve };
        waiting.add(waiter);
        over.signal.addEventListener('abort', () => waiting.delete(waiter));
      });
      try {
        await Promise.race([heard, clock.sleep(ms, AbortSignal.any([signal, over.signal]))]);
      } finally {
        over.abort();
      }
    },
    forget,
  };
}

function idIn(callback: string): string | undefined {
  try {
    return readTask(JSON.parse(callback))?.id;
  } catch {
    return undefined;
  }
}
