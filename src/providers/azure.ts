import OpenAI, { AzureOpenAI } from 'openai';
import type { ImageProvider, Terms } from '../domain/image-provider.ts';
import type { GuardedFetch } from '../http/guarded-fetch.ts';
import { isV1Form, sdkUrl } from './azure-form.ts';
import { entraToken } from './entra-token.ts';
import { imagesApi } from './images-api.ts';
import { sdkSettings } from './sdk-settings.ts';
import { withReadableInputs } from './with-readable-inputs.ts';

export interface AzureOptions extends Terms {
  /** Undefined: Microsoft Entra is asked for a token. */
  readonly apiKey: string | undefined;
  /** What such a token is for. */
  readonly scope: string;
  /** The resource's address; one that ends in `/openai/v1` is the v1 form, any other the deployment form. */
  readonly baseUrl: string;
  /** The deployment form needs it. */
  readonly apiVersion: string | undefined;
  /** Must bear calls of many minutes, and follow no redirects: `longCalls()`. */
  readonly fetch: typeof fetch;
  /** Allows the base URL's origin. */
  readonly download: GuardedFetch;
}

/**
 * OpenAI's models at Microsoft: the Images API with other addresses and another way to sign in. What `nameOf` calls a
 * model is its deployment. Who asks is told as `user`, the only such parameter that Microsoft documents.
 * Sources: learn.microsoft.com "Azure OpenAI image generation models"; openai@7.55.0 azure.js. Read 2026-11.
 * @throws OpenAIError in the deployment form without a version
 */
export function azureProvider(options: AzureOptions): ImageProvider {
  const { apiKey, scope, baseUrl, apiVersion, fetch, ...rest } = options;
  const client = isV1Form(baseUrl) ? v1Client(options) : deploymentClient(options);
  return withReadableInputs(imagesApi({ ...rest, client, endUserAs: 'user' }), ['png', 'jpeg']);
}

function deploymentClient({ apiKey, scope, baseUrl, apiVersion, fetch }: AzureOptions): OpenAI {
  const settings = { ...sdkSettings(fetch), baseURL: sdkUrl(baseUrl), apiVersion };
  if (apiKey) return new AzureOpenAI({ ...settings, apiKey });
  // Empty rather than left out: else the SDK would take one from the environment.
  return new AzureOpenAI({ ...settings, apiKey: '', azureADTokenProvider: entraToken(scope) });
}

function v1Client({ apiKey, scope, baseUrl, apiVersion, fetch }: AzureOptions): OpenAI {
  const defaultQuery = apiVersion ? { 'api-version': apiVersion } : {};
  const settings = { ...sdkSettings(fetch), baseURL: sdkUrl(baseUrl), defaultQuery };
  if (!apiKey) return new OpenAI({ ...settings, apiKey: entraToken(scope) });
  return new OpenAI({ ...settings, apiKey, defaultHeaders: { 'api-key': apiKey, Authorization: null } });
}
