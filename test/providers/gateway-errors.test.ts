import { describe, expect, test } from 'vitest';
import type { FaultCode } from '../../src/domain/fault.ts';
import { refusalText } from '../../src/domain/refusal.ts';
import { failureOf, make } from '../contracts/image-provider.ts';
import { editOf, inputPicture } from '../contracts/input-pictures.ts';
import { gatewayErrorNames } from '../fakes/gateway-words.ts';
import type { FaultName } from '../fakes/openai/server.ts';
import { gatewayWith } from './gateway.ts';

/** Errors as gateways word them, on their own account or for the service behind them. */

describe.each(gatewayErrorNames)('an error of the service that comes %s', (errors) => {
  const nothingBilled = { name: 'Fault', maybeBilled: false };
  const meanings: [FaultName, object][] = [
    ['content-policy-violation', { refused: 'content' }],
    ['moderation-input', { refused: 'content', categories: ['sexual'] }],
    ['insufficient-quota', { ...nothingBilled, code: 'account' }],
    ['invalid-api-key', { ...nothingBilled, code: 'account' }],
    ['rate-limit-text', { ...nothingBilled, code: 'throttled', retryAfterMs: 12_000 }],
    ['server-is-overloaded', { ...nothingBilled, code: 'overloaded' }],
    ['model-not-found-400', { ...nothingBilled, code: 'rejected' }],
  ];

  test.each(meanings)('means the same: %s', async (name, meaning) => {
    for (const order of [{}, { partialImages: 1 }]) {
      const { upstream, provider } = await gatewayWith({ errors });
      upstream.always(name);
      const outcome = await make(provider, order).then(
        ({ result }) => result,
        (error: unknown) => error,
      );
      expect(outcome).toMatchObject(meaning);
      expect(upstream.calls()).toHaveLength(1);
    }
  });

  test('keeps the stage at which it was declined, where it comes with it', async () => {
    const { upstream, provider } = await gatewayWith({ errors });
    upstream.next('moderation-output');
    const stage = ['flat', 'flat under 200'].includes(errors) ? 'unknown' : 'picture';
    expect((await make(provider)).result).toMatchObject({ refused: 'content', stage, categories: ['violence'] });
  });
});

const own = (code: string | null, message: string) => ({ error: { message, type: 'new_api_error', param: '', code } });

test.each<[number, unknown, FaultCode, boolean]>([
  [400, own('size_not_supported', 'size not supported for this image model'), 'rejected', false],
  [400, own('n_not_within_range', 'invalid value of n'), 'rejected', false],
  [403, own('insufficient_user_quota', 'user quota is not enough'), 'account', false],
  [403, own('pre_consume_token_quota_failed', 'token quota is not enough'), 'account', false],
  [429, own('entitlement_daily_limit_exceeded', 'daily limit'), 'account', false],
  [500, own('channel:no_available_key', 'no enabled key (request id: 1)'), 'account', false],
  [500, own('convert_request_failed', 'not implemented (request id: 2)'), 'rejected', false],
  [500, own('do_request_failed', 'upstream error: do request failed'), 'unreachable', true],
  [500, own('read_response_body_failed', 'unexpected EOF'), 'broken-answer', true],
  [500, own('bad_response_body', 'invalid character'), 'broken-answer', true],
  [503, own('model_not_found', 'No available channel for model gpt-image-2.5-flare'), 'rejected', false],
  [429, own('token_concurrency_limit_reached', 'busy'), 'throttled', false],
  [403, own('access_denied', 'access denied'), 'account', false],
  [403, own('access_denied', '该令牌无权访问模型 gpt-image-2.5-flare (request id: 3)'), 'rejected', false],
  [403, own('', 'This token has no access to model gpt-image-2.5-flare'), 'rejected', false],
  [403, own('', '该令牌无权访问任何模型'), 'account', false],
  [403, own('model_not_found', 'Project `proj_1` does not have access to model `gpt-image-2`'), 'rejected', false],
  [401, own('401', 'key not allowed to access model. This key can only access models=[…]'), 'rejected', false],
  [401, { message: 'Invalid token' }, 'account', false],
  [402, { code: 402, msg: 'balance' }, 'account', false],
  [200, { code: 'do_request_failed', message: 'lost', data: null }, 'broken-answer', true],
  [200, { success: false, message: 'something' }, 'broken-answer', true],
  [200, { detail: 'Not today' }, 'broken-answer', true],
  [200, { error: 'all channels failed' }, 'broken-answer', true],
  [200, {}, 'broken-answer', true],
  [520, {}, 'unreachable', true],
  [521, {}, 'unreachable', false],
  [522, {}, 'unreachable', false],
])('%i %j is %s', async (status, body, code, maybeBilled) => {
  const { provider } = await gatewayWith({ always: { status, body } });
  expect(await failureOf(make(provider))).toMatchObject({ code, maybeBilled });
});

test.each([
  [400, own('sensitive_words_detected', 'sensitive words detected')],
  [400, own('prompt_blocked', 'request blocked')],
  [451, { message: 'blocked' }],
  [400, own('400', 'litellm.ContentPolicyViolationError: blocked')],
])('%i %j is the gateway’s own moderation', async (status, body) => {
  const { provider } = await gatewayWith({ always: { status, body } });
  expect((await make(provider)).result).toMatchObject({ refused: 'content' });
});

test('a prompt that is too long is the person’s to mend', async () => {
  const { provider } = await gatewayWith({
    always: { status: 400, body: own('prompt_too_long', 'prompt is too long') },
  });
  const { result } = await make(provider);
  if (!('refused' in result) || result.refused !== 'not-possible')
    throw new Error(`It said ${JSON.stringify(result)}.`);
  expect(refusalText(result)).toBe(
    'Your prompt is longer than the image service takes. Nothing was charged. Try fewer words.',
  );
});

test('a gateway that can’t edit says so once, at no cost, and goes on making pictures', async () => {
  const { gateway, provider } = await gatewayWith({ editsNotImplemented: true });
  const edit = editOf([await inputPicture()]);
  for (let time = 0; time < 2; time++)
    expect(await failureOf(make(provider, edit))).toMatchObject({ code: 'rejected', maybeBilled: false });
  expect((await make(provider)).made?.made).toHaveLength(1);
  expect(gateway.calls.map(({ path }) => path)).toEqual(['/v1/images/edits', '/v1/images/generations']);
});

test('the gateway’s own id of a call is kept for talking to its support', async () => {
  const { upstream, provider } = await gatewayWith();
  upstream.next('html-524');
  expect(await failureOf(make(provider))).toMatchObject({
    code: 'unreachable',
    maybeBilled: true,
    requestId: upstream.calls()[0]?.requestId,
  });
});
