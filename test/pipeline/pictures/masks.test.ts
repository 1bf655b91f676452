import sharp, { type Sharp } from 'sharp';
import { describe, expect, test } from 'vitest';
import { isRefusal, refusalText } from '../../../src/domain/refusal.ts';
import type { Region } from '../../../src/domain/region.ts';
import { sharpInputs } from '../../../src/pipeline/pictures/input-pictures.ts';
import { blackPng } from './picture-bytes.ts';

const inputs = sharpInputs();
const size = { width: 40, height: 20 };

/** A picture of `size` unless told, whose box is another colour than its ground. */
function drawn(ground: string, box: string, { width, height } = size): Sharp {
  const inner = { create: { width: width / 2, height: height / 2, channels: 4, background: box } } as const;
  const whole = { create: { width, height, channels: 4, background: ground } } as const;
  return sharp(whole).composite([
    { input: inner, left: width / 4, top: height / 4, blend: 'dest-out' },
    { input: inner, left: width / 4, top: height / 4 },
  ]);
}
const clear = '#0000';

/** Where the mask lets the picture change, a letter a pixel of one row and of one column. */
async function opened(bytes: Uint8Array): Promise<{ row: string; column: string; alphas: number[] }> {
  const { data, info } = await sharp(bytes).raw().toBuffer({ resolveWithObject: true });
  expect(info.channels).toBe(4);
  const alpha = (x: number, y: number) => data[(y * info.width + x) * 4 + 3];
  const letter = (opacity: number | undefined) => (opacity === 0 ? 'o' : '.');
  const across = Array.from({ length: info.width }, (_, x) => letter(alpha(x, info.height >> 1)));
  const down = Array.from({ length: info.height }, (_, y) => letter(alpha(info.width >> 1, y)));
  const alphas = new Set(data.filter((_, at) => at % 4 === 3));
  return { row: across.join(''), column: down.join(''), alphas: [...alphas].toSorted((a, b) => a - b) };
}

const innerBox = { row: `${'.'.repeat(10)}${'o'.repeat(20)}${'.'.repeat(10)}`, column: '.....oooooooooo.....' };

async function mask(bytes: Uint8Array, of = size): Promise<Uint8Array> {
  const outcome = await inputs.mask(bytes, 'mask.png', of);
  if (isRefusal(outcome)) throw new Error(refusalText(outcome));
  expect(outcome).toMatchObject({ format: 'png', ...of });
  const metadata = await sharp(outcome.bytes).metadata();
  expect(metadata).toMatchObject({ format: 'png', hasAlpha: true, space: 'srgb', ...of });
  return outcome.bytes;
}

async function refused(bytes: Uint8Array, of = size): Promise<string> {
  const outcome = await inputs.mask(bytes, 'mask.png', of);
  if (!isRefusal(outcome)) throw new Error('It was taken.');
  return refusalText(outcome);
}

