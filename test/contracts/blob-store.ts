import { createHash } from 'node:crypto';
import { beforeEach, describe, expect, test } from 'vitest';
import type { BlobStore } from '../../src/domain/blob-store.ts';
import { type ManualClock, manualClock } from '../fakes/clock.ts';

const bytes = new TextEncoder().encode('the original bytes');
const hash = createHash('sha256').update(bytes).digest('hex');

/** What every blob store promises. @param open gives an empty one */
export function blobStoreContract(name: string, open: () => Promise<BlobStore>): void {
  describe(`${name} as a blob store`, () => {
    let blobs: BlobStore;
    beforeEach(async () => {
      blobs = await open();
    });

    test('says whether it can be renewed, and goes unless it was stored too lately', async () => {
      await blobs.put(bytes);
      expect(await blobs.renew(hash)).toBe(true);
      expect(await blobs.remove(hash, 0)).toBe(false);
      expect(await blobs.has(hash)).toBe(true);
      const future = 2 ** 42;
      expect(await blobs.remove(hash, future)).toBe(true);
      expect([await blobs.has(hash), await blobs.renew(hash), await blobs.get(hash)]).toEqual([
        false,
        false,
        undefined,
      ]);
      expect(await blobs.remove(hash, future)).toBe(true);
      expect(await blobs.put(bytes)).toBe(hash);
      expect(await blobs.has(hash)).toBe(true);
    });

    test('names what it keeps by its SHA-256', async () => {
      expect(await blobs.put(bytes)).toBe(hash);
    });

    test('gives back the very same bytes', async () => {
      const all = Uint8Array.from({ length: 70_000 }, (_, n) => n % 256);
      const kept = await blobs.get(await blobs.put(all));
      expect(kept && Buffer.compare(kept, all)).toBe(0);
    });

    test('keeps an empty blob', async () => {
      const kept = await blobs.get(await blobs.put(new Uint8Array()));
      expect(kept?.length).toBe(0);
    });

    test('storing again is harmless, also at the same time', async () => {
      const names = await Promise.all(Array.from({ length: 8 }, () => blobs.put(bytes)));
      expect(new Set([...names, await blobs.put(bytes)])).toEqual(new Set([hash]));
      expect(Buffer.from((await blobs.get(hash)) ?? []).toString()).toBe('the original bytes');
    });

    test('does not find what it never kept', async () => {
      expect(await blobs.get(hash)).toBeUndefined();
      expect(await blobs.has(hash)).toBe(false);
      await blobs.put(bytes);
      expect(await blobs.has(hash)).toBe(true);
    });

    test('a name that is none leads nowhere', async () => {
      expect(await blobs.has('../../etc/passwd')).toBe(false);
      await expect(blobs.get('../../etc/passwd')).rejects.toThrow(RangeError);
    });
  });
}

/** What stores promise that can be swept: what is in them has an age. */
export function agingContract(name: string, open: (clock: ManualClock) => Promise<BlobStore>): void {
  describe(`${name} whose blobs have an age`, () => {
    let clock: ManualClock;
    let blobs: BlobStore;
    beforeEach(async () => {
      clock = manualClock(Date.UTC(2026, 10, 20));
      blobs = await open(clock);
    });
    const olderThan = async (before: number) => {
      const names: string[] = [];
      for await (const page of blobs.older(before)) names.push(...page);
      return names;
    };

    test('is older once time has passed, until it is stored or renewed again', async () => {
      await blobs.put(bytes);
      const other = await blobs.put(new Uint8Array([1]));
      const later = clock.now() + 1_000;
      expect((await olderThan(later)).toSorted()).toEqual([hash, other].toSorted());
      expect(await olderThan(clock.now() - 1_000)).toEqual([]);
      await clock.advance(60_000);
      expect(await blobs.renew(hash)).toBe(true);
      expect(await olderThan(later)).toEqual([other]);
      await blobs.put(new Uint8Array([1]));
      expect(await olderThan(later)).toEqual([]);
    });

    test('goes where it is old, and stays where it was renewed', async () => {
      await blobs.put(bytes);
      const later = clock.now() + 1_000;
      await clock.advance(60_000);
      await blobs.renew(hash);
      expect(await blobs.remove(hash, later)).toBe(false);
      expect(await blobs.has(hash)).toBe(true);
      expect(await blobs.remove(hash, clock.now() + 1_000)).toBe(true);
      expect(await blobs.has(hash)).toBe(false);
      expect(await blobs.renew(hash)).toBe(false);
      expect(await blobs.remove(hash, clock.now() + 1_000)).toBe(true);
      expect(await olderThan(clock.now() + 1_000)).toEqual([]);
      expect(await blobs.put(bytes)).toBe(hash);
      expect(await blobs.has(hash)).toBe(true);
    });
  });
}
