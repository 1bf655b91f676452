import fc from 'fast-check';
import sharp, { type Sharp } from 'sharp';
import { describe, expect, test } from 'vitest';
import type { Picture } from '../../../src/domain/image.ts';
import { isRefusal, type Refusal, refusalText } from '../../../src/domain/refusal.ts';
import { sharpInputs } from '../../../src/pipeline/pictures/input-pictures.ts';
import { hostileFiles } from './hostile-pictures.ts';
import { blackPng, blackWebp, dottedGif, greyProgressiveJpeg, pngChunk } from './picture-bytes.ts';

const inputs = sharpInputs();

const heard = (outcome: Picture | Refusal): string => (isRefusal(outcome) ? refusalText(outcome) : 'A picture.');

async function prepared(bytes: Uint8Array, name = 'fox.png'): Promise<Picture> {
  const outcome = await inputs.prepare(bytes, name);
  if (isRefusal(outcome)) throw new Error(refusalText(outcome));
  return outcome;
}

/** Red on its left half, blue on its right. */
function halves(width: number, height: number): Sharp {
  const right = { create: { width: Math.floor(width / 2), height, channels: 3, background: '#00f' } } as const;
  const whole = { create: { width, height, channels: 3, background: '#f00' } } as const;
  return sharp(whole).composite([{ input: right, left: Math.ceil(width / 2), top: 0 }]);
}

/** What colour a pixel has, by the channel that it has most of. */
async function colourAt({ bytes }: Picture, x: number, y: number): Promise<string | undefined> {
  const { data, info } = await sharp(bytes)
    .removeAlpha()
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  const rgb = [...data.subarray((y * info.width + x) * info.channels).subarray(0, 3)];
  return ['red', 'green', 'blue'][rgb.indexOf(Math.max(...rgb))];
}

describe('a picture passes byte for byte', () => {
  test.each([
    ['PNG', 'png', () => halves(64, 48).png().toBuffer()],
    ['PNG with alpha', 'png', () => halves(64, 48).ensureAlpha(0.5).png().toBuffer()],
    ['PNG with a palette', 'png', () => halves(64, 48).png({ palette: true }).toBuffer()],
    ['PNG of one bit', 'png', async () => blackPng(64, 48)],
    ['grey PNG', 'png', () => halves(64, 48).toColourspace('b-w').png().toBuffer()],
    ['JPEG', 'jpeg', () => halves(64, 48).jpeg().toBuffer()],
    ['grey progressive JPEG', 'jpeg', async () => greyProgressiveJpeg(64, 48, 3)],
    ['JPEG that says it is upright', 'jpeg', () => halves(64, 48).jpeg().withMetadata({ orientation: 1 }).toBuffer()],
    ['WebP', 'webp', () => halves(64, 48).webp().toBuffer()],
    ['lossless WebP', 'webp', async () => blackWebp(64, 48)],
  ] as const)('%s', async (_, format, make) => {
    const bytes = await make();
    const picture = await prepared(bytes);
    expect(picture.bytes).toBe(bytes);
    expect(picture).toMatchObject({ format, width: 64, height: 48 });
  });

  test('at the largest size there is', async () => {
    const bytes = blackPng(2048, 1);
    expect((await prepared(bytes)).bytes).toBe(bytes);
  });

  test('whatever its name says', async () => {
    const bytes = await halves(64, 48).jpeg().toBuffer();
    for (const name of ['fox.png', 'fox.exe', 'fox', '', '../../etc/passwd']) {
      expect(await prepared(bytes, name)).toMatchObject({ format: 'jpeg', bytes });
    }
  });
});

