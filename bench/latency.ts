import { startEasel, stream } from './easel.ts';
import { atMost, type Figure, median, note, quantile } from './figure.ts';
import { type PlatformName, type Services, startServices } from './services.ts';

const warmUp = 10;
const count = 40;
/** So long that thread and card are there before the picture is. */
const providerMs = 150;
const mostMs = { discord: 25, slack: 40 } as const;

/**
 * From the last byte of the provider's answer to the picture being in the thread, one at a time, by the services' own
 * clocks. Nothing is posted before it is settled and on the disk.
 */
export async function latency(): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const platform of ['discord', 'slack'] as const) {
    const services = await startServices(providerMs);
    try {
      const easel = await startEasel(services.env(platform));
      await stream(easel, services, [platform], { count: warmUp + count, inFlight: 1, before: 0 });
      const made = (await services.openai.calls()).map(({ endedAt }) => endedAt ?? Number.NaN);
      const took = (posted: readonly number[]) => posted.map((at, n) => at - (made[n] ?? 0)).slice(warmUp);
      const { pictures, buttons } = await postedAt(services, platform);
      const each = took(pictures);
      const most = mostMs[platform];
      figures.push(
        atMost(`last byte → stored, settled, posted, ${platform}, median of ${count}`, most, median(each), ' ms'),
        note('nine in ten within', `${quantile(each, 0.9)} ms`),
      );
      if (buttons) figures.push(note('and its words and buttons, median', `${median(took(buttons))} ms`));
      await easel.stop();
    } finally {
      services.close();
    }
  }
  return figures;
}

/** When each picture was there. On Slack, words and buttons are a message of their own, right after it. */
async function postedAt(
  { discord, slack }: Services,
  platform: PlatformName,
): Promise<{ readonly pictures: number[]; readonly buttons?: number[] }> {
  if (platform === 'discord') {
    const big = (await discord.requests()).filter(({ bytes }) => bytes > 1_000_000);
    return { pictures: big.map(({ atMs }) => atMs) };
  }
  const pictures = await slack.requests('files.completeUploadExternal');
  const messages = await slack.requests('chat.postMessage');
  const results = messages.filter(({ given }) => JSON.stringify(given.metadata).includes('"result"'));
  return { pictures: pictures.map(({ at }) => at), buttons: results.map(({ at }) => at) };
}
