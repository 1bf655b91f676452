import { SocketModeReceiver } from '@slack/bolt';
import { slackFault } from './faults.ts';
import { type SlackApi, webLogger } from './slack-api.ts';

const firstWaitMs = 1_000;
const longestWaitMs = 60_000;
/** A connection that ends sooner counts as a failure, so that we don't knock without a pause. */
const soonMs = 10_000;
const goodbyeMs = 2_000;

export interface SocketLine {
  readonly receiver: SocketModeReceiver;
  /** Resolves at the first connection, and keeps one from then on. @throws Fault when the first one fails */
  open(): Promise<void>;
  isOpen(): boolean;
  close(): Promise<void>;
}

/**
 * A Socket Mode connection that is always opened again. The library's own reconnecting waits five seconds after every
 * refresh, and ends with an unhandled rejection when Slack can't be reached, so it is off.
 * Source: docs.slack.dev, "Using Socket Mode", read 2026-11.
 */
export function socketLine(slack: SlackApi, appToken: string): SocketLine {
  const { clock, log, apiUrl } = slack;
  const receiver = new SocketModeReceiver({
    appToken,
    logger: webLogger(log),
    autoReconnectEnabled: false,
    installerOptions: {
      clientOptions: {
        slackApiUrl: apiUrl,
        retryConfig: { retries: 0 },
        rejectRateLimitedCalls: true,
        timeout: 10_000,
      },
    },
  });
  const { client } = receiver;
  const closing = new AbortController();
  let up = false;
  let kept: Promise<void> | undefined;

  /** One connection: resolves, when it is up, to the promise of its end. */
  async function connect(): Promise<{ readonly ended: Promise<void> }> {
    const end = Promise.withResolvers<void>();
    const isDown = () => {
      up = false;
      end.resolve();
    };
    client.once('disconnected', isDown);
    try {
      await client.start();
      up = true;
      return { ended: end.promise };
    } catch (error) {
      client.off('disconnected', isDown);
      throw slackFault('connecting to Slack', error ?? new Error('the connection was closed at once'));
    }
  }

  /** Never rejects. */
  async function keep(first: { readonly ended: Promise<void> }): Promise<void> {
    let failures = 0;
    let connection: { readonly ended: Promise<void> } | undefined = first;
    while (!closing.signal.aborted) {
      const since = clock.now();
      await connection?.ended;
      if (connection && clock.now() - since >= soonMs) failures = 0;
      if (failures > 0) await pause(failures);
      if (closing.signal.aborted) return;
      failures += 1;
      connection = await connect().catch((error: unknown) => {
        log.warn({ err: error, failures }, 'no connection to Slack, trying again');
        return undefined;
      });
      if (connection && closing.signal.aborted) await client.disconnect();
      else if (connection) log.info('connected to Slack again');
    }
  }

  const pause = (failures: number): Promise<void> =>
    clock.sleep(Math.min(firstWaitMs * 2 ** (failures - 1), longestWaitMs), closing.signal).catch(() => {});

  return {
    receiver,
    isOpen: () => up,
    async open() {
      kept = keep(await connect());
    },
    async close() {
      closing.abort();
      const done = new AbortController();
      const impatient = clock.sleep(goodbyeMs, done.signal).catch(() => {});
      await Promise.race([Promise.all([client.disconnect(), kept]), impatient]);
      done.abort();
      // A second goodbye does not wait for the other side.
      if (up) await client.disconnect();
    },
  };
}
