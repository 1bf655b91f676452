/** Runs the fake as its own process: prints one JSON line with its address, takes options as JSON in its first argument, and stops on SIGTERM, SIGINT or `/_fake/close`. */
import { type FakeSlackOptions, fakeSlack } from './server.ts';

const options = JSON.parse(process.argv[2] ?? '{}') as FakeSlackOptions;
const slack = await fakeSlack(options);
console.log(
  JSON.stringify({ url: slack.url, apiUrl: slack.apiUrl, botToken: slack.botToken, appToken: slack.appToken }),
);
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void slack.close());
