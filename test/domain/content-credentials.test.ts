import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { hasContentCredentials } from '../../src/domain/content-credentials.ts';
import { readImage } from '../../src/domain/image.ts';
import { manifestStore, superbox, withJpegBox, withPngChunk, withWebpChunk } from './credentials.ts';

const picture = sharp({ create: { width: 64, height: 48, channels: 3, background: '#369' } });
const png = await picture.clone().png().toBuffer();
const jpeg = await picture.clone().jpeg().toBuffer();
const webp = await picture.clone().webp().toBuffer();

const credited = {
  png: withPngChunk(png, 'IHDR', 'caBX', manifestStore(500)),
  'png, behind its pixels': withPngChunk(png, 'IDAT', 'caBX', manifestStore(500)),
  jpeg: withJpegBox(jpeg, manifestStore(500)),
  'jpeg, over three segments': withJpegBox(jpeg, manifestStore(150_000)),
  'jpeg, in small pieces': withJpegBox(jpeg, manifestStore(100), 11),
  webp: withWebpChunk(webp, 'C2PA', manifestStore(500)),
  'webp, of odd length': withWebpChunk(webp, 'C2PA', manifestStore(501)),
  'webp, behind another chunk of odd length': withWebpChunk(
    withWebpChunk(webp, 'EXIF', Buffer.alloc(33)),
    'C2PA',
    manifestStore(),
  ),
};
const plain = {
  png,
  jpeg,
  webp,
  'png with another private chunk': withPngChunk(png, 'IHDR', 'cbBX', manifestStore()),
  'png that says caBX in a text': withPngChunk(png, 'IHDR', 'tEXt', Buffer.from('Comment\0....caBX....jumb c2pa')),
  'png with the chunk behind its end': Buffer.concat([png, withPngChunk(png, 'IHDR', 'caBX', manifestStore())]),
  'jpeg with another JUMBF box': withJpegBox(jpeg, superbox('6a736f6e', 'a.label', 300)),
  'jpeg that says so behind a long box': withJpegBox(
    jpeg,
    Buffer.concat([superbox('6a736f6e', 'a.label', 300), Buffer.from('c2pa')]),
  ),
  'jpeg with the segment behind its end': Buffer.concat([jpeg, withJpegBox(jpeg, manifestStore())]),
  'webp with another chunk': withWebpChunk(webp, 'XMP ', manifestStore()),
  'no bytes': Buffer.alloc(0),
  text: Buffer.from('caBX C2PA jumb c2pa, says this text, and it is no picture'),
};

describe('content credentials', () => {
  test.each(Object.entries(credited))('are seen: %s', async (_name, bytes) => {
    expect(hasContentCredentials(bytes)).toBe(true);
    expect(readImage(bytes)).toMatchObject({ width: 64, height: 48 });
    expect(await sharp(bytes).raw().toBuffer()).toHaveLength(64 * 48 * 3);
  });

  test.each(Object.entries(plain))('are not seen where there are none: %s', (_name, bytes) => {
    expect(hasContentCredentials(bytes)).toBe(false);
  });

  test.each(['png', 'jpeg', 'webp'] as const)('are gone once sharp has encoded a %s again', async (format) => {
    expect(hasContentCredentials(await sharp(credited[format]).toBuffer())).toBe(false);
    expect(hasContentCredentials(await sharp(credited[format]).keepMetadata().toBuffer())).toBe(false);
  });

  test('are read from a part of a larger buffer', () => {
    const around = Buffer.concat([Buffer.alloc(5), credited.jpeg, Buffer.alloc(5)]);
    expect(hasContentCredentials(new Uint8Array(around.buffer, around.byteOffset + 5, credited.jpeg.length))).toBe(
      true,
    );
  });
});

describe('junk', () => {
  const all = [...Object.values(credited), ...Object.values(plain)].map((bytes) => Uint8Array.from(bytes));

  test('of any kind is a picture without', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => !hasContentCredentials(bytes)));
  });

  test('that begins as a picture, is cut off or damaged, is looked through without an error', () => {
    const damaged = fc.record({
      of: fc.constantFrom(...all),
      cut: fc.nat(),
      at: fc.nat(400),
      junk: fc.uint8Array({ maxLength: 40 }),
    });
    fc.assert(
      fc.property(damaged, ({ of, cut, at, junk }) => {
        const bytes = Uint8Array.from(of.subarray(0, cut % (of.length + 1)));
        bytes.set(junk.subarray(0, Math.max(bytes.length - at, 0)), Math.min(at, bytes.length));
        return typeof hasContentCredentials(bytes) === 'boolean';
      }),
      { numRuns: 2_000 },
    );
  });

  test.each([
    ['png', Buffer.concat([png.subarray(0, 8), Buffer.alloc(8_000_000)])],
    ['jpeg', Buffer.concat([Buffer.of(0xff, 0xd8), Buffer.alloc(8_000_000, 0xff)])],
    ['webp', Buffer.concat([webp.subarray(0, 12), Buffer.alloc(8_000_000)])],
  ])('of 8 MB that steps as slowly as a %s can ends', (_format, bytes) => {
    expect(hasContentCredentials(bytes)).toBe(false);
  });
});
