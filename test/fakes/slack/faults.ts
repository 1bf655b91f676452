/** Things that go wrong on purpose: errors before or after the work, cut lines, slow answers. */
import { isRecord, type Json } from './shape.ts';

/** A Web API method, or one of `upload`, `download`, `response_url`; `given` must be among the call's arguments. */
export interface FaultMatch {
  readonly method: string;
  readonly given?: Json;
}

export interface Fault {
  /** HTTP status, default 200 with `error`, else 500. */
  readonly status?: number;
  /** Slack error code. */
  readonly error?: string;
  /** Do the work, then fail. */
  readonly afterWorking?: boolean;
  /** How many calls it meets, default 1. */
  readonly times?: number;
  /** Cut the connection instead of answering. */
  readonly drop?: boolean;
  /** Seconds, sent with status 429. */
  readonly retryAfter?: number;
}

export interface Refusal {
  readonly status: number;
  readonly body: string;
  readonly headers: Record<string, string>;
}

export function createFaults() {
  const planned: { match: FaultMatch; fault: Fault; left: number }[] = [];
  const slow: { method: string; ms: number; left: number }[] = [];

  return {
    fail(match: FaultMatch, fault: Fault = {}): void {
      planned.push({ match, fault, left: fault.times ?? 1 });
    },
    delay(method: string, ms: number, times = 1): void {
      slow.push({ method, ms, left: times });
    },
    takeDelay(method: string): number {
      const found = slow.find((one) => one.method === method && one.left > 0);
      if (!found) return 0;
      found.left -= 1;
      return found.ms;
    },
    take(method: string, given: Json): Fault | undefined {
      const found = planned.find(
        ({ match, left }) =>
          left > 0 &&
          match.method === method &&
          Object.entries(match.given ?? {}).every(([key, value]) => same(given[key], value)),
      );
      if (found) found.left -= 1;
      return found?.fault;
    },
    clear(): void {
      planned.length = 0;
      slow.length = 0;
    },
  };
}

const same = (a: unknown, b: unknown): boolean =>
  isRecord(b) || Array.isArray(b) ? JSON.stringify(a) === JSON.stringify(b) : String(a) === String(b);

export function refusalFor({ status, error, retryAfter }: Fault): Refusal {
  const limited = retryAfter !== undefined;
  const code = status ?? (limited ? 429 : error ? 200 : 500);
  const headers: Record<string, string> = { 'content-type': 'application/json; charset=utf-8' };
  if (limited) headers['retry-after'] = String(retryAfter);
  return {
    status: code,
    headers,
    body: JSON.stringify({ ok: false, error: error ?? (limited ? 'ratelimited' : 'internal_error') }),
  };
}
