import sharp from 'sharp';
import { type ErrorAnswer, refusal } from '../openai/faults.ts';
import { sha256 } from '../openai/read-body.ts';

/** What a call of chat completions says, once it was found good. */
export interface ChatRequest {
  readonly prompt: string;
  readonly ratio: string;
  /** SHA-256 in hex. */
  readonly images: readonly string[];
}

/** Nothing else: many gateways hand a body on as it is, to whoever is behind them. */
const known = new Set(['model', 'messages', 'stream', 'user']);
export const modelName = 'gpt-image-2-all';
/** As a router of many vendors' models names it, which has to be told that a picture is wanted. */
const routedName = 'openai/gpt-image-2';
const pictureBytesMax = 10_000_000;

export class NotTaken extends Error {
  readonly answer: ErrorAnswer;
  constructor(answer: ErrorAnswer) {
    super(answer.error?.message);
    this.answer = answer;
  }
}

const wrong = (code: string | null, message: string) => new NotTaken(refusal(400, code, message));

/**
 * Source: docs.apiyi.com gpt-image-2-all (overview, chat completions), read 2026-11-20; what a gateway says to a model it
 * does not have: one-api's relay. Stricter than they are where that costs nothing.
 * @throws NotTaken
 */
export async function readRequest(body: Readonly<Record<string, unknown>>): Promise<ChatRequest> {
  const isRouted = body.model === routedName;
  const odd = Object.keys(body).find((name) => !known.has(name) && !(isRouted && name === 'modalities'));
  if (odd) throw wrong('unknown_parameter', `Unknown parameter: '${odd}'.`);
  if (isRouted && JSON.stringify(body.modalities) !== '["image","text"]')
    throw wrong('invalid_value', "Without 'modalities' there would be words only.");
  if (body.model !== modelName && !isRouted) {
    const message = `当前分组 default 下对于模型 ${String(body.model)} 无可用渠道`;
    throw new NotTaken(refusal(503, 'model_not_found', message, { type: 'new_api_error' }));
  }
  if (body.stream !== true) throw wrong('invalid_value', "Easel is to ask for a stream: 'stream' must be true.");
  if (typeof body.user !== 'string' || body.user === '') throw wrong('invalid_value', "Invalid 'user'.");
  const [message, ...others] = Array.isArray(body.messages) ? (body.messages as Record<string, unknown>[]) : [];
  if (!message || others.length > 0 || message.role !== 'user')
    throw wrong('invalid_value', "'messages' must be one message of the role 'user'.");
  const parts = typeof message.content === 'string' ? [{ type: 'text', text: message.content }] : message.content;
  if (!Array.isArray(parts)) throw wrong('invalid_value', "Invalid 'messages[0].content'.");
  const texts = parts.filter(({ type }) => type === 'text').map(({ text }) => text as unknown);
  const [text] = texts;
  if (texts.length !== 1 || typeof text !== 'string' || text.trim() === '')
    throw wrong('invalid_value', 'One part must be the text.');
  const mark = /\n\n【(1:1|3:2|2:3)】$/.exec(text);
  if (!mark?.[1]) throw wrong('invalid_value', 'The text must end with a ratio that the model knows.');
  const pictures = parts.filter(({ type }) => type !== 'text');
  const images: string[] = [];
  for (const picture of pictures) images.push(await readPicture(picture));
  return { prompt: text.slice(0, mark.index), ratio: mark[1], images };
}

async function readPicture(part: { type?: unknown; image_url?: { url?: unknown } }): Promise<string> {
  const url = part.type === 'image_url' ? part.image_url?.url : undefined;
  const match = typeof url === 'string' ? /^data:image\/(png|jpeg|webp);base64,([A-Za-z0-9+/]+=*)$/.exec(url) : null;
  if (!match?.[2]) throw wrong('invalid_image_url', 'A part is no picture as a data URL.');
  const bytes = Buffer.from(match[2], 'base64');
  if (bytes.length > pictureBytesMax) throw wrong('image_too_large', 'The image is too large.');
  const image = sharp(bytes);
  const facts = await image.metadata().catch(() => undefined);
  const whole = await image.stats().catch(() => undefined);
  if (!whole || facts?.format !== match[1])
    throw wrong('invalid_image', 'The image data you provided does not represent a valid image.');
  return sha256(bytes);
}
