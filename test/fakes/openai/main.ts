import { type FakeOpenAIOptions, fakeOpenAI } from './server.ts';

/**
 * The fake as a process of its own: `node test/fakes/openai/main.ts '{"pictureBytes":1500000}'`.
 * Prints one line of JSON once it listens; is driven by `control(url)`; ends by `close()`, SIGTERM or SIGINT.
 */
const fake = await fakeOpenAI(JSON.parse(process.argv[2] ?? '{}') as FakeOpenAIOptions);
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void fake.close());
console.log(JSON.stringify({ url: fake.url, baseUrl: fake.baseUrl, apiKey: fake.apiKey }));
