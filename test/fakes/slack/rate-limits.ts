/** Slack's rate limits: a sliding minute per method, and about one message a second per channel. */
import type { FakeClock } from './workspace.ts';

/** Calls per minute. The documentation says "1+", "20+" and so on: only the number itself can be relied on. */
const perMinute = { 1: 1, 2: 20, 3: 50, 4: 100, special: 600 } as const;
export type Tier = keyof typeof perMinute | 'posting';

const postingBurst = 5;
const postsPerMinuteMax = 300;
const minuteMs = 60_000;

/**
 * `take` answers 0 when the call may pass, else the seconds to wait.
 * Source: docs.slack.dev, "Rate limits", read 2026-11: the burst of 5 and the 300 posts a minute are this fake's figures
 * for "short bursts" and "several hundred".
 */
export function rateLimits(clock: FakeClock) {
  const calls = new Map<string, number[]>();
  const allowances = new Map<string, { left: number; at: number }>();

  function sliding(key: string, max: number): number {
    const now = clock.now();
    const recent = (calls.get(key) ?? []).filter((at) => at > now - minuteMs);
    calls.set(key, recent);
    const oldest = recent[recent.length - max];
    if (oldest !== undefined) return Math.max(1, Math.ceil((oldest + minuteMs - now) / 1000));
    recent.push(now);
    return 0;
  }

  function posting(channel: string): number {
    const now = clock.now();
    const known = allowances.get(channel) ?? { left: postingBurst, at: now };
    const left = Math.min(postingBurst, known.left + (now - known.at) / 1000);
    allowances.set(channel, { left: left >= 1 ? left - 1 : left, at: now });
    return left >= 1 ? 0 : 1;
  }

  return {
    take(method: string, tier: Tier, channel: string): number {
      if (tier !== 'posting') return sliding(method, perMinute[tier]);
      return posting(channel) || sliding(method, postsPerMinuteMax);
    },
  };
}
