import type { APIError } from 'openai';
import type { FaultCode } from '../domain/fault.ts';

/**
 * Codes that are clear whatever the status beside them: gateways change statuses, and streams have none.
 * Sources: developers.openai.com "Error codes"; github.com/QuantumNous/new-api types/error.go;
 * github.com/songquanpeng/one-api relay/controller/image.go. Read 2026-11.
 */
const codes: Readonly<Record<string, FaultCode>> = {
  insufficient_quota: 'account',
  credit_balance_exhausted: 'account',
  organization_spend_limit_exceeded: 'account',
  project_spend_limit_exceeded: 'account',
  organization_usage_limit_exceeded: 'account',
  billing_hard_limit_reached: 'account',
  billing_not_active: 'account',
  invalid_api_key: 'account',
  ip_not_authorized: 'account',
  unsupported_country_region_territory: 'account',
  rate_limit_exceeded: 'throttled',
  slow_down: 'throttled',
  server_is_overloaded: 'overloaded',
  model_not_found: 'rejected',
  // The gateway's own account, keys and load.
  insufficient_user_quota: 'account',
  pre_consume_token_quota_failed: 'account',
  entitlement_required: 'account',
  entitlement_inactive: 'account',
  entitlement_daily_limit_exceeded: 'account',
  entitlement_total_limit_exceeded: 'account',
  access_denied: 'account',
  'channel:no_available_key': 'account',
  'channel:invalid_key': 'account',
  token_concurrency_limit_reached: 'throttled',
  // What it can't do: another service may.
  size_not_supported: 'rejected',
  n_not_within_range: 'rejected',
  api_not_implemented: 'rejected',
  convert_request_failed: 'rejected',
  convert_image_request_failed: 'rejected',
  invalid_image_request: 'rejected',
  invalid_api_type: 'rejected',
  model_price_error: 'rejected',
  'channel:model_mapped_error': 'rejected',
  'channel:param_override_invalid': 'rejected',
  'channel:header_override_invalid': 'rejected',
  // It had called the service behind it.
  do_request_failed: 'unreachable',
  'channel:response_time_exceeded': 'unreachable',
  read_response_body_failed: 'broken-answer',
  bad_response_body: 'broken-answer',
  empty_response: 'broken-answer',
};

/**
 * True where a key works, and only the model is not among those it may use: nothing is wrong with the account, other
 * models go on. Sources: new-api middleware/distributor.go and i18n (该令牌无权访问模型, "no access to model");
 * docs.litellm.ai "Virtual Keys" (key_model_access_denied); github.com/continuedev/continue/issues/10120 (OpenAI's
 * projects). Read 2026-11.
 */
export const isAboutModel = (error: APIError<number | undefined>): boolean =>
  /(?:\bno|\bnot|n['’]t)\b[^.]{0,40}\baccess (?:to )?(?:the |this )?model\b|_model_access_denied\b|无权(?:访问|使用)(?:该|此)?模型/i.test(
    allWordsOf(error),
  );

/** True where there is nobody for this endpoint at all: the next call of it would end alike. */
export const isNotImplemented = (error: APIError<number | undefined>): boolean =>
  error.status === 501 || nameIn(error, ['api_not_implemented']) !== undefined;

/** What became of a call that the gateway had passed on is not known. */
export const passedOn: ReadonlySet<string> = new Set(['do_request_failed', 'channel:response_time_exceeded']);

/** Undefined when the error names no code that is clear by itself. */
export function clearCode(error: APIError<number | undefined>): { name: string; code: FaultCode } | undefined {
  const name = nameIn(error, Object.keys(codes));
  const code = name === undefined ? undefined : codes[name];
  return name !== undefined && code ? { name, code } : undefined;
}

/**
 * Which of the names an error carries: as its code, or, where a gateway has its own in that place, wherever the service's
 * answer is quoted.
 */
export function nameIn(error: APIError<number | undefined>, names: readonly string[]): string | undefined {
  const given = String(error.code);
  if (names.includes(given)) return given;
  const words = allWordsOf(error);
  return names.find((name) => new RegExp(`(?<![\\w/-])${name}(?![\\w-])`).test(words));
}

/** Everything an error says, at whatever depth: in another object, as text, as Python prints it. For looking only. */
export const allWordsOf = ({ error, message }: APIError<number | undefined>): string =>
  `${message} ${JSON.stringify(error ?? '')}`.slice(0, 8_000);
