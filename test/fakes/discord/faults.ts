/** Injected trouble: wrong answers, lost answers, slow answers. */

/** Which requests: the method (any if left out) and a regular expression over the path without `/api/v10`. */
export interface Matcher {
  readonly method?: string;
  readonly path?: string;
}

export interface Fault {
  /** HTTP status of the answer; 500. */
  readonly status?: number;
  /** JSON error code in the body; 0. */
  readonly code?: number;
  readonly message?: string;
  /** Does what was asked first, then answers as told. */
  readonly afterWorking?: boolean;
  /** How many requests it hits; 1. */
  readonly times?: number;
  /** Cuts the connection instead of answering. */
  readonly drop?: boolean;
  /** Seconds, in the body and the header. */
  readonly retryAfter?: number;
}

interface Armed<T> {
  readonly method: string | undefined;
  readonly pattern: RegExp;
  readonly what: T;
  left: number;
}

export function createFaults() {
  const faults: Armed<Fault>[] = [];
  const delays: Armed<number>[] = [];
  const waiting = new Map<NodeJS.Timeout, () => void>();
  const arm = <T>(list: Armed<T>[], { method, path }: Matcher, what: T, times: number) =>
    void list.push({ method: method?.toUpperCase(), pattern: new RegExp(path ?? ''), what, left: times });
  const hit = <T>(list: Armed<T>[], method: string, path: string): T | undefined => {
    const found = list.find(
      (item) => item.left > 0 && (!item.method || item.method === method) && item.pattern.test(path),
    );
    if (!found) return undefined;
    found.left -= 1;
    return found.what;
  };

  function clear() {
    faults.length = 0;
    delays.length = 0;
    for (const [timer, go] of waiting) {
      clearTimeout(timer);
      go();
    }
    waiting.clear();
  }

  return {
    fail: (matcher: Matcher, fault: Fault) => arm(faults, matcher, fault, fault.times ?? 1),
    delay: (matcher: Matcher, ms: number, times = Number.POSITIVE_INFINITY) => arm(delays, matcher, ms, times),
    next: (method: string, path: string) => hit(faults, method, path),
    /** Waits as long as a matching delay says; ends at once when the faults are cleared. */
    async wait(method: string, path: string, holding: () => void): Promise<void> {
      const ms = hit(delays, method, path);
      if (ms === undefined) return;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(() => {
          waiting.delete(timer);
          resolve();
        }, ms);
        waiting.set(timer, resolve);
        holding();
      });
    },
    held: () => waiting.size,
    clear,
  };
}
