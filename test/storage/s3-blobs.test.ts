import { randomUUID } from 'node:crypto';
import { inspect } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { readConfig } from '../../src/config.ts';
import type { BlobStore } from '../../src/domain/blob-store.ts';
import { Fault } from '../../src/domain/fault.ts';
import { s3Blobs } from '../../src/storage/s3-blobs.ts';
import { blobStoreContract } from '../contracts/blob-store.ts';
import { type FakeS3, fakeS3 } from '../fakes/s3/server.ts';

const impatient = { connectMs: 2_000, silentMs: 40, hasMs: 150 };
const bytes = new TextEncoder().encode('the original bytes');
const absent = 'ab'.repeat(32);
let s3: FakeS3;

beforeAll(async () => {
  s3 = await fakeS3();
});
afterAll(() => s3.close());
beforeEach(() => s3.meet(() => undefined));

/** A store of its own, by what Easel is set up with. */
async function open(env: Readonly<Record<string, string>> = {}, patience?: typeof impatient): Promise<BlobStore> {
  const { blobs } = readConfig({ ...s3.env, BLOB_URL: `s3://${s3.bucket}/${randomUUID()}`, ...env });
  if (!blobs) throw new RangeError('no S3 is set up');
  return s3Blobs(blobs, patience);
}

/** The faults that all verbs end with. */
const everyFault = (blobs: BlobStore) =>
  Promise.all([blobs.put(bytes), blobs.get(absent), blobs.has(absent)].map((work) => fault(work)));

/** The fault that it ends with. */
async function fault(work: Promise<unknown>): Promise<Fault> {
  const error = await work.catch((thrown: unknown) => thrown);
  if (!(error instanceof Fault)) throw new RangeError(`no Fault: ${inspect(error)}`);
  return error;
}

blobStoreContract('a bucket', () => open());

describe('in S3', () => {
  test('a blob is under the prefix, in the bucket’s path, and one request stores it', async () => {
    const before = s3.asked.length;
    const blobs = await open({ BLOB_URL: `s3://${s3.bucket}/art/team/` });
    const name = await blobs.put(bytes);
    expect(s3.asked.slice(before)).toEqual([`PUT /${s3.bucket}/art/team/${name.slice(0, 2)}/${name}`]);
    expect(s3.violations).toEqual([]);
  });

  test('an empty blob is there although it has no first byte', async () => {
    const blobs = await open();
    expect(await blobs.has(await blobs.put(new Uint8Array()))).toBe(true);
  });

  test.each(['slow down', 'cut off', 'silence'] as const)('%s for a moment goes unnoticed', async (what) => {
    const blobs = await open({}, { ...impatient, hasMs: 20_000 });
    const twice = () => {
      let left = 2;
      s3.meet(() => (left-- > 0 ? what : undefined));
    };
    twice();
    const name = await blobs.put(bytes);
    twice();
    expect(Buffer.from((await blobs.get(name)) ?? []).toString()).toBe('the original bytes');
    twice();
    expect(await blobs.has(name)).toBe(true);
  });

  test.each(['half a body', 'other bytes'] as const)('%s is read anew, and never taken for the blob', async (what) => {
    const blobs = await open();
    const name = await blobs.put(bytes);
    let left = 2;
    s3.meet(() => (left-- > 0 ? what : undefined));
    expect(Buffer.from((await blobs.get(name)) ?? []).toString()).toBe('the original bytes');
    s3.meet(() => what);
    expect(await fault(blobs.get(name))).toMatchObject({ code: 'storage' });
  });

  test('what does not pass is a fault of storage, after so many tries and no more', async () => {
    const blobs = await open();
    s3.meet(() => 'slow down');
    const before = s3.asked.length;
    const { code, message } = await fault(blobs.put(bytes));
    expect({ code, message }).toEqual({
      code: 'storage',
      message: 'the blob store failed: SlowDown, 503, Please reduce your request rate.',
    });
    expect(s3.asked.length - before).toBe(4);
  });

  test('silence ends with a fault too, on every verb', async () => {
    const blobs = await open({}, impatient);
    s3.meet(() => 'silence');
    for (const { code } of await everyFault(blobs)) expect(code).toBe('storage');
  });

  test('a missing bucket is no missing blob', async () => {
    const blobs = await open({ BLOB_URL: 's3://nobodys-bucket' });
    for (const { message } of await everyFault(blobs)) expect(message).toContain('NoSuchBucket');
  });

  test('a wrong key is refused, and neither key nor signature is in what is thrown', async () => {
    const blobs = await open({ AWS_SECRET_ACCESS_KEY: 'not-the-secret' });
    for (const thrown of await everyFault(blobs)) {
      expect(thrown.message).toContain('SignatureDoesNotMatch');
      const all = inspect(thrown, { depth: 9, showHidden: true });
      for (const secret of ['not-the-secret', 'S3RVER', 'AWS4-HMAC']) expect(all).not.toContain(secret);
    }
  });

  test('nobody there is a fault', async () => {
    const blobs = await open({ S3_ENDPOINT: 'http://127.0.0.1:9' });
    expect((await fault(blobs.get(absent))).message).toContain('ECONNREFUSED');
  });
});
