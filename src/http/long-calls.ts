import { Agent, Headers, type RequestInit, fetch as undiciFetch } from 'undici';
import { formBody } from './form-body.ts';

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
  const call = async (input: string | URL, init: globalThis.RequestInit = {}) => {
    const form = init.body instanceof globalThis.FormData ? await formOf(init.body, init.headers) : {};
    return undiciFetch(input, { ...init, ...form, dispatcher, redirect: 'manual' } as RequestInit);
  };
  // The SDK asks this Response whether the fetch it belongs to takes Node's FormData.
  return Object.assign(call, { Response: globalThis.Response }) as unknown as typeof fetch;
}

/** undici from npm takes Node's own FormData for a string, so that it is written out here. */
async function formOf(form: FormData, given: globalThis.RequestInit['headers']): Promise<RequestInit> {
  const { contentType, bytes, parts } = await formBody(form);
  const headers = new Headers(given as RequestInit['headers']);
  headers.set('content-type', contentType);
  // Said beforehand: what comes in chunks is refused by some gateways.
  headers.set('content-length', String(bytes));
  return { headers, body: inTurn(parts), duplex: 'half' };
}

async function* inTurn(parts: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* parts;
}
