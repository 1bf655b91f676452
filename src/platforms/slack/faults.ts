import { WebAPIHTTPError, WebAPIPlatformError, WebAPIRateLimitedError } from '@slack/web-api';
import { Fault, type FaultCode } from '../../domain/fault.ts';

/**
 * What Slack's errors mean for us. The Web API answers with words; these are the ones that a call of Easel's can get.
 * Source: docs.slack.dev, "Web API methods", the errors of each method, read 2026-11.
 */
const meaning: Readonly<Record<string, FaultCode>> = {
  ...codes('no-access', [
    'access_denied',
    'cannot_dm_bot',
    'cannot_reply_to_message',
    'channel_not_found',
    'ekm_access_denied',
    'file_type_not_allowed',
    'file_upload_size_restricted',
    'file_uploads_disabled',
    'file_uploads_except_images_disabled',
    'is_archived',
    'is_inactive',
    'messages_tab_disabled',
    'method_not_supported_for_channel_type',
    'no_permission',
    'not_in_channel',
    'posting_to_channel_denied',
    'posting_to_general_channel_denied',
    'storage_limit_reached',
    'team_access_not_granted',
    'thread_not_found',
    'user_disabled',
    'user_not_found',
    'user_not_in_channel',
  ]),
  ...codes('account', [
    'account_inactive',
    'invalid_auth',
    'missing_scope',
    'not_allowed_token_type',
    'not_authed',
    'token_expired',
    'token_revoked',
  ]),
  ...codes('unreachable', ['fatal_error', 'internal_error', 'request_timeout', 'service_unavailable']),
  ...codes('throttled', ['rate_limited', 'ratelimited']),
};

function codes(code: FaultCode, errors: readonly string[]): Record<string, FaultCode> {
  return Object.fromEntries(errors.map((error) => [error, code]));
}

/**
 * Anything thrown by a call to Slack, as a fault. `unreachable` is the one code after which nobody knows whether Slack
 * did it all the same; after every other one it did not.
 */
export function slackFault(doing: string, error: unknown): Fault {
  if (error instanceof Fault) return error;
  const name = slackError(error);
  const details = { cause: error };
  if (error instanceof WebAPIRateLimitedError)
    return new Fault('throttled', `${doing}: too many calls`, { ...details, retryAfterMs: error.retryAfter * 1000 });
  if (name !== undefined) {
    // Anything but a word is an answer that no Slack wrote: a proxy's page, or half of a body.
    const unknown: FaultCode = name.startsWith('restricted_action')
      ? 'no-access'
      : /^[a-z_]+$/.test(name)
        ? 'rejected'
        : 'unreachable';
    const invite = name === 'not_in_channel' || name === 'channel_not_found';
    return new Fault(meaning[name] ?? unknown, `${doing}: ${name.slice(0, 200)}`, { ...details, invite });
  }
  if (error instanceof WebAPIHTTPError && error.statusCode < 500)
    return new Fault('rejected', `${doing}: HTTP ${error.statusCode}`, details);
  return new Fault('unreachable', `${doing}: ${error instanceof Error ? error.message : String(error)}`, details);
}

/** The word in Slack's answer, also of the error behind a fault. */
export function slackError(error: unknown): string | undefined {
  if (error instanceof Fault) return slackError(error.cause);
  return error instanceof WebAPIPlatformError ? error.data.error : undefined;
}
