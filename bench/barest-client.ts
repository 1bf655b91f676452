/**
 * The yardstick, as a process of its own: what a bot cannot do without. Asks for a picture, decodes it, uploads it, by
 * the libraries that anybody would take; no database, no card, no thread. Reads orders from its input, one per line.
 */
import { createInterface } from 'node:readline';
import { WebClient } from '@slack/web-api';
import { REST, Routes } from 'discord.js';
import OpenAI from 'openai';
import type { PlatformName } from './services.ts';

export interface Order {
  readonly platform: PlatformName;
  readonly count: number;
  readonly inFlight: number;
}

const env = (name: string): string => process.env[name] ?? '';
const client = new OpenAI({ apiKey: env('OPENAI_API_KEY'), baseURL: env('OPENAI_BASE_URL') });
const rest = new REST({ api: env('DISCORD_API_URL') }).setToken(env('DISCORD_TOKEN'));
const slack = new WebClient(env('SLACK_BOT_TOKEN'), { slackApiUrl: env('SLACK_API_URL') });

async function makeOne(platform: PlatformName, n: number): Promise<void> {
  const { data = [] } = await client.images.generate({
    ...{ model: 'gpt-image-2.5-flare', prompt: `a red fox number ${n}`, n: 1, size: '1024x1024' },
    ...{ quality: 'medium', background: 'auto', output_format: 'png', safety_identifier: 'bench' },
  });
  await post[platform](Buffer.from(data[0]?.b64_json ?? '', 'base64'));
}

const post: Record<PlatformName, (bytes: Buffer) => Promise<unknown>> = {
  discord: (data) =>
    rest.post(Routes.channelMessages(env('BENCH_DISCORD_CHANNEL')), {
      body: { content: 'Here it is.' },
      files: [{ name: 'fox.png', data, contentType: 'image/png' }],
    }),
  slack: (file) => slack.filesUploadV2({ channel_id: env('BENCH_SLACK_CHANNEL'), file, filename: 'fox.png' }),
};

for await (const line of createInterface({ input: process.stdin })) {
  const { platform, count, inFlight } = JSON.parse(line) as Order;
  let begun = 0;
  const lane = async () => {
    while (begun < count) await makeOne(platform, begun++);
  };
  await Promise.all(Array.from({ length: inFlight }, lane));
  console.log('done');
}
