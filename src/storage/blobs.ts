import { createHash, randomUUID } from 'node:crypto';
import { access, mkdir, open, readdir, readFile, rename, unlink } from 'node:fs/promises';
import path from 'node:path';
import type { BlobStore } from '../domain/blob-store.ts';

const isName = /^[0-9a-f]{64}$/;

/**
 * Blobs as files: `ab/abcdef…`, named by the SHA-256 of their content. A file appears whole or not at all: it is
 * written and fsynced under another name, then renamed, and the folder's entry is fsynced too.
 */
export function fileBlobs(folder: string): BlobStore {
  const fileOf = (name: string) => {
    if (!isName.test(name)) throw new RangeError(`${name} is no blob's name`);
    return path.join(folder, name.slice(0, 2), name);
  };
  const has = async (name: string) => {
    try {
      await access(fileOf(name));
      return true;
    } catch {
      return false;
    }
  };
  return {
    has,
    async put(bytes) {
      const name = createHash('sha256').update(bytes).digest('hex');
      if (!(await has(name))) await writeWhole(fileOf(name), bytes);
      return name;
    },
    async get(name) {
      try {
        return await readFile(fileOf(name));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
        throw error;
      }
    },
  };
}

/** The names of all blobs in a folder; none where there is no folder. */
export async function blobsIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  return entries.map((entry) => path.basename(entry)).filter((name) => isName.test(name));
}

async function writeWhole(file: string, bytes: Uint8Array): Promise<void> {
  const folder = path.dirname(file);
  await mkdir(folder, { recursive: true });
  const draft = `${file}.${randomUUID()}`;
  try {
    const handle = await open(draft, 'wx');
    try {
      await handle.writeFile(bytes);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(draft, file);
  } catch (error) {
    await unlink(draft).catch(() => undefined);
    throw error;
  }
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
