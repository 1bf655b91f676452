/** What a file is by how it begins. Its name never decides. */

/** Kinds of picture that may be opened. */
export type PictureKind = 'png' | 'jpeg' | 'webp' | 'gif' | 'avif' | 'heic';

/** A picture that may be opened, a picture of another kind by its name, or something else, by its name where it has one. */
export type FileKind =
  | { readonly opens: PictureKind }
  | { readonly picture: string }
  | { readonly other: string | undefined };

const webPage: FileKind = { other: 'a web page' };

/**
 * Sources: PNG third edition §5.2; ITU T.81 annex B; GIF89a §17; TIFF 6.0 §2; mimesniff.spec.whatwg.org §6 and §7;
 * loc.gov "Sustainability of Digital Formats". Read 2026-11.
 */
const signatures: readonly (readonly [string, FileKind])[] = [
  ['\x89PNG\r\n\x1a\n', { opens: 'png' }],
  ['\xff\xd8\xff', { opens: 'jpeg' }],
  ['GIF87a', { opens: 'gif' }],
  ['GIF89a', { opens: 'gif' }],
  ['II*\0', { picture: 'TIFF' }],
  ['MM\0*', { picture: 'TIFF' }],
  ['\xff\x0a', { picture: 'JPEG XL' }],
  ['\0\0\0\x0cJXL ', { picture: 'JPEG XL' }],
  ['\0\0\0\x0cjP  ', { picture: 'JPEG 2000' }],
  ['\0\0\x01\0', { picture: 'ICO' }],
  ['8BPS', { picture: 'Photoshop' }],
  ['%PDF-', { other: 'a PDF' }],
  ['PK\x03\x04', { other: 'a ZIP archive' }],
  ['\x1f\x8b', { other: 'an archive' }],
  ['7z\xbc\xaf', { other: 'an archive' }],
  ['Rar!', { other: 'an archive' }],
  ['MZ', { other: 'a program' }],
  ['\x7fELF', { other: 'a program' }],
  ['\xcf\xfa\xed\xfe', { other: 'a program' }],
  ['#!', { other: 'a program' }],
];

/** Behind a byte order mark and white space, in this order. */
const markup: readonly (readonly [RegExp, FileKind])[] = [
  [/^<svg\b|^<(\?xml\b|!--|!doctype svg\b).*<svg\b/is, { picture: 'SVG' }],
  [/^<(!doctype html|!--|html|head|body|title|script|meta|iframe|h1|div|p|a|br|table|style)\b/i, webPage],
  [/^[\s[\P{Cc}--[\ufffd]]]+$/v, { other: 'text' }],
];

/** Far enough for what stands before `<svg`. */
const beginningBytes = 1024;

export function fileKind(bytes: Uint8Array): FileKind {
  const beginning = Buffer.from(bytes.subarray(0, beginningBytes));
  const binary = beginning.toString('latin1');
  const known = signatures.find(([signature]) => binary.startsWith(signature));
  if (known) return known[1];
  if (binary.startsWith('RIFF') && binary.startsWith('WEBP', 8)) return { opens: 'webp' };
  if (binary.startsWith('BM') && binary.startsWith('\0\0\0\0', 6)) return { picture: 'BMP' };
  if (binary.startsWith('ftyp', 4)) return brandKind(binary);
  const text = beginning.toString('utf8').trimStart();
  return markup.find(([pattern]) => pattern.test(text))?.[1] ?? { other: undefined };
}

/** Brands of four letters each, the main one first. Sources: ISO/IEC 23008-12 §10; AV1 Image File Format §6, read 2026-11. */
function brandKind(binary: string): FileKind {
  const length = Math.min(64, binary.charCodeAt(2) * 256 + binary.charCodeAt(3));
  const brands = [binary.slice(8, 12), ...(binary.slice(16, length).match(/.{4}/gs) ?? [])];
  if (brands.some((brand) => brand === 'avif' || brand === 'avis')) return { opens: 'avif' };
  const isHeic = /^(hei|hev|mif1|msf1|miaf)/.test(brands[0] ?? '');
  return isHeic ? { opens: 'heic' } : { other: 'a video' };
}

export const isWebPage = (bytes: Uint8Array): boolean => fileKind(bytes) === webPage;
