import { createHash, type Hash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { tarEnd, tarHeader, tarPadding } from '../storage/tar.ts';

/**
 * What `npm run backup` writes: a tar archive of an installation. `easel.db` (one moment of the database), `secret-key`
 * (unless SECRET_KEY is set), `blobs/ab/abcdef…` (pictures, named by their SHA-256), and at last `end.json`, which says
 * how many files there are and the SHA-256 of all before it. Without that the archive is not whole.
 */

export const databaseName = 'easel.db';
export const secretName = 'secret-key';
export const endName = 'end.json';
export const archiveForm = 1;

export const blobName = (blob: string): string => `blobs/${blob.slice(0, 2)}/${blob}`;

/** The blob that a name in an archive stands for; undefined when it stands for something else. */
export function blobIn(name: string): string | undefined {
  const [, blob] = /^blobs\/[0-9a-f]{2}\/([0-9a-f]{64})$/.exec(name) ?? [];
  return blob !== undefined && blobName(blob) === name ? blob : undefined;
}

export interface End {
  readonly easel: number;
  readonly files: number;
  readonly sha256: string;
}

/** Reads `end.json`; undefined when it is none. */
export function readEnd(text: string): End | undefined {
  try {
    const { easel, files, sha256 } = JSON.parse(text) as Partial<End>;
    const isEnd = typeof easel === 'number' && typeof files === 'number' && typeof sha256 === 'string';
    return isEnd ? { easel, files, sha256 } : undefined;
  } catch {
    return undefined;
  }
}

export interface ArchiveWriter {
  add(name: string, bytes: number, body: Iterable<Uint8Array> | AsyncIterable<Uint8Array>): Promise<void>;
  /** Makes it whole and durable. Resolves to its size in bytes. */
  end(): Promise<number>;
}

/** Writes an archive into a file that was just opened, piece by piece. */
export function archiveWriter(file: FileHandle, at: Date): ArchiveWriter {
  const hash: Hash = createHash('sha256');
  let files = 0;
  let written = 0;
  async function write(bytes: Uint8Array): Promise<void> {
    hash.update(bytes);
    await file.writeFile(bytes);
    written += bytes.length;
  }
  async function add(name: string, bytes: number, body: Iterable<Uint8Array> | AsyncIterable<Uint8Array>) {
    await write(tarHeader(name, bytes, at));
    const from = written;
    for await (const piece of body) await write(piece);
    if (written - from !== bytes) throw new Error(`${name} changed while it was being saved.`);
    await write(tarPadding(bytes));
    files++;
  }
  return {
    add,
    async end() {
      const end: End = { easel: archiveForm, files, sha256: hash.copy().digest('hex') };
      const text = Buffer.from(`${JSON.stringify(end)}\n`);
      await add(endName, text.length, [text]);
      await write(tarEnd());
      await file.sync();
      return written;
    },
  };
}
