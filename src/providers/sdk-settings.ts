import type { ClientOptions } from 'openai';

/** Longer than any deadline: those are `withDeadline`'s, which covers streams too. */
const timeoutMs = 24 * 60 * 60_000;

/**
 * What every client of the `openai` package is built with here: it repeats nothing, since a repeat may be billed again,
 * and takes nothing from the environment, since everything about a provider is in its options.
 * Source: openai@7.55.0 client.js, read 2026-11.
 * @param fetch must bear calls of many minutes, and follow no redirects: `longCalls()`
 */
export const sdkSettings = (fetch: NonNullable<ClientOptions['fetch']>) =>
  ({
    ...{ fetch, maxRetries: 0, timeout: timeoutMs, logLevel: 'off' as const },
    ...{ organization: null, project: null, adminAPIKey: null, webhookSecret: null },
  }) satisfies ClientOptions;
