import type { Logger } from 'pino';
import type { ChatPlatform, Receive } from './domain/chat-platform.ts';
import type { Clock } from './domain/clock.ts';
import type { Command } from './domain/command.ts';
import { Fault } from './domain/fault.ts';

const firstWaitMs = 2_000;
const longestWaitMs = 60_000;
const patienceMs = 5_000;

/**
 * Starts a platform, and goes on trying in the background while it can't be reached: the others must not wait for it.
 * @returns the background tries, resolved when it runs or the signal aborts
 * @throws Error in plain words when the platform does not accept our credentials, which trying does not mend
 */
export async function startPlatform(
  platform: ChatPlatform,
  commands: readonly Command[],
  receive: Receive,
  { clock, log }: { readonly clock: Clock; readonly log: Logger },
  signal: AbortSignal,
): Promise<{ readonly tries: Promise<void> }> {
  async function attempt(): Promise<boolean> {
    try {
      await platform.start(commands, receive);
      return true;
    } catch (error) {
      if (error instanceof Fault && error.code === 'account') throw refused(error);
      log.error({ platform: platform.name, err: error }, 'a platform could not be reached, trying again');
      return false;
    }
  }
  async function tryOn(): Promise<void> {
    for (let wait = firstWaitMs; !signal.aborted; wait = Math.min(wait * 2, longestWaitMs)) {
      await clock.sleep(wait, signal).catch(() => undefined);
      if (signal.aborted || (await attempt())) return;
    }
  }
  // A platform that neither comes nor fails is waited for in the background too.
  const first = attempt();
  const over = new AbortController();
  const patience = clock.sleep(patienceMs, AbortSignal.any([signal, over.signal])).then(
    () => undefined,
    () => undefined,
  );
  const came = await Promise.race([first, patience]);
  over.abort();
  const tries = came === undefined ? first.then((late) => (late ? undefined : tryOn())) : came ? undefined : tryOn();
  return { tries: tries ?? Promise.resolve() };
}

const refused = (fault: Fault): Error =>
  new Error(`Easel can't start: ${fault.message} The README says where to find it.`, { cause: fault });
