import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { sharpPreviews } from '../../../src/pipeline/pictures/previews.ts';
import { blackPng, blackWebp } from './picture-bytes.ts';

const previews = sharpPreviews();
const plain = (background: string, width = 1000, height = 500) =>
  sharp({ create: { width, height, channels: 4, background } })
    .png()
    .toBuffer();

/** How light a preview is at places along its middle row, from 0 to 255. */
async function lightness(bytes: Uint8Array | undefined): Promise<number[]> {
  const { data, info } = await sharp(bytes).toColourspace('b-w').raw().toBuffer({ resolveWithObject: true });
  const middle = (info.height >> 1) * info.width * info.channels;
  return Array.from({ length: info.width }, (_, x) => data[middle + x * info.channels] ?? 0);
}

describe('a small picture', () => {
  test('is a JPEG of at most 512 pixels, never larger than the picture', async () => {
    const small = async (bytes: Uint8Array) => sharp(await previews.small(bytes)).metadata();
    expect(await small(await plain('#c33'))).toMatchObject({ format: 'jpeg', width: 512, height: 256 });
    expect(await small(await plain('#c33', 20, 30))).toMatchObject({ format: 'jpeg', width: 20, height: 30 });
    expect(await small(await plain('#c330', 20, 30))).toMatchObject({ format: 'jpeg', channels: 3 });
  });

  test('is not made of what is no picture, or of too large a one', async () => {
    for (const bytes of [Buffer.alloc(0), Buffer.from('no picture'), blackWebp(16_000, 16_000)]) {
      expect(await previews.small(bytes)).toBeUndefined();
      expect(await previews.small(bytes, { left: 0, top: 0, right: 50, bottom: 50 })).toBeUndefined();
      expect(await previews.fit(bytes, 1_000_000)).toBeUndefined();
    }
  });

  test.each(['#000', '#fff', '#888'])('shows the outline of a region on %s', async (ground) => {
    const outlined = await previews.small(await plain(ground), { left: 25, top: 0, right: 75, bottom: 100 });
    expect(await sharp(outlined).metadata()).toMatchObject({ format: 'jpeg', width: 512, height: 256 });
    const light = await lightness(outlined);
    const bare = await lightness(await previews.small(await plain(ground)));
    const leftEdge = light.slice(124, 140);
    expect(Math.max(...leftEdge)).toBeGreaterThan(220);
    expect(Math.min(...leftEdge)).toBeLessThan(70);
    expect(Math.max(...light.slice(376, 388))).toBeGreaterThan(220);
    for (const x of [0, 60, 256, 450, 511]) expect(Math.abs((light[x] ?? 0) - (bare[x] ?? 0))).toBeLessThan(8);
  });

  test('shows it whole where the region ends at the edge, and on the smallest picture', async () => {
    const light = await lightness(
      await previews.small(await plain('#888'), { left: 0, top: 0, right: 100, bottom: 100 }),
    );
    expect(Math.max(...light.slice(0, 8))).toBeGreaterThan(220);
    expect(Math.max(...light.slice(-8))).toBeGreaterThan(220);
    expect(await previews.small(blackPng(3, 2), { left: 0, top: 0, right: 50, bottom: 50 })).toBeDefined();
  });
});
