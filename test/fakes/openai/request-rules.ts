import { type ErrorAnswer, refusal } from './faults.ts';
import { isGone, type ModelRule, modelNamed, models, standardSizes } from './models.ts';
import type { PictureFormat } from './pictures.ts';
import type { Dimensions } from './usage.ts';

/**
 * Which parameters the Images API takes, per model. Source: openai@7.55.0 resources/images.d.ts, read 2026-11-20.
 * That file has no error codes: those for wrong types, ranges and lengths are likely ones, not documented ones.
 */

export type Endpoint = 'generations' | 'edits';

export interface ImageRequest {
  readonly model: ModelRule;
  readonly prompt: string;
  readonly n: number;
  readonly size: string;
  readonly quality: string;
  readonly format: PictureFormat;
  readonly compression: number;
  readonly background: 'transparent' | 'opaque';
  readonly stream: boolean;
  readonly partialImages: number;
  readonly safetyIdentifier: string | null;
}

const common =
  'prompt background complexity frame_count frame_duration_ms model n output_compression output_format partial_images ' +
  'quality safety_identifier size stream user';
const known: Record<Endpoint, ReadonlySet<string>> = {
  generations: new Set(`${common} moderation svg`.split(' ')),
  edits: new Set(`${common} input_fidelity`.split(' ')),
};

const promptCharactersMax = 32_000;

/** Thrown inside this file, and by whoever checks pictures: the request gets this answer. */
export class Refused extends Error {
  readonly answer: ErrorAnswer;
  constructor(answer: ErrorAnswer) {
    super(answer.error?.message ?? `HTTP ${answer.status}`);
    this.answer = answer;
  }
}

/**
 * Reads the parameters as strictly as the real service, and in places more so: what no official page allows is refused.
 * @throws Refused with the answer the client gets.
 */
export function readRequest(endpoint: Endpoint, parameters: Record<string, unknown>, today: string): ImageRequest {
  for (const name of Object.keys(parameters)) {
    if (!known[endpoint].has(name)) refuse('unknown_parameter', name, `Unknown parameter: '${name}'.`);
  }
  const read = readerOf(parameters);
  const prompt = read.text('prompt');
  if (prompt === undefined)
    return refuse('missing_required_parameter', 'prompt', "Missing required parameter: 'prompt'.");
  if (prompt.trim() === '') refuse('invalid_value', 'prompt', 'The prompt must not be empty.');
  if (prompt.length > promptCharactersMax) {
    refuse(
      'string_above_max_length',
      'prompt',
      `Invalid 'prompt': string too long. Expected a string with maximum length ${promptCharactersMax}, but got a string with length ${prompt.length} instead.`,
    );
  }
  const model = livingModel(read.text('model') ?? 'gpt-image-2', today);
  const format = outputFormat(read, model);
  const stream = read.flag('stream') ?? false;
  const partialImages = read.integer('partial_images', 0, 3);
  if (partialImages !== undefined && !stream) {
    refuse('invalid_value', 'partial_images', "'partial_images' is only supported when 'stream' is true.");
  }
  const compression = read.integer('output_compression', 0, 100);
  if (compression !== undefined && format === 'png') {
    refuse('invalid_value', 'output_compression', "'output_compression' is only supported for 'webp' and 'jpeg'.");
  }
  const quality = read.oneOf('quality', [...model.qualities, 'auto']) ?? 'auto';
  const n = read.integer('n', 1, 10) ?? 1;
  read.oneOf('moderation', ['auto', 'low']);
  checkOddities(read, model);
  return {
    model,
    prompt,
    n,
    size: readSize(read.text('size') ?? 'auto', model),
    quality: quality === 'auto' ? model.automaticQuality : quality,
    format,
    compression: compression ?? 90,
    background: readBackground(read, model, format),
    stream,
    partialImages: partialImages ?? 0,
    // The older `user` counts where the newer one is missing or empty.
    safetyIdentifier: read.text('safety_identifier') || read.text('user') || null,
  };
}

/** What a careful client never leaves to the service, since the default is not the same for every model. */
export function leftOut(parameters: Record<string, unknown>): string[] {
  return ['model', 'quality'].filter((name) => (parameters[name] ?? 'auto') === 'auto');
}

export function dimensionsOf(size: string): Dimensions {
  const [width = 0, height = 0] = size.split('x').map(Number);
  return { width, height };
}

function livingModel(name: string, today: string): ModelRule {
  const model = modelNamed(name);
  if (!model) {
    const names = models.map((each) => `'${each.id}'`).join(', ');
    return refuse('model_not_found', 'model', `Invalid value: '${name}'. Supported values are: ${names}.`);
  }
  if (isGone(model, today)) {
    const message = `The model \`${name}\` has been deprecated, learn more here: https://platform.openai.com/docs/deprecations`;
    throw new Refused(refusal(404, 'model_not_found', message));
  }
  return model;
}