describe('a mask', () => {
  test('may change where it is transparent', async () => {
    const holed = { create: { ...size, channels: 4, background: '#c33' } } as const;
    const hole = { create: { width: 20, height: 10, channels: 4, background: '#fff' } } as const;
    const cutOut = sharp(holed).composite([{ input: hole, left: 10, top: 5, blend: 'dest-out' }]);
    for (const bytes of [
      await cutOut.clone().png().toBuffer(),
      await cutOut.clone().webp({ lossless: true }).toBuffer(),
    ]) {
      expect(await opened(await mask(bytes))).toEqual({ ...innerBox, alphas: [0, 255] });
    }
  });

  test('may change where it is white when nothing is transparent, also as a JPEG', async () => {
    const whiteBox = drawn('#000', '#fff');
    const grey = whiteBox.clone().removeAlpha().toColourspace('b-w');
    for (const picture of [whiteBox, drawn('#333', '#ddd'), grey]) {
      expect(await opened(await mask(await picture.clone().png().toBuffer()))).toEqual({
        ...innerBox,
        alphas: [0, 255],
      });
    }
    expect(await opened(await mask(await grey.clone().jpeg({ quality: 100 }).toBuffer()))).toMatchObject(innerBox);
  });

  test('is white where it is transparent and black where it is opaque', async () => {
    const { data } = await sharp(await mask(await drawn('#000', '#fff').png().toBuffer()))
      .raw()
      .toBuffer({ resolveWithObject: true });
    expect([...data.subarray(0, 4)]).toEqual([0, 0, 0, 255]);
    expect([...data.subarray((10 * 40 + 20) * 4).subarray(0, 4)]).toEqual([255, 255, 255, 0]);
  });

  test('of another size is scaled when the shape is the same', async () => {
    const large = await drawn('#000', '#fff', { width: 400, height: 200 }).png().toBuffer();
    expect(await opened(await mask(large))).toEqual({ ...innerBox, alphas: [0, 255] });
    const small = await drawn('#000', '#fff', { width: 16, height: 8 }).png().toBuffer();
    expect((await opened(await mask(small))).alphas).toEqual([0, 255]);
    const nearly = await drawn('#000', '#fff', { width: 1000, height: 664 }).png().toBuffer();
    await mask(nearly, { width: 1536, height: 1024 });
  });

  test('of another shape is refused with both sizes', async () => {
    const bytes = await drawn('#000', '#fff', { width: 800, height: 600 }).png().toBuffer();
    expect(await refused(bytes, { width: 1024, height: 1024 })).toBe(
      'The mask is 800x600 and the picture 1024x1024. Nothing was charged. Make them the same shape.',
    );
  });

  test('that lies on its side is turned first', async () => {
    const onItsSide = await drawn('#000', '#fff', { width: 20, height: 40 })
      .png()
      .withMetadata({ orientation: 6 })
      .toBuffer();
    expect(await opened(await mask(onItsSide))).toMatchObject(innerBox);
  });

  test('in colour is refused, and one with a little colour is not', async () => {
    expect(await refused(await drawn('#000', '#f00').removeAlpha().png().toBuffer())).toMatch(
      /^“mask\.png” is a colour picture, not a mask\. Nothing was charged\. A mask is black and white/,
    );
    await mask(await drawn('#000', '#fff0d8').removeAlpha().png().toBuffer());
  });

  test('that leaves nothing to change is refused, one that leaves everything is not', async () => {
    const nothing = [
      await drawn('#000', '#111').png().toBuffer(),
      await drawn('#000c', '#000f').png().toBuffer(),
      blackPng(40, 20),
    ];
    for (const bytes of nothing)
      expect(await refused(bytes)).toMatch(/^The mask “mask\.png” leaves nothing to change\./);
    for (const all of [clear, '#fff']) {
      expect((await opened(await mask(await drawn(all, all).png().toBuffer()))).alphas).toEqual([0]);
    }
  });

  test('of any picture stays below 4 MB', async () => {
    const large = { width: 2048, height: 2048 };
    const noise = { type: 'gaussian', mean: 128, sigma: 80 } as const;
    const flecked = sharp({ create: { ...large, channels: 3, background: '#888', noise } }).toColourspace('b-w');
    expect((await mask(await flecked.png({ compressionLevel: 1 }).toBuffer(), large)).length).toBeLessThan(4_000_000);
  });
});

describe('the mask of a region', () => {
  const of = async (region: Region, picture: { width: number; height: number }) => {
    const made = await inputs.maskOf(region, picture);
    expect(made).toMatchObject({ format: 'png', ...picture });
    expect(await sharp(made.bytes).metadata()).toMatchObject({ format: 'png', hasAlpha: true, ...picture });
    return opened(made.bytes);
  };

  test('is transparent inside and opaque outside', async () => {
    expect(await of({ left: 25, top: 25, right: 75, bottom: 75 }, size)).toEqual({ ...innerBox, alphas: [0, 255] });
  });

  test('takes in every pixel that the region touches', async () => {
    const { row, column } = await of({ left: 33, top: 33, right: 67, bottom: 67 }, { width: 10, height: 10 });
    expect([row, column]).toEqual(['...oooo...', '...oooo...']);
    expect((await of({ left: 1, top: 0, right: 2, bottom: 100 }, { width: 10, height: 10 })).row).toBe('o.........');
    expect((await of({ left: 29, top: 0, right: 58, bottom: 100 }, { width: 100, height: 3 })).row).toBe(
      `${'.'.repeat(29)}${'o'.repeat(29)}${'.'.repeat(42)}`,
    );
  });

  test('can be the whole picture', async () => {
    expect((await of({ left: 0, top: 0, right: 100, bottom: 100 }, { width: 7, height: 5 })).alphas).toEqual([0]);
  });
});
