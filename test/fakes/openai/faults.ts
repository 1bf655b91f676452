/** Everything that can go wrong at an image service, by name. A table test can walk over `faultNames`. */

interface ErrorBody {
  readonly message: string;
  readonly type: string;
  readonly param: string | null;
  readonly code: string | null;
  readonly [extra: string]: unknown;
}

/** An HTTP answer instead of pictures: one of `error` (as JSON), `html` and `json`. */
export interface ErrorAnswer {
  readonly status: number;
  readonly error?: ErrorBody;
  readonly html?: string;
  /** A body as it was recorded, whatever its shape. */
  readonly json?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** The body is `{code, message}` itself, without `error` around it, as some gateways send it. */
  readonly flat?: boolean;
  /** The pictures were made (and billed) all the same: only the gateway in between lost patience. */
  readonly billed?: boolean;
}

export function refusal(
  status: number,
  code: string | null,
  message: string,
  extra: { param?: string | null; type?: string; [more: string]: unknown } = {},
): ErrorAnswer {
  return { status, error: { message, type: 'invalid_request_error', param: null, ...extra, code } };
}

/** `{request}` in a message becomes the id of the request. */
const blocked = (stage: string, categories: string[]) =>
  refusal(
    400,
    'moderation_blocked',
    'Your request was rejected by the safety system. If you believe this is an error, contact us at help.openai.com ' +
      `and include the request ID {request}. safety_violations=[${categories.join(', ')}].`,
    { type: 'image_generation_user_error', moderation_details: { moderation_stage: stage, categories } },
  );

const throttled = (message: string, headers: Record<string, string> = {}): ErrorAnswer => ({
  ...refusal(429, 'rate_limit_exceeded', message, { type: 'requests' }),
  headers,
});

const quota = (code: string, message: string) => refusal(429, code, message, { type: 'insufficient_quota' });

const page = (status: number, title: string, billed = false): ErrorAnswer => ({
  status,
  html: `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n<hr><center>cloudflare</center>\r\n</body>\r\n</html>\r\n`,
  billed,
});

const badImage = (code: string, message: string) =>
  refusal(400, code, message, { type: 'image_generation_user_error', param: 'image' });

/**
 * Answers with an error status. Statuses, codes and types: developers.openai.com "Error codes" and "Image generation",
 * openai@7.55.0 resources/responses (image error codes), read 2026-11-20. Not certain: the codes of a refused address or
 * country, and most of the wording, which is only like the real one. Never test for a message.
 */
