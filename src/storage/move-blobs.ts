import { createHash } from 'node:crypto';
import type { BlobStore } from '../domain/blob-store.ts';

export interface MovedBlobs {
  readonly there: number;
  readonly copied: number;
  /** Names of those whose bytes are not what the name says. */
  readonly damaged: readonly string[];
}

const atOnce = 8;

/** Copies what isn't there yet. Nothing is removed from where it was. */
export async function moveBlobs(names: readonly string[], from: BlobStore, to: BlobStore): Promise<MovedBlobs> {
  const damaged: string[] = [];
  let copied = 0;
  let there = 0;
  const left = names.values();
  const move = async () => {
    for (const name of left) {
      if (await to.has(name)) {
        there++;
        continue;
      }
      const bytes = await from.get(name);
      if (!bytes || createHash('sha256').update(bytes).digest('hex') !== name) {
        damaged.push(name);
        continue;
      }
      await to.put(bytes);
      copied++;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, move));
  return { there, copied, damaged };
}
