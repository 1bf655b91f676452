import type { APIError } from 'openai';
import type { Refusal } from '../domain/refusal.ts';
import type { Reply } from './chat-reply.ts';

/**
 * Tells a service that declines in words, under status 200, from one that failed. Only what is sure counts: a failure
 * that is taken for a refusal would be the person's to mend, who can't.
 * Sources: docs.laozhang.ai and docs.apiyi.com (input_moderation, output_moderation; 生成失败 alone is a failure);
 * openai@7.55.0 resources/chat/completions (refusal, content_filter). Read 2026-11.
 */

type Said = Pick<Reply, 'text' | 'declined'>;

/** Nobody declines at greater length. */
const lengthMax = 8000;

/** Names that only a moderation has. They count whatever else is in the answer, such as a preview. */
const named =
  /\b(input|output)[_ ]moderation\b|\bmoderation_blocked\b|\bcontent_policy_violation\b|\bsafety_violations=\[/i;

/** Words about rules. */
const rules = [
  /\b(?:content|usage|safety) (?:policy|policies|guidelines?|filters?|system)\b/i,
  /\b(?:violat|against|breach|not comply with)\w{0,4}\b.{0,60}\b(?:polic|guideline|terms|rules)/i,
  /\b(?:blocked|rejected|flagged|refused) by .{0,40}\b(?:moderation|safety|filter)/i,
  /违反.{0,40}(?:政策|规定|准则|规范|限制|协议|条款)|不符合.{0,40}(?:政策|规定|准则|规范)/,
  /(?:内容|安全)(?:审核|审查|策略|政策|安全)|审核(?:未|不)通过|敏感(?:词|内容|信息)|违规/,
] as const;

/** A "no" without a reason … */
const no = [
  /\bI(?:['’]m| am)? (?:sorry, (?:but )?I )?(?:can['’]?t|cannot|can not|won['’]t|(?:not|un)\s?able to)\b.{0,20}\b(?:help|assist|create|generate|make|draw|produce|fulfil|comply|depict|do that)/i,
  /我?(?:无法|不能|不可以)(?:为您|为你|帮您|帮你)?(?:协助|帮助|提供|满足|生成|创建|制作|绘制|处理)(?:这|该|此|您的|你的|包含|涉及)/,
] as const;

/** … counts unless it speaks of what is broken. */
const trouble =
  /\b(?:right now|at the moment|currently|later|again|error|quota|limit|rate|busy|server|tool|network|time ?out|unavailable)\b|\b(?:images|pictures)(?: directly| here|[.,!])|稍后|重试|再试|繁忙|网络|超时|额度|次数|上限|错误|异常|不可用/i;

/** Undefined where nothing declines. @param prompt the person's words, which the service may repeat and which prove nothing */
export function refusalIn(said: Said, prompt: string): Refusal | undefined {
  const words = wordsOf(said, prompt);
  const stage = stageOf(named.exec(words)?.[1]);
  const isRefusal =
    said.declined ||
    named.test(words) ||
    rules.some((rule) => rule.test(words)) ||
    (no.some((way) => way.test(words)) && !trouble.test(words));
  return isRefusal ? { refused: 'content', stage, categories: [] } : undefined;
}

/** The same of an error: of other statuses than these, rules that are spoken of are those of an account. */
export function refusalInError({ message, status }: APIError<number | undefined>): Refusal | undefined {
  const said = { text: message, declined: false };
  const isAboutRequest = status === undefined || status === 400 || status === 422;
  return isNamedRefusal(said, '') || isAboutRequest ? refusalIn(said, '') : undefined;
}

/** True where a moderation speaks by its name, so that nothing else in the answer is the picture. */
export const isNamedRefusal = (said: Said, prompt: string): boolean => named.test(wordsOf(said, prompt));

function wordsOf({ text }: Said, prompt: string): string {
  const quoted = JSON.stringify(prompt).slice(1, -1);
  const begin = text.slice(0, lengthMax + 2 * quoted.length);
  const own = prompt.trim() === '' ? begin : begin.replaceAll(prompt, ' ').replaceAll(quoted, ' ');
  return own.slice(0, lengthMax);
}

function stageOf(name: string | undefined): 'prompt' | 'picture' | 'unknown' {
  if (name === undefined) return 'unknown';
  return name.toLowerCase() === 'input' ? 'prompt' : 'picture';
}
