import type { PictureKind } from './file-kind.ts';

/** Where a picture ends within its file, and whether what stands behind it may be thrown away. */

interface Extent {
  /** How many bytes from the start belong to the picture. */
  readonly end: number;
  /** False for an animated PNG, which decoders show as its first frame. */
  readonly still: boolean;
}

/**
 * Follows the container from part to part without decoding anything; undefined when it breaks off. HEIC and AVIF are
 * not followed: they are always converted, and nothing behind them survives that.
 */
export function extentOf(kind: PictureKind, bytes: Uint8Array): Extent | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  try {
    if (kind === 'png') return pngExtent(view);
    const end =
      kind === 'jpeg'
        ? jpegEnd(view, bytes)
        : kind === 'webp'
          ? webpEnd(view)
          : kind === 'gif'
            ? gifEnd(view)
            : bytes.length;
    return end <= bytes.length ? { end, still: true } : undefined;
  } catch (error) {
    // A read behind the last byte.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** Chunks of length, type, data and checksum, up to IEND. Source: PNG third edition §5.3, read 2026-11. */
function pngExtent(view: DataView): Extent | undefined {
  let still = true;
  for (let at = 8; ; ) {
    const type = view.getUint32(at + 4);
    at += 12 + view.getUint32(at);
    if (type === 0x6163544c) still = false;
    if (type === 0x49454e44) return at <= view.byteLength ? { end: at, still } : undefined;
  }
}

/** One RIFF chunk, padded to even. Source: "WebP Container Specification" (developers.google.com), read 2026-11. */
const webpEnd = (view: DataView): number => {
  const length = view.getUint32(4, true);
  return 8 + length + (length % 2);
};

/** Segments, and after each SOS the coded pixels, up to EOI. Source: ITU T.81 annex B, read 2026-11. */
function jpegEnd(view: DataView, bytes: Uint8Array): number {
  for (let at = 2; ; ) {
    // Asked first, since hostile files are nothing but marks, and a search for each would take seconds.
    if (bytes[at] !== 0xff) at = bytes.indexOf(0xff, at);
    if (at < 0) throw new RangeError('no EOI');
    const marker = view.getUint8(at + 1);
    if (marker === 0xd9) return at + 2;
    // A fill byte; then what has no length: a coded 0xff, a restart.
    if (marker === 0xff) at += 1;
    else if (marker <= 0x01 || (marker >= 0xd0 && marker <= 0xd8)) at += 2;
    else at += 2 + view.getUint16(at + 2);
  }
}

/** Blocks of sub-blocks up to the trailer. Source: GIF89a specification §15-27, read 2026-11. */
function gifEnd(view: DataView): number {
  const tableBytes = (flags: number) => (flags & 0x80 ? 3 << ((flags & 7) + 1) : 0);
  let at = 13 + tableBytes(view.getUint8(10));
  for (;;) {
    const block = view.getUint8(at);
    if (block === 0x3b) return at + 1;
    if (block === 0x21) at += 2;
    else if (block === 0x2c) at += 11 + tableBytes(view.getUint8(at + 9));
    else throw new RangeError('no GIF block');
    while (view.getUint8(at) !== 0) at += 1 + view.getUint8(at);
    at += 1;
  }
}

/** Nobody pads to more than the block of a disk. */
const paddingMax = 65_536;

/**
 * Whether cameras and programs leave such bytes behind a picture: padding, and behind a JPEG the further pictures of
 * "Multi-Picture Format" (CIPA DC-007), the film of a motion photo ("Motion Photo format 1.0", developer.android.com)
 * and Samsung's trailer (exiftool.org "Samsung Trailer"). Read 2026-11. Encoding the picture again leaves it out.
 */
export function isHarmlessTail(kind: PictureKind, tail: Uint8Array): boolean {
  if (tail.length <= paddingMax && tail.every((byte) => byte === 0)) return true;
  if (kind !== 'jpeg') return false;
  const text = (from: number, to?: number) => Buffer.from(tail.subarray(from, to)).toString('latin1');
  return text(0, 2) === '\xff\xd8' || text(4, 8) === 'ftyp' || text(-4) === 'SEFT';
}
