import { createHash } from 'node:crypto';
import sharp from 'sharp';
import type { Attached } from './chats.ts';

/**
 * Pictures as people have them: no two alike, and the same for the same name.
 * @param orientation as EXIF counts: 6 is a phone held upright
 */
export async function photo(name: string, width = 640, height = 480, orientation = 1): Promise<Attached> {
  const [red = 0, green = 0, blue = 0] = createHash('sha256').update(name).digest();
  const ground = sharp({ create: { width, height, channels: 3, background: { r: red, g: green, b: blue } } });
  const format = name.endsWith('.jpg') ? 'jpeg' : name.endsWith('.webp') ? 'webp' : 'png';
  const turned = orientation === 1 ? ground : ground.withMetadata({ orientation });
  return { name, bytes: await turned.toFormat(format).toBuffer() };
}

/** Black, and white where the left half is: what people paint when asked where a picture may change. */
export async function leftHalf(width: number, height: number): Promise<Attached> {
  const white = { create: { width: Math.floor(width / 2), height, channels: 3, background: '#ffffff' } } as const;
  const mask = sharp({ create: { width, height, channels: 3, background: '#000000' } });
  const bytes = await mask
    .composite([{ input: await sharp(white).png().toBuffer(), left: 0, top: 0 }])
    .png()
    .toBuffer();
  return { name: 'mask.png', bytes };
}

export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
