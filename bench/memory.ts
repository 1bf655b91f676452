import { startEasel, stream } from './easel.ts';
import { atMost, type Figure, note } from './figure.ts';
import { startServices } from './services.ts';

const platforms = ['discord', 'slack'] as const;
const inFlight = 8;
const bigCount = 160;
/** discord.js keeps to 50 requests per second, so most go elsewhere. */
const mixture = ['slack', 'slack', 'slack', 'discord'] as const;
const early = 500;
const late = 2_000;

/** Memory of the process with eight pictures of 1.5 MB in flight, and whether it grows with the number of jobs. */
export async function memory(): Promise<Figure[]> {
  return [...(await big()), ...(await many())];
}

async function big(): Promise<Figure[]> {
  const services = await startServices(200);
  try {
    const easel = await startEasel(services.env(...platforms));
    await stream(easel, services, platforms, { count: bigCount, inFlight, before: 0 });
    const { rssMaxMB, rssMB } = await easel.usage();
    await easel.stop();
    return [
      atMost(`memory with ${inFlight} pictures of 1.5 MB in flight, peak RSS`, 400, rssMaxMB, ' MB'),
      note(`right after ${bigCount} of them`, `${rssMB.toFixed(0)} MB`),
    ];
  } finally {
    services.close();
  }
}

async function many(): Promise<Figure[]> {
  const services = await startServices(0, 0);
  try {
    const easel = await startEasel(services.env(...platforms));
    await stream(easel, services, mixture, { count: early, inFlight, before: 0 });
    await easel.quiet();
    const then = await easel.usage();
    await stream(easel, services, mixture, { count: late - early, inFlight, before: early });
    await easel.quiet();
    const now = await easel.usage();
    const [call] = await services.openai.calls();
    await easel.stop();
    return [
      atMost(`memory after ${late} jobs, × that after ${early}`, 1.1, now.rssMB / then.rssMB, '×', 2),
      note(
        `small pictures (${call?.size}, as small as they come)`,
        `${then.rssMB.toFixed(0)} → ${now.rssMB.toFixed(0)} MB`,
      ),
    ];
  } finally {
    services.close();
  }
}
