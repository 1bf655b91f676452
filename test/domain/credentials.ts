import { pngChunk } from '../pipeline/pictures/picture-bytes.ts';

/** Puts a C2PA manifest store into pictures, as those who sign them do. What it says is made up; its boxes are real. */

const u16 = (n: number) => Buffer.of(n >> 8, n & 255);
const u32 = (n: number) => Buffer.of(n >>> 24, (n >> 16) & 255, (n >> 8) & 255, n & 255);

const box = (type: string, ...content: readonly Buffer[]): Buffer => {
  const inside = Buffer.concat(content);
  return Buffer.concat([u32(8 + inside.length), Buffer.from(type), inside]);
};

/** Source: ISO/IEC 19566-5, annex B: 16-byte id of what the box holds, what follows (3: has a label), the label. */
const description = (id: string, label: string): Buffer =>
  box('jumd', Buffer.from(`${id}00110010800000aa00389b71`, 'hex'), Buffer.of(3), Buffer.from(`${label}\0`));

/** A JUMBF superbox of this kind, filled up. */
export const superbox = (id: string, label: string, padding = 0): Buffer =>
  box('jumb', description(id, label), box('free', Buffer.alloc(padding, 7)));

/** The manifest store. Source: C2PA Technical Specification 2.2, "Embedding manifests". */
export const manifestStore = (padding = 0): Buffer => superbox('63327061', 'c2pa', padding);

/** @param after the type of the chunk that it follows */
export function withPngChunk(png: Buffer, after: string, type: string, content: Buffer): Buffer {
  let at = 8;
  while (png.toString('latin1', at + 4, at + 8) !== after) at += 12 + png.readUInt32BE(at);
  const end = at + 12 + png.readUInt32BE(at);
  return Buffer.concat([png.subarray(0, end), pngChunk(type, content), png.subarray(end)]);
}

/** In APP11 segments after the first one of the file; every segment but the first repeats the first 8 bytes of the box. */
export function withJpegBox(jpeg: Buffer, content: Buffer, pieceBytesMax = 65_000): Buffer {
  const head = content.subarray(0, 8);
  const body = content.subarray(8);
  const pieces = Array.from({ length: Math.ceil(body.length / pieceBytesMax) }, (_, n) =>
    body.subarray(n * pieceBytesMax, (n + 1) * pieceBytesMax),
  );
  const segments = pieces.map((piece, n) => {
    const inside = Buffer.concat([Buffer.from('JP'), u16(1), u32(n + 1), head, piece]);
    return Buffer.concat([Buffer.of(0xff, 0xeb), u16(2 + inside.length), inside]);
  });
  const first = 4 + jpeg.readUInt16BE(4);
  return Buffer.concat([jpeg.subarray(0, first), ...segments, jpeg.subarray(first)]);
}

/** As the last chunk of the file. */
export function withWebpChunk(webp: Buffer, type: string, content: Buffer): Buffer {
  const chunk = Buffer.concat([Buffer.from(type), u32(content.length).reverse(), content]);
  const whole = Buffer.concat([webp, chunk, Buffer.alloc(content.length % 2)]);
  whole.writeUInt32LE(whole.length - 8, 4);
  return whole;
}
