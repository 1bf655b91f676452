import { ConstantBackoff, handleWhen, retry } from 'cockatiel';
import type { Clock } from '../domain/clock.ts';
import { Fault, remedy } from '../domain/fault.ts';
import type { ImageProvider } from '../domain/image-provider.ts';

export interface RetryOptions {
  readonly clock: Clock;
  /** From 0 to 1, for jitter. */
  readonly random?: () => number;
  readonly triesMax?: number;
  /** The most time to spend waiting, over all tries of a call. A service that wants more is not asked again. */
  readonly waitMsMax?: number;
}

const backoffMsMin = 1000;
const backoffMsMax = 30_000;

/**
 * Asks again where that can help, as `remedy` says: after the time the service names, else after a wait that grows and
 * is drawn by lot, so that many jobs do not come back at once. Each further try is told beforehand by `retrying`, with
 * the fault of the one before: whether that may have been billed is in there. Refusals and time-outs are final.
 */
export function withRetry(provider: ImageProvider, options: RetryOptions): ImageProvider {
  const { clock, triesMax = 4 } = options;

  /** The policy decides whether; the waiting is ours, by the clock we were given and as long as nobody cancels. */
  function again<T>(
    call: () => Promise<T>,
    signal: AbortSignal,
    tell: (retrying: Fault, waitMs: number) => void,
    remedyFor: (fault: Fault) => Remedy = ({ code }) => remedy[code],
  ) {
    const waitFor = waitsOfOneCall(options, remedyFor);
    let next: { readonly fault: Fault; readonly waitMs: number } | undefined;
    const policy = retry(
      handleWhen((error) => {
        const waitMs = error instanceof Fault ? waitFor(error) : undefined;
        next = waitMs === undefined ? undefined : { fault: error as Fault, waitMs };
        return next !== undefined;
      }),
      { maxAttempts: triesMax - 1, backoff: new ConstantBackoff(0) },
    );
    return policy.execute(async () => {
      if (next) {
        signal.throwIfAborted();
        tell(next.fault, next.waitMs);
        await clock.sleep(next.waitMs, signal);
      }
      return call();
    });
  }

  return {
    ...provider,
    start(order, key, signal, onProgress) {
      const tell = (retrying: Fault, waitMs: number) => onProgress({ retrying, waitMs });
      return again(() => provider.start(order, key, signal, onProgress), signal, tell);
    },
    check: (ticket, signal) =>
      again(
        () => provider.check(ticket, signal),
        signal,
        () => undefined,
        remedyOfCheck,
      ),
  };
}

type Remedy = (typeof remedy)[keyof typeof remedy];

/** Asking costs nothing, so it may be tried for longer. A ticket without a usable picture has none the next time either. */
function remedyOfCheck({ code }: Fault): Remedy {
  if (code === 'unreachable') return 'wait';
  return code === 'broken-answer' ? 'end' : remedy[code];
}

/** How long to wait after each fault of one call; undefined: that was the last try. */
function waitsOfOneCall(
  { random = Math.random, waitMsMax = 120_000 }: RetryOptions,
  remedyFor: (fault: Fault) => Remedy,
) {
  let waitedMs = 0;
  let failures = 0;
  let hadOneMore = false;

  function wanted(fault: Fault): number | undefined {
    const growing = Math.min(backoffMsMax, backoffMsMin * 2 ** failures);
    switch (remedyFor(fault)) {
      case 'wait':
        // Never earlier than asked, and up to a tenth later.
        return fault.retryAfterMs === undefined ? random() * growing : fault.retryAfterMs * (1 + random() / 10);
      case 'once': {
        const isFirst = !hadOneMore;
        hadOneMore = true;
        return isFirst ? random() * growing : undefined;
      }
      default:
        return undefined;
    }
  }

  return (fault: Fault): number | undefined => {
    const waitMs = wanted(fault);
    failures += 1;
    if (waitMs === undefined || waitedMs + waitMs > waitMsMax) return undefined;
    waitedMs += waitMs;
    return Math.ceil(waitMs);
  };
}
