/** The fake Discord as a process of its own: prints `{"url":…,"api":…,"token":…}` and runs until it is stopped. */
import { type FakeDiscordOptions, fakeDiscord } from './server.ts';

// Options as JSON in the first argument, e.g. '{"rateLimits":false,"port":4001}'.
const discord = await fakeDiscord(JSON.parse(process.argv[2] ?? '{}') as FakeDiscordOptions);
process.stdout.write(`${JSON.stringify(discord.about())}\n`);
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void discord.close());
