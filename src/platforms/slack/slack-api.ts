import { type WebAPICallResult, WebClient, type Logger as WebLogger } from '@slack/web-api';
import type { Logger } from 'pino';
import type { Clock } from '../../domain/clock.ts';
import { Fault } from '../../domain/fault.ts';
import type { JobId } from '../../domain/job.ts';
import type { Meter } from '../../domain/metrics.ts';
import type { GuardedFetch } from '../../http/guarded-fetch.ts';
import { slackError, slackFault } from './faults.ts';

export interface SlackApiOptions {
  readonly botToken: string;
  /** Base of the Web API, ending in `/api/`. */
  readonly apiUrl: string;
  /** For addresses that Slack names: where bytes go, and where answers go. Must let the Web API's own origin pass. */
  readonly fetchTo: GuardedFetch;
  readonly clock: Clock;
  readonly log: Logger;
  readonly meter: Meter;
}

export type SlackApi = ReturnType<typeof slackApi>;

const callDeadlineMs = 15_000;
const progressDeadlineMs = 5_000;
const patienceMs = 30_000;
const triesMax = 20;

/** Never calls again by itself: a post that timed out may have worked, and only its writer knows how to look. */
const noRetries = { retryConfig: { retries: 0 }, rejectRateLimitedCalls: true } as const;

/** Sent with every message, so that no word in it becomes a mention, a link or a preview. */
export const asWritten = { parse: 'none', link_names: false } as const;
export const noPreviews = { unfurl_links: false, unfurl_media: false } as const;

/**
 * The two ways to talk to Slack. `call` is for what must happen and waits when Slack asks for patience; `progress` is for
 * what may be lost. Each has a client of its own: a limited client holds back everything that goes through it.
 */
export function slackApi(options: SlackApiOptions) {
  const { botToken, apiUrl, clock, log, meter } = options;
  const client = { ...noRetries, slackApiUrl: apiUrl, logger: webLogger(log) };
  const web = new WebClient(botToken, { ...client, timeout: callDeadlineMs });
  const progressWeb = new WebClient(botToken, { ...client, timeout: progressDeadlineMs });
  let progressRestsUntil = 0;
  let scopes: readonly string[] | undefined;

  /** Every answer names the scopes of the token, so that a new installation counts at once. */
  function learnt<T>(answer: T): T {
    scopes = (answer as WebAPICallResult | undefined)?.response_metadata?.scopes ?? scopes;
    return answer;
  }

  function counted(fault: Fault): Fault {
    if (fault.code === 'throttled') meter.count('easel_platform_rate_limited_total', { platform: 'slack' });
    return fault;
  }

  /** @throws Fault always, never anything else */
  async function call<T>(doing: string, run: (web: WebClient) => Promise<T>, callsMax = triesMax): Promise<T> {
    for (let tries = 1; ; tries++) {
      try {
        return learnt(await run(web));
      } catch (error) {
        const fault = counted(slackFault(doing, error));
        const waitMs = fault.retryAfterMs ?? 1_000;
        if (fault.code !== 'throttled' || tries >= callsMax || waitMs > patienceMs) throw fault;
        await clock.sleep(waitMs);
        meter.count('easel_platform_retries_total', { platform: 'slack' });
      }
    }
  }

  /** Gives up at once while Slack wants rest. @throws Fault always, never anything else */
  async function progress<T>(doing: string, run: (web: WebClient) => Promise<T>): Promise<T> {
    const restMs = progressRestsUntil - clock.now();
    if (restMs > 0) throw new Fault('throttled', `${doing}: Slack wants rest`, { retryAfterMs: restMs });
    try {
      return await run(progressWeb);
    } catch (error) {
      const fault = counted(slackFault(doing, error));
      if (fault.code === 'throttled') progressRestsUntil = clock.now() + (fault.retryAfterMs ?? 1_000);
      throw fault;
    }
  }

  /** Does something in a channel, joining it first where Easel is missing and may. @throws Fault */
  async function inside<T>(channel: string, run: () => Promise<T>): Promise<T> {
    try {
      return await run();
    } catch (error) {
      if (slackError(error) !== 'not_in_channel') throw error;
    }
    await call('joining the channel', (to) => to.conversations.join({ channel })).catch((cause: Fault) => {
      if (cause.code === 'unreachable' || cause.code === 'throttled') throw cause;
      throw new Fault('no-access', 'Easel is not in the channel and cannot join it', { cause });
    });
    return run();
  }

  /** Whether the bot token has a scope, as far as Slack has said. */
  const may = (scope: string): boolean => scopes?.includes(scope) ?? true;

  return { ...options, call, progress, inside, may };
}

/** The same, with the job on every line of its log. */
export const forJob = (slack: SlackApi, job: JobId): SlackApi => ({ ...slack, log: slack.log.child({ job }) });

/** The library's warnings at our levels. Its debug lines hold whole messages, so they are dropped. */
export function webLogger(log: Logger): WebLogger {
  const say = (level: 'debug' | 'warn', parts: unknown[]) =>
    log[level](
      { said: parts.map((part) => (part instanceof Error ? part.message : String(part))) },
      'from the Slack SDK',
    );
  return {
    debug: () => {},
    info: (...parts) => say('debug', parts),
    warn: (...parts) => say('warn', parts),
    error: (...parts) => say('warn', parts),
    setLevel: () => {},
    getLevel: () => 'info' as ReturnType<WebLogger['getLevel']>,
    setName: () => {},
  };
}
