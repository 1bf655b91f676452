import { expect, test } from 'vitest';
import type { BlobStore } from '../../src/domain/blob-store.ts';
import { lost } from '../../src/storage/doctor-pictures.ts';

test('every blob is asked for once, several at a time and never all at once', async () => {
  const kept = Array.from({ length: 200 }, (_, n) => ({ job: `job ${n}`, blob: `blob ${n % 100}`, role: 'picture' }));
  const asked: string[] = [];
  let now = 0;
  let most = 0;
  const blobs: Pick<BlobStore, 'has'> = {
    async has(name) {
      asked.push(name);
      most = Math.max(most, ++now);
      await new Promise(setImmediate);
      now--;
      return name !== 'blob 7';
    },
  };
  const findings = await lost(kept, blobs);
  expect(findings.map(({ subject }) => subject)).toEqual(['job job 7', 'job job 107']);
  expect(asked).toHaveLength(100);
  expect(most).toBe(16);
});
