/** Rate limits in fixed windows, with the headers a client steers by. Source: docs.discord.com, "Rate Limits", read 2026-11. */
import { createHash } from 'node:crypto';

export interface RateLimited {
  readonly method: string;
  readonly path: string;
  readonly scope: 'user' | 'global';
  readonly atMs: number;
  readonly retryAfterSeconds: number;
}

interface Bucket {
  used: number;
  resetMs: number;
}

/** About what is observed on the platform, which promises no figures: creates and edits 5 per 5 s and channel, webhooks likewise. */
const perBucket = 5;
const windowMs = 5_000;
const globalPerSecond = 50;

export type Verdict = {
  readonly headers: Record<string, string>;
  readonly exceeded?: { scope: 'user' | 'global'; retryAfterSeconds: number };
};

export function createLimits(now: () => number) {
  const buckets = new Map<string, Bucket>();
  const taken = (key: string, limit: number, length: number) => {
    let bucket = buckets.get(key);
    if (!bucket || bucket.resetMs <= now()) {
      bucket = { used: 0, resetMs: now() + length };
      buckets.set(key, bucket);
    }
    const leftMs = bucket.resetMs - now();
    if (bucket.used >= limit) return { exceeded: true, remaining: 0, leftMs, resetMs: bucket.resetMs };
    bucket.used += 1;
    return { exceeded: false, remaining: limit - bucket.used, leftMs, resetMs: bucket.resetMs };
  };

  return {
    /** Counts one request. `bucket` is the route with its channel or webhook; left out, only the global limit counts. */
    take(bucket: { route: string; major: string } | undefined, countsGlobally: boolean): Verdict {
      if (countsGlobally) {
        const global = taken('global', globalPerSecond, 1_000);
        if (global.exceeded) {
          const retryAfterSeconds = Math.max(global.leftMs, 1) / 1000;
          return {
            headers: {
              'x-ratelimit-global': 'true',
              'x-ratelimit-scope': 'global',
              'retry-after': String(Math.ceil(retryAfterSeconds)),
            },
            exceeded: { scope: 'global', retryAfterSeconds },
          };
        }
      }
      if (!bucket) return { headers: {} };
      const { exceeded, remaining, leftMs, resetMs } = taken(`${bucket.route} ${bucket.major}`, perBucket, windowMs);
      const headers: Record<string, string> = {
        'x-ratelimit-limit': String(perBucket),
        'x-ratelimit-remaining': String(remaining),
        'x-ratelimit-reset': (resetMs / 1000).toFixed(3),
        'x-ratelimit-reset-after': (leftMs / 1000).toFixed(3),
        'x-ratelimit-bucket': createHash('md5').update(bucket.route).digest('hex'),
      };
      if (!exceeded) return { headers };
      const retryAfterSeconds = Math.max(leftMs, 1) / 1000;
      Object.assign(headers, { 'retry-after': String(Math.ceil(retryAfterSeconds)), 'x-ratelimit-scope': 'user' });
      return { headers, exceeded: { scope: 'user', retryAfterSeconds } };
    },
    reset: () => buckets.clear(),
  };
}
