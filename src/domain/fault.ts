import { duration } from './text.ts';

/** Someone else failed us, and how. Decides what the pipeline does next and what the person hears. */
export type FaultCode =
  | 'throttled'
  | 'overloaded'
  | 'unreachable'
  | 'broken-answer'
  | 'timeout'
  | 'account'
  | 'rejected'
  | 'no-access'
  | 'interrupted'
  | 'storage'
  | 'bug';

/**
 * What happens next. A new code does not compile until someone decides here.
 * `wait`: again as soon as the service says; `once`: one more try (it may be billed twice);
 * `end`: the job ends and everything is given back; `page-operator`: ends too, and an admin is told, once a day.
 */
export const remedy: Record<FaultCode, 'wait' | 'once' | 'end' | 'page-operator'> = {
  throttled: 'wait',
  overloaded: 'wait',
  unreachable: 'once',
  'broken-answer': 'once',
  timeout: 'end',
  account: 'page-operator',
  rejected: 'page-operator',
  'no-access': 'end',
  interrupted: 'end',
  storage: 'wait',
  bug: 'page-operator',
};

const wording: Record<FaultCode, string> = {
  throttled: 'The image service is too busy right now. Nothing was charged. Try again in a few minutes.',
  overloaded: 'The image service is overloaded right now. Nothing was charged. Try again in a few minutes.',
  unreachable: 'The image service could not be reached. Nothing was charged. Try again in a few minutes.',
  'broken-answer': 'The image service sent no usable picture. Nothing was charged. Try again.',
  timeout: 'The image service took too long. Nothing was charged. Try again, or pick a lower quality.',
  account:
    "Easel's account with the image service has a problem. It is not your fault, and nothing was charged. Only an admin can mend it.",
  rejected:
    'The image service did not accept how Easel asked. It is not your fault, and nothing was charged. Only an admin can mend it.',
  'no-access': 'Easel could not post the picture here or to you directly. Everything was given back. See /history.',
  interrupted: 'Making this picture was interrupted too many times. Nothing was charged. Try again.',
  storage: "Easel can't reach its own records for a moment. Nothing was charged. Try again in a minute.",
  bug: 'Something went wrong inside Easel. It is not your fault, and nothing was charged. Try again, and tell an admin if it stays.',
};

/** What the person hears when a job ends by this fault. @param retryAfterMs when the other side wants to be asked again */
export function faultText(code: FaultCode, retryAfterMs?: number): string {
  if (retryAfterMs === undefined) return wording[code];
  return wording[code].replace('in a few minutes', `in ${duration(retryAfterMs)}`);
}

interface FaultDetails {
  readonly cause?: unknown;
  /** For `throttled` and `overloaded`: when the other side wants to hear from us again. */
  readonly retryAfterMs?: number | undefined;
  /** True when the other side may charge for the call although nothing came of it. */
  readonly maybeBilled?: boolean;
  /** For `no-access`: true when inviting Easel to the channel mends it. */
  readonly invite?: boolean;
  /** The other side's id for the call, for talking to its support. */
  readonly requestId?: string | undefined;
}

/** Thrown. The vendor's words are in `message` and `cause`, for the log only; `faultText` is for people. */
export class Fault extends Error {
  readonly code: FaultCode;
  readonly retryAfterMs: number | undefined;
  readonly maybeBilled: boolean;
  readonly invite: boolean;
  readonly requestId: string | undefined;

  constructor(code: FaultCode, message: string, details: FaultDetails = {}) {
    super(message, { cause: details.cause });
    this.name = 'Fault';
    this.code = code;
    this.retryAfterMs = details.retryAfterMs;
    this.maybeBilled = details.maybeBilled ?? false;
    this.invite = details.invite ?? false;
    this.requestId = details.requestId;
  }
}
