import type { IncomingMessage } from 'node:http';
import { refusal } from '../openai/faults.ts';
import type { Front } from '../openai/front.ts';
import { type Form, wrongFile } from '../openai/read-body.ts';
import { type Endpoint, Refused } from '../openai/request-rules.ts';
import { azureAnswers } from './answers.ts';

/** Which model stands behind each deployment. */
export type Deployments = Readonly<Record<string, string>>;

/**
 * Azure's side of the Images API, in both forms. Stricter than Azure where its pages say nothing: only what they name is
 * taken, and a key only as `api-key`.
 * Source: learn.microsoft.com "Azure OpenAI image generation models", read 2026-11.
 * @param isToken whether Microsoft Entra gave it out for this service
 */
export function azureFront(apiKey: string, deployments: Deployments, isToken: (token: string) => boolean): Front {
  return {
    endpointOf: (request) => addressOf(request)?.endpoint,
    door(request) {
      const address = addressOf(request);
      const version = urlOf(request).searchParams.getAll('api-version');
      if (!address) return { answer: azureAnswers['resource-not-found'], rule: 'no-such-address' };
      const stopped = keyProblem(request);
      if (stopped) return stopped;
      const versions = address.deployment === undefined ? v1Versions : deploymentVersions;
      if (!versions.includes(version.join()))
        return { answer: azureAnswers['resource-not-found'], rule: 'api-version' };
      const isKnown = address.deployment === undefined || Object.hasOwn(deployments, address.deployment);
      return isKnown ? undefined : { answer: azureAnswers['deployment-not-found'] };
    },
    read(form, request) {
      const address = addressOf(request);
      checkParameters(form, address?.endpoint ?? 'generations');
      const deployment = address?.deployment ?? String(form.parameters.model);
      const model = Object.hasOwn(deployments, deployment) ? deployments[deployment] : undefined;
      if (!model) throw new Refused(azureAnswers['deployment-not-found']);
      return { ...form.parameters, model };
    },
  };

  function keyProblem({ headers }: IncomingMessage) {
    const { authorization, 'api-key': key } = headers;
    if (authorization !== undefined && key !== undefined)
      return { answer: azureAnswers['wrong-key'], rule: 'two-credentials' };
    if (key !== undefined) return key === apiKey ? undefined : { answer: azureAnswers['wrong-subscription-key'] };
    const token = /^Bearer (.+)$/.exec(authorization ?? '')?.[1] ?? '';
    if (isToken(token)) return undefined;
    return { answer: azureAnswers['wrong-key'], ...(token === apiKey ? { rule: 'key-as-token' } : {}) };
  }
}

/** The first that knows streams and edits of GPT image models. */
const deploymentVersions: readonly string[] = ['2025-04-01-preview'];
const v1Versions: readonly string[] = ['', 'preview', 'latest'];

const urlOf = ({ url }: IncomingMessage) => new URL(url ?? '/', 'http://azure');

function addressOf(request: IncomingMessage): { endpoint: Endpoint; deployment?: string } | undefined {
  const address = /^\/openai\/(?:v1|deployments\/([^/]+))\/images\/(generations|edits)$/;
  const [found, deployment, endpoint] = address.exec(urlOf(request).pathname) ?? [];
  if (!found || request.method !== 'POST') return undefined;
  return { endpoint: endpoint as Endpoint, ...(deployment ? { deployment: decodeURIComponent(deployment) } : {}) };
}

const common = 'prompt model n size quality background output_format output_compression stream partial_images user';
const known: Record<Endpoint, readonly string[]> = {
  generations: common.split(' '),
  edits: [...common.split(' '), 'input_fidelity'],
};

function checkParameters({ parameters, images, mask }: Form, endpoint: Endpoint): void {
  const refuse = (code: string, param: string, message: string): never => {
    throw new Refused(refusal(400, code, message, { param }));
  };
  for (const name of Object.keys(parameters))
    if (!known[endpoint].includes(name)) refuse('unknown_parameter', name, `Unknown parameter: '${name}'.`);
  if (!['png', 'jpeg', undefined].includes(parameters.output_format as string | undefined))
    refuse('invalid_value', 'output_format', `Invalid value: '${parameters.output_format}'. Supported: 'png', 'jpeg'.`);
  if (parameters.partial_images === 0 && parameters.stream !== true)
    refuse('invalid_value', 'partial_images', 'Only with stream.');
  for (const { type } of [...images, ...(mask ? [mask] : [])])
    if (type !== 'image/png' && type !== 'image/jpeg')
      throw wrongFile('image', 'unsupported_file_mimetype', `Invalid file 'image': unsupported mimetype ('${type}').`);
}
