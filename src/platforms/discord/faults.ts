import { DiscordAPIError, DiscordjsErrorCodes, HTTPError, RateLimitError } from 'discord.js';
import { Fault, type FaultCode } from '../../domain/fault.ts';

/**
 * Discord's error codes that Easel tells apart. Source: docs.discord.com, "Opcodes and Status Codes", read 2026-11.
 */
export const code = {
  unknownChannel: 10003,
  unknownMember: 10007,
  unknownMessage: 10008,
  unknownUser: 10013,
  unknownWebhook: 10015,
  unknownInteraction: 10062,
  tooManyOldEdits: 30046,
  alreadyAnswered: 40060,
  tokenTooOld: 50027,
  threadArchived: 50083,
  historyHidden: 160002,
  threadExists: 160004,
} as const;

/** Nothing Easel does opens these places again: gone, not allowed, closed by the person, by moderators, by AutoMod. */
const closed = new Set<number | string>([
  ...[code.unknownChannel, 10004, code.unknownUser, 50001, 50007, 50008, 50013, 50024, 50033, 50278],
  ...[code.threadArchived, 160005, 200000, 240000, 400001],
]);
const busy = new Set<number | string>([20016, 20022, 20028, 20029, 40062]);
const overloaded = new Set<number | string>([130000, 40333]);

/** Discord's own code for what went wrong; undefined when it was not Discord that answered. */
export const codeOf = (error: unknown): number | string | undefined =>
  error instanceof DiscordAPIError ? error.code : undefined;

export const isClosed = (error: unknown): boolean => closed.has(codeOf(error) ?? '');

/** True when Discord understood and said no, in a way that is no fault of the whole channel or the token. */
export const isDenied = (error: unknown): boolean =>
  error instanceof DiscordAPIError &&
  error.status < 500 &&
  ![401, 429].includes(error.status) &&
  error.code !== code.unknownChannel;

/** What the pipeline can act on, with Discord's words kept as the cause. What is no matter of Discord's stays what it is. */
export function asFault(error: unknown, doing: string): unknown {
  const fault = faultCode(error);
  return fault ? new Fault(fault, `Discord: ${doing} failed`, { cause: forLog(error) }) : error;
}

/** Discord's words alone: discord.js attaches the request, whose body has people's words and whose address has tokens. */
export function forLog(error: unknown): unknown {
  if (!(error instanceof DiscordAPIError || error instanceof HTTPError)) return error;
  const { pathname } = new URL(error.url);
  const path = pathname.replace(/(\/(?:interactions|webhooks)\/\d+)\/[^/]+/, '$1/…');
  return new Error(`${error.name}: ${error.message} (${error.method} ${path}, HTTP ${error.status})`);
}

function faultCode(error: unknown): FaultCode | undefined {
  if (error instanceof RateLimitError) return 'throttled';
  if (error instanceof HTTPError || isUnreachable(error)) return 'unreachable';
  if (isTokenGone(error)) return 'account';
  if (!(error instanceof DiscordAPIError)) return undefined;
  if (closed.has(error.code)) return 'no-access';
  if (busy.has(error.code) || error.status === 429) return 'throttled';
  if (overloaded.has(error.code)) return 'overloaded';
  return error.status === 401 ? 'account' : 'bug';
}

/** Broken connections, names that don't resolve, time-outs: as Node and undici call them. */
const isUnreachable = (error: unknown): boolean =>
  error instanceof Error &&
  (error.name === 'AbortError' ||
    ('code' in error && /^(UND_ERR|ECONN|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_|E(HOST|NET)UN)/.test(String(error.code))));

/** What discord.js says itself of a token that Discord refused, and ever after: it drops such a token. */
const isTokenGone = (error: unknown): boolean =>
  error instanceof Error &&
  (error.message.startsWith('Expected token to be set') ||
    ('code' in error && error.code === DiscordjsErrorCodes.TokenInvalid));
