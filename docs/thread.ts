import path from 'node:path';
import { chromium } from 'playwright-core';
import sharp from 'sharp';
import type { SeenMessage } from '../test/fakes/discord/server.ts';
import { openStudio, type Studio } from '../test/journeys/studio.ts';
import { type Pane, type Recorded, threadPage } from './thread-page.ts';

/**
 * `npm run readme:picture`: draws `docs/thread.png`. A whole Easel runs against the fake Discord, people ask it for a
 * picture and change it, and what it posted is shown: every word and picture of a message is as the fake recorded it.
 */

const file = path.join(import.meta.dirname, 'thread.png');
const browser = process.env.CHROMIUM ?? '/usr/bin/chromium';
const args = [
  '--no-sandbox',
  '--disable-background-networking',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-sync',
];
const channel = 'art';
/** Between one picture and the next words, so that times of day differ. */
const pauseMs = 4 * 60_000;

const studio = await openStudio({
  env: { OPENAI_API_KEY: '', SLACK_BOT_TOKEN: '', SLACK_APP_TOKEN: '' },
  discord: { users: [{ name: 'Ana' }, { name: 'Ben' }], guilds: [{ name: 'Fox Den', channels: [{ name: channel }] }] },
});
const html = threadPage(await record(studio));
await studio.close();
await photograph(html);

/** Ana asks for a picture and replies to it, then Ben names Easel. A column for each version. */
async function record({ discord, easel, clock }: Studio): Promise<readonly (readonly Pane[])[]> {
  discord.command('imagine', { prompt: 'Autumn fair poster, rolling hills' }, { user: 'Ana', channel });
  const thread = await discord.until(() => discord.messages(channel).find(({ threadId }) => threadId)?.threadId);
  const { id } = await version(1);
  discord.message(thread, 'Ana', 'make it night, with a full moon', { replyTo: id });
  await version(2);
  discord.message(thread, 'Ben', 'warmer colours', { mentions: ['easel'] });
  await version(3);

  const said = discord.messages(thread).map(recorded);
  const [second, third] = said.flatMap(({ author }, at) => (author.bot ? [] : [at]));
  const name = discord.threads()[0]?.name ?? '';
  return [
    [
      { title: `# ${channel}`, messages: discord.messages(channel).map(recorded) },
      { title: name, messages: said.slice(0, second) },
    ],
    [{ title: `${name} · goes on`, messages: said.slice(second, third) }],
    [{ title: `${name} · goes on`, messages: said.slice(third) }],
  ];

  /** The nth finished picture of the thread, once its card says so too. */
  async function version(nth: number): Promise<SeenMessage> {
    const found = await discord.until(
      () =>
        discord.messages(thread).filter(({ components }) => JSON.stringify(components).includes('Details'))[nth - 1],
      60_000,
    );
    await easel().idle();
    await discord.until(
      () => discord.messages(thread).filter(({ content }) => content.startsWith('**Done**')).length === nth,
    );
    await clock.pass(pauseMs);
    return found;
  }

  function recorded(message: SeenMessage): Recorded {
    const { interactionId, attachments, replyTo } = message;
    const { users } = discord.about();
    const hung = discord.threads().find(({ id }) => id === message.threadId);
    return {
      ...message,
      asked: interactionId === undefined ? undefined : askedIn(interactionId),
      answered: discord.messages().find(({ id }) => id === replyTo),
      thread: hung && { name: hung.name, messages: hung.messageCount },
      pictures: attachments.map(({ id, contentType, description = '' }) => ({
        source: `data:${contentType};base64,${discord.bytes(id)?.toString('base64') ?? ''}`,
        alt: description,
      })),
      nameOf: (person) => Object.entries(users).find(([, known]) => known === person)?.[0] ?? person,
    };
  }

  function askedIn(interaction: string): Recorded['asked'] {
    const { userId, name } = discord.interaction(interaction);
    return { user: userId, command: name };
  }
}

/** A palette keeps the file small; there are few colours. */
async function photograph(page: string): Promise<void> {
  const chrome = await chromium.launch({ executablePath: browser, args });
  const tab = await chrome.newPage({ viewport: { width: 1120, height: 600 }, deviceScaleFactor: 2 });
  await tab.setContent(page, { waitUntil: 'load' });
  const shot = await tab.locator('main').screenshot({ animations: 'disabled' });
  await chrome.close();
  const { size } = await sharp(shot).png({ palette: true, quality: 95, effort: 10 }).toFile(file);
  console.log(`${file}: ${Math.ceil(size / 1000)} kB`);
}
