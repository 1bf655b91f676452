import { type ImageRequest, type Picture, type Size, sizeText } from '../domain/image.ts';

/** What a service made otherwise than asked, such as “jpeg” for “webp”. */
export interface Otherwise {
  readonly asked: string;
  readonly came: string;
}

/** Two outlines that nobody tells apart: models that know no pixels round as they like. */
const ratioTolerance = 0.03;

/**
 * What has to be said about pictures that are not what was asked: another outline, or another format than somebody chose.
 * Other pixels of the same outline, which some models make with every picture, are in `cameAs` alone.
 */
export function cameOtherwise({ format, background, size }: ImageRequest, originals: readonly Picture[]): Otherwise[] {
  const nobodyMinds = format === usualFormat && background !== 'transparent';
  const formats = nobodyMinds ? [] : originals.map((picture) => picture.format);
  const sizes = originals.filter((picture) => !isLike(picture, size)).map(sizeText);
  return [...unlike(format, formats), ...unlike(sizeText(size), sizes)];
}

/** Sizes as they came, and formats where those are not what was asked: `1254x1254 jpeg`. */
export const cameAs = ({ format }: ImageRequest, originals: readonly Picture[]): string =>
  [
    ...new Set(originals.map((picture) => sizeText(picture) + (picture.format === format ? '' : ` ${picture.format}`))),
  ].join(', ');

/** What a picture is made in unless a person says otherwise. */
const usualFormat = 'png';

const isLike = (one: Size, other: Size): boolean =>
  Math.abs((one.width * other.height) / (one.height * other.width) - 1) < ratioTolerance;

const unlike = (asked: string, came: readonly string[]): Otherwise[] =>
  [...new Set(came)].filter((one) => one !== asked).map((one) => ({ asked, came: one }));
