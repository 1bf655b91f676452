import { crc32 } from 'node:zlib';
import type { Dimensions } from './usage.ts';

/**
 * Adds content credentials or padding, or both, to a finished picture without touching its pixels.
 * Places: PNG chunk `caBX` before the pixels, JPEG segments APP11, WebP chunk `C2PA`. Source: C2PA specification, "Embedding manifests".
 */
export function withChunks(
  picture: Buffer,
  format: 'png' | 'jpeg' | 'webp',
  size: Dimensions,
  credentials: Buffer | null,
  padding: Buffer | null,
): Buffer {
  switch (format) {
    case 'png':
      return png(picture, credentials, padding);
    case 'jpeg':
      return jpeg(picture, credentials, padding);
    case 'webp':
      return webp(picture, size, credentials, padding);
  }
}

const pngHeaderEnd = 8 + 25;
const pngTrailerBytes = 12;

function png(picture: Buffer, credentials: Buffer | null, padding: Buffer | null): Buffer {
  return Buffer.concat([
    picture.subarray(0, pngHeaderEnd),
    ...(credentials ? [pngChunk('caBX', credentials)] : []),
    picture.subarray(pngHeaderEnd, -pngTrailerBytes),
    ...(padding ? [pngChunk('rnDm', padding)] : []),
    picture.subarray(-pngTrailerBytes),
  ]);
}

function pngChunk(type: string, content: Buffer): Buffer {
  const chunk = Buffer.alloc(content.length + 12);
  chunk.writeUInt32BE(content.length);
  chunk.write(type, 4, 'latin1');
  content.copy(chunk, 8);
  chunk.writeUInt32BE(crc32(chunk.subarray(4, -4)), chunk.length - 4);
  return chunk;
}

const segmentBytesMax = 65_533;

function jpeg(picture: Buffer, credentials: Buffer | null, padding: Buffer | null): Buffer {
  const segments: Buffer[] = [];
  // JUMBF in JPEG: "JP", box instance 1, packet 1, then the box itself.
  if (credentials) segments.push(segment(0xeb, Buffer.concat([Buffer.from('4a50000100000001', 'hex'), credentials])));
  for (let at = 0; padding && at < padding.length; at += segmentBytesMax) {
    segments.push(segment(0xef, padding.subarray(at, at + segmentBytesMax)));
  }
  return Buffer.concat([picture.subarray(0, 2), ...segments, picture.subarray(2)]);
}

function segment(marker: number, content: Buffer): Buffer {
  const head = Buffer.from([0xff, marker, 0, 0]);
  head.writeUInt16BE(content.length + 2, 2);
  return Buffer.concat([head, content]);
}

function webp(
  picture: Buffer,
  { width, height }: Dimensions,
  credentials: Buffer | null,
  padding: Buffer | null,
): Buffer {
  const chunks = [picture.subarray(12)];
  // Only the extended form may hold more than the pixels.
  if (picture.toString('latin1', 12, 16) !== 'VP8X') {
    const extended = Buffer.alloc(10);
    extended.writeUIntLE(width - 1, 4, 3);
    extended.writeUIntLE(height - 1, 7, 3);
    chunks.unshift(riffChunk('VP8X', extended));
  }
  if (credentials) chunks.push(riffChunk('C2PA', credentials));
  if (padding) chunks.push(riffChunk('rndm', padding));
  const body = Buffer.concat(chunks);
  const head = Buffer.from('RIFF\0\0\0\0WEBP', 'latin1');
  head.writeUInt32LE(body.length + 4, 4);
  return Buffer.concat([head, body]);
}

function riffChunk(type: string, content: Buffer): Buffer {
  const head = Buffer.from(`${type}\0\0\0\0`, 'latin1');
  head.writeUInt32LE(content.length, 4);
  return Buffer.concat([head, content, Buffer.alloc(content.length % 2)]);
}
