import path from 'node:path';
import { chromium } from 'playwright-core';
import sharp from 'sharp';
import { openStudio, type Studio } from '../test/journeys/studio.ts';
import { type Pane, type Recorded, threadPage } from './thread-page.ts';

/**
 * `npm run readme:picture`: draws `docs/thread.png`. A whole Easel runs against the fake Discord, people ask it for
 * pictures, and what it posted is shown: every word and picture of a message is as the fake recorded it.
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
const people = ['Ana', 'Ben', 'Cleo'];
const width = 1120;

const studio = await openStudio({
  env: { OPENAI_API_KEY: '', SLACK_BOT_TOKEN: '', SLACK_APP_TOKEN: '' },
  discord: { users: people.map((name) => ({ name })), guilds: [{ name: 'Fox Den', channels: [{ name: 'art' }] }] },
});
const html = threadPage(await record(studio));
await studio.close();
await photograph(html);

/** Three people ask; two threads are kept, one while its picture is being made and one when all is done. */
async function record({ discord, easel, clock }: Studio): Promise<readonly (readonly Pane[])[]> {
  // So that Easel has learnt how long such a picture takes.
  for (let calls = 0; calls < 3; calls++) {
    await ask('Cleo', { prompt: 'A warm-up', shape: 'wide' });
    await easel().idle();
  }
  const [second, underWay] = await caughtUnderWay('Ben', { prompt: 'A lighthouse at dusk', shape: 'wide' });
  const first = await ask('Ana', { prompt: 'Autumn fair poster, rolling hills', shape: 'tall', count: 2 });
  await easel().idle();
  await discord.until(() => discord.messages(first)[0]?.content.includes('Done'));
  await discord.until(() => discord.messages(second)[0]?.content.includes('Done'));
  const { id: asked } = discord.command('credits balance', {}, { user: 'Ana', channel: 'art' });
  await discord.answered(asked);
  const inChannel = messages('art');
  return [
    [
      { title: '# art', messages: inChannel.filter(({ ephemeralFor }) => ephemeralFor === undefined) },
      { title: nameOf(second), messages: underWay },
    ],
    [
      { title: nameOf(first), messages: messages(first) },
      { title: '# art', messages: inChannel.filter(({ interactionId }) => interactionId === asked) },
    ],
  ];

  /**
   * Sketches take less time than a card may be edited in, so between two of their steps the clock jumps to the next edit.
   * On a busy machine that can miss.
   */
  async function caughtUnderWay(user: string, options: Readonly<Record<string, unknown>>) {
    for (let tries = 0; tries < 10; tries++) {
      discord.reset();
      const thread = await ask(user, options);
      const { createdMs } = await discord.untilMessage({ channel: thread });
      await clock.sleep(Math.max(0, createdMs + 1_400 - clock.now()));
      await clock.pass(Math.max(0, createdMs + 2_600 - clock.now()));
      const shows = () => {
        const [card] = discord.messages(thread);
        return card?.content.includes('▓') && card.attachments.length > 0 ? messages(thread) : undefined;
      };
      const caught = await discord.until(shows, 1_500).catch(() => undefined);
      if (caught) return [thread, caught] as const;
      await easel().idle();
    }
    throw new Error('No card was caught while its picture was being made.');
  }

  async function ask(user: string, options: Readonly<Record<string, unknown>>): Promise<string> {
    const { id } = discord.command('imagine', options, { user, channel: 'art' });
    await discord.answered(id);
    return discord.until(() => discord.messages('art').find(({ interactionId }) => interactionId === id)?.threadId);
  }

  function nameOf(thread: string): string {
    return discord.threads().find(({ id }) => id === thread)?.name ?? '';
  }

  function messages(channel: string): Recorded[] {
    return discord.messages(channel).map((message) => ({
      ...message,
      asked: message.interactionId === undefined ? undefined : askedIn(message.interactionId),
      thread: threadOf(message.threadId),
      pictures: message.attachments.map(({ id, contentType, description = '' }) => ({
        source: `data:${contentType};base64,${discord.bytes(id)?.toString('base64') ?? ''}`,
        alt: description,
      })),
      nameOf: (id) => Object.entries(discord.about().users).find(([, known]) => known === id)?.[0] ?? id,
    }));
  }

  function askedIn(interaction: string): Recorded['asked'] {
    const { userId, name } = discord.interaction(interaction);
    return { user: userId, command: name };
  }

  function threadOf(id: string | undefined): Recorded['thread'] {
    const found = discord.threads().find((thread) => thread.id === id);
    return found && { name: found.name, messages: found.messageCount };
  }
}

/** A palette keeps the file small; there are few colours. */
async function photograph(page: string): Promise<void> {
  const chrome = await chromium.launch({ executablePath: browser, args });
  const tab = await chrome.newPage({ viewport: { width, height: 600 }, deviceScaleFactor: 2 });
  await tab.setContent(page, { waitUntil: 'load' });
  const shot = await tab.locator('main').screenshot({ animations: 'disabled' });
  await chrome.close();
  const { size } = await sharp(shot).png({ palette: true, quality: 95, effort: 10 }).toFile(file);
  console.log(`${file}: ${Math.ceil(size / 1000)} kB`);
}
