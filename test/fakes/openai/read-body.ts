import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import sharp from 'sharp';
import { refusal } from './faults.ts';
import { Refused } from './request-rules.ts';
import type { Dimensions } from './usage.ts';

/** The pictures of a request, checked. */
export interface Body {
  readonly images: readonly InputPicture[];
  readonly mask: InputPicture | null;
  readonly markup: InputPicture | null;
}

interface InputPicture extends Dimensions {
  readonly sha256: string;
}

export const bodyWithoutPictures: Body = { images: [], mask: null, markup: null };

const imagesMax = 16;
const imageBytesMax = 50 * 1024 * 1024;
const maskBytesMax = 4 * 1024 * 1024;

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
      parameters[name] = typeof value === 'string' ? typed(name, value) : value;
    }
  }
  const images = [...files.image, ...files['image[]']];
  return { parameters, images, mask: files.mask[0] ?? null, markup: files.markup[0] ?? null };
}

/** @throws Refused for a picture that the service would not read. Source: openai@7.55.0 resources/images.d.ts. */
export async function checkPictures(form: Form, takesMarkup: boolean): Promise<Body> {
  if (form.images.length === 0) {
    throw wrongFile('image', 'missing_required_parameter', "Missing required parameter: 'image'.");
  }
  if (form.images.length > imagesMax) {
    throw wrongFile('image', 'array_above_max_length', `Invalid 'image': expected at most ${imagesMax} images.`);
  }
  const images: InputPicture[] = [];
  for (const [index, file] of form.images.entries()) images.push(await checkedImage(file, index + 1));
  if (form.mask && form.markup) throw wrongFile('markup', 'invalid_value', "'markup' cannot be combined with 'mask'.");
  if (form.markup && !takesMarkup) throw wrongFile('markup', 'invalid_value', "This model does not support 'markup'.");
  return {
    images,
    mask: form.mask && (await checkedOverlay(form.mask, 'mask', images[0])),
    markup: form.markup && (await checkedOverlay(form.markup, 'markup', images[0])),
  };
}

/** The wording is OpenAI's own, see github.com/Comfy-Org/ComfyUI/issues/9329. */
async function checkedImage(file: File, place: number): Promise<InputPicture> {
  if (!['image/png', 'image/jpeg', 'image/webp'].includes(file.type)) {
    throw wrongFile(
      'image',
      'unsupported_file_mimetype',
      `Invalid file 'image': unsupported mimetype ('${file.type}'). Supported file formats are 'image/jpeg', 'image/png', and 'image/webp'.`,
    );
  }
  if (file.size >= imageBytesMax)
    throw wrongFile('image', 'image_file_too_large', `Image ${place} must be less than 50MB.`);
  const unreadable = () =>
    wrongFile(
      'image',
      'invalid_image_file',
      `Invalid image file or mode for image ${place}, please check your image file.`,
    );
  const bytes = Buffer.from(await file.arrayBuffer());
  const facts = await sharp(bytes)
    .metadata()
    .catch(() => null);
  if (!facts || !['png', 'jpeg', 'webp'].includes(facts.format)) throw unreadable();
  if (facts.space === 'cmyk' || facts.isPalette) throw unreadable();
  return { sha256: sha256(bytes), width: facts.autoOrient.width, height: facts.autoOrient.height };
}

async function checkedOverlay(
  file: File,
  name: 'mask' | 'markup',
  first: InputPicture | undefined,
): Promise<InputPicture> {
  const wrong = (why: string) => wrongFile(name, 'invalid_image_file', `Invalid ${name} image: ${why}.`);
  if (file.size >= maskBytesMax) throw wrong('it must be less than 4MB');
  const bytes = Buffer.from(await file.arrayBuffer());
  const facts = await sharp(bytes)
    .metadata()
    .catch(() => null);
  if (facts?.format !== 'png') throw wrong('it must be a PNG');
  if (!facts.hasAlpha) throw wrong('it has no alpha channel');
  if (facts.width !== first?.width || facts.height !== first.height) throw wrong('its size does not match the image');
  return { sha256: sha256(bytes), width: facts.width, height: facts.height };
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

function wrongFile(param: string, code: string, message: string): Refused {
  return new Refused(refusal(400, code, message, { param }));
}
