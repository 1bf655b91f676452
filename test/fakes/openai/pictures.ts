import { createCipheriv, createHash } from 'node:crypto';
import sharp from 'sharp';
import { withChunks } from './containers.ts';
import type { Dimensions } from './usage.ts';

/** Real pictures for next to no work: eight drawings per size and format, each made once, each copy stamped with its own bytes. */

export type PictureFormat = 'png' | 'jpeg' | 'webp';

export interface PictureOrder extends Dimensions {
  readonly format: PictureFormat;
  readonly transparent: boolean;
  readonly compression: number;
  /** The same seed gives the same bytes, another seed other bytes. */
  readonly seed: string;
  /** A partial picture is a blurred one. */
  readonly partial?: boolean;
}

export interface Pictures {
  /** A whole picture, padded to about `pictureBytes` where the drawing is smaller. */
  draw(order: PictureOrder): Promise<Buffer>;
  /** The first half of a picture, so short that pixels are missing. */
  drawHalf(order: PictureOrder): Promise<Buffer>;
}

const variants = 8;

export function drawPictures(pictureBytes: number): Pictures {
  const drawings = new Map<string, Promise<{ plain: Buffer; padded: Buffer }>>();

  const draw = async (order: PictureOrder, variant: number) => {
    const plain = await render(order, variant);
    const missing = pictureBytes - plain.length - contentCredentials(order.seed).length;
    const padding = missing > 0 ? noise(missing, 'padding') : null;
    return { plain, padded: withChunks(plain, order.format, order, null, padding) };
  };

  const drawing = (order: PictureOrder) => {
    const variant = digest(order.seed).readUInt8(0) % variants;
    const { width, height, format, transparent, compression, partial } = order;
    const key = [width, height, format, transparent, compression, partial, variant].join(' ');
    const kept = drawings.get(key) ?? draw(order, variant);
    drawings.set(key, kept);
    return kept;
  };

  return {
    async draw(order) {
      const { padded } = await drawing(order);
      return withChunks(padded, order.format, order, contentCredentials(order.seed), null);
    },
    async drawHalf(order) {
      const { plain } = await drawing(order);
      const stamped = withChunks(plain, order.format, order, contentCredentials(order.seed), null);
      return stamped.subarray(0, Math.floor(stamped.length / 2));
    },
  };
}

/** Mosaic of coloured noise. One channel of alpha is noise as well, so that a transparent picture really has holes. */
async function render(order: PictureOrder, variant: number): Promise<Buffer> {
  const { width, height, format, transparent, compression, partial } = order;
  const edge = partial ? 4 : 32;
  const channels = transparent ? 4 : 3;
  const pixels = noise(edge * edge * channels, `variant ${variant}`);
  if (transparent) for (let at = 3; at < pixels.length; at += 4) pixels[at] = (pixels[at] ?? 0) < 128 ? 0 : 255;
  const mosaic = sharp(pixels, { raw: { width: edge, height: edge, channels } }).resize(width, height, {
    fit: 'fill',
    kernel: 'nearest',
  });
  if (format === 'png') return mosaic.png({ compressionLevel: 1 }).toBuffer();
  const quality = Math.max(1, Math.min(compression, 95));
  return format === 'jpeg' ? mosaic.jpeg({ quality }).toBuffer() : mosaic.webp({ quality, effort: 0 }).toBuffer();
}

/** Looks like the box of a C2PA manifest to whoever only looks for one. It is signed by nobody. */
function contentCredentials(seed: string): Buffer {
  const claim = JSON.stringify({
    claim_generator: 'OpenAI Media Service API (fake)',
    picture: digest(seed).toString('hex'),
  });
  const label = Buffer.concat([
    Buffer.from('6332706100110010800000aa00389b71', 'hex'),
    Buffer.from('\x03c2pa\0', 'latin1'),
  ]);
  return box('jumb', Buffer.concat([box('jumd', label), box('json', Buffer.from(claim))]));
}

function box(type: string, content: Buffer): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(content.length + 8);
  head.write(type, 4, 'latin1');
  return Buffer.concat([head, content]);
}

/** Bytes that no format can compress, the same on every machine. */
function noise(bytes: number, seed: string): Buffer {
  const cipher = createCipheriv('aes-128-ctr', digest(seed).subarray(0, 16), Buffer.alloc(16));
  return cipher.update(Buffer.alloc(bytes));
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
