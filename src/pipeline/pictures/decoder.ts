import { bulkhead } from 'cockatiel';
import type { CreateRaw, Metadata, OutputInfo, Sharp, SharpOptions } from 'sharp';

/** Opens pictures from anywhere with sharp, which is loaded when the first one comes: never too many or too large ones. */
export interface Decoder {
  /** What the container says; no pixel is decoded. Undefined when it can't be read. */
  look(bytes: Uint8Array): Promise<Metadata | undefined>;
  /** Decodes the picture, its first page where there are several, and makes of it what `how` says. */
  decode(bytes: Uint8Array, how: (picture: Sharp) => Sharp): Promise<Decoded | Undecodable>;
  /** Makes a picture of our own pixels. */
  encode(pixels: Uint8Array, raw: CreateRaw, how: (picture: Sharp) => Sharp): Promise<Buffer>;
}

interface Decoded {
  readonly data: Buffer;
  readonly info: OutputInfo;
}

/** `broken`: no picture, one that was cut off, or of more than `pixelsMax`. `slow`: it took longer than any picture should. */
export type Undecodable = 'broken' | 'slow';

/** What a large camera takes; 160 MB when decoded. */
export const pixelsMax = 40_000_000;
const atATime = 2;
const seconds = 20;

/** All who share a decoder share its places. */
export function decoder(): Decoder {
  const places = bulkhead(atATime, Number.POSITIVE_INFINITY);
  const open = async (bytes: Uint8Array, options?: SharpOptions) => {
    const { default: sharp } = await import('sharp');
    sharp.cache(false);
    // What only deserves a warning, such as a wrong colour profile, is common in pictures that everybody can see.
    return sharp(bytes, { limitInputPixels: pixelsMax, failOn: 'error', ...options }).timeout({ seconds });
  };
  return {
    async look(bytes) {
      if (bytes.length === 0) return undefined;
      // A picture with too many pixels is looked at too: people are told how many.
      const looking = async () => (await open(bytes, { limitInputPixels: false })).metadata().catch(() => undefined);
      return places.execute(looking);
    },
    async decode(bytes, how) {
      if (bytes.length === 0) return 'broken';
      return places.execute(async () => {
        const picture = how(await open(bytes));
        return picture.toBuffer({ resolveWithObject: true }).catch(reasonOf);
      });
    },
    encode: (pixels, raw, how) => places.execute(async () => how(await open(pixels, { raw })).toBuffer()),
  };
}

/** sharp tells its reasons by words alone. */
const reasonOf = (error: Error): Undecodable => (error.message.startsWith('timeout') ? 'slow' : 'broken');
