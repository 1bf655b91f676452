import type { ErrorAnswer } from '../openai/faults.ts';

/**
 * What Azure answers instead of pictures, as it was recorded. Codes and shapes are what counts; identifiers in them are
 * made up.
 * Sources: learn.microsoft.com "Azure OpenAI image generation models" (contentFilter); github.com/BerriAI/litellm pulls
 * 19372 and 16231 (content_policy_violation, innererror); github.com/pollinations/pollinations issues 8837 and 9707
 * (Forbidden); github.com/Azure/azure-rest-api-specs AzureOpenAI inference (error shape); the wording of the rest as
 * learn.microsoft.com/answers quotes it. Read 2026-11.
 */

const answer = (status: number, code: string, message: string, more: object = {}): ErrorAnswer => ({
  status,
  json: { error: { code, message, ...more } },
});

const safe = { filtered: false, severity: 'safe' };
const filtered = (severity: string) => ({ filtered: true, severity });
const jailbreak = { detected: false, filtered: false };

export const azureAnswers = {
  'content-filter-prompt': {
    status: 400,
    json: {
      created: 1698435368,
      error: { code: 'contentFilter', message: 'Your task failed as a result of our safety system.' },
    },
  },
  'content-filter-picture': {
    status: 400,
    json: {
      created: 1698435368,
      error: { code: 'contentFilter', message: 'Generated image was filtered as a result of our safety system.' },
    },
  },
  'content-policy-violation': answer(
    400,
    'content_policy_violation',
    'This request has been blocked by our content filters.',
    {
      inner_error: {
        code: 'ResponsibleAIPolicyViolation',
        content_filter_results: {
          hate: safe,
          jailbreak,
          self_harm: filtered('medium'),
          sexual: safe,
          violence: filtered('high'),
        },
        revised_prompt: 'A dramatic scene of an injured knight on a battlefield.',
      },
      param: 'prompt',
      type: 'invalid_request_error',
    },
  ),
  'content-filter-inner': answer(
    400,
    'content_filter',
    "The response was filtered due to the prompt triggering Azure OpenAI's content management policy.",
    {
      innererror: {
        code: 'ResponsibleAIPolicyViolation',
        content_filter_result: { hate: safe, jailbreak: { detected: true, filtered: true }, sexual: safe },
      },
      param: 'prompt',
      status: 400,
      type: null,
    },
  ),
  'policy-without-code': answer(400, '400', 'The request was blocked.', {
    innererror: { code: 'ResponsibleAIPolicyViolation', content_filter_result: { sexual: filtered('high') } },
  }),
  'moderation-blocked': answer(400, 'moderation_blocked', 'Your request was rejected by the safety system.', {
    type: 'image_generation_user_error',
    param: null,
    moderation_details: { moderation_stage: 'output', categories: ['sexual'] },
  }),
  suspended: answer(
    403,
    'Forbidden',
    'Your resource has been temporarily blocked because we detected behavior that may violate our content policy. For more details on Azure OpenAI service content policy, please visit https://aka.ms/aoaicodeofconduct',
  ),
  firewall: answer(403, '403', 'Access denied due to Virtual Network/Firewall rules.'),
  'wrong-key': {
    status: 401,
    json: {
      statusCode: 401,
      message:
        'Unauthorized. Access token is missing, invalid, audience is incorrect (https://cognitiveservices.azure.com), or have expired.',
    },
  },
  'wrong-subscription-key': answer(
    401,
    '401',
    'Access denied due to invalid subscription key or wrong API endpoint. Make sure to provide a valid key for an active subscription and use a correct regional API endpoint for your resource.',
  ),
  'role-missing': answer(
    401,
    'PermissionDenied',
    'The principal `00000000-0000-0000-0000-000000000000` lacks the required data action `Microsoft.CognitiveServices/accounts/OpenAI/images/generations/action` to perform `POST /openai/deployments/{deployment-id}/images/generations` operation.',
  ),
  'deployment-not-found': answer(
    404,
    'DeploymentNotFound',
    'The API deployment for this resource does not exist. If you created the deployment within the last 5 minutes, please wait a moment and try again.',
  ),
  'resource-not-found': answer(404, '404', 'Resource not found'),
  'version-not-supported': answer(400, 'BadRequest', 'API version not supported'),
  'operation-not-supported': answer(
    400,
    'OperationNotSupported',
    'The image_generation operation does not work with the specified model, gpt-4o. Please choose different model and try again.',
  ),
  'rate-limit': {
    ...answer(
      429,
      '429',
      'Requests to the Creates images given a prompt. Operation under Azure OpenAI API version 2025-04-01-preview have exceeded call rate limit of your current OpenAI S0 pricing tier. Please retry after 26 seconds.',
    ),
    headers: { 'retry-after': '26' },
  },
  'rate-limit-words': answer(
    429,
    'RateLimitReached',
    'Your requests to gpt-image-2 for gpt-image-2 have exceeded call rate limit for your current AIServices S0 pricing tier. Please retry after 7 seconds.',
  ),
  'internal-error': answer(
    500,
    'InternalServerError',
    'Backend returned unexpected response. Please contact Microsoft.',
  ),
  overloaded: answer(503, 'ServiceUnavailable', 'The server is busy. Please try again later.'),
} as const satisfies Record<string, ErrorAnswer>;