describe('a picture is encoded again', () => {
  test('when it is larger than the service needs, in its own format', async () => {
    for (const format of ['png', 'jpeg', 'webp'] as const) {
      const picture = await prepared(await halves(3000, 1500).toFormat(format).toBuffer());
      expect(picture).toMatchObject({ format, width: 2048, height: 1024 });
      expect(await sharp(picture.bytes).metadata()).toMatchObject({ format, width: 2048, height: 1024 });
    }
  });

  test.each(['png', 'jpeg', 'webp'] as const)('when it lies on its side: %s', async (format) => {
    const turned = await halves(64, 48).toFormat(format).withMetadata({ orientation: 6 }).toBuffer();
    const picture = await prepared(turned);
    expect(picture).toMatchObject({ format, width: 48, height: 64 });
    expect((await sharp(picture.bytes).metadata()).orientation ?? 1).toBe(1);
    expect([await colourAt(picture, 24, 8), await colourAt(picture, 24, 56)]).toEqual(['red', 'blue']);
  });

  test('when it is made for print', async () => {
    const picture = await prepared(await halves(64, 48).toColourspace('cmyk').jpeg().toBuffer(), 'print.jpg');
    expect(picture).toMatchObject({ format: 'jpeg', width: 64, height: 48 });
    expect(await sharp(picture.bytes).metadata()).toMatchObject({ space: 'srgb', channels: 3 });
    expect([await colourAt(picture, 8, 8), await colourAt(picture, 56, 8)]).toEqual(['red', 'blue']);
  });

  test('when it has sixteen bits a channel', async () => {
    const picture = await prepared(await halves(64, 48).toColourspace('rgb16').png().toBuffer());
    expect(await sharp(picture.bytes).metadata()).toMatchObject({ format: 'png', depth: 'uchar', space: 'srgb' });
  });

  test('when a service would not read it: its first frame becomes a PNG', async () => {
    const avif = await halves(64, 48).avif().toBuffer();
    for (const bytes of [avif, dottedGif(64, 48, 3), await halves(64, 48).gif().toBuffer()]) {
      const picture = await prepared(bytes, 'fox.bin');
      expect(picture).toMatchObject({ format: 'png', width: 64, height: 48 });
      expect((await sharp(picture.bytes).metadata()).pages).toBeUndefined();
    }
  });

  test('when it moves: its first frame stays', async () => {
    const frames = Buffer.concat([Buffer.alloc(64 * 48 * 3, 10), Buffer.alloc(64 * 48 * 3, 200)]);
    const raw = { width: 64, height: 96, channels: 3, pageHeight: 48 } as const;
    const webp = await prepared(
      await sharp(frames, { raw })
        .webp({ loop: 0, delay: [50, 50] })
        .toBuffer(),
    );
    expect(webp).toMatchObject({ format: 'webp', width: 64, height: 48 });
    expect((await sharp(webp.bytes).metadata()).pages).toBeUndefined();
    const still = blackPng(64, 48);
    const control = pngChunk('acTL', Buffer.of(0, 0, 0, 1, 0, 0, 0, 0));
    const png = await prepared(Buffer.concat([still.subarray(0, 33), control, still.subarray(33)]));
    expect(Buffer.from(png.bytes).includes('acTL')).toBe(false);
  });

  test.each([
    ['a second JPEG', () => greyProgressiveJpeg(16, 16, 1)],
    ['a film', () => Buffer.from('\0\0\0\x14ftypisom\0\0\0\0mp42moov-and-so-on', 'latin1')],
    ['Samsung’s trailer', () => Buffer.from('\0\0\x30\x0aMotionPhoto_Data…SEFHx\0\0\0SEFT', 'latin1')],
    ['padding', () => Buffer.alloc(512)],
  ])('when a phone put %s behind it, which is left out', async (_, tail) => {
    const photo = await halves(64, 48).jpeg().toBuffer();
    const picture = await prepared(Buffer.concat([photo, tail()]), 'photo.jpg');
    expect(picture).toMatchObject({ format: 'jpeg', width: 64, height: 48 });
    expect(Buffer.from(picture.bytes).includes(tail())).toBe(false);
    expect([...picture.bytes.subarray(-2)]).toEqual([0xff, 0xd9]);
  });
});

describe('a file that is no good is refused, and never throws', () => {
  test.each(hostileFiles)('$name', async ({ file, says }) => {
    const words = heard(await inputs.prepare((await file?.bytes()) ?? Buffer.alloc(0), file?.name ?? ''));
    expect(words).toMatch(says);
    expect(words).toContain('Nothing was charged.');
  });

  test.each(hostileFiles)('as a mask too: $name', async ({ file }) => {
    const outcome = await inputs.mask((await file?.bytes()) ?? Buffer.alloc(0), 'mask.png', { width: 64, height: 48 });
    expect(outcome).toMatchObject({ refused: 'unusable' });
  });

  test('with a name of any length, on one line', async () => {
    const words = heard(await inputs.prepare(Buffer.from('no'), `${'fox\n'.repeat(100)}.png`));
    expect(words).toMatch(/^“fox fox [fox ]+…” is no picture but text\. /);
    expect(words.length).toBeLessThan(200);
    expect(heard(await inputs.prepare(Buffer.from('no'), ' '))).toMatch(/^The file is no picture but text/);
  });

  test('whatever was changed in it, many at a time', async () => {
    const avif = await halves(64, 48).avif().toBuffer();
    const jpeg = await halves(64, 48).jpeg().toBuffer();
    const whole = [
      blackPng(64, 48),
      blackWebp(64, 48),
      greyProgressiveJpeg(64, 48, 2),
      dottedGif(64, 48, 2),
      avif,
      jpeg,
    ];
    const change = fc.record({ at: fc.nat(1000), byte: fc.nat(255) });
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...whole),
        fc.array(change, { maxLength: 6 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        async (original, changes, share) => {
          const bytes = Uint8Array.from(original.subarray(0, Math.ceil(original.length * share)));
          for (const { at, byte } of changes) bytes[at % bytes.length] = byte;
          const outcomes = await Promise.all([
            inputs.prepare(bytes, 'a'),
            inputs.mask(bytes, 'b', { width: 64, height: 48 }),
          ]);
          for (const outcome of outcomes) expect(isRefusal(outcome) || outcome.bytes.length > 0).toBe(true);
        },
      ),
      { numRuns: 150 },
    );
  });
});
