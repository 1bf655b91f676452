/**
 * Whether a picture carries content credentials: a C2PA manifest store, in the place that its container has for one.
 * Nothing in it is validated, so true means "there is one", not "it is genuine". Any re-encoding takes it out.
 * Looks at the headers of chunks and segments only; junk is simply a picture without.
 * Sources: C2PA Technical Specification 2.2, appendix A.3 "Embedding manifests into various file formats"; ISO/IEC
 * 19566-5 D.2 (JUMBF in APP11); PNG third edition §5; "WebP Container Specification". Read 2026-11.
 */
export function hasContentCredentials(bytes: Uint8Array): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 16) return false;
  if (view.getUint32(0) === 0x89504e47) return pngHas(view);
  if (view.getUint16(0) === 0xffd8) return jpegHas(view);
  if (view.getUint32(0) === fourCc('RIFF') && view.getUint32(8) === fourCc('WEBP')) return webpHas(view);
  return false;
}

const fourCc = (name: string): number => [...name].reduce((word, letter) => word * 256 + letter.charCodeAt(0), 0);

const [caBX, iend, c2paChunk, jumb] = ['caBX', 'IEND', 'C2PA', 'jumb'].map(fourCc);

/** Length, type, content, checksum. The chunk should stand before IDAT, but need not. */
function pngHas(view: DataView): boolean {
  for (let at = 8; at + 12 <= view.byteLength; at += 12 + view.getUint32(at)) {
    const type = view.getUint32(at + 4);
    if (type === iend) return false;
    if (type === caBX) return at + 12 + view.getUint32(at) <= view.byteLength;
  }
  return false;
}

/** Type, length (little-endian), content, filled up to an even length. */
function webpHas(view: DataView): boolean {
  let at = 12;
  while (at + 8 <= view.byteLength) {
    const length = view.getUint32(at + 4, true);
    if (view.getUint32(at) === c2paChunk) return at + 8 + length <= view.byteLength;
    at += 8 + length + (length % 2);
  }
  return false;
}

/** Before the type of a box there are: marker, length, `JP`, number of the box, number of the piece, length of the box. */
const boxTypeAt = 16;
const contentAt = boxTypeAt + 4;
/** What a box is stands in its first bytes: length and type of the description, then `c2pa`, first of its 16-byte id. */
const describedMax = 64;

/**
 * The segments before the picture's data. A box that is too large for one spans several that follow each other, each of
 * which repeats the box's length and type.
 */
function jpegHas(view: DataView): boolean {
  let described: number[] = [];
  let at = 2;
  while (at + 4 <= view.byteLength && view.getUint8(at) === 0xff) {
    const marker = view.getUint8(at + 1);
    if (marker === 0xda || marker === 0xd9) return false;
    if (marker === 0xff) at += 1;
    else if (marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8)) at += 2;
    else {
      const end = at + 2 + Math.max(view.getUint16(at + 2), 2);
      if (end > view.byteLength) return false;
      if (marker === 0xeb && isBoxPiece(view, at, end)) {
        const before = view.getUint32(at + 8) === 1 ? [] : described;
        described = [...before, ...pieceOf(view, at, end)].slice(0, describedMax);
        if (String.fromCharCode(...described).includes('c2pa')) return true;
      }
      at = end;
    }
  }
  return false;
}

const isBoxPiece = (view: DataView, at: number, end: number): boolean =>
  end >= at + contentAt && view.getUint16(at + 4) === 0x4a50 && view.getUint32(at + boxTypeAt) === jumb;

const pieceOf = ({ buffer, byteOffset }: DataView, at: number, end: number): Uint8Array =>
  new Uint8Array(buffer, byteOffset + at + contentAt, Math.min(end - at - contentAt, describedMax));
