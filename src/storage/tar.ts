/**
 * Tar archives as streams, as far as Easel writes them: plain files with short names, one after the other.
 * Source: POSIX.1-2024, "pax", ustar interchange format; sizes from 8 GiB in base 256 as GNU tar writes them, read 2026-11.
 */

const blockBytes = 512;
const octalSizeMax = 8 ** 11;

export interface TarEntry {
  readonly name: string;
  readonly bytes: number;
  /** The SHA-256 of everything before this entry, hex. */
  readonly before: string;
  /** Must be read to its end before the next entry is asked for. */
  readonly body: AsyncIterable<Uint8Array>;
}

/** The block that stands before a file's bytes. @param name at most 100 ASCII characters */
export function tarHeader(name: string, bytes: number, at: Date): Uint8Array {
  if (!/^[\x21-\x7e]{1,100}$/.test(name)) throw new RangeError(`${name} is no name for an archive`);
  const block = Buffer.alloc(blockBytes);
  const octal = (value: number, from: number, digits: number) =>
    block.write(`${value.toString(8).padStart(digits, '0')}\0`, from, 'latin1');
  block.write(name, 0, 'latin1');
  octal(0o600, 100, 7);
  octal(0, 108, 7);
  octal(0, 116, 7);
  if (bytes < octalSizeMax) octal(bytes, 124, 11);
  else writeLargeSize(block, bytes);
  octal(Math.floor(at.getTime() / 1000), 136, 11);
  block.write('        ', 148, 'latin1');
  block.write('0', 156, 'latin1');
  block.write('ustar\x0000', 257, 'latin1');
  block.write(`${checksum(block).toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return block;
}

/** What stands behind a file's bytes, so that the next block begins where it must. */
export const tarPadding = (bytes: number): Uint8Array =>
  new Uint8Array((blockBytes - (bytes % blockBytes)) % blockBytes);

export const tarEnd = (): Uint8Array => new Uint8Array(2 * blockBytes);

function writeLargeSize(block: Buffer, bytes: number): void {
  block.writeUInt8(0x80, 124);
  block.writeBigUInt64BE(BigInt(bytes), 128);
}

/** The sum of all bytes of a header, its own eight taken as blanks. */
const checksum = (block: Uint8Array): number =>
  block.reduce((sum, byte, at) => sum + (at >= 148 && at < 156 ? 32 : byte), 0);

/** All of a stream that is known to be small. */
export async function wholeOf(body: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of body) pieces.push(piece);
  return Buffer.concat(pieces);
}

/**
 * Reads an archive entry by entry, never holding more than a piece of it.
 * @throws Error in plain words when it ends too early or is none
 */
export async function* readTar(
  source: AsyncIterable<Uint8Array>,
  openHash: () => { update(bytes: Uint8Array): unknown; copy(): { digest(as: 'hex'): string } },
): AsyncGenerator<TarEntry> {
  const hash = openHash();
  const pieces = source[Symbol.asyncIterator]();
  let rest: Uint8Array = new Uint8Array();
  async function* take(bytes: number): AsyncGenerator<Uint8Array> {
    let missing = bytes;
    while (missing > 0) {
      if (rest.length === 0) {
        const next = await pieces.next();
        if (next.done) throw new Error('it ends too early');
        rest = next.value;
      }
      const piece = rest.subarray(0, missing);
      rest = rest.subarray(piece.length);
      missing -= piece.length;
      hash.update(piece);
      yield piece;
    }
  }
  try {
    for (;;) {
      const before = hash.copy().digest('hex');
      const { name, bytes } = readHeader(await wholeOf(take(blockBytes)));
      if (name === '') return;
      yield { name, bytes, before, body: take(bytes) };
      await wholeOf(take(tarPadding(bytes).length));
    }
  } finally {
    await pieces.return?.();
  }
}

function readHeader(block: Buffer): { readonly name: string; readonly bytes: number } {
  if (block.every((byte) => byte === 0)) return { name: '', bytes: 0 };
  const text = (from: number, to: number) => block.toString('latin1', from, to).replace(/[\0 ].*$/s, '');
  const isOurs = text(257, 263) === 'ustar' && text(156, 157) === '0';
  if (!isOurs || Number.parseInt(text(148, 156), 8) !== checksum(block)) throw new Error('it is not of Easel’s form');
  const isLarge = block[124] === 0x80;
  const bytes = isLarge ? Number(block.readBigUInt64BE(128)) : Number.parseInt(text(124, 136), 8);
  if (!Number.isSafeInteger(bytes)) throw new Error('it is not of Easel’s form');
  return { name: text(0, 100), bytes };
}
