import { createHash, randomUUID } from 'node:crypto';
import { access, mkdir, open, readdir, readFile, rename, stat, unlink, utimes } from 'node:fs/promises';
import path from 'node:path';
import type { BlobStore } from '../domain/blob-store.ts';
import { syncFolder } from './sync-folder.ts';

/** A draft of a process that died is cleared away when it is as old. */
const draftMs = 24 * 60 * 60_000;
const isName = (text: string): boolean => /^[0-9a-f]{64}$/.test(text);
const isGone = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'ENOENT';

/**
 * Blobs as files: `ab/abcdef…`, named by the SHA-256 of their content. A file appears whole or not at all: it is
 * written and fsynced under another name, then renamed, and the folder's entry is fsynced too. Its time is when it was
 * stored or renewed last, by `now`.
 */
export function fileBlobs(folder: string, now: () => number = Date.now): BlobStore {
  const fileOf = (name: string) => {
    if (!isName(name)) throw new RangeError(`${name} is no blob's name`);
    return path.join(folder, name.slice(0, 2), name);
  };
  const renew = async (name: string) => {
    const file = fileOf(name);
    try {
      await utimes(file, now() / 1000, now() / 1000);
      return true;
    } catch (error) {
      if (isGone(error)) return false;
      throw error;
    }
  };
  return {
    renew,
    async has(name) {
      try {
        await access(fileOf(name));
        return true;
      } catch {
        return false;
      }
    },
    async put(bytes) {
      const name = createHash('sha256').update(bytes).digest('hex');
      if (!(await renew(name))) await writeWhole(fileOf(name), bytes, now());
      return name;
    },
    async get(name) {
      try {
        return await readFile(fileOf(name));
      } catch (error) {
        if (isGone(error)) return undefined;
        throw error;
      }
    },
    async *older(before) {
      for (const part of (await namesIn(folder)).filter((name) => /^[0-9a-f]{2}$/.test(name)).toSorted()) {
        const names = await olderIn(path.join(folder, part), before);
        yield names.filter(isName);
        const drafts = await olderIn(path.join(folder, part), Math.min(before, now() - draftMs));
        for (const draft of drafts.filter((name) => !isName(name))) await unlink(path.join(folder, part, draft));
      }
    },
    remove: (name, before) => removeOlder(fileOf(name), before),
  };
}

const namesIn = (folder: string): Promise<string[]> =>
  readdir(folder).catch((error: unknown) => {
    if (isGone(error)) return [];
    throw error;
  });

async function timeOf(file: string): Promise<number | undefined> {
  try {
    return (await stat(file)).mtimeMs;
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
}

async function olderIn(folder: string, before: number): Promise<string[]> {
  const old: string[] = [];
  for (const name of await namesIn(folder)) {
    const at = await timeOf(path.join(folder, name));
    if (at !== undefined && at < before) old.push(name);
  }
  return old;
}

/**
 * Under another name first: whoever renews it before that leaves its time on it, and whoever comes after finds nothing
 * and stores it anew. So none is removed that somebody was just told is there.
 */
async function removeOlder(file: string, before: number): Promise<boolean> {
  const at = await timeOf(file);
  if (at === undefined) return true;
  if (at >= before) return false;
  const going = `${file}.${randomUUID()}`;
  try {
    await rename(file, going);
  } catch (error) {
    if (isGone(error)) return true;
    throw error;
  }
  if (((await timeOf(going)) ?? 0) < before) {
    await unlink(going);
    return true;
  }
  await rename(going, file);
  return false;
}

/** The names of all blobs in a folder; none where there is no folder. */
export async function blobsIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  return entries.map((entry) => path.basename(entry)).filter((name) => isName(name));
}

async function writeWhole(file: string, bytes: Uint8Array, at: number): Promise<void> {
  const folder = path.dirname(file);
  await mkdir(folder, { recursive: true });
  const draft = `${file}.${randomUUID()}`;
  try {
    const handle = await open(draft, 'wx');
    try {
      await handle.writeFile(bytes);
      await handle.utimes(at / 1000, at / 1000);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(draft, file);
  } catch (error) {
    await unlink(draft).catch(() => undefined);
    throw error;
  }
  await syncFolder(folder);
}
