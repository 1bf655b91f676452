/** Reads request bodies the three ways Slack takes them: form, JSON, multipart. */
import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { isRecord, type Json } from './shape.ts';

const headBytes = 64;

export interface RawBytes {
  readonly length: number;
  readonly sha256: string;
  /** The first bytes, enough to recognise a picture. */
  readonly head: Buffer;
  readonly bytes?: Buffer;
}

export async function readAll(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks);
}

/** Uploaded bytes, raw or as the file of a multipart form. With `keep` off a raw body is hashed as it passes. */
export async function readUpload(request: IncomingMessage, keep: boolean): Promise<RawBytes> {
  const type = request.headers['content-type'] ?? '';
  if (type.startsWith('multipart/form-data')) {
    const form = await formData(type, await readAll(request));
    const file = [...form.values()].find((value) => typeof value !== 'string');
    return described(file ? Buffer.from(await (file as File).arrayBuffer()) : Buffer.alloc(0), keep);
  }
  if (keep) return described(await readAll(request), true);
  const hash = createHash('sha256');
  let length = 0;
  let head = Buffer.alloc(0);
  for await (const part of request) {
    const chunk = part as Buffer;
    hash.update(chunk);
    length += chunk.length;
    if (head.length < headBytes) head = Buffer.concat([head, chunk]).subarray(0, headBytes);
  }
  return { length, sha256: hash.digest('hex'), head: Buffer.from(head) };
}

export function described(bytes: Buffer, keep: boolean): RawBytes {
  return {
    length: bytes.length,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    head: Buffer.from(bytes.subarray(0, headBytes)),
    ...(keep ? { bytes } : {}),
  };
}

export interface ReadArguments {
  readonly given: Json;
  readonly wasJson: boolean;
}

/** The arguments of a Web API call, from query and body. Undefined when the body can't be read. */
export async function readArguments(request: IncomingMessage, url: URL): Promise<ReadArguments | undefined> {
  const type = request.headers['content-type'] ?? '';
  // A token in the address is no longer taken.
  const { token: _, ...given }: Json = Object.fromEntries(url.searchParams);
  if (request.method === 'GET') return { given, wasJson: false };
  const body = await readAll(request);
  if (body.length === 0) return { given, wasJson: false };
  if (type.startsWith('application/json')) {
    const parsed = jsonIn(body.toString('utf8'));
    return isRecord(parsed) ? { given: { ...given, ...parsed }, wasJson: true } : undefined;
  }
  if (type.startsWith('multipart/form-data')) {
    for (const [key, value] of await formData(type, body)) if (typeof value === 'string') given[key] = value;
    return { given, wasJson: false };
  }
  if (!type.startsWith('application/x-www-form-urlencoded')) return undefined;
  return {
    given: { ...given, ...Object.fromEntries(new URLSearchParams(body.toString('utf8'))) },
    wasJson: false,
  };
}

async function formData(type: string, body: Buffer): Promise<FormData> {
  return new Response(new Uint8Array(body), { headers: { 'content-type': type } }).formData();
}

export function jsonIn(source: string): unknown {
  try {
    return JSON.parse(source);
  } catch {
    return undefined;
  }
}
