import { createHash } from 'node:crypto';
import sharp from 'sharp';

/** What the service takes. Everything that no source knows of is refused, so that nobody relies on it. */

export type Generation = 'draw' | 'api';

export interface Order {
  readonly model: string;
  readonly prompt: string;
  readonly width: number;
  readonly height: number;
  readonly transparent: boolean;
  /** SHA-256 in hex. */
  readonly images: readonly string[];
  readonly mask: string | null;
  readonly reply: 'stream' | 'at once' | { readonly callBack: string };
}

/** The words of a refusal; the service has no codes for them. */
export class Wrong extends Error {
  readonly rule: string;
  constructor(rule: string, words: string) {
    super(words);
    this.rule = rule;
  }
}

const known: Readonly<Record<Generation, readonly string[]>> = {
  draw: [
    ...['model', 'prompt', 'urls', 'size', 'aspectRatio', 'variants', 'quality', 'mask', 'background'],
    ...['shutProgress', 'webHook'],
  ],
  api: ['model', 'prompt', 'images', 'aspectRatio', 'imageSize', 'quality', 'replyType'],
};

const qualities: Readonly<Record<string, readonly string[]>> = {
  'gpt-image-2': ['auto'],
  'gpt-image-2.5-flare': ['auto', 'low', 'medium', 'high'],
  'gpt-image-2.5-sunburst': ['auto', 'low', 'medium', 'high'],
};
const presets = ['1024x1024', '1536x1024', '1024x1536'];
const imagesMax = 6;
const imageBytesMax = 10_000_000;

/** @throws Wrong */
export async function readOrder(generation: Generation, body: Readonly<Record<string, unknown>>): Promise<Order> {
  for (const name of Object.keys(body))
    if (!known[generation].includes(name)) throw new Wrong('unknown-parameter', `unknown param: ${name}`);
  const { model, prompt, quality, background } = body;
  const allowed = typeof model === 'string' ? qualities[model] : undefined;
  if (typeof model !== 'string' || !allowed) throw new Wrong('model', 'model not supported');
  if (typeof prompt !== 'string' || prompt.trim() === '') throw new Wrong('prompt', 'prompt is required');
  if (!allowed.includes(String(quality))) throw new Wrong('quality', 'quality param error');
  if (background !== undefined && !['opaque', 'transparent'].includes(String(background)))
    throw new Wrong('background', 'background param error');
  if (background === 'transparent' && model === 'gpt-image-2') throw new Wrong('background', 'background param error');
  if (body.variants !== undefined && body.variants !== 1) throw new Wrong('variants', 'variants param error');
  if (body.shutProgress !== undefined && typeof body.shutProgress !== 'boolean')
    throw new Wrong('shutProgress', 'shutProgress param error');
  const given = generation === 'draw' ? body.urls : body.images;
  const pictures = given === undefined ? [] : await picturesIn(given);
  const mask = body.mask === undefined ? undefined : await pictureIn(body.mask);
  checkMask(pictures[0], mask);
  return {
    ...{ model, prompt, transparent: background === 'transparent' },
    ...sizeIn(body.aspectRatio, model),
    images: pictures.map(({ sha256 }) => sha256),
    mask: mask?.sha256 ?? null,
    reply: generation === 'draw' ? webHookIn(body.webHook) : replyTypeIn(body.replyType),
  };
}

function webHookIn(webHook: unknown): Order['reply'] {
  if (webHook === undefined) return 'stream';
  if (webHook === '-1') return 'at once';
  if (typeof webHook === 'string' && /^https?:\/\/\S+$/.test(webHook)) return { callBack: webHook };
  throw new Wrong('webHook', 'webHook param error');
}

function replyTypeIn(replyType: unknown): Order['reply'] {
  if (replyType === 'stream') return 'stream';
  // `json` keeps the connection open for minutes, and its ids can't be asked for.
  if (replyType !== 'async') throw new Wrong('replyType', 'replyType param error');
  return 'at once';
}

function sizeIn(size: unknown, model: string): { readonly width: number; readonly height: number } {
  const [, width = 0, height = 0] = (/^(\d+)x(\d+)$/.exec(String(size)) ?? []).map(Number);
  const [short, long] = [Math.min(width, height), Math.max(width, height)];
  const pixels = width * height;
  const fits =
    short > 0 && long <= 3_840 && long <= 3 * short && short % 16 === 0 && long % 16 === 0 && pixels >= 655_360;
  if (!fits || pixels > 8_294_400) throw new Wrong('size', 'aspectRatio param error');
  if (model === 'gpt-image-2' && !presets.includes(String(size))) throw new Wrong('size', 'aspectRatio param error');
  return { width, height };
}

interface Given {
  readonly sha256: string;
  readonly width: number;
  readonly height: number;
  readonly isMask: boolean;
}

async function picturesIn(given: unknown): Promise<Given[]> {
  if (!Array.isArray(given) || given.length === 0) throw new Wrong('images', 'images param error');
  if (given.length > imagesMax) throw new Wrong('images', `at most ${imagesMax} images`);
  return Promise.all(given.map(pictureIn));
}

/** As a data URL: links are for those who have their pictures on the net. */
async function pictureIn(given: unknown): Promise<Given> {
  const [, type, letters] = /^data:image\/(png|jpeg|webp);base64,([A-Za-z0-9+/]+={0,2})$/.exec(String(given)) ?? [];
  if (type === undefined || letters === undefined) throw new Wrong('data-url', 'image param error');
  const bytes = Buffer.from(letters, 'base64');
  if (bytes.length > imageBytesMax) throw new Wrong('image-bytes', 'image too large');
  const whole = await sharp(bytes, { failOn: 'warning' })
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true })
    .catch(() => undefined);
  const facts = whole && (await sharp(bytes).metadata());
  if (!facts || facts.format !== type) throw new Wrong('unreadable', 'failed to decode the image');
  const { width, height } = facts;
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { sha256, width, height, isMask: type === 'png' && facts.hasAlpha === true };
}

function checkMask(first: Given | undefined, mask: Given | undefined): void {
  if (!mask) return;
  if (!first) throw new Wrong('mask', 'mask needs urls: param error');
  if (!mask.isMask || mask.width !== first.width || mask.height !== first.height)
    throw new Wrong('mask', 'invalid mask image');
}
