/**
 * Azure has two forms of the same API: with the deployment in the path and a dated version, and with `/openai/v1` and
 * the deployment as the model. Source: learn.microsoft.com "Azure OpenAI image generation models", read 2026-11.
 */
export const isV1Form = (baseUrl: string): boolean => /\/openai\/v1$/.test(pathOf(baseUrl));

/** What is wrong with the address of a resource, in words for whoever set it; undefined: nothing. */
export function addressProblem(baseUrl: string): string | undefined {
  if (pathOf(baseUrl).split('/').includes('deployments'))
    return 'must end before /deployments: which deployment serves a model is said where the models are, as model=deployment';
  if (new URL(baseUrl).search) return 'must end before the ?: the version of the API has a setting of its own';
  return undefined;
}

/** Where the SDK begins. A resource's address may come with or without `/openai`. */
export function sdkUrl(baseUrl: string): string {
  const { origin } = new URL(baseUrl);
  const path = pathOf(baseUrl);
  return origin + (isV1Form(baseUrl) || /\/openai$/.test(path) ? path : `${path}/openai`);
}

const pathOf = (baseUrl: string): string => new URL(baseUrl).pathname.replace(/\/+$/, '');
