import sharp from 'sharp';
import { refusal } from './faults.ts';
import { type Form, sha256, wrongFile } from './read-body.ts';
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
/** "Less than 50MB", "less than 4MB": read as the smaller megabytes, so that nobody relies on the larger. */
const imageBytesMax = 50_000_000;
const maskBytesMax = 4_000_000;

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

/** What a careful client never does, although it may pass: a file whose name says something else than its type. */
export function misnamed(form: Form): string[] {
  const files = [...form.images, form.mask, form.markup].filter((file) => file !== null);
  const ending = (file: File) => file.name.split('.').at(-1)?.replace('jpg', 'jpeg');
  return files.filter((file) => `image/${ending(file)}` !== file.type).map(({ name, type }) => `${name} (${type})`);
}

async function checkedImage(file: File, place: number): Promise<InputPicture> {
  checkType(file, 'image', ['image/jpeg', 'image/png', 'image/webp']);
  if (file.size >= imageBytesMax)
    throw wrongFile('image', 'image_file_too_large', `Image ${place} must be less than 50MB.`);
  // The wording is OpenAI's own, see github.com/Comfy-Org/ComfyUI/issues/9329.
  const unreadable = () =>
    wrongFile(
      'image',
      'invalid_image_file',
      `Invalid image file or mode for image ${place}, please check your image file.`,
    );
  const bytes = Buffer.from(await file.arrayBuffer());
  const facts = await factsOf(bytes);
  if (!facts || `image/${facts.format}` !== file.type || !isWhole(bytes, facts.format)) throw unreadable();
  if (facts.space === 'cmyk' || facts.isPalette) throw unreadable();
  return { sha256: sha256(bytes), width: facts.autoOrient.width, height: facts.autoOrient.height };
}

/** Code, type and wording for masks as they were seen: help.apiyi.com/?p=2702, read 2026-11. */
async function checkedOverlay(
  file: File,
  name: 'mask' | 'markup',
  first: InputPicture | undefined,
): Promise<InputPicture> {
  const wrong = (why: string) => {
    const code = `invalid_${name}_image_format`;
    return new Refused(
      refusal(400, code, `Invalid ${name} image format - ${why}`, { type: 'image_generation_user_error' }),
    );
  };
  checkType(file, name, ['image/png']);
  if (file.size >= maskBytesMax) throw wrong(`${name} image must be less than 4MB`);
  const bytes = Buffer.from(await file.arrayBuffer());
  const facts = await factsOf(bytes);
  if (facts?.format !== 'png' || !isWhole(bytes, 'png')) throw wrong(`${name} image is no PNG`);
  if (!facts.hasAlpha) throw wrong(`${name} image missing alpha channel`);
  if (facts.width !== first?.width || facts.height !== first.height)
    throw wrong(`${name} size does not match image size`);
  if (name === 'markup' && (await sharp(bytes).stats()).isOpaque) throw wrong('markup has no transparent pixels');
  return { sha256: sha256(bytes), width: facts.width, height: facts.height };
}

/** The wording is OpenAI's own, see github.com/64bit/async-openai/issues/364. */
function checkType(file: File, name: string, allowed: readonly string[]): void {
  if (allowed.includes(file.type)) return;
  const formats = allowed.map((type) => `'${type}'`).join(', ');
  const message = `Invalid file '${name}': unsupported mimetype ('${file.type}'). Supported file formats are ${formats}.`;
  throw wrongFile(name, 'unsupported_file_mimetype', message);
}

const factsOf = (bytes: Buffer) =>
  sharp(bytes)
    .metadata()
    .catch(() => null);

/** Whether the end is there. Nothing is decoded for it. */
function isWhole(bytes: Buffer, format: string): boolean {
  if (format === 'png') return bytes.subarray(-8, -4).toString('latin1') === 'IEND';
  if (format === 'jpeg') return bytes.subarray(-2).toString('hex') === 'ffd9';
  return bytes.length >= bytes.readUInt32LE(4) + 8;
}
