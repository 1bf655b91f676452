import { type Size, sizeText } from '../../domain/image.ts';
import type { Refusal } from '../../domain/refusal.ts';
import { excerpt } from '../../domain/text.ts';
import type { Undecodable } from './decoder.ts';
import type { FileKind } from './file-kind.ts';

/** What people hear about a picture that they gave and that can't be used. */

/** Wide enough for what cameras and people call a file. */
const nameMax = 60;
const named = (name: string, unnamed = 'The picture'): string =>
  /\S/.test(name) ? `“${excerpt(name, nameMax)}”` : unnamed;
const unusable = (what: string, hint: string): Refusal => ({ refused: 'unusable', what, hint });

export const empty = (name: string): Refusal => unusable(`${named(name)} is empty.`, 'Send it again.');

export const tooLarge = (name: string): Refusal =>
  unusable(`${named(name)} is too large: a picture must be below 50 MB.`, 'Send a smaller one.');

export const otherKind = (name: string, kind: Exclude<FileKind, { opens: unknown }>): Refusal =>
  'picture' in kind
    ? foreign(name, kind.picture)
    : unusable(
        `${named(name, 'The file')} is no picture${kind.other ? ` but ${kind.other}` : ''}.`,
        'Send a picture as PNG, JPEG or WebP.',
      );

export const foreign = (name: string, kind: string): Refusal =>
  unusable(
    `${named(name)} is ${/^[AEHISX]/.test(kind) && kind !== 'HEIC' ? 'an' : 'a'} ${kind} picture, which can't be read here.`,
    'Send it as JPEG or PNG.',
  );

export function tooManyPixels(name: string, { width, height }: Size, pages: number): Refusal {
  const pixels = `${width} × ${height} pixels`;
  const has = pages > 1 ? `${pages} frames of ${pixels}` : pixels;
  return unusable(`${named(name)} has ${has}; 40 megapixels are the most.`, 'Make it smaller and send it again.');
}

export const holdsMore = (name: string): Refusal =>
  unusable(`${named(name)} holds more than a picture.`, 'Save the picture again as PNG or JPEG, and send that.');

export const undecodable = (name: string, why: Undecodable): Refusal =>
  why === 'slow'
    ? unusable(`${named(name)} takes too long to read.`, 'Save it again as PNG or JPEG, and send that.')
    : unusable(`${named(name)} is damaged or incomplete.`, 'Save it again, and send that.');

export const colourful = (name: string): Refusal =>
  unusable(
    `${named(name)} is a colour picture, not a mask.`,
    'A mask is black and white (white may change), or transparent where the picture may change.',
  );

export const allClosed = (name: string): Refusal =>
  unusable(`The mask ${named(name)} leaves nothing to change.`, 'Make white or transparent what may change.');

export const misfit = (mask: Size, picture: Size): Refusal =>
  unusable(`The mask is ${sizeText(mask)} and the picture ${sizeText(picture)}.`, 'Make them the same shape.');
