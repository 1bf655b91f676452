import { createHash } from 'node:crypto';
import type { S3Client } from '@aws-sdk/client-s3';
import type { BlobStore } from '../domain/blob-store.ts';
import { Fault } from '../domain/fault.ts';

/** Where blobs are in S3, and as whom they are asked for. */
export interface S3Place {
  readonly bucket: string;
  /** What every name begins with, without slashes at its ends; empty: nothing. */
  readonly prefix: string;
  readonly region: string;
  /** Of a service other than Amazon's. The bucket is then the first part of the path. */
  readonly endpoint: string | undefined;
  /** Undefined: what the machine itself is given, such as a role or a profile. */
  readonly credentials: S3Credentials | undefined;
}

export interface S3Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string | undefined;
}

/** For how long S3 may be silent. */
export interface S3Patience {
  readonly connectMs: number;
  /** Without a byte moving, per try. */
  readonly silentMs: number;
  /** For asking whether there is a blob, all tries together: people wait for the answer. */
  readonly hasMs: number;
}

const usualPatience: S3Patience = { connectMs: 3_000, silentMs: 10_000, hasMs: 2_000 };
const triesMax = 4;
/** A body that breaks off is read anew; that is beside the tries for its beginning. */
const readsMax = 3;

/**
 * Blobs in S3 under `prefix/ab/abcdef…`, named by the SHA-256 of their content. S3 shows an object whole or not at all,
 * and it is told the hash, so that it refuses bytes that were damaged on their way. What is read is hashed too.
 * Source: docs.aws.amazon.com/AmazonS3/latest/API, PutObject, GetObject, "Error Responses", read 2026-11.
 * @throws Fault `storage`, after all tries; never with a key in it
 */
export async function s3Blobs(place: S3Place, patience: S3Patience = usualPatience): Promise<BlobStore> {
  const { DeleteObjectCommand, GetObjectCommand, PutObjectCommand } = await import('@aws-sdk/client-s3');
  const client = await open(place, patience);
  const where = (name: string) => {
    if (!/^[0-9a-f]{64}$/.test(name)) throw new RangeError(`${name} is no blob's name`);
    const Key = [place.prefix, name.slice(0, 2), name].filter(Boolean).join('/');
    return { Bucket: place.bucket, Key };
  };

  async function get(name: string): Promise<Uint8Array | undefined> {
    const request = new GetObjectCommand(where(name));
    for (let reads = 1; ; reads++) {
      const answer = await found(() => client.send(request));
      if (!answer) return undefined;
      try {
        return checked(name, (await answer.Body?.transformToByteArray()) ?? new Uint8Array());
      } catch (error) {
        if (reads >= readsMax) throw asFault(error);
      }
    }
  }

  /** When it was stored, in ms since 1970; undefined when there is no such object. */
  async function stored(name: string): Promise<number | undefined> {
    // Unlike HEAD this says whether it is the object that is missing, or the bucket.
    const firstByte = new GetObjectCommand({ ...where(name), Range: 'bytes=0-0' });
    const abortSignal = AbortSignal.timeout(patience.hasMs);
    return found(async () => {
      const answer = await client.send(firstByte, { abortSignal }).catch(unlessEmpty);
      await answer?.Body?.transformToByteArray();
      return answer?.LastModified?.getTime() ?? 0;
    });
  }

  const has = async (name: string): Promise<boolean> =>
    /^[0-9a-f]{64}$/.test(name) && (await stored(name)) !== undefined;

  return {
    get,
    async put(bytes) {
      const hash = createHash('sha256').update(bytes).digest();
      const name = hash.toString('hex');
      const object = { Body: bytes, ContentLength: bytes.length, ContentType: 'application/octet-stream' };
      const request = { ...where(name), ...object, ChecksumSHA256: hash.toString('base64') };
      await client.send(new PutObjectCommand(request)).catch((error: unknown) => {
        throw asFault(error);
      });
      return name;
    },
    has,
    // Nothing is swept here, and what S3 shows is not touched for looking at it.
    renew: has,
    async *older() {
      yield [];
    },
    async remove(name, before) {
      const storedAt = await stored(name);
      if (storedAt === undefined) return true;
      if (storedAt >= before) return false;
      await client.send(new DeleteObjectCommand(where(name))).catch((error: unknown) => {
        throw asFault(error);
      });
      return true;
    },
  };
}

async function open(place: S3Place, { connectMs, silentMs }: S3Patience): Promise<S3Client> {
  const { S3Client } = await import('@aws-sdk/client-s3');
  const { region, endpoint, credentials } = place;
  const { accessKeyId = '', secretAccessKey = '', sessionToken } = credentials ?? {};
  const signed = { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) };
  return new S3Client({
    region,
    ...(endpoint === undefined ? {} : { endpoint, forcePathStyle: true }),
    ...(credentials ? { credentials: signed } : {}),
    maxAttempts: triesMax,
    // We name the checksum ourselves; others are not known to every service that speaks S3.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: { connectionTimeout: connectMs, socketTimeout: silentMs },
  });
}

/** Undefined when there is no such object. @throws Fault for everything else */
async function found<Answer>(ask: () => Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (nameOf(error) === 'NoSuchKey') return undefined;
    throw asFault(error);
  }
}

/** An empty object has no first byte, and is there. */
function unlessEmpty(error: unknown): undefined {
  if (nameOf(error) === 'InvalidRange') return undefined;
  throw error;
}

/** @throws Fault when they are not what the name says */
function checked(name: string, bytes: Uint8Array): Uint8Array {
  if (createHash('sha256').update(bytes).digest('hex') === name) return bytes;
  throw new Fault('storage', `the blob store failed: what it keeps as ${name} is something else`);
}

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : '');

/**
 * What S3 says, as far as it is for a log: its errors also carry the id of the key and what was signed, so they are
 * never handed on themselves.
 */
function asFault(error: unknown): Fault {
  if (error instanceof Fault) return error;
  if (!(error instanceof Error)) return new Fault('storage', 'the blob store failed');
  const { $metadata, code } = error as { $metadata?: { httpStatusCode?: number; requestId?: string }; code?: string };
  const said = [error.name, code, $metadata?.httpStatusCode, error.message].filter(Boolean).join(', ');
  return new Fault('storage', `the blob store failed: ${said}`, { requestId: $metadata?.requestId });
}
