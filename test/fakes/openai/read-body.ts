import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { refusal } from './faults.ts';
import { Refused } from './request-rules.ts';

export async function bytesOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** @throws Refused */
export function readJson(type: string, bytes: Buffer): Form {
  if (!type.startsWith('application/json')) {
    throw new Refused(
      refusal(
        400,
        null,
        `Unsupported content type: '${type}'. This API method only accepts 'application/json' requests.`,
      ),
    );
  }
  let parameters: unknown;
  try {
    parameters = JSON.parse(bytes.toString());
  } catch {
    // Falls through to the same answer as JSON that is no object.
  }
  if (typeof parameters !== 'object' || parameters === null || Array.isArray(parameters)) {
    throw new Refused(refusal(400, null, 'We could not parse the JSON body of your request.'));
  }
  return { parameters: parameters as Record<string, unknown>, images: [], mask: null, markup: null };
}

/** What a body says, before anything in it was checked. */
export interface Form {
  readonly parameters: Record<string, unknown>;
  readonly images: readonly File[];
  readonly mask: File | null;
  readonly markup: File | null;
}

const numbers = new Set(['n', 'output_compression', 'partial_images', 'frame_count', 'frame_duration_ms']);

/** @throws Refused */
export async function readForm(type: string, bytes: Buffer): Promise<Form> {
  if (!type.startsWith('multipart/form-data')) {
    throw new Refused(
      refusal(
        400,
        null,
        `Unsupported content type: '${type}'. This API method only accepts 'multipart/form-data' requests.`,
      ),
    );
  }
  const parameters: Record<string, unknown> = {};
  const files: Record<'image' | 'image[]' | 'mask' | 'markup', File[]> = {
    image: [],
    'image[]': [],
    mask: [],
    markup: [],
  };
  for (const [name, value] of await formOf(type, bytes)) {
    const field = Object.hasOwn(files, name) ? files[name as keyof typeof files] : undefined;
    if (field) {
      if (typeof value === 'string')
        throw wrongFile(name, 'invalid_type', `Invalid type for '${name}': expected a file.`);
      field.push(value);
      if (field.length > 1 && name !== 'image[]')
        throw wrongFile(name, 'duplicate_parameter', `Duplicate parameter: '${name}'.`);
    } else {
      if (Object.hasOwn(parameters, name))
        throw wrongFile(name, 'duplicate_parameter', `Duplicate parameter: '${name}'.`);
      parameters[name] = typeof value === 'string' ? typed(name, value) : value;
    }
  }
  const images = [...files.image, ...files['image[]']];
  return { parameters, images, mask: files.mask[0] ?? null, markup: files.markup[0] ?? null };
}

async function formOf(type: string, bytes: Buffer): Promise<FormData> {
  try {
    return await new Response(new Uint8Array(bytes), { headers: { 'content-type': type } }).formData();
  } catch {
    throw new Refused(refusal(400, null, 'We could not parse the multipart form of your request.'));
  }
}

/** A form knows only text: what looks like the right type becomes it, the rest is left for the rules to refuse. */
function typed(name: string, value: string): unknown {
  if (numbers.has(name) && /^-?\d+(\.\d+)?$/.test(value)) return Number(value);
  if (name === 'stream' && (value === 'true' || value === 'false')) return value === 'true';
  return value;
}

export function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

export function wrongFile(param: string, code: string, message: string): Refused {
  return new Refused(refusal(400, code, message, { param }));
}
