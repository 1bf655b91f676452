/** Drives a fake from another process: a handle's methods, one JSON POST each. The handle itself is the only truth. */

/** A handle as seen over the wire: each method answers later, and anything that is no method is missing. */
export type AsyncMethods<T extends object> = {
  [Name in keyof T as T[Name] extends (...given: never[]) => unknown ? Name : never]: T[Name] extends (
    ...given: infer Given
  ) => infer Result
    ? (...given: Given) => Promise<Awaited<Result>>
    : never;
};

/** Where every fake serves its handle: POST `${controlPath}<method>` with a JSON array of arguments. */
export const controlPath = '/_fake/';

/**
 * Calls one method of a handle for a control request. The body is a JSON array of arguments (empty: none).
 * Answers 200 with the JSON of the result (`null` for undefined), 404 for a method the handle does not have itself,
 * 400 for an unreadable body, and 500 with `{ error }` for anything the method threw. Never rejects.
 * Bytes travel in both directions as `{ "base64": … }`.
 */
export async function handleControl(
  handle: object,
  method: string,
  body: string,
): Promise<{ status: number; body: string }> {
  const answer = (status: number, result: unknown) => ({ status, body: packed(result) });
  const callable: unknown = Object.hasOwn(handle, method) ? (handle as Record<string, unknown>)[method] : undefined;
  if (typeof callable !== 'function') return answer(404, { error: `The fake has no method "${method}".` });
  let given: unknown;
  try {
    given = body.trim() === '' ? [] : unpacked(body);
  } catch (error) {
    return answer(400, { error: `The arguments are no JSON: ${String(error)}` });
  }
  if (!Array.isArray(given)) return answer(400, { error: 'The body must be a JSON array of arguments.' });
  try {
    return answer(200, (await callable.apply(handle, given)) ?? null);
  } catch (error) {
    return answer(500, { error: error instanceof Error ? error.message : String(error) });
  }
}

/**
 * A handle in another process: every method call becomes a POST to `baseUrl`/_fake/<method>.
 * The methods reject with the message of whatever the real method threw. Functions cannot be handed over.
 */
export function control<T extends object>(baseUrl: string): AsyncMethods<T> {
  const base = baseUrl.replace(/\/+$/, '') + controlPath;
  const call = async (method: string, given: unknown[]): Promise<unknown> => {
    const response = await fetch(base + method, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: packed(given),
    });
    const result = unpacked(await response.text());
    if (response.ok) return result;
    const message = (result as { error?: string } | null)?.error ?? `HTTP ${response.status}`;
    throw new Error(`${method}: ${message}`);
  };
  // `then` must stay missing, or awaiting the proxy itself would call the fake.
  const get = (_: object, name: string | symbol) =>
    typeof name === 'symbol' || name === 'then' ? undefined : (...given: unknown[]) => call(name, given);
  return new Proxy({}, { get }) as AsyncMethods<T>;
}

/** JSON with bytes as base64. Looks at the value before `toJSON`, since Buffer would turn itself into a list of numbers. */
function packed(value: unknown): string {
  return JSON.stringify(value, function (this: unknown, key: string, shown: unknown): unknown {
    const own = (this as Record<string, unknown>)[key];
    if (own instanceof Uint8Array) return { base64: Buffer.from(own).toString('base64') };
    if (typeof own === 'function') throw new TypeError('A function cannot be handed to another process.');
    if (own instanceof Map) return Object.fromEntries(own);
    if (own instanceof Set) return [...own];
    return shown;
  });
}

function unpacked(body: string): unknown {
  return JSON.parse(body, (_, value: unknown) => {
    if (typeof value !== 'object' || value === null) return value;
    const keys = Object.keys(value);
    const encoded = (value as { base64?: unknown }).base64;
    return keys.length === 1 && typeof encoded === 'string' ? Buffer.from(encoded, 'base64') : value;
  });
}
