import { onTestFinished } from 'vitest';
import type { FakeOpenAI, FakeOpenAIOptions } from '../fakes/openai/handle.ts';
import { fakeOpenAI } from '../fakes/openai/server.ts';
import { studio } from './chats.ts';
import type { Studio, StudioOptions } from './studio.ts';

export interface TwoServices extends Studio {
  /** The services in order of preference. */
  readonly first: FakeOpenAI;
  readonly relay: FakeOpenAI;
}

interface Terms {
  /** Settings of a service, as `PROVIDER_FIRST_…` and `PROVIDER_RELAY_…` have them. */
  readonly first?: Readonly<Record<string, string>>;
  readonly relay?: Readonly<Record<string, string>>;
  readonly fake?: FakeOpenAIOptions;
}

/** A studio with two services that can do the same, called first and relay. */
export async function twoServices(terms: Terms = {}, options: StudioOptions = {}): Promise<TwoServices> {
  const relay = await fakeOpenAI({ apiKey: 'sk-relay', ...terms.fake });
  onTestFinished(() => relay.close());
  const settings = (name: 'FIRST' | 'RELAY', fake: FakeOpenAI, more: Readonly<Record<string, string>> = {}) =>
    Object.fromEntries(
      Object.entries({ BASE_URL: fake.baseUrl, API_KEY: fake.apiKey, ...more }).map(([key, value]) => [
        `PROVIDER_${name}_${key}`,
        value,
      ]),
    );
  const place = await studio({
    ...options,
    openai: { ...options.openai, ...terms.fake },
    env: (fakes) => ({
      OPENAI_API_KEY: '',
      PROVIDERS: 'first,relay',
      ...settings('FIRST', fakes.openai, terms.first),
      ...settings('RELAY', relay, terms.relay),
      ...(typeof options.env === 'function' ? options.env(fakes) : options.env),
    }),
  });
  return { ...place, first: place.openai, relay };
}
