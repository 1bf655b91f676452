import { Agent, type Dispatcher, request } from 'undici';
import { ForbiddenAddress, guardedConnect } from './guarded-connect.ts';

/** Why nothing came back. The message names hosts only: paths and queries may hold signatures. */
export class FetchFailure extends Error {
  /** `insecure`: not over https; `forbidden`: any other place where Easel must not go. */
  readonly code: 'insecure' | 'forbidden' | 'too-large' | 'timeout' | 'redirects' | 'unreachable';

  constructor(code: FetchFailure['code'], message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'FetchFailure';
    this.code = code;
  }
}

class InsecureAddress extends ForbiddenAddress {}

interface FetchOptions {
  readonly method?: 'GET' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  readonly signal?: AbortSignal;
  /** For everything: name resolution, redirects, the last byte. */
  readonly deadlineMs?: number;
  readonly bytesMax?: number;
  /** Where redirects may lead, besides being addresses that can be reached at all. Unset: anywhere. */
  readonly mayRedirectTo?: (url: URL) => boolean;
}

interface Fetched {
  readonly status: number;
  /** Names in lower case; several values joined by commas. */
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes: Uint8Array;
}

/**
 * Fetches from a foreign host. Statuses are the caller's to judge; redirects are followed.
 * @throws FetchFailure, or the signal's reason when that aborts
 */
export type GuardedFetch = (url: string, options?: FetchOptions) => Promise<Fetched>;

const redirectsMax = 5;
/** What may go to another host than the one it was meant for: nothing that could be a credential. */
const harmlessHeaders: readonly string[] = ['accept', 'accept-language', 'user-agent'];

/**
 * The way to hosts that somebody else named: picture URLs in answers and messages.
 * Reaches public addresses over https, plus the given origins (scheme, host and port of configured base URLs), which may
 * be anywhere and plain http. Each redirect is checked like the first URL.
 * @param log hears of refused addresses
 */
export function guardedFetch(given: {
  readonly allowedOrigins: readonly string[];
  readonly log?: (message: string) => void;
  /** For tests; else the system's. */
  readonly lookup?: Parameters<typeof guardedConnect>[0];
}): GuardedFetch {
  const allowed = new Set(given.allowedOrigins.map((origin) => new URL(origin).origin));
  // The deadline covers what undici's own time-outs would.
  const patience = { headersTimeout: 0, bodyTimeout: 0 };
  const trusted = new Agent(patience);
  const guarded = new Agent({ ...patience, connect: guardedConnect(given.lookup) });

  function wayTo(url: URL): Dispatcher {
    if (url.username !== '' || url.password !== '')
      throw new ForbiddenAddress(`${url.host} with a password in the URL`);
    if (allowed.has(url.origin)) return trusted;
    if (url.protocol !== 'https:') throw new InsecureAddress(`${url.host} over ${url.protocol.slice(0, -1)}`);
    return guarded;
  }

  async function follow(first: URL, options: FetchOptions, signal: AbortSignal): Promise<Fetched> {
    let url = first;
    let { method = 'GET', headers = {}, body } = options;
    for (let redirects = 0; ; redirects++) {
      const answer = await request(url, {
        ...{ method, body: body ?? null, signal, dispatcher: wayTo(url) },
        headers: { 'accept-encoding': 'identity', ...headers },
      });
      const next = redirectOf(answer, url);
      if (!next)
        return { status: answer.statusCode, headers: flat(answer.headers), bytes: await read(answer, options) };
      await answer.body.dump();
      if (options.mayRedirectTo && !options.mayRedirectTo(next))
        throw new FetchFailure('forbidden', `${url.host} redirects to ${next.host}`);
      if (redirects === redirectsMax) throw new FetchFailure('redirects', `${first.host} redirects without end`);
      const keepsBody = answer.statusCode === 307 || answer.statusCode === 308;
      if (!keepsBody) [method, body] = ['GET', undefined];
      if (next.origin !== url.origin) {
        if (body !== undefined)
          throw new FetchFailure('forbidden', `${url.host} wants the request sent to ${next.host}`);
        headers = Object.fromEntries(Object.entries(headers).filter(([name]) => isHarmless(name)));
      }
      url = next;
    }
  }

  return async (url, options = {}) => {
    const { signal, deadlineMs = 30_000 } = options;
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(), deadlineMs);
    const either = signal ? AbortSignal.any([signal, late.signal]) : late.signal;
    try {
      signal?.throwIfAborted();
      return await follow(readUrl(url), options, either);
    } catch (error) {
      if (signal?.aborted) throw signal.reason;
      if (late.signal.aborted) throw new FetchFailure('timeout', `${hostOf(url)} took over ${deadlineMs} ms`, error);
      if (error instanceof FetchFailure) throw error;
      if (!(error instanceof ForbiddenAddress)) throw new FetchFailure('unreachable', `${hostOf(url)} failed`, error);
      given.log?.(`refused to fetch: ${error.message}`);
      throw new FetchFailure(error instanceof InsecureAddress ? 'insecure' : 'forbidden', error.message, error);
    } finally {
      clearTimeout(timer);
    }
  };
}

function readUrl(text: string): URL {
  const url = URL.parse(text);
  if (!url) throw new FetchFailure('forbidden', 'what was given is no URL');
  return url;
}

const hostOf = (url: string): string => URL.parse(url)?.host ?? 'the host';

const isHarmless = (header: string): boolean => harmlessHeaders.includes(header.toLowerCase());

function redirectOf({ statusCode, headers }: Dispatcher.ResponseData, from: URL): URL | undefined {
  if (![301, 302, 303, 307, 308].includes(statusCode) || headers.location === undefined) return undefined;
  const next = URL.parse(String(headers.location), from.href);
  if (!next) throw new FetchFailure('unreachable', `${from.host} redirects to no URL`);
  return next;
}

/** Stops reading, and hangs up, as soon as there is more than is wanted. */
async function read({ body, headers }: Dispatcher.ResponseData, options: FetchOptions): Promise<Uint8Array> {
  const { bytesMax = 64 * 1024 * 1024 } = options;
  const tooLarge = () => new FetchFailure('too-large', `the answer has over ${bytesMax} bytes`);
  const pieces: Buffer[] = [];
  let length = 0;
  if (Number(headers['content-length'] ?? 0) > bytesMax) {
    body.on('error', () => undefined).destroy();
    throw tooLarge();
  }
  for await (const piece of body as AsyncIterable<Buffer>) {
    length += piece.length;
    if (length > bytesMax) throw tooLarge();
    pieces.push(piece);
  }
  return Buffer.concat(pieces, length);
}

function flat(headers: Dispatcher.ResponseData['headers']): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name.toLowerCase(),
      Array.isArray(value) ? value.join(', ') : `${value}`,
    ]),
  );
}