function outputFormat(read: Reader, model: ModelRule): PictureFormat {
  const format = read.oneOf('output_format', ['png', 'jpeg', 'webp', 'gif', 'svg']) ?? 'png';
  if (format === 'gif' || format === 'svg') {
    return refuse(
      'invalid_value',
      'output_format',
      `'${format}' output is not enabled for '${model.id}' in this organization.`,
    );
  }
  for (const name of ['frame_count', 'frame_duration_ms', 'svg']) {
    if (read.given(name)) refuse('invalid_value', name, `'${name}' is not supported with output_format '${format}'.`);
  }
  return format as PictureFormat;
}

/** `auto` stays as it is; a size of another model's kind is refused. Source of the limits: developers.openai.com, "Image generation". */
function readSize(size: string, model: ModelRule): string {
  const wrong = (why: string) => refuse('invalid_value', 'size', `Invalid size '${size}'. ${why}`);
  if (size === 'auto') return size;
  if (model.sizes === 'standard') {
    if ((standardSizes as readonly string[]).includes(size)) return size;
    return wrong(`Supported sizes are ${standardSizes.join(', ')}, and auto.`);
  }
  if (!/^[1-9]\d{0,5}x[1-9]\d{0,5}$/.test(size)) return wrong('Sizes must be WIDTHxHEIGHT, or auto.');
  const { width, height } = dimensionsOf(size);
  const [short, long] = [Math.min(width, height), Math.max(width, height)];
  if (width % 16 !== 0 || height % 16 !== 0) return wrong('Width and height must both be divisible by 16.');
  if (long > 3840) return wrong('The longest edge must be less than or equal to 3840.');
  if (long > short * 3) return wrong('The aspect ratio must be between 1:3 and 3:1.');
  if (width * height < 655_360) return wrong('The image must have at least 655360 pixels.');
  if (width * height > 8_294_400) return wrong('The image must have at most 8294400 pixels.');
  return size;
}

function readBackground(read: Reader, model: ModelRule, format: PictureFormat): 'transparent' | 'opaque' {
  const background = read.oneOf('background', ['transparent', 'opaque', 'auto']);
  if (background !== 'transparent') return 'opaque';
  if (!model.transparent) {
    refuse('invalid_value', 'background', `Transparent background is not supported for '${model.id}'.`);
  }
  if (format === 'jpeg') {
    refuse(
      'invalid_value',
      'background',
      "Transparent background is only supported for output_format 'png' and 'webp'.",
    );
  }
  return 'transparent';
}

function checkOddities(read: Reader, model: ModelRule): void {
  if (read.given('complexity') && !model.complexity) {
    refuse('invalid_value', 'complexity', `The model '${model.id}' does not support the 'complexity' parameter.`);
  }
  read.oneOf('complexity', ['low', 'medium', 'high']);
  if (read.given('input_fidelity') && model.inputFidelity.length === 0) {
    const message = `The model '${model.id}' does not support the 'input_fidelity' parameter.`;
    refuse('invalid_input_fidelity_model', 'input_fidelity', message);
  }
  read.oneOf('input_fidelity', model.inputFidelity);
}

type Reader = ReturnType<typeof readerOf>;

/** JSON null counts as left out. */
function readerOf(parameters: Record<string, unknown>) {
  const of = (name: string): unknown => parameters[name] ?? undefined;
  const wrongType = (name: string, expected: string) => {
    const message = `Invalid type for '${name}': expected ${expected}, but got ${typeof of(name)} instead.`;
    return refuse('invalid_type', name, message);
  };
  const text = (name: string): string | undefined => {
    const value = of(name);
    return value === undefined || typeof value === 'string' ? value : wrongType(name, 'a string');
  };
  return {
    given: (name: string) => of(name) !== undefined,
    text,
    flag(name: string): boolean | undefined {
      const value = of(name);
      return value === undefined || typeof value === 'boolean' ? value : wrongType(name, 'a boolean');
    },
    integer(name: string, min: number, max: number): number | undefined {
      const value = of(name);
      if (value === undefined) return undefined;
      if (typeof value !== 'number' || !Number.isInteger(value)) return wrongType(name, 'an integer');
      if (value < min || value > max) {
        return refuse(
          value < min ? 'integer_below_min_value' : 'integer_above_max_value',
          name,
          `Invalid '${name}': expected a value between ${min} and ${max}, but got ${value} instead.`,
        );
      }
      return value;
    },
    oneOf(name: string, allowed: readonly string[]): string | undefined {
      const value = text(name);
      if (value === undefined || allowed.includes(value)) return value;
      const values = allowed.map((each) => `'${each}'`).join(', ');
      return refuse('invalid_value', name, `Invalid value: '${value}'. Supported values are: ${values}.`);
    },
  };
}

function refuse(code: string, param: string, message: string): never {
  throw new Refused(refusal(400, code, message, { param }));
}
