import { Agent, FormData, type RequestInit, fetch as undiciFetch } from 'undici';

/**
 * A `fetch` for services that take minutes to answer, to hand to their SDK.
 * Node's own gives up after 300 s without headers, which an SDK takes for a failure and repeats: billed twice. Redirects
 * are not followed, so that a key never travels to a host that it was not configured for: they come back as answers.
 * @param silenceMsMax the longest time without a byte, before the headers and between two pieces of the body
 * Sources: undici.nodejs.org "Agent", "Client" (headersTimeout, bodyTimeout); openai@7.55.0 client.d.ts, `timeout`.
 * Read 2026-11.
 */
export function longCalls(silenceMsMax = 11 * 60_000): typeof fetch {
  const dispatcher = new Agent({ headersTimeout: silenceMsMax, bodyTimeout: silenceMsMax, connectTimeout: 10_000 });
  const call = (input: string | URL, init: globalThis.RequestInit = {}) => {
    const body = init.body instanceof globalThis.FormData ? ownForm(init.body) : init.body;
    return undiciFetch(input, { ...init, body, dispatcher, redirect: 'manual' } as RequestInit);
  };
  // The SDK asks this Response whether the fetch it belongs to takes Node's FormData.
  return Object.assign(call, { Response: globalThis.Response }) as unknown as typeof fetch;
}

/** undici from npm takes Node's own FormData for a string. The files themselves are not copied. */
function ownForm(form: globalThis.FormData): FormData {
  const own = new FormData();
  for (const [name, value] of form) {
    if (typeof value === 'string') own.append(name, value);
    else own.append(name, value, value.name);
  }
  return own;
}
