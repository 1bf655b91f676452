import type { Answered } from './local-server.ts';

/** How gateways word that they do not know a parameter. Where each was seen stands beside it; read 2026-11. */
const wordings = {
  /** OpenAI itself, and every gateway that passes it on. github.com/yym68686/uni-api/issues/165 */
  openai: ([name]) => error(400, { message: `Unknown parameter: '${name}'.`, param: name, code: 'unknown_parameter' }),
  /** The same as new-api passes it on. */
  'new-api': ([name]) =>
    error(400, {
      message: `Unknown parameter: '${name}'. (request id: 20261120140500123456789abcdef)`,
      type: 'upstream_error',
      param: '',
      code: 'unknown_parameter',
    }),
  /** OpenAI's older words, which Azure and others kept. */
  older: (names) =>
    error(400, {
      message: `Unrecognized request argument${names.length > 1 ? 's' : ''} supplied: ${names.join(', ')}`,
    }),
  /** openai.com "Error codes": a parameter that a model does not take. */
  'not with this model': ([name]) =>
    error(400, {
      message: `Unsupported parameter: '${name}' is not supported with this model.`,
      param: name,
      code: 'unsupported_parameter',
    }),
  /** github.com/BerriAI/litellm, UnsupportedParamsError. */
  litellm: (names) =>
    error(400, {
      message: `litellm.UnsupportedParamsError: openai does not support parameters: [${names.map((name) => `'${name}'`).join(', ')}], for model=gpt-image-2. To drop these, set \`litellm.drop_params=True\``,
      type: 'None',
      param: 'None',
      code: '400',
    }),
  /** What Python says when a gateway hands everything on to a function of an older SDK. */
  python: ([name]) =>
    error(500, {
      message: `litellm.APIConnectionError: AsyncImages.generate() got an unexpected keyword argument '${name}'`,
      code: '500',
    }),
  /** FastAPI with pydantic that forbids extras. */
  pydantic: ([name]) => ({
    status: 422,
    body: { detail: [{ type: 'extra_forbidden', loc: ['body', name], msg: 'Extra inputs are not permitted' }] },
  }),
  /** Go's encoding/json with DisallowUnknownFields. */
  go: ([name]) => error(400, { message: `json: unknown field "${name}"`, code: 'invalid_image_request' }),
  /** Without naming any. */
  silent: () => error(400, { message: 'Unrecognized request arguments supplied', code: null }),
  /** Under status 200. */
  'under 200': ([name]) => ({
    status: 200,
    body: { error: { message: `Unknown parameter: '${name}'.`, param: name, code: 'unknown_parameter' } },
  }),
} satisfies Record<string, (names: readonly string[]) => Refused>;

export type Wording = keyof typeof wordings;
export const wordingNames = Object.keys(wordings) as readonly Wording[];

interface Refused {
  readonly status: number;
  readonly body: unknown;
}

function error(status: number, body: Readonly<Record<string, unknown>>): Refused {
  return { status, body: { error: { type: 'invalid_request_error', param: null, code: null, ...body } } };
}

/** @param names of what was sent and is not taken: some gateways name them all, others the first */
export const refusalOf = (wording: Wording, names: readonly string[]): Refused => wordings[wording](names);

/** What gateways make of an error of the service behind them. */
const wraps = {
  plain: ({ status, text }) => ({ status, type: 'application/json', text }),
  /** new-api and one-api: the id of their own request at the end. */
  suffixed: ({ status, error }) =>
    json(status, { error: { ...error, message: `${error.message} (request id: 20261120140500123)` } }),
  /** `{code, message}` without `error` around it. */
  flat: ({ status, error }) => json(status, { code: error.code, message: error.message }),
  /** The whole of it as text inside their own, under their own status. */
  quoted: ({ text }) =>
    json(500, {
      error: { message: `upstream error: ${text}`, type: 'upstream_error', param: '', code: 'bad_response' },
    }),
  /** LiteLLM: as Python prints it, and the status in place of the code. github.com/BerriAI/litellm/pull/19372 */
  python: ({ status, text, error }) =>
    json(status, {
      error: {
        message: `litellm.BadRequestError: OpenAIException - Error code: ${status} - ${text.replaceAll('"', "'")}`,
        type: error.type,
        param: null,
        code: String(status),
      },
    }),
  /** Inside another object. */
  nested: ({ status, text }) =>
    json(status, { error: { message: 'Provider returned error', code: status, metadata: { raw: text } } }),
  /** Status 200 all the same. */
  'under 200': ({ text }) => ({ status: 200, type: 'application/json', text }),
  'flat under 200': ({ error }) => json(200, { code: error.code, message: error.message, data: null }),
} satisfies Record<string, (answer: Answer) => Wrapped>;

export type GatewayError = keyof typeof wraps;
export const gatewayErrorNames = Object.keys(wraps) as readonly GatewayError[];

interface Answer {
  readonly status: number;
  readonly text: string;
  readonly error: Readonly<Record<string, unknown>>;
}

interface Wrapped {
  readonly status: number;
  readonly type: string;
  readonly text: string;
}

/** A page of a proxy stays one. */
export function wrapped(how: GatewayError, { status, headers, body }: Answered): Wrapped {
  const text = body.toString();
  const type = headers['content-type'] ?? '';
  if (!type.includes('json')) return { status, type, text };
  return wraps[how]({ status, text, error: (JSON.parse(text) as { error: Record<string, unknown> }).error });
}

const json = (status: number, body: unknown): Wrapped => ({
  status,
  type: 'application/json',
  text: JSON.stringify(body),
});
