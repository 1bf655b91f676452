import { APIError } from 'openai';
import { Fault, type FaultCode } from '../domain/fault.ts';
import type { Refusal } from '../domain/refusal.ts';
import { excerpt } from '../domain/text.ts';
import { fieldsOf, wordsIn } from './grsai-task.ts';
import { causeCodes, neverSent } from './never-sent.ts';
import { readFailure } from './openai-errors.ts';
import { retryAfterMsOf } from './retry-after.ts';
import { unusablePicture } from './unusable-picture.ts';

/**
 * What an answer without a task means. The service has no list of errors: it answers 200 with a `code` that is not 0, or
 * a status, and some words; so what it means is told by those.
 * Sources: clients in public repositories: `code: -1` "insufficient credits" under status 200; "task does not exist",
 * "result not exist". Read 2026-11.
 */

export const declined = (stage: 'prompt' | 'picture' | 'unknown'): Refusal => ({
  refused: 'content',
  stage,
  categories: [],
  // Sources differ on whether what is declined is given back.
  maybeBilled: true,
});

const meanings: readonly (readonly [words: RegExp, code: FaultCode])[] = [
  [/api.?key|unauthori[sz]ed|credit|balance|points|quota|forbidden/i, 'account'],
  [/too many|rate.?limit|frequent/i, 'throttled'],
  [/overload|busy|queue|capacity/i, 'overloaded'],
  [/param|invalid|model|unsupported|required|missing/i, 'rejected'],
];

/** True where the words say that a picture which went along can't be read. */
export const isAboutPicture = (words: string): boolean =>
  /(invalid|unsupported|corrupt|unreadable|(can.?not|can't|failed to) (read|decode|load|download))\W+(\w+\W+){0,3}(image|mask)/i.test(
    words,
  ) || /(image|mask)\W+(\w+\W+){0,3}(invalid|unsupported|corrupt|too large|mismatch)/i.test(words);

/** @param isEdit whether pictures went along */
export function readRefused({ status, headers }: Response, message: unknown, isEdit: boolean): Refusal | Fault {
  const words = wordsIn(message);
  const { error } = fieldsOf(message);
  if (typeof error === 'object' && error !== null) return passedOn(status, headers, error, isEdit);
  if (isEdit && isAboutPicture(words)) return unusablePicture();
  if (/moderation|violation|sensitive/i.test(words)) return declined('prompt');
  const code = codeOf(status, words);
  const said = fieldsOf(message).code;
  return new Fault(code, excerpt([status, ...(said === undefined ? [] : [said]), words].join(' '), 400), {
    retryAfterMs: code === 'throttled' || code === 'overloaded' ? retryAfterMsOf(headers, words) : undefined,
    // A gateway that lost patience does not know what became of the call behind it.
    maybeBilled: code === 'unreachable' && status > 500,
  });
}

/** An error in the words of the Images API means here what it means there; who pays what is declined is not said either. */
function passedOn(status: number, headers: Headers, error: object, isEdit: boolean): Refusal | Fault {
  const said = new APIError(status < 300 ? undefined : status, error, undefined, headers);
  const failure = readFailure(said, isEdit ? 'edit' : 'generate');
  if (failure instanceof Fault) return failure;
  if (failure instanceof Error) return new Fault('broken-answer', failure.message, { maybeBilled: true });
  return failure.refused === 'content' ? { ...failure, maybeBilled: true } : failure;
}

/** Nothing but pictures makes a request large. */
export const tooLarge = unusablePicture('Make it smaller and try again.');

function codeOf(status: number, words: string): FaultCode {
  if (status === 401 || status === 402 || status === 403) return 'account';
  if (status === 429) return 'throttled';
  if (status === 503 || status === 529) return 'overloaded';
  if (status >= 500 || status === 408) return 'unreachable';
  const known = meanings.find(([pattern]) => pattern.test(words))?.[1];
  return known ?? (status < 300 ? 'unreachable' : 'rejected');
}

/** An answer of which nothing can be made: a page, half a JSON, no id. */
export function unreadable({ status, headers }: Response, cause?: unknown): Fault {
  const code = status < 300 ? 'broken-answer' : codeOf(status, '');
  return new Fault(code, `HTTP ${status} that says nothing of a task`, {
    cause,
    maybeBilled: code === 'broken-answer' || (code === 'unreachable' && status > 500),
    retryAfterMs: code === 'throttled' || code === 'overloaded' ? retryAfterMsOf(headers, '') : undefined,
  });
}

/** The way to the service failed, before the answer or in the middle of it. */
export function wayFault(error: unknown): Fault {
  const causes = causeCodes(error);
  const isSilence = causes.includes('UND_ERR_HEADERS_TIMEOUT') || causes.includes('UND_ERR_BODY_TIMEOUT');
  const words = [error instanceof Error ? error.message : String(error), ...causes].join(' ');
  return new Fault(isSilence ? 'timeout' : 'unreachable', excerpt(words, 400), {
    cause: error,
    maybeBilled: !neverSent(error),
  });
}

/** True where the service does not know a task: just begun, or long gone. */
export function isUnknownTask(status: number, message: unknown): boolean {
  return status === 404 || fieldsOf(message).code === -22 || /not (exist|found)|不存在/i.test(wordsIn(message));
}
