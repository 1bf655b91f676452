import { decodeBase64 } from './base64.ts';

const opening = /"b64_json"\s*:\s*"/;
/** As much as an opening may take, that is cut in two by the end of a chunk. */
const openingMost = 64;
/** Holds most pictures. Memory that nothing is written to is not taken. */
const roomBytes = 2 * 1024 * 1024;

/**
 * `JSON.parse` for answers that are pictures nearly to the last byte: what `b64_json` holds is decoded as it comes, and
 * is bytes in the result, none where it can't be decoded. As one text, a picture of a megabyte makes the garbage
 * collector work longer than everything else about it.
 * @throws SyntaxError as `JSON.parse` does
 */
export async function parsePictures(body: AsyncIterable<Uint8Array>): Promise<unknown> {
  const pictures: Uint8Array[] = [];
  const frame: string[] = [];
  let picture: PictureReader | undefined;
  let text = '';
  for await (const { buffer, byteOffset, byteLength } of body) {
    // One letter per byte until the end, so that nothing is cut in two.
    text += Buffer.from(buffer, byteOffset, byteLength).toString('latin1');
    for (;;) {
      if (picture) {
        const end = text.indexOf('"');
        picture.add(end === -1 ? text : text.slice(0, end));
        if (end === -1) break;
        // Its number stands in its place.
        frame.push(String(pictures.push(picture.end()) - 1));
        picture = undefined;
        text = text.slice(end + 1);
      }
      const found = opening.exec(text);
      if (!found) break;
      const begin = found.index + found[0].length;
      frame.push(text.slice(0, begin - 1));
      text = text.slice(begin);
      picture = pictureReader();
    }
    if (!picture) frame.push(text.slice(0, -openingMost));
    text = picture ? '' : text.slice(-openingMost);
  }
  // Some services begin with a byte order mark.
  const json = Buffer.from(frame.join('') + text, 'latin1')
    .toString('utf8')
    .replace(/^\uFEFF/, '');
  return JSON.parse(json, (key, value: unknown) =>
    key === 'b64_json' && typeof value === 'number' ? pictures[value] : value,
  );
}

type PictureReader = ReturnType<typeof pictureReader>;

/** Decodes the letters of one picture as they come, so that none of them lives long. */
function pictureReader() {
  let bytes = Buffer.allocUnsafeSlow(roomBytes);
  let filled = 0;
  let rest = '';
  let plain = true;

  function makeRoom(count: number): void {
    if (filled + count <= bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(2 * bytes.length, filled + count));
    larger.set(bytes.subarray(0, filled));
    bytes = larger;
  }

  return {
    add(letters: string): void {
      rest += letters;
      // Only whole groups of four can be decoded by themselves, and the last one, which may be padded, is kept back.
      const whole = Math.floor((rest.length - 1) / 4) * 4;
      if (!plain || whole <= 0) return;
      makeRoom((whole / 4) * 3);
      const written = bytes.write(rest.slice(0, whole), filled, 'base64');
      // What is no letter is skipped, so that only the count tells.
      plain = written === (whole / 4) * 3;
      if (plain) {
        filled += written;
        rest = rest.slice(whole);
      } else {
        rest = bytes.toString('base64', 0, filled) + rest;
        filled = 0;
      }
    },
    end(): Uint8Array {
      const last = decodeBase64(rest.includes('\\') ? (JSON.parse(`"${rest}"`) as string) : rest);
      if (!last) return new Uint8Array();
      makeRoom(last.length);
      bytes.set(last, filled);
      return bytes.subarray(0, filled + last.length);
    },
  };
}
