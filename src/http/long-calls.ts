import { Agent, type RequestInit, fetch as undiciFetch } from 'undici';

/**
 * A `fetch` for services that take minutes to answer, to hand to their SDK.
 * Node's own gives up after 300 s without headers, which an SDK takes for a failure and repeats: billed twice. Redirects
 * are not followed, so that a key never travels to a host that it was not configured for: they come back as answers.
 * Forms are not taken: undici from npm does not know Node's own `FormData`. `formBody` writes them.
 * @param silenceMsMax the longest time without a byte, before the headers and between two pieces of the body
 * Sources: undici.nodejs.org "Agent", "Client" (headersTimeout, bodyTimeout); openai@7.55.0 client.d.ts, `timeout`.
 * Read 2026-11.
 */
export function longCalls(silenceMsMax = 11 * 60_000): typeof fetch {
  const dispatcher = new Agent({ headersTimeout: silenceMsMax, bodyTimeout: silenceMsMax, connectTimeout: 10_000 });
  const call = (input: string | URL, init: globalThis.RequestInit = {}) =>
    undiciFetch(input, { ...init, dispatcher, redirect: 'manual' } as RequestInit);
  return call as unknown as typeof fetch;
}
