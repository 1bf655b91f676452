import type { Sharp } from 'sharp';
import type { ImageFormat, Picture } from '../../domain/image.ts';
import { isRefusal } from '../../domain/refusal.ts';
import type { InputPictures } from '../parts.ts';
import { type Decoder, decoder } from './decoder.ts';
import { type Inspected, inspectPicture } from './inspect-picture.ts';
import { maskOf, readMask } from './masks.ts';
import * as unusable from './unusable-picture.ts';

/** What is larger is scaled down for the service. */
const edgeMax = 2048;

/** Pictures that people give, by sharp. */
export function sharpInputs(pictures: Decoder = decoder()): InputPictures {
  return {
    async prepare(bytes, name) {
      const seen = await inspectPicture(bytes, name, pictures);
      if (isRefusal(seen)) return seen;
      const format = passesAs(seen);
      const prepared = format ? await asItIs(bytes, format, pictures) : await converted(bytes, seen, pictures);
      if (typeof prepared !== 'string') return prepared;
      // sharp knows the container, and comes without the patented decoder that most of them need.
      return seen.kind === 'heic' ? unusable.foreign(name, 'HEIC') : unusable.undecodable(name, prepared);
    },
    mask: (bytes, name, size) => readMask(bytes, name, size, pictures),
    maskOf: (region, size) => maskOf(region, size, pictures),
  };
}

/** The format of a picture that the service can take byte for byte: upright, in common colours, and nothing but a picture. */
function passesAs({ kind, metadata, whole }: Inspected): ImageFormat | undefined {
  const { width, height, orientation = 1, space, depth } = metadata;
  const plain = whole && orientation === 1 && depth === 'uchar' && (space === 'srgb' || space === 'b-w');
  const passes = plain && Math.max(width, height) <= edgeMax;
  return passes && (kind === 'png' || kind === 'jpeg' || kind === 'webp') ? kind : undefined;
}

/** Decodes every pixel, to see that they are there; one channel is enough to keep meanwhile. */
async function asItIs(bytes: Uint8Array, format: ImageFormat, pictures: Decoder) {
  const decoded = await pictures.decode(bytes, (picture) => picture.extractChannel(0).raw());
  if (typeof decoded === 'string') return decoded;
  const { width, height } = decoded.info;
  return { bytes, format, width, height } satisfies Picture;
}

async function converted(bytes: Uint8Array, { kind }: Inspected, pictures: Decoder) {
  const format = kind === 'jpeg' || kind === 'webp' ? kind : 'png';
  const decoded = await pictures.decode(bytes, (picture) => encodedAs(format, upright(picture)));
  if (typeof decoded === 'string') return decoded;
  const { data, info } = decoded;
  return { bytes: data, format, width: info.width, height: info.height } satisfies Picture;
}

const upright = (picture: Sharp): Sharp =>
  picture
    .autoOrient()
    .resize({ width: edgeMax, height: edgeMax, fit: 'inside', withoutEnlargement: true })
    .toColourspace('srgb');

function encodedAs(format: ImageFormat, picture: Sharp): Sharp {
  if (format === 'jpeg') return picture.jpeg({ quality: 90 });
  return format === 'webp' ? picture.webp({ quality: 90 }) : picture.png();
}
