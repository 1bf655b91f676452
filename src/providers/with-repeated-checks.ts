import { ConstantBackoff, handleWhen, retry } from 'cockatiel';
import type { Clock } from '../domain/clock.ts';
import { Fault, remedy } from '../domain/fault.ts';
import type { ImageProvider } from '../domain/image-provider.ts';

export interface RepeatOptions {
  readonly clock: Clock;
  /** From 0 to 1, for jitter. */
  readonly random?: () => number;
  readonly triesMax?: number;
  /** The most time to spend waiting. A service that wants more is not asked again. */
  readonly waitMsMax?: number;
}

const backoffMsMin = 1_000;
const backoffMsMax = 30_000;

/**
 * Asks again how a ticket stands where asking failed and that can help: the task goes on meanwhile, and asking costs
 * nothing. Waits as long as the service says, else longer each time and drawn by lot. Whether a call is begun again is
 * not decided here: that may be billed again.
 */
export function withRepeatedChecks(provider: ImageProvider, options: RepeatOptions): ImageProvider {
  const { clock, triesMax = 4 } = options;
  return {
    ...provider,
    check(ticket, signal) {
      const waitFor = waitsOfOneCheck(options);
      let waitMs: number | undefined;
      const policy = retry(
        handleWhen((error) => {
          waitMs = error instanceof Fault && !error.maybeBilled ? waitFor(error) : undefined;
          return waitMs !== undefined;
        }),
        { maxAttempts: triesMax - 1, backoff: new ConstantBackoff(0) },
      );
      return policy.execute(async () => {
        // The policy decides whether; the waiting is ours, by the clock we were given and as long as nobody cancels.
        if (waitMs !== undefined) await clock.sleep(waitMs, signal);
        return provider.check(ticket, signal);
      });
    },
  };
}

/** How long to wait after each fault; undefined: that was the last try. */
function waitsOfOneCheck({ random = Math.random, waitMsMax = 120_000 }: RepeatOptions) {
  let waitedMs = 0;
  let failures = 0;
  return ({ code, retryAfterMs }: Fault): number | undefined => {
    const growing = Math.min(backoffMsMax, backoffMsMin * 2 ** failures);
    failures += 1;
    const helps = remedy[code] === 'wait' || code === 'unreachable';
    // Never earlier than asked, and up to a tenth later.
    const waitMs = Math.ceil(retryAfterMs === undefined ? random() * growing : retryAfterMs * (1 + random() / 10));
    if (!helps || waitedMs + waitMs > waitMsMax) return undefined;
    waitedMs += waitMs;
    return waitMs;
  };
}
