import { APIConnectionError, APIConnectionTimeoutError, APIError } from 'openai';
import { Fault, type FaultCode } from '../domain/fault.ts';
import type { ImageRequest } from '../domain/image.ts';
import type { Named } from '../domain/image-provider.ts';
import type { Refusal } from '../domain/refusal.ts';
import { excerpt } from '../domain/text.ts';
import { allWordsOf, clearCode, isAboutModel, nameIn, passedOn } from './gateway-codes.ts';
import { causeCodes, neverSent } from './never-sent.ts';
import { inputRefusal } from './openai-inputs.ts';
import { contentRefusal, isContentRefusal } from './openai-moderation.ts';
import { retryAfterMsOf } from './retry-after.ts';

/**
 * What a failed call of the Images API means: a Refusal to show, a Fault to act on, or, when neither the service nor the
 * way to it is to blame, the error as it was.
 * Sources: openai@7.55.0 core/error.js; developers.openai.com "Error codes" and "Image generation"; GitHub issues for
 * what gateways make of it. Read 2026-11.
 */
export function readFailure(error: unknown, task: ImageRequest['task']): Refusal | Error {
  if (error instanceof APIConnectionError) return connectionFault(error);
  if (!(error instanceof APIError)) return brokenBody(error);
  if (isContentRefusal(error)) return contentRefusal(error);
  if (isPromptTooLong(error)) return tooLong;
  const refusal = task === 'edit' ? inputRefusal(error) : undefined;
  return refusal ?? answeredFault(error);
}

/** An answer that has come, and is likely paid for, but has no usable picture in it. */
export function brokenAnswer(what: string, requestId?: string, cause?: unknown): Fault {
  return new Fault('broken-answer', what, { maybeBilled: true, requestId, cause });
}

/** The service's own id for a call, or that of the gateway before it. */
export const requestIdOf = (headers: Headers | undefined): string | undefined =>
  headers?.get('x-request-id') ?? headers?.get('x-oneapi-request-id') ?? headers?.get('x-litellm-call-id') ?? undefined;

/** What a call is known by, whatever the answer is. */
export const namedBy = (headers: Headers): Named => ({
  requestId: requestIdOf(headers),
  organisation: headers.get('openai-organization') ?? undefined,
});

/** one-api's code, and OpenAI's. */
const isPromptTooLong = (error: APIError<number | undefined>): boolean =>
  nameIn(error, ['prompt_too_long']) !== undefined ||
  (error.code === 'string_above_max_length' && error.param === 'prompt');

const tooLong: Refusal = {
  refused: 'not-possible',
  what: 'Your prompt is longer than the image service takes.',
  nearest: 'fewer words',
};

function answeredFault(error: APIError<number | undefined>): Fault {
  const code = codeOf(error);
  const waits = code === 'throttled' || code === 'overloaded';
  return new Fault(code, excerpt(wordsOf(error), 400), {
    cause: error,
    requestId: requestIdOf(error.headers),
    maybeBilled: maybeBilled(code, error),
    retryAfterMs: waits ? retryAfterMsOf(error.headers, allWordsOf(error)) : undefined,
  });
}

function codeOf(error: APIError<number | undefined>): FaultCode {
  const { status, type } = error;
  if (type === 'insufficient_quota') return 'account';
  const known = clearCode(error)?.code;
  const isRefused = status === 401 || status === 402 || status === 403;
  if (isRefused && (known ?? 'account') === 'account' && isAboutModel(error)) return 'rejected';
  if (known && !(known === 'unreachable' && status === undefined)) return known;
  if (/must be verified/i.test(error.message)) return 'account';
  // A stream that reports an error has begun with 200 already.
  if (status === undefined) return 'broken-answer';
  if (isRefused) return 'account';
  if (status === 429) return 'throttled';
  // Nobody has begun: the gateway does not know how.
  if (status === 501) return 'rejected';
  if (status === 529 || type === 'service_unavailable_error') return 'overloaded';
  return status === 408 || status === 409 || status >= 500 ? 'unreachable' : 'rejected';
}

/**
 * The service does not bill what it answers with an error, but a gateway that lost patience does not know what became
 * of the call behind it; and before a stream's error there were partial pictures.
 */
function maybeBilled(code: FaultCode, error: APIError<number | undefined>): boolean {
  if (code === 'broken-answer') return true;
  if (code !== 'unreachable') return false;
  const { status = 0 } = error;
  return passedOn.has(clearCode(error)?.name ?? '') || (status > 500 && !neverReached.has(status));
}

/** Of the statuses above 500, those of a proxy that did not get through. Source: developers.cloudflare.com "5xx errors". */
const neverReached: ReadonlySet<number> = new Set([503, 521, 522, 523, 525, 526, 530]);

/** A page of HTML comes down to its title. */
function wordsOf(error: APIError<number | undefined>): string {
  const title = /<title[^>]*>([^<]*)<\/title>/i.exec(error.message)?.[1];
  const words = title === undefined ? error.message : `${error.status} ${title}`;
  return error.code ? `${words} (${error.code})` : words;
}

function connectionFault(error: APIConnectionError): Fault {
  const causes = causeCodes(error);
  const sent = !neverSent(error);
  const isTimeout = error instanceof APIConnectionTimeoutError && sent;
  const words = excerpt([error.message, ...causes].join(' '), 400);
  return new Fault(isTimeout ? 'timeout' : 'unreachable', words, { cause: error, maybeBilled: sent });
}

/** The answer had begun: its body was cut off (`TypeError: terminated`), fell silent, or is no JSON. */
function brokenBody(error: unknown): Error {
  const bug = error instanceof Error ? error : new Error(String(error));
  const causes = causeCodes(bug);
  if (bug.message !== 'terminated' && causes.length === 0 && !(bug instanceof SyntaxError)) return bug;
  const isSilence = causes.includes('UND_ERR_BODY_TIMEOUT');
  const words = excerpt(`the answer broke off: ${[bug.message, ...causes].join(' ')}`, 400);
  return new Fault(isSilence ? 'timeout' : 'broken-answer', words, { cause: error, maybeBilled: true });
}
