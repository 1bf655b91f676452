import type { APIError } from 'openai';
import type { Refusal } from '../domain/refusal.ts';
import { allWordsOf, nameIn } from './gateway-codes.ts';

/**
 * Recognises that a picture was declined for what it shows, and says why in words a person can read.
 * Sources: developers.openai.com "Image generation" (moderation_details); learn.microsoft.com "Azure OpenAI image
 * generation" (contentFilter, "Generated image was filtered"); github.com/BerriAI/litellm pulls 19372 (Azure's
 * inner_error) and 16231 (innererror); github.com/QuantumNous/new-api types/error.go (sensitive_words_detected,
 * prompt_blocked). Read 2026-11.
 */

const refusalCodes = [
  'moderation_blocked',
  'content_policy_violation',
  'image_content_policy_violation',
  'contentFilter',
  'content_filter',
  'ContentPolicyViolationError',
  'sensitive_words_detected',
  'prompt_blocked',
];

export function isContentRefusal(failed: APIError<number | undefined>): boolean {
  const isNamed = nameIn(failed, refusalCodes) !== undefined || failed.status === 451;
  if (innerOf(failed.error).code === azureRefusal) return true;
  return isNamed || detailsOf(failed.error) !== undefined || allWordsOf(failed).includes('safety_violations=[');
}

export function contentRefusal(failed: APIError<number | undefined>): Refusal {
  const { error } = failed;
  const words = allWordsOf(failed);
  const details = detailsOf(error);
  const named = details?.categories ?? filterCategories(error) ?? violationsIn(words);
  const categories = named.filter((name) => typeof name === 'string').flatMap(readable);
  return {
    refused: 'content',
    stage: stageOf(details?.moderation_stage ?? quotedStage(words)),
    categories: [...new Set(categories)],
  };
}

interface ModerationDetails {
  readonly moderation_stage?: unknown;
  readonly categories?: readonly unknown[];
}

function detailsOf(error: unknown): ModerationDetails | undefined {
  const details = (error as { moderation_details?: unknown } | undefined)?.moderation_details;
  if (typeof details !== 'object' || details === null) return undefined;
  const { categories } = details as { categories?: unknown };
  return Array.isArray(categories) ? details : { ...details, categories: [] };
}

const azureRefusal = 'ResponsibleAIPolicyViolation';

/** Azure says per category whether it was filtered. Images have `inner_error`, its other endpoints `innererror`. */
function filterCategories(error: unknown): string[] | undefined {
  const { content_filter_results, content_filter_result } = innerOf(error);
  const results = content_filter_results ?? content_filter_result;
  if (typeof results !== 'object' || results === null) return undefined;
  const entries = Object.entries(results as Record<string, { filtered?: unknown } | null>);
  return entries.filter(([, result]) => result?.filtered === true).map(([name]) => name);
}

function innerOf(
  error: unknown,
): Partial<Record<'code' | 'content_filter_results' | 'content_filter_result', unknown>> {
  const { inner_error, innererror } = (error ?? {}) as { inner_error?: unknown; innererror?: unknown };
  const inner = inner_error ?? innererror;
  return typeof inner === 'object' && inner !== null ? inner : {};
}

function violationsIn(message: string): string[] {
  return /safety_violations=\[([^\]]*)\]/.exec(message)?.[1]?.split(',') ?? [];
}

/** Where a gateway quotes the service's answer, or Azure says it in words. */
function quotedStage(message: string): string | undefined {
  if (/\bgenerated image was filtered\b/i.test(message)) return 'output';
  return /moderation_stage["'\\]*\s*:\s*["'\\]*(input|output)/.exec(message)?.[1];
}

function stageOf(stage: unknown): 'prompt' | 'picture' | 'unknown' {
  if (stage === 'input') return 'prompt';
  return stage === 'output' ? 'picture' : 'unknown';
}

/** `self-harm/intent` → `self-harm: intent`. Anything but a short plain name stays in the log. */
function readable(category: string): string[] {
  const name = category.trim().toLowerCase().replaceAll('_', ' ').replaceAll('/', ': ');
  return /^[a-z][a-z :-]{1,39}$/.test(name) ? [name] : [];
}
