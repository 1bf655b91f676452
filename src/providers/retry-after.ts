/**
 * When a service wants to hear from us again, in ms: `retry-after-ms`, then `retry-after` (seconds or a date), then its
 * words, "try again in 12s". Undefined when it does not say.
 * Sources: RFC 9110 §10.2.3; openai@7.55.0 client.js (retry-after-ms). Read 2026-11.
 */
export function retryAfterMsOf(headers: Headers | undefined, words: string): number | undefined {
  const ms = numberIn(headers?.get('retry-after-ms'));
  if (ms !== undefined) return Math.ceil(ms);
  const after = headers?.get('retry-after');
  const seconds = numberIn(after);
  if (seconds !== undefined) return Math.ceil(seconds * 1000);
  return untilDate(after, headers?.get('date')) ?? spoken(words);
}

function numberIn(text: string | null | undefined): number | undefined {
  return text && /^\d+(\.\d+)?$/.test(text.trim()) ? Number(text) : undefined;
}

/** Both dates are the other side's, so that it does not matter what time it is here. */
function untilDate(after: string | null | undefined, date: string | null | undefined): number | undefined {
  const ms = Date.parse(after ?? '') - Date.parse(date ?? '');
  return Number.isNaN(ms) ? undefined : Math.max(0, ms);
}

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** Also `1m30s`, `850ms` and `2 minutes`. */
function spoken(words: string): number | undefined {
  const wait = /(?:try again|retry) (?:in|after) ((?:\d+(?:\.\d+)? ?(?:ms|s|m|h)[a-z]*,? ?)+)/i.exec(words)?.[1];
  const parts = [...(wait ?? '').matchAll(/(\d+(?:\.\d+)?) ?(ms|milli|s|m|h)/gi)];
  if (parts.length === 0) return undefined;
  const sum = parts.reduce((ms, [, amount, unit]) => ms + Number(amount) * (unitMs[unit?.toLowerCase() ?? ''] ?? 1), 0);
  return Math.ceil(sum);
}
