import { barestCpuMs } from './barest-cpu.ts';
import { startEasel, stream } from './easel.ts';
import { atMost, type Figure, note } from './figure.ts';
import { type PlatformName, type Services, startServices } from './services.ts';

const warmUp = 60;
const count = 120;
const inFlight = 4;

/** Processor time per delivered picture of 1.5 MB, against the barest client in the same run. */
export async function cpu(): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const platform of ['discord', 'slack'] as const) {
    const services = await startServices();
    try {
      const bare = await barestCpuMs(services, { platform }, { warmUp, count, inFlight });
      const whole = await easel(services, platform);
      figures.push(
        atMost(`CPU per 1.5 MB picture, ${platform}, × barest client`, 1.6, whole / bare, '×', 2),
        note(`Easel / barest, ${count} pictures, ${inFlight} in flight`, `${whole.toFixed(1)} / ${bare.toFixed(1)} ms`),
      );
    } finally {
      services.close();
    }
  }
  return figures;
}

async function easel(services: Services, platform: PlatformName): Promise<number> {
  const whole = await startEasel(services.env(platform));
  await stream(whole, services, [platform], { count: warmUp, inFlight, before: 0 });
  await whole.quiet();
  const before = await whole.usage();
  await stream(whole, services, [platform], { count, inFlight, before: warmUp });
  await whole.quiet();
  const after = await whole.usage();
  await whole.stop();
  return (after.cpuMs - before.cpuMs) / count;
}
