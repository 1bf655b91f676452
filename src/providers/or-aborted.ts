/** What `promise` comes to, or the signal's reason as soon as that aborts, whether or not anybody else minds it. */
export async function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const over = new AbortController();
  const aborted = new Promise<never>((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason), { signal: over.signal });
  });
  try {
    return await Promise.race([aborted, promise]);
  } finally {
    over.abort();
  }
}
