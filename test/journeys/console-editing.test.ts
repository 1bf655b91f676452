import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pino } from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { openStorage } from '../../src/build.ts';
import { readConfig } from '../../src/config.ts';
import { buildEasel } from '../../src/easel.ts';
import { consolePlatform } from '../../src/platforms/console/console.ts';
import { diagnose } from '../../src/storage/doctor.ts';
import { systemClock } from '../../src/system-clock.ts';
import { fakeOpenAI } from '../fakes/openai/server.ts';
import { terminal } from '../platforms/console/terminal.ts';
import { leftHalf, photo, sha256 } from './photo.ts';

/** Easel at a terminal, with an image service. */
async function atTheTerminal() {
  const folder = await mkdtemp(path.join(tmpdir(), 'easel-'));
  const openai = await fakeOpenAI();
  const config = readConfig({ DATA_DIR: folder, OPENAI_API_KEY: openai.apiKey, OPENAI_BASE_URL: openai.baseUrl });
  const storage = await openStorage(config, systemClock);
  const shown = terminal();
  const desk = consolePlatform({ input: undefined, output: shown.output, folder, userName: 'ann', live: false });
  const easel = await buildEasel(config, storage, [desk], pino({ level: 'silent' }), systemClock);
  await easel.start();
  onTestFinished(async () => {
    await easel.stop();
    await openai.close();
    await rm(folder, { recursive: true });
  });
  return {
    openai,
    folder,
    shown,
    /** Types a line and waits until nothing is left to do. */
    async type(line: string) {
      await desk.say(line);
      await easel.idle();
      return shown.lines().at(-1);
    },
    recount: () => diagnose(storage.database.db, storage.blobs),
  };
}

test('every way into an edit on the console sends the service exactly the right bytes', async () => {
  const { openai, folder, shown, type, recount } = await atTheTerminal();
  const cat = await photo('cat.png');
  const mask = await leftHalf(640, 480);
  for (const { name, bytes } of [cat, mask]) await writeFile(path.join(folder, name), bytes);

  await type('/imagine a red fox quality:low');
  await type('edit 1 make it blue quality:low');
  await type('vary 1');
  await type('undo 2');
  await type('/edit add a hat quality:low');
  await type(
    `/edit give it wings quality:low image:${path.join(folder, cat.name)} mask:${path.join(folder, mask.name)}`,
  );
  await type('edit 2 v1: make it green quality:low');

  const [fox, blue, varied, hat, wings, green] = openai.calls();
  for (const call of [blue, varied, hat, green])
    expect(call).toMatchObject({ endpoint: 'edits', images: fox?.pictures, mask: null });
  expect(wings).toMatchObject({ endpoint: 'edits', images: [sha256(cat.bytes)] });
  expect(wings?.mask).toMatch(/^[0-9a-f]{64}$/);
  expect(openai.violations()).toEqual([]);
  expect(shown.lines().join('\n')).toContain('v2 of “a red fox”, from v1');
  expect((await recount()).findings).toEqual([]);
});

test('the same again is there at once on the console, free, and again 2 makes a new one', async () => {
  const { openai, shown, type, recount } = await atTheTerminal();
  await type('/imagine a red fox quality:low');
  await type('/imagine a red fox quality:low');
  expect(shown.lines().join('\n')).toMatch(/made (just now|\d+ seconds? ago) for ann, free · 494 left/);
  expect(openai.calls()).toHaveLength(1);
  await type('again 2');
  expect(openai.calls()).toHaveLength(2);
  expect(await recount()).toMatchObject({ findings: [], credits: { charged: 12, held: 0 } });
});

test('size:auto keeps the shape of the picture that is changed', async () => {
  const { openai, type } = await atTheTerminal();
  await type('/imagine a wide valley shape:1536x864 quality:low');
  await type('edit 1 make it night size:auto quality:low');
  expect(openai.calls().map(({ size }) => size)).toEqual(['1536x864', '1536x864']);
});