export const errorFaults = {
  'moderation-input': blocked('input', ['sexual']),
  'moderation-output': blocked('output', ['violence']),
  'moderation-unknown': blocked('unknown', []),
  'content-policy-violation': refusal(
    400,
    'content_policy_violation',
    'Your request was rejected as a result of our safety system. Your prompt may contain text that is not allowed by our safety system.',
  ),
  'content-filter': refusal(400, 'contentFilter', 'Your task failed as a result of our safety system.'),
  'invalid-value': refusal(
    400,
    'invalid_value',
    "Invalid value: 'transparent'. Supported values are: 'opaque' and 'auto'.",
    {
      param: 'background',
    },
  ),
  'unknown-parameter': refusal(400, 'unknown_parameter', "Unknown parameter: 'response_format'.", {
    param: 'response_format',
  }),
  'invalid-input-fidelity-model': refusal(
    400,
    'invalid_input_fidelity_model',
    "The model 'gpt-image-2' does not support the 'input_fidelity' parameter.",
    { param: 'input_fidelity' },
  ),
  'invalid-image-file': badImage(
    'invalid_image_file',
    'Invalid image file or mode for image 1, please check your image file.',
  ),
  'invalid-image': badImage('invalid_image', 'The image data you provided does not represent a valid image.'),
  'invalid-image-format': badImage('invalid_image_format', 'The image format is not supported.'),
  'invalid-base64-image': badImage('invalid_base64_image', 'The base64 image data is not valid.'),
  'invalid-image-url': badImage('invalid_image_url', 'The image URL is not valid.'),
  'image-too-large': badImage('image_too_large', 'The image is too large.'),
  'image-too-small': badImage('image_too_small', 'The image is too small.'),
  'image-parse-error': badImage('image_parse_error', 'The image could not be parsed.'),
  'image-content-policy-violation': badImage(
    'image_content_policy_violation',
    'The image violates our content policy.',
  ),
  'invalid-image-mode': badImage('invalid_image_mode', 'The mode of the image is not supported.'),
  'image-file-too-large': badImage('image_file_too_large', 'The image file is too large.'),
  'unsupported-image-media-type': badImage(
    'unsupported_image_media_type',
    'The media type of the image is not supported.',
  ),
  'empty-image-file': badImage('empty_image_file', 'The image file is empty.'),
  'unsupported-file-mimetype': refusal(
    400,
    'unsupported_file_mimetype',
    "Invalid file 'image': unsupported mimetype ('image/webp'). Supported file formats are 'image/png'.",
    { param: 'image' },
  ),
  'invalid-mask-image-format': refusal(
    400,
    'invalid_mask_image_format',
    'Invalid mask image format - mask size does not match image size',
    { type: 'image_generation_user_error' },
  ),
  'failed-to-download-image': badImage('failed_to_download_image', 'The image could not be downloaded.'),
  'image-file-not-found': badImage('image_file_not_found', 'The image file was not found.'),
  'billing-hard-limit-reached': refusal(400, 'billing_hard_limit_reached', 'Billing hard limit has been reached', {
    type: 'invalid_request_error',
  }),
  'organization-must-be-verified': refusal(403, null, unverified()),
  'organization-must-be-verified-400': refusal(400, null, unverified()),
  'invalid-api-key': refusal(401, 'invalid_api_key', wrongKey('sk-proj-************************aB3d')),
  'ip-not-allowed': refusal(
    401,
    'ip_not_authorized',
    'Your IP address 203.0.113.7 is not allowed to access this project.',
  ),
  'country-not-supported': refusal(
    403,
    'unsupported_country_region_territory',
    'Country, region, or territory not supported',
    {
      type: 'request_forbidden',
    },
  ),
  'model-not-found': refusal(
    404,
    'model_not_found',
    'The model `gpt-image-1` does not exist or you do not have access to it.',
  ),
  'model-not-found-400': refusal(400, 'model_not_found', "The model 'gpt-image-1' has been deprecated.", {
    param: 'model',
  }),
  'rate-limit-retry-after': throttled('Rate limit reached for images per minute. Limit: 20/1min.', {
    'retry-after': '2',
    'retry-after-ms': '1200',
    'x-ratelimit-limit-requests': '20',
    'x-ratelimit-remaining-requests': '0',
    'x-ratelimit-reset-requests': '1.2s',
  }),
  'rate-limit-text': throttled(
    'Rate limit reached for gpt-image-2.5-flare in organization org-fake on input-images per min: Limit 5, Used 5, Requested 1. ' +
      'Please try again in 12s. Visit https://platform.openai.com/account/rate-limits to learn more.',
  ),
  'rate-limit-silent': throttled('Rate limit reached.'),
  'slow-down': refusal(
    503,
    'slow_down',
    'Please reduce your request rate, keep it steady for 15 minutes, then raise it slowly.',
    {
      type: 'service_unavailable_error',
    },
  ),
  'slow-down-429': refusal(429, 'slow_down', 'Slow down', { type: 'requests' }),
  'rate-limit-503': refusal(503, 'rate_limit_exceeded', 'Rate limit reached.', { type: 'service_unavailable_error' }),
  'server-is-overloaded': refusal(
    503,
    'server_is_overloaded',
    'Our servers are currently overloaded. Please try again later.',
    {
      type: 'service_unavailable_error',
    },
  ),
  'insufficient-quota': quota(
    'insufficient_quota',
    'You exceeded your current quota, please check your plan and billing details.',
  ),
  'credit-balance-exhausted': quota('credit_balance_exhausted', 'Your credit balance is exhausted.'),
  'organization-spend-limit-exceeded': quota(
    'organization_spend_limit_exceeded',
    'The organization reached its spend limit.',
  ),
  'project-spend-limit-exceeded': quota('project_spend_limit_exceeded', 'The project reached its spend limit.'),
  'organization-usage-limit-exceeded': quota(
    'organization_usage_limit_exceeded',
    'The organization reached its usage limit.',
  ),
  'server-error': refusal(
    500,
    'server_error',
    'The server had an error while processing your request. Sorry about that! Please include the request ID {request} in your message.',
    { type: 'server_error' },
  ),
  'server-error-without-code': refusal(500, null, 'Internal server error', { type: 'server_error' }),
  'request-timeout': refusal(408, null, 'Request timed out.', { type: 'timeout' }),
  conflict: refusal(409, null, 'The resource was changed by another request.'),
  'html-413': page(413, '413 Request Entity Too Large'),
  'html-502': page(502, '502 Bad Gateway'),
  'html-504': page(504, '504 Gateway Time-out', true),
  'html-524': page(524, '524: A timeout occurred', true),
  'flat-error': {
    ...refusal(400, 'invalid_value', 'size is not supported by this channel (request id: 20261120140500)'),
    flat: true,
  },
} satisfies Record<string, ErrorAnswer>;

