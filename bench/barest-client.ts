/**
 * The yardstick, as a process of its own: what a bot cannot do without. Asks for a picture, or for a change to one,
 * decodes it, uploads it, by the libraries that anybody would take; no database, no card, no thread. Reads orders from its
 * input, one per line.
 */
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { WebClient } from '@slack/web-api';
import { REST, Routes } from 'discord.js';
import OpenAI, { toFile } from 'openai';
import type { PlatformName } from './services.ts';

export interface Order {
  readonly platform: PlatformName;
  readonly count: number;
  readonly inFlight: number;
  /** A picture to change: a file that is read once, or an address that each change downloads it from. */
  readonly reference?: { readonly file: string } | { readonly url: string };
}

const env = (name: string): string => process.env[name] ?? '';
const client = new OpenAI({ apiKey: env('OPENAI_API_KEY'), baseURL: env('OPENAI_BASE_URL') });
const rest = new REST({ api: env('DISCORD_API_URL') }).setToken(env('DISCORD_TOKEN'));
const slack = new WebClient(env('SLACK_BOT_TOKEN'), { slackApiUrl: env('SLACK_API_URL') });

type Bring = (() => Promise<ArrayBuffer | Buffer>) | undefined;

async function makeOne(platform: PlatformName, n: number, bring: Bring): Promise<void> {
  const asked = {
    ...({ model: 'gpt-image-2.5-flare', n: 1, size: '1024x1024', background: 'auto' } as const),
    ...({ output_format: 'png', prompt: `a red fox number ${n}`, safety_identifier: 'bench' } as const),
  };
  const reference = bring && (await toFile(await bring(), 'fox.png', { type: 'image/png' }));
  const { data = [] } = reference
    ? await client.images.edit({ ...asked, image: reference, quality: 'low' })
    : await client.images.generate({ ...asked, quality: 'medium' });
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

async function bringing(reference: Order['reference']): Promise<Bring> {
  if (!reference) return undefined;
  if ('url' in reference) return async () => (await fetch(reference.url)).arrayBuffer();
  const bytes = await readFile(reference.file);
  return async () => bytes;
}

for await (const line of createInterface({ input: process.stdin })) {
  const { platform, count, inFlight, reference } = JSON.parse(line) as Order;
  const bring = await bringing(reference);
  let begun = 0;
  const lane = async () => {
    while (begun < count) await makeOne(platform, begun++, bring);
  };
  await Promise.all(Array.from({ length: inFlight }, lane));
  console.log('done');
}
