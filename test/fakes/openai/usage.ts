import type { ModelRule } from './models.ts';

/** What the fake service counts for a call, in tokens, as the real one reports it under `usage`. */

export interface Usage {
  readonly input_tokens: number;
  readonly input_tokens_details: { readonly text_tokens: number; readonly image_tokens: number };
  readonly output_tokens: number;
  readonly output_tokens_details: { readonly text_tokens: number; readonly image_tokens: number };
  readonly total_tokens: number;
}

export interface Dimensions {
  readonly width: number;
  readonly height: number;
}

/**
 * Output tokens of one picture. Sources: the table of the guide for the first generation; for the rest a formula found by
 * users that reproduces the guide's prices (community.openai.com t/1382699, not official). Read 2026-11-20.
 */
export function outputTokens(model: ModelRule, quality: string, { width, height }: Dimensions): number {
  const { outputTokens: rule } = model;
  if (rule.kind === 'table') return known(rule.table[quality]?.[`${width}x${height}`]);
  const factor = known(rule.factors[quality]);
  const short = Math.round((factor * Math.min(width, height)) / Math.max(width, height));
  return Math.ceil((factor * short * (2_000_000 + width * height)) / 4_000_000);
}

/** Tokens of a picture sent in: patches of 32 px, small ones doubled, big ones scaled down to 1,536 patches. */
function inputTokens({ width, height }: Dimensions): number {
  const scale = Math.max(width, height) < 512 ? 2 : 1;
  return Math.min(1536, Math.ceil((width * scale) / 32) * Math.ceil((height * scale) / 32));
}

export function usageOf(count: { promptText: string; inputs: readonly Dimensions[]; output: number }): Usage {
  const text = Math.max(1, Math.ceil(count.promptText.length / 4));
  const images = count.inputs.reduce((sum, input) => sum + inputTokens(input), 0);
  return {
    input_tokens: text + images,
    input_tokens_details: { text_tokens: text, image_tokens: images },
    output_tokens: count.output,
    output_tokens_details: { text_tokens: 0, image_tokens: count.output },
    total_tokens: text + images + count.output,
  };
}

function known(tokens: number | undefined): number {
  if (tokens === undefined) throw new RangeError('The fake has no token count for this quality and size.');
  return tokens;
}
