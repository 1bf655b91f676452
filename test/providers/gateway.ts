import { afterEach } from 'vitest';
import { guardedFetch } from '../../src/http/guarded-fetch.ts';
import { longCalls } from '../../src/http/long-calls.ts';
import { type OpenAIOptions, openaiProvider } from '../../src/providers/openai.ts';
import { termsFor } from '../contracts/image-provider.ts';
import { type FakeGateway, fakeGateway, type Habits } from '../fakes/gateway.ts';
import { fakeOpenAI } from '../fakes/openai/server.ts';

/** A provider that reaches the fake service through a gateway; both are closed after the test. */
const closing: { close(): Promise<void> }[] = [];

afterEach(async () => {
  for (const each of closing.splice(0).reverse()) await each.close();
});

export const closeAfter = (...servers: { close(): Promise<void> }[]): void => void closing.push(...servers);

export async function gatewayWith(habits: Habits = {}) {
  const upstream = await fakeOpenAI();
  const gateway = await fakeGateway(upstream, habits);
  closeAfter(upstream, gateway);
  return { upstream, gateway, provider: providerAt(gateway) };
}

export function providerAt({ url, apiKey }: Pick<FakeGateway, 'url' | 'apiKey'>, more: Partial<OpenAIOptions> = {}) {
  const download = guardedFetch({ allowedOrigins: [url] });
  return openaiProvider({ ...termsFor('openai'), apiKey, baseUrl: url, fetch: longCalls(), download, ...more });
}
