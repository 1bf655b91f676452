/** Stops floods in this process before they reach the database. Exact limits are counted there. */
export interface Limiter {
  /** Resolves to undefined when there is room for one more from `key`, else to when to come back. */
  take(key: string): Promise<{ readonly retryAfterMs: number } | undefined>;
  stop(): Promise<void>;
}
