import { crc32, deflateSync } from 'node:zlib';

/** Writes pictures byte by byte: whatever an encoder would refuse to write, or would take long for. */

const u16 = (n: number) => Buffer.of(n >> 8, n & 255);
const u32 = (n: number) => Buffer.of(n >>> 24, (n >> 16) & 255, (n >> 8) & 255, n & 255);
const u16Little = (n: number) => u16(n).reverse();
const u32Little = (n: number) => u32(n).reverse();

/** Source: PNG third edition §5.3, read 2026-11. */
export function pngChunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type), data]);
  return Buffer.concat([u32(data.length), body, u32(crc32(body))]);
}

export const pngSignature = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');

/** A black PNG of one bit a pixel. @param told the size in its header, where that lies */
export function blackPng(width: number, height: number, told = { width, height }): Buffer {
  const header = Buffer.concat([u32(told.width), u32(told.height), Buffer.of(1, 0, 0, 0, 0)]);
  const rows = deflateSync(Buffer.alloc(height * (1 + Math.ceil(width / 8))), { level: 1 });
  const chunks = [pngChunk('IHDR', header), pngChunk('IDAT', rows), pngChunk('IEND', Buffer.alloc(0))];
  return Buffer.concat([pngSignature, ...chunks]);
}

/**
 * A black lossless WebP: each of the five prefix codes has one symbol, so that a pixel takes no bit.
 * Source: "WebP Lossless Bitstream Specification" (developers.google.com), read 2026-11.
 */
export function blackWebp(width: number, height: number): Buffer {
  const header = [...bits(width - 1, 14), ...bits(height - 1, 14), 0, 0, 0, 0];
  const noTransformCacheOrMeta = [0, 0, 0];
  const oneSymbolZero = [1, 0, 0, 0];
  const image = [...header, ...noTransformCacheOrMeta, ...Array.from({ length: 5 }, () => oneSymbolZero).flat()];
  const packed = Buffer.alloc(Math.ceil(image.length / 8));
  for (const [at, bit] of image.entries()) packed[at >> 3] = (packed[at >> 3] ?? 0) | (bit << (at & 7));
  const payload = Buffer.concat([Buffer.of(0x2f), packed]);
  const chunk = Buffer.concat([
    Buffer.from('VP8L'),
    u32Little(payload.length),
    payload,
    Buffer.alloc(payload.length % 2),
  ]);
  return Buffer.concat([Buffer.from('RIFF'), u32Little(4 + chunk.length), Buffer.from('WEBP'), chunk]);
}

const bits = (n: number, count: number) => Array.from({ length: count }, (_, at) => (n >> at) & 1);

const jpegSegment = (marker: number, ...data: number[]) =>
  Buffer.concat([Buffer.of(0xff, marker), u16(2 + data.length), Buffer.from(data)]);

/**
 * A grey progressive JPEG, with as many scans as wanted, a bit a block each.
 * Source: ITU T.81 annexes B and G, read 2026-11.
 */
export function greyProgressiveJpeg(width: number, height: number, scans: number): Buffer {
  const blocks = Math.ceil(width / 8) * Math.ceil(height / 8);
  const oneCode = [1, ...Array<number>(15).fill(0), 0];
  const scan = (high: number, low: number) =>
    Buffer.concat([jpegSegment(0xda, 1, 1, 0, 0, 0, high * 16 + low), Buffer.alloc(Math.ceil(blocks / 8))]);
  return Buffer.concat([
    Buffer.of(0xff, 0xd8),
    jpegSegment(0xdb, 0, ...Array<number>(64).fill(1)),
    jpegSegment(0xc2, 8, ...u16(height), ...u16(width), 1, 1, 0x11, 0),
    jpegSegment(0xc4, 0, ...oneCode),
    scan(0, scans - 1),
    ...Array.from({ length: scans - 1 }, (_, at) => scan(scans - 1 - at, scans - 2 - at)),
    Buffer.of(0xff, 0xd9),
  ]);
}

/**
 * A GIF whose frames each hold one pixel. Source: GIF89a specification, read 2026-11.
 * @param told the size that each frame says it has, where that lies
 */
export function dottedGif(width: number, height: number, frames: number, told = { width: 1, height: 1 }): Buffer {
  const screen = [u16Little(width), u16Little(height), Buffer.of(0x80, 0, 0), Buffer.of(0, 0, 0, 255, 255, 255)];
  const control = Buffer.of(0x21, 0xf9, 4, 0, 10, 0, 0, 0);
  const place = [u16Little(0), u16Little(0), u16Little(told.width), u16Little(told.height)];
  const frame = Buffer.concat([control, Buffer.of(0x2c), ...place, Buffer.of(0, 2, 2, 0x4c, 0x01, 0)]);
  return Buffer.concat([Buffer.from('GIF89a'), ...screen, ...Array<Buffer>(frames).fill(frame), Buffer.of(0x3b)]);
}
