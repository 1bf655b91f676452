import { readFile, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import type { FileRef } from '../../domain/image-source.ts';
import type { Refusal } from '../../domain/refusal.ts';
import { excerpt } from '../../domain/text.ts';

/** Whoever sits at the terminal names pictures by their paths. */

/** Undefined for an address, which is not this machine's. */
export function pathIn(words: string): FileRef | undefined {
  if (/^[a-z][a-z0-9+.-]+:/i.test(words)) return undefined;
  const place = path.resolve(words.replace(/^~(?=\/)/, homedir()));
  return { platform: 'console', name: path.basename(place), bytes: undefined, path: place };
}

export async function readPath(file: FileRef, bytesMax: number): Promise<Uint8Array | Refusal> {
  const place = String(file.path);
  const found = await stat(place).catch(() => undefined);
  if (!found) return unusable(`There is no file “${excerpt(place, 200)}”.`, 'Check the path.');
  const name = excerpt(file.name, 60);
  if (!found.isFile()) return unusable(`“${name}” is no file.`, 'Give the path of a picture.');
  if (found.size > bytesMax)
    return unusable(`“${name}” has over ${Math.floor(bytesMax / 1e6)} MB.`, 'Give a smaller one.');
  return readFile(place).catch(() => unusable(`“${name}” can't be read.`, 'Check who may read it.'));
}

const unusable = (what: string, hint: string): Refusal => ({ refused: 'unusable', what, hint });
