import { randomBytes } from 'node:crypto';

/** A form as it goes over the wire. */
export interface FormBody {
  readonly contentType: string;
  readonly bytes: number;
  /** Whole files and what stands between them, in order. */
  readonly parts: readonly Uint8Array[];
}

/**
 * Writes a form out with each file in one piece: as a stream of blobs, which is what every `fetch` makes of a form, a
 * picture of a megabyte takes half as long again. Values stay as they are, line breaks too.
 * Source: RFC 7578; html.spec.whatwg.org "Multipart form data" (escaping of names). Read 2026-11.
 */
export async function formBody(form: FormData): Promise<FormBody> {
  const boundary = `easel-${randomBytes(18).toString('base64url')}`;
  const parts: Uint8Array[] = [];
  for (const [name, value] of form) {
    const head = `--${boundary}\r\nContent-Disposition: form-data; name="${escaped(name)}"`;
    if (typeof value === 'string') {
      parts.push(Buffer.from(`${head}\r\n\r\n${value}\r\n`));
    } else {
      const type = value.type || 'application/octet-stream';
      parts.push(Buffer.from(`${head}; filename="${escaped(value.name)}"\r\nContent-Type: ${type}\r\n\r\n`));
      parts.push(new Uint8Array(await value.arrayBuffer()), Buffer.from('\r\n'));
    }
  }
  parts.push(Buffer.from(`--${boundary}--\r\n`));
  const bytes = parts.reduce((sum, { length }) => sum + length, 0);
  return { contentType: `multipart/form-data; boundary=${boundary}`, bytes, parts };
}

const escaped = (name: string): string => name.replaceAll('\n', '%0A').replaceAll('\r', '%0D').replaceAll('"', '%22');
