import type { GivenImage, ImageSource, PictureRef } from './image-source.ts';
import type { Region } from './region.ts';

/** The nouns of a picture: what can be asked for, and what comes back. */

export const qualities = ['low', 'medium', 'high', 'xhigh', 'max'] as const;
export type Quality = (typeof qualities)[number];

export const formats = ['png', 'jpeg', 'webp'] as const;
export type ImageFormat = (typeof formats)[number];

export const backgrounds = ['auto', 'opaque', 'transparent'] as const;
export type Background = (typeof backgrounds)[number];

export const shapes = ['square', 'wide', 'tall'] as const;
export type Shape = (typeof shapes)[number];

/** In pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Reads `1536x1024` (also `1536×1024`, `1536 x 1024`); undefined when it is no size. */
export function readSize(text: string): Size | undefined {
  const match = /^\s*(\d{2,5})\s*[x×X*]\s*(\d{2,5})\s*$/.exec(text);
  return match ? { width: Number(match[1]), height: Number(match[2]) } : undefined;
}

export const sizeText = ({ width, height }: Size): string => `${width}x${height}`;

/** What a person asked for. What is left open is filled from their settings, then from the model. */
export type ImageWish = GenerateWish | EditWish;

export interface GenerateWish extends Wished {
  readonly task: 'generate';
}

/** A change to pictures. What is left open is inherited from them. */
export interface EditWish extends Wished {
  readonly task: 'edit';
  /** The first is the one that is changed, the others are there to be looked at. */
  readonly sources: readonly ImageSource[];
  /** Where the first picture may change; everywhere when neither is given. */
  readonly mask?: GivenImage | { readonly input: InputPicture } | undefined;
  readonly region?: Region | undefined;
}

interface Wished {
  /** Their own words. */
  readonly words: string;
  /** Sentences that options add to the prompt, in order: style, text to appear. Shown in Details. */
  readonly additions: readonly string[];
  /** `square`, `wide`, `tall`, an exact `WxH`, or for an edit `auto`: as the first picture is. */
  readonly shape?: string | undefined;
  readonly quality?: Quality | undefined;
  readonly count?: number | undefined;
  readonly model?: string | undefined;
  readonly background?: Background | undefined;
  readonly format?: ImageFormat | undefined;
  /** Never answer from a cache, ours or a proxy's. */
  readonly fresh: boolean;
}

/** A picture that goes along with a request: looked at, stored, and as the service takes it. */
export interface InputPicture extends Size {
  /** The blob with the bytes that the service gets. */
  readonly blob: string;
  readonly format: ImageFormat;
  readonly bytes: number;
  /** The blob as it was given; the same where nothing had to be changed. */
  readonly original: string;
  /** Set where it is one of ours. */
  readonly parent?: PictureRef | undefined;
}

/** What an edit's first picture is, where it is one of ours, in words for people. */
export interface Origin {
  /** The words of the first version. */
  readonly words: string;
  readonly version: number;
  /** From 1; set where the version has several pictures. */
  readonly picture?: number | undefined;
}

/** A wish with nothing left open: what is priced, stored with the job and handed to a provider. Plain JSON. */
export interface ImageRequest {
  readonly task: 'generate' | 'edit';
  /** Empty unless it is an edit. The first is the one that is changed. */
  readonly inputs: readonly InputPicture[];
  /** As large as the first input, transparent where that may change. */
  readonly mask?: InputPicture | undefined;
  /** What the mask was made of, where a person named a part. */
  readonly region?: Region | undefined;
  readonly origin?: Origin | undefined;
  readonly words: string;
  /** Words and additions: the whole prompt that the service gets. */
  readonly prompt: string;
  readonly model: string;
  readonly size: Size;
  readonly quality: Quality;
  readonly count: number;
  readonly background: Background;
  readonly format: ImageFormat;
  /** How many previews to ask for while it is made; each is part of the quote. */
  readonly partialImages: number;
  readonly fresh: boolean;
  /** A keyed hash of the person, stable and meaningless outside: lets a service act on one user instead of all. */
  readonly endUser: string;
}

/** Bytes that have been looked at: `readImage` says what they are. */
export interface Picture extends Size {
  readonly bytes: Uint8Array;
  readonly format: ImageFormat;
}

const ascii = (bytes: Uint8Array, from: number, to: number): string => String.fromCharCode(...bytes.subarray(from, to));

/**
 * Tells what picture `bytes` are, from the container alone (no pixel is decoded): format, size in pixels, and that the
 * end is there. Undefined for anything else, also for a picture that was cut off.
 * Sources: PNG third edition §5; ITU T.81 annex B; "WebP Container Specification" (developers.google.com), read 2026-11.
 */
export function readImage(bytes: Uint8Array): Picture | undefined {
  if (bytes.length < 16) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint32(0) === 0x89504e47) return readPng(bytes, view);
  if (view.getUint16(0) === 0xffd8) return readJpeg(bytes, view);
  if (ascii(bytes, 0, 4) === 'RIFF' && ascii(bytes, 8, 12) === 'WEBP') return readWebp(bytes, view);
  return undefined;
}

function picture(bytes: Uint8Array, format: ImageFormat, width: number, height: number): Picture | undefined {
  return width > 0 && height > 0 ? { bytes, format, width, height } : undefined;
}

function readPng(bytes: Uint8Array, view: DataView): Picture | undefined {
  if (bytes.length < 45 || ascii(bytes, 12, 16) !== 'IHDR') return undefined;
  const complete = ascii(bytes, bytes.length - 8, bytes.length - 4) === 'IEND';
  return complete ? picture(bytes, 'png', view.getUint32(16), view.getUint32(20)) : undefined;
}

function readJpeg(bytes: Uint8Array, view: DataView): Picture | undefined {
  if (view.getUint16(bytes.length - 2) !== 0xffd9) return undefined;
  let at = 2;
  while (at + 9 < bytes.length && bytes[at] === 0xff) {
    const marker = view.getUint8(at + 1);
    const isFrame = marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
    if (isFrame) return picture(bytes, 'jpeg', view.getUint16(at + 7), view.getUint16(at + 5));
    at += 2 + view.getUint16(at + 2);
  }
  return undefined;
}

function readWebp(bytes: Uint8Array, view: DataView): Picture | undefined {
  if (bytes.length < 30 || bytes.length < view.getUint32(4, true) + 8) return undefined;
  const uint24 = (at: number) => view.getUint16(at, true) | (view.getUint8(at + 2) << 16);
  switch (ascii(bytes, 12, 16)) {
    case 'VP8 ':
      return picture(bytes, 'webp', view.getUint16(26, true) & 0x3fff, view.getUint16(28, true) & 0x3fff);
    case 'VP8L': {
      const bits = view.getUint32(21, true);
      return picture(bytes, 'webp', (bits & 0x3fff) + 1, ((bits >>> 14) & 0x3fff) + 1);
    }
    case 'VP8X':
      return picture(bytes, 'webp', uint24(24) + 1, uint24(27) + 1);
    default:
      return undefined;
  }
}