/** Faults of the answer itself. What a request that does not stream makes of a stream's fault is said where it differs. */
const behaviourFaults = {
  'cut-stream': {
    billed: true,
    says: 'one partial (or half of the last event), then the socket closes; no stream: like cut-body',
  },
  'cut-body': { billed: true, says: 'the socket closes in the middle of the body' },
  'json-instead-of-stream': {
    billed: true,
    says: 'a stream was asked for, plain JSON comes; no stream: nothing is wrong',
  },
  'ok-with-error': { billed: false, says: '200 with {error}' },
  'ok-html': { billed: false, says: '200 with a page' },
  'truncated-base64': { billed: true, says: 'base64 that stops in the middle' },
  'truncated-image': { billed: true, says: 'whole base64 of a picture that stops in the middle' },
  'not-a-picture': { billed: true, says: 'base64 of a sentence' },
  'empty-data': { billed: true, says: '"data": []; stream: completed without b64_json' },
  'missing-usage': { billed: true, says: 'no usage' },
  'url-instead-of-b64': { billed: true, says: 'a url on this server, no b64_json' },
  'fewer-images': { billed: true, says: 'one picture less than asked; only those are billed' },
  'fewer-partials': { billed: true, says: 'one partial less than asked; normal at OpenAI' },
  hang: { billed: false, says: 'no answer, ever' },
  'drop-before': { billed: false, says: 'the socket closes before anything was made' },
  'drop-after': { billed: true, says: 'made and billed, then the socket closes without a byte' },
  'stream-error-event': {
    billed: false,
    says: 'an error event after the partials, which are billed; no stream: server-error',
  },
  'stream-moderation-event': { billed: false, says: 'likewise with moderation_blocked; no stream: moderation-output' },
  'other-format': {
    billed: true,
    says: 'jpeg where png or webp was asked, else png; the answer claims what was asked',
  },
  'stream-without-completed': {
    billed: true,
    says: 'the stream ends in peace after the partials; no stream: like empty-data',
  },
} satisfies Record<string, { billed: boolean; says: string }>;

export type ErrorFault = keyof typeof errorFaults;
export type BehaviourFault = keyof typeof behaviourFaults;
export type FaultName = ErrorFault | BehaviourFault;
/** A fault by name, or an answer of the test's own making. */
export type Fault = FaultName | ErrorAnswer;

export const errorFaultNames = Object.keys(errorFaults) as readonly ErrorFault[];
export const behaviourFaultNames = Object.keys(behaviourFaults) as readonly BehaviourFault[];
export const faultNames: readonly FaultName[] = [...errorFaultNames, ...behaviourFaultNames];

/** The answer a fault stands for. Absent: it is a behaviour. */
export function errorOf(fault: Fault | null): ErrorAnswer | undefined {
  if (fault === null) return undefined;
  if (typeof fault === 'object') return fault;
  return Object.hasOwn(errorFaults, fault) ? errorFaults[fault as ErrorFault] : undefined;
}

/** @throws RangeError for a name that is not in the tables: a typo in a test must not pass as "no fault". */
export function checkedFault(fault: Fault): Fault {
  if (typeof fault === 'string' && !faultNames.includes(fault)) throw new RangeError(`There is no fault "${fault}".`);
  return fault;
}

export function wrongKey(shown: string): string {
  return `Incorrect API key provided: ${shown}. You can find your API key at https://platform.openai.com/account/api-keys.`;
}

function unverified(): string {
  return (
    'Your organization must be verified to use the model `gpt-image-2`. Please go to: ' +
    'https://platform.openai.com/settings/organization/general and click on Verify Organization. ' +
    'If you just verified, it can take up to 15 minutes for access to propagate.'
  );
}
