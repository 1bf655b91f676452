import type { FakeOpenAI, FakeOpenAIOptions } from '../openai/handle.ts';
import { fakeOpenAI } from '../openai/server.ts';
import { azureFront, type Deployments } from './front.ts';

export { azureAnswers } from './answers.ts';

export interface FakeAzureOptions extends Omit<FakeOpenAIOptions, 'front'> {
  readonly deployments?: Deployments;
  readonly isToken?: (token: string) => boolean;
}

export interface FakeAzure extends FakeOpenAI {
  /** For the form with a version; `url` is for the form with deployments. */
  readonly v1Url: string;
}

/** Deployments that are called like their models. */
const usual = ['gpt-image-2.5-flare', 'gpt-image-2.5-sunburst', 'gpt-image-2'];

/** An Azure OpenAI resource: OpenAI's models behind Azure's door. */
export async function fakeAzure(options: FakeAzureOptions = {}): Promise<FakeAzure> {
  const { apiKey = 'azure-fake-key-0123456789', deployments, isToken = () => false, ...rest } = options;
  const front = azureFront(apiKey, deployments ?? Object.fromEntries(usual.map((name) => [name, name])), isToken);
  const fake = await fakeOpenAI({ ...rest, apiKey, front });
  return { ...fake, v1Url: `${fake.url}/openai/v1` };
}
