import type { Metadata } from 'sharp';
import { isRefusal, type Refusal } from '../../domain/refusal.ts';
import { inputBytesMax } from '../parts.ts';
import { type Decoder, pixelsMax } from './decoder.ts';
import { fileKind, type PictureKind } from './file-kind.ts';
import { extentOf, isHarmlessTail } from './picture-end.ts';
import * as unusable from './unusable-picture.ts';

/** What a file turned out to be before anything of it was decoded. */
export interface Inspected {
  readonly kind: PictureKind;
  readonly metadata: Metadata;
  /** The file is one picture, from its first byte to its last. */
  readonly whole: boolean;
}

/** Looks at a file that anybody may have made: cheap questions first, and no pixel is decoded. */
export async function inspectPicture(bytes: Uint8Array, name: string, decoder: Decoder): Promise<Inspected | Refusal> {
  const kind = pictureKind(bytes, name);
  if (isRefusal(kind)) return kind;
  const metadata = await decoder.look(bytes);
  if (!metadata) return kind === 'heic' ? unusable.foreign(name, 'HEIC') : unusable.undecodable(name, 'broken');
  const pages = metadata.pages ?? 1;
  if (metadata.width * metadata.height * pages > pixelsMax) return unusable.tooManyPixels(name, metadata, pages);
  const extent = extentOf(kind, bytes);
  if (!extent) return unusable.undecodable(name, 'broken');
  const tail = bytes.subarray(extent.end);
  if (!isHarmlessTail(kind, tail)) return unusable.holdsMore(name);
  return { kind, metadata, whole: tail.length === 0 && extent.still && pages === 1 };
}

function pictureKind(bytes: Uint8Array, name: string): PictureKind | Refusal {
  if (bytes.length === 0) return unusable.empty(name);
  if (bytes.length > inputBytesMax) return unusable.tooLarge(name);
  const kind = fileKind(bytes);
  return 'opens' in kind ? kind.opens : unusable.otherKind(name, kind);
}
