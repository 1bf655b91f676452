import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { type IncomingMessage, type ServerResponse, request as sendTo } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { localServer } from '../local-server.ts';

/** What the next requests meet. */
export type S3Fault = 'slow down' | 'cut off' | 'half a body' | 'other bytes' | 'silence';

export interface S3Request {
  readonly method: string;
  /** Undefined: the whole object. */
  readonly range: string | undefined;
}

export interface FakeS3 {
  /** What Easel is set up with. */
  readonly env: Readonly<Record<'BLOB_URL' | 'S3_ENDPOINT' | 'AWS_ACCESS_KEY_ID' | 'AWS_SECRET_ACCESS_KEY', string>>;
  readonly bucket: string;
  /** What was asked, oldest first, as `PUT /bucket/key`; what met a fault is among it. */
  readonly asked: readonly string[];
  /** What S3 itself would have refused, and the server here doesn't. */
  readonly violations: readonly string[];
  /** @param fault what a request meets, or undefined when it meets nothing */
  meet(fault: (request: S3Request) => S3Fault | undefined): void;
  close(): Promise<void>;
}

/** Untyped; a server that checks signatures of version 4, and that nothing else here looks into. */
interface S3rver {
  run(): Promise<AddressInfo>;
  close(): Promise<void>;
}

type NewS3rver = new (options: Readonly<Record<string, unknown>>) => S3rver;

const bucket = 'easel-pictures';
/** The only key that the server knows. */
const key = { AWS_ACCESS_KEY_ID: 'S3RVER', AWS_SECRET_ACCESS_KEY: 'S3RVER' };

/**
 * A real S3 server, behind a front that refuses what it lets pass and Amazon doesn't: requests without a signature, and
 * bytes that are not what the request says of them.
 */
export async function fakeS3(): Promise<FakeS3> {
  const S3rver = createRequire(import.meta.url)('@20minutes/s3rver') as NewS3rver;
  const directory = await mkdtemp(path.join(tmpdir(), 'easel-s3-'));
  const server = new S3rver({
    ...{ address: '127.0.0.1', port: 0, silent: true, directory, vhostBuckets: false },
    configureBuckets: [{ name: bucket }],
  });
  const { port } = await server.run();
  const asked: string[] = [];
  const violations: string[] = [];
  const empty = new Set<string>();
  let meets: Parameters<FakeS3['meet']>[0] = () => undefined;

  const front = await localServer(async (request, response) => {
    const { method = '', url = '' } = request;
    asked.push(`${method} ${url.replace(/\?.*/, '')}`);
    const body = await buffer(request);
    const wrong = problem(request, body);
    if (wrong) {
      violations.push(`${method} ${url}: ${wrong}`);
      return refuse(response, 403, 'AccessDenied', wrong);
    }
    const fault = meets({ method, range: request.headers.range });
    const object = url.replace(/\?.*/, '');
    if (method === 'PUT' && body.length === 0) empty.add(object);
    switch (fault) {
      case 'slow down':
        return refuse(response, 503, 'SlowDown', 'Please reduce your request rate.');
      case 'cut off':
        return request.socket.destroy();
      case 'silence':
        return undefined;
      default:
        // The server would promise a byte that it doesn't have.
        if (request.headers.range && empty.has(object))
          return refuse(response, 416, 'InvalidRange', 'The requested range is not satisfiable');
        return passOn(request, body, port, response, fault);
    }
  });

  return {
    env: { BLOB_URL: `s3://${bucket}`, S3_ENDPOINT: front.url, ...key },
    bucket,
    asked,
    violations,
    meet(fault) {
      meets = fault;
    },
    async close() {
      await front.close();
      await server.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes);

/** Source: docs.aws.amazon.com/AmazonS3/latest/API, "Authenticating Requests" and PutObject, read 2026-11. */
function problem({ headers, method }: IncomingMessage, body: Buffer): string | undefined {
  if (!headers.authorization?.startsWith('AWS4-HMAC-SHA256 ')) return 'it is not signed';
  const signed = headers['x-amz-content-sha256'];
  if (signed !== 'UNSIGNED-PAYLOAD' && signed !== sha256(body).digest('hex')) return 'other bytes were signed';
  const checksum = headers['x-amz-checksum-sha256'];
  if (checksum !== undefined && checksum !== sha256(body).digest('base64')) return 'its checksum is of other bytes';
  if (method === 'PUT' && headers['content-length'] === undefined) return 'its length is missing';
  return undefined;
}

function refuse(response: ServerResponse, status: number, code: string, message: string): void {
  response.writeHead(status, { 'content-type': 'application/xml', 'x-amz-request-id': 'B1C2D3' });
  response.end(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>${message}</Message></Error>`);
}

/** With the host that was signed, which fetch would not send. */
async function passOn(
  request: IncomingMessage,
  body: Buffer,
  port: number,
  response: ServerResponse,
  fault: 'half a body' | 'other bytes' | undefined,
): Promise<void> {
  const { method, url, headers } = request;
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const sent = sendTo({ host: '127.0.0.1', port, method, path: url, headers }, resolve);
    sent.once('error', reject);
    sent.end(body);
  });
  const came = await buffer(answer);
  response.writeHead(answer.statusCode ?? 500, answer.headers);
  if (fault === 'half a body' && came.length > 1) {
    response.write(came.subarray(0, came.length / 2));
    response.end(() => undefined);
    request.socket.destroy();
    return;
  }
  response.end(fault === 'other bytes' ? came.fill(0) : came);
}
