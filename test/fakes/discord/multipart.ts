/** Request bodies: JSON or multipart/form-data, read with `indexOf` so that large uploads stay cheap. */
import { Refused, refused, wrongField } from './refused.ts';

export interface UploadedFile {
  readonly filename: string;
  readonly contentType: string | undefined;
  readonly bytes: Buffer;
}

export interface RequestBody {
  readonly json: unknown;
  /** By the n of `files[n]`. */
  readonly files: ReadonlyMap<number, UploadedFile>;
}

const gap = Buffer.from('\r\n\r\n');

/** @throws Refused 50109 for broken JSON, 50035 for any other content type. */
export function readBody(contentType: string | undefined, bytes: Buffer): RequestBody {
  const noFiles = new Map<number, UploadedFile>();
  if (bytes.length === 0) return { json: undefined, files: noFiles };
  if (contentType?.startsWith('application/json')) return { json: parsed(bytes), files: noFiles };
  const boundary = /^multipart\/form-data;.*boundary="?([^";]+)"?/.exec(contentType ?? '')?.[1];
  if (!boundary)
    throw wrongField(
      ['_misc'],
      'CONTENT_TYPE_INVALID',
      'Expected "Content-Type" header to be one of {application/json, multipart/form-data}.',
    );
  return multipart(bytes, boundary);
}

function parsed(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    throw refused(50109);
  }
}

function multipart(bytes: Buffer, boundary: string): RequestBody {
  const files = new Map<number, UploadedFile>();
  let json: unknown;
  const delimiter = Buffer.from(`--${boundary}`);
  const next = Buffer.from(`\r\n--${boundary}`);
  let at = bytes.indexOf(delimiter);
  while (at !== -1) {
    const start = at + delimiter.length;
    if (bytes[start] === 0x2d && bytes[start + 1] === 0x2d) return { json, files };
    const headersEnd = bytes.indexOf(gap, start);
    const end = bytes.indexOf(next, headersEnd);
    if (headersEnd === -1 || end === -1) break;
    const headers = bytes.toString('utf8', start, headersEnd);
    const content = bytes.subarray(headersEnd + gap.length, end);
    const name = /[;\s]name="([^"]*)"/i.exec(headers)?.[1] ?? '';
    const filename = /[;\s]filename="([^"]*)"/i.exec(headers)?.[1];
    const index = /^files\[(\d+)\]$/.exec(name)?.[1];
    if (name === 'payload_json') json = parsed(content);
    else if (index !== undefined && filename !== undefined)
      files.set(Number(index), {
        filename,
        contentType: /content-type:\s*([^\r\n;]+)/i.exec(headers)?.[1]?.trim(),
        bytes: content,
      });
    else throw wrongField([name], 'UNKNOWN_KEY', 'The fake knows payload_json and files[n] only.');
    at = end + 2;
  }
  throw new Refused(400, { message: 'Invalid multipart body: it ends before its boundary.', code: 50035 });
}
