import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { readImage, readSize, sizeText } from '../../src/domain/image.ts';

const noise = (width: number, height: number) =>
  sharp({
    create: { width, height, channels: 4, background: '#3b7', noise: { type: 'gaussian', mean: 128, sigma: 30 } },
  });
const solid = (width: number, height: number, alpha = 1) =>
  sharp({ create: { width, height, channels: 4, background: { r: 9, g: 99, b: 199, alpha } } });

/** As different as sharp can make them. */
const pictures = {
  png: await noise(37, 21).png().toBuffer(),
  'png with a palette': await solid(300, 2).png({ palette: true }).toBuffer(),
  'png with 1 pixel': await solid(1, 1).png().toBuffer(),
  jpeg: await noise(37, 21).jpeg().toBuffer(),
  'jpeg, progressive': await noise(640, 480).jpeg({ progressive: true }).toBuffer(),
  'jpeg, with EXIF': await noise(37, 21)
    .jpeg()
    .withExif({ IFD0: { Copyright: 'x'.repeat(500) } })
    .toBuffer(),
  webp: await noise(37, 21).webp().toBuffer(),
  'webp, lossless': await noise(37, 21).webp({ lossless: true }).toBuffer(),
  'webp, transparent': await solid(1_200, 33, 0.5).webp().toBuffer(),
  'webp, with EXIF': await noise(37, 21)
    .webp()
    .withExif({ IFD0: { Copyright: 'x' } })
    .toBuffer(),
};
const all = Object.entries(pictures);
const gif = await solid(8, 8).gif().toBuffer();
const tiff = await solid(8, 8).tiff().toBuffer();

describe('a picture', () => {
  test.each(all)('%s is read as what sharp says it is', async (_name, bytes) => {
    const { width, height, format } = await sharp(bytes).metadata();
    expect(readImage(bytes)).toEqual({ bytes, width, height, format });
  });

  test.each(all)('%s is read at any place in memory', (_name, bytes) => {
    const within = new Uint8Array(bytes.length + 7);
    within.set(bytes, 7);
    expect(readImage(within.subarray(7))).toMatchObject({ bytes: within.subarray(7) });
  });

  test.each(all)('%s that was cut off is none, wherever it was cut', (_name, bytes) => {
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), (length) => readImage(bytes.subarray(0, length)) === undefined),
      {
        numRuns: 300,
      },
    );
    for (let missing = 1; missing < 40; missing++)
      expect(readImage(bytes.subarray(0, bytes.length - missing))).toBeUndefined();
  });
});

describe('what is no picture', () => {
  test.each([
    ['nothing', Buffer.alloc(0)],
    ['words', Buffer.from('{"error":{"message":"not today, and not tomorrow either"}}')],
    ['a page', Buffer.from('<html><body>502 Bad Gateway</body></html>'.repeat(5))],
    ['a gif', gif],
    ['a tiff', tiff],
    ['a drawing', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"></svg>')],
  ])('%s', (_name, bytes) => {
    expect(readImage(bytes)).toBeUndefined();
  });

  test('any bytes at all never throw, also behind a true beginning', () => {
    const beginnings = [new Uint8Array(), ...Object.values(pictures).map((bytes) => bytes.subarray(0, 32))];
    fc.assert(
      fc.property(
        fc.constantFrom(...beginnings),
        fc.nat(32),
        fc.uint8Array({ maxLength: 120 }),
        fc.constantFrom([], [0xff, 0xd9], [0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82]),
        (beginning, length, bytes, end) => {
          const read = readImage(Uint8Array.from([...beginning.subarray(0, length), ...bytes, ...end]));
          if (read) expect(Math.min(read.width, read.height)).toBeGreaterThan(0);
        },
      ),
      { numRuns: 3_000 },
    );
  });

  test('a picture with any one byte changed never throws', () => {
    fc.assert(
      fc.property(fc.constantFrom(...Object.values(pictures)), fc.nat(200), fc.nat(255), (bytes, at, value) => {
        const changed = Uint8Array.from(bytes);
        changed[at % changed.length] = value;
        readImage(changed);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('a size', () => {
  test.each([
    ['1536x1024', '1536x1024'],
    [' 1536 × 1024 ', '1536x1024'],
    ['1536X1024', '1536x1024'],
    ['1536*1024', '1536x1024'],
  ])('%s is read', (text, expected) => {
    const size = readSize(text);
    expect(size && sizeText(size)).toBe(expected);
  });

  test.each(['', 'x', 'square', '1536', '1536x', '1x1', '123456x10', '-10x10', '10.5x10', '1e3x1e3'])(
    '%j is none',
    (text) => {
      expect(readSize(text)).toBeUndefined();
    },
  );
});
