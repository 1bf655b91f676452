/** Judges the content of a message, wherever it comes from: a method, an ack or a response_url. */
import type { blockKit } from './blocks.ts';
import { isRecord, type Json, type Problem } from './shape.ts';

export interface SlackError {
  readonly error: string;
  readonly problems?: readonly Problem[];
}

export interface Composed {
  readonly text?: string;
  readonly blocks?: Json[];
  readonly markdown?: string;
}

const markdownMax = 12_000;
const metadataBytesMax = 8_000;

/** The content of a message, or the documented error. Source: docs.slack.dev, "chat.postMessage" and "chat.update", read 2026-11. */
export function compose(
  given: Json,
  kit: ReturnType<typeof blockKit>,
  limits: { textMax: number; mayBeEmpty?: boolean },
): Composed | SlackError {
  const { text, blocks, markdown_text: markdown } = given;
  if (text !== undefined && typeof text !== 'string') return { error: 'invalid_arguments' };
  if (markdown !== undefined && typeof markdown !== 'string') return { error: 'invalid_arguments' };
  if (markdown && (text || blocks)) return { error: 'markdown_text_conflict' };
  if ((text?.length ?? 0) > limits.textMax || (markdown?.length ?? 0) > markdownMax) return { error: 'msg_too_long' };
  if (blocks !== undefined && !Array.isArray(blocks)) return { error: 'invalid_blocks_format' };
  const problems = blocks && blocks.length > 0 ? kit.blockProblems(blocks, 'message') : [];
  if (problems.length > 0) return { error: 'invalid_blocks', problems };
  if (!text?.trim() && !markdown?.trim() && !(blocks && blocks.length > 0) && !limits.mayBeEmpty)
    return { error: 'no_text' };
  return {
    ...(text === undefined ? {} : { text }),
    ...(blocks === undefined ? {} : { blocks: blocks as Json[] }),
    ...(markdown === undefined ? {} : { markdown }),
  };
}

/** Message metadata: an event type and a flat payload; empty means none. Source: docs.slack.dev, "Message metadata", read 2026-11. */
export function metadataError(metadata: unknown): string | undefined {
  if (metadata === undefined) return undefined;
  if (!isRecord(metadata)) return 'invalid_metadata_format';
  if (Object.keys(metadata).length === 0) return undefined;
  const { event_type: type, event_payload: payload, ...rest } = metadata;
  if (typeof type !== 'string' || !/^\w[\w.:-]{0,254}$/.test(type) || !isRecord(payload))
    return 'invalid_metadata_schema';
  if (Object.keys(rest).length > 0) return 'invalid_metadata_schema';
  const plain = (value: unknown) => ['string', 'number', 'boolean'].includes(typeof value);
  const flat = (value: unknown) => isRecord(value) && Object.values(value).every(plain);
  const fine = (value: unknown) => plain(value) || flat(value) || (Array.isArray(value) && value.every(flat));
  if (!Object.values(payload).every(fine)) return 'invalid_metadata_schema';
  return Buffer.byteLength(JSON.stringify(payload)) > metadataBytesMax ? 'metadata_too_large' : undefined;
}
