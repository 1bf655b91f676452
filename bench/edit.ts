import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { barestCpuMs } from './barest-cpu.ts';
import { type EaselProcess, startEasel, stream, streamOf } from './easel.ts';
import { atMost, type Figure, note } from './figure.ts';
import { type PlatformName, startServices } from './services.ts';

const warmUp = 60;
const count = 120;
const inFlight = 4;
const amount = { warmUp, count, inFlight };

/** Processor time per edit with one reference of 1.5 MB, without previews, against the barest client in the same run. */
export async function edit(): Promise<Figure[]> {
  const folder = await mkdtemp(path.join(tmpdir(), 'easel-bench-'));
  const file = path.join(folder, 'reference.png');
  const reference = await photograph();
  await writeFile(file, reference);
  try {
    const figures: Figure[] = [];
    for (const platform of ['discord', 'slack'] as const) figures.push(...(await replies(platform, file)));
    return [...figures, ...(await attached(reference))];
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Answers to pictures that Easel posted: each to another one. The barest client has the bytes in memory. */
async function replies(platform: PlatformName, file: string): Promise<Figure[]> {
  const services = await startServices();
  try {
    const bare = await barestCpuMs(services, { platform, reference: { file } }, amount);
    const easel = await startEasel(services.env(platform));
    await stream(easel, services, [platform], { count: warmUp + count, inFlight, before: 0 });
    const results = await services.results(platform);
    const whole = await cpuMs(easel, warmUp + count, (n) => {
      const result = results[n];
      if (!result) throw new RangeError(`there are only ${results.length} pictures`);
      return services.reply(result);
    });
    return compared(`CPU per edit of a posted 1.5 MB picture, ${platform}`, whole, bare);
  } finally {
    services.close();
  }
}

/** `/edit` with a file, which both download from Discord. */
async function attached(reference: Uint8Array): Promise<Figure[]> {
  const services = await startServices();
  try {
    const { discord } = services;
    const upload = { attachments: [{ filename: 'fox.png', bytes: reference }] };
    const [file] = (await discord.message('general', 'p0', 'my fox', upload)).attachments;
    const url = file?.url ?? '';
    const bare = await barestCpuMs(services, { platform: 'discord', reference: { url } }, amount);
    const easel = await startEasel(services.env('discord'));
    const whole = await cpuMs(easel, 0, () => services.edit(reference));
    return compared(`CPU per /edit with a 1.5 MB PNG attached, discord`, whole, bare);
  } finally {
    services.close();
  }
}

/** Processor time of one edit. @param before how many pictures this Easel has made */
async function cpuMs(easel: EaselProcess, before: number, ask: (n: number) => Promise<unknown>): Promise<number> {
  await streamOf(easel, ask, { count: warmUp, inFlight, before });
  await easel.quiet();
  const then = await easel.usage();
  await streamOf(easel, (n) => ask(warmUp + n), { count, inFlight, before: before + warmUp });
  await easel.quiet();
  const now = await easel.usage();
  await easel.stop();
  return (now.cpuMs - then.cpuMs) / count;
}

const compared = (what: string, whole: number, bare: number): Figure[] => [
  atMost(`${what}, × barest client`, 1.6, whole / bare, '×', 2),
  note(`Easel / barest, ${count} edits, ${inFlight} in flight`, `${whole.toFixed(1)} / ${bare.toFixed(1)} ms`),
];

const edge = 1024;

/** A PNG of about 1.5 MB, as noisy as a photograph and the same every time. */
async function photograph(): Promise<Buffer> {
  let state = 1;
  const pixels = Uint8Array.from({ length: edge * edge * 3 }, (_, at) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor(at / (edge * 12)) + ((state >>> 16) % 11);
  });
  return sharp(pixels, { raw: { width: edge, height: edge, channels: 3 } })
    .png()
    .toBuffer();
}
