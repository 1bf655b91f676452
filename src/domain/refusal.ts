import { type Credits, creditsText } from './credits.ts';
import { counted, duration } from './text.ts';

/** A "no" that the person should hear. Returned, never thrown; nothing stays held after one. */
export type Refusal =
  | { readonly refused: 'too-many'; readonly waiting: number; readonly retryAfterMs: number | undefined }
  | { readonly refused: 'too-fast'; readonly perMinute: number; readonly retryAfterMs: number }
  | { readonly refused: 'flooding'; readonly retryAfterMs: number }
  | {
      readonly refused: 'too-poor';
      /** The quote. */
      readonly needs: Credits;
      /** What must be set aside for it: the quote and a fifth. */
      readonly holds: Credits;
      readonly has: Credits;
      /** The nearest thing the balance allows, such as `quality:low`. */
      readonly cheaper: { readonly option: string; readonly cost: Credits } | undefined;
    }
  | { readonly refused: 'not-allowed'; readonly what: string }
  | { readonly refused: 'not-possible'; readonly what: string; readonly nearest: string | undefined }
  | { readonly refused: 'no-provider'; readonly model: string }
  | { readonly refused: 'unpriced'; readonly model: string; readonly size: string }
  | { readonly refused: 'unclear'; readonly what: string; readonly hint: string | undefined }
  /** A picture that was given and can't be used: what is wrong with it, and what would do. */
  | { readonly refused: 'unusable'; readonly what: string; readonly hint: string | undefined }
  | { readonly refused: 'cannot-post'; readonly missing: readonly string[] }
  | { readonly refused: 'not-in-channel' }
  | { readonly refused: 'stopping' }
  | { readonly refused: 'gone'; readonly what: string }
  | {
      readonly refused: 'content';
      readonly stage: 'prompt' | 'picture' | 'unknown';
      readonly categories: readonly string[];
      /** True when the service may charge for it all the same. */
      readonly maybeBilled?: boolean;
    };

const free = 'Nothing was charged.';

/** A picture that was given and can't be used. @param hint what would do */
export const unusable = (what: string, hint: string | undefined): Refusal => ({ refused: 'unusable', what, hint });

const wording: { [Kind in Refusal['refused']]: (refusal: Extract<Refusal, { refused: Kind }>) => string } = {
  'too-many': ({ waiting, retryAfterMs }) =>
    `You have ${counted(waiting, 'request')} in the works, the most at a time. ${free} Try again ${
      retryAfterMs === undefined ? 'when one of them is done' : `in about ${duration(retryAfterMs)}`
    }, or /cancel one.`,
  'too-fast': ({ perMinute, retryAfterMs }) =>
    `You made ${counted(perMinute, 'request')} within a minute, the most there can be. ${free} Try again in ${duration(retryAfterMs)}.`,
  flooding: ({ retryAfterMs }) =>
    `You are sending commands faster than Easel takes them. ${free} Try again in ${duration(retryAfterMs)}.`,
  'too-poor': ({ needs, holds, has, cheaper }) =>
    `${
      has < needs
        ? `Your picture needs ${creditsText(needs)} and you have ${has}.`
        : `Your picture needs ${creditsText(holds)} set aside (its price, ${needs}, and a fifth) and you have ${has}.`
    } ${free} Ask an admin for more${cheaper ? `, or try ${cheaper.option} (${creditsText(cheaper.cost)})` : ''}.`,
  'not-allowed': ({ what }) => `Only an admin can ${what}. Nothing was changed.`,
  'not-possible': ({ what, nearest }) => `${what} ${free}${nearest ? ` Try ${nearest}.` : ''}`,
  'no-provider': ({ model }) =>
    `No image service is set up here that offers ${model}. ${free} Tell an admin, or leave model out.`,
  unpriced: ({ model, size }) => `${model} at ${size} has no known price. ${free} Pick another model or size.`,
  unclear: ({ what, hint }) => `${what} ${free}${hint ? ` ${hint}` : ''}`,
  unusable: ({ what, hint }) => `${what} ${free}${hint ? ` ${hint}` : ''}`,
  'cannot-post': ({ missing }) =>
    missing.length === 0
      ? `Easel may not post here. ${free} Ask an admin, or use another channel.`
      : `Easel can't post here: it lacks ${missing.join(' and ')}. ${free} Ask an admin to grant ${missing.length === 1 ? 'it' : 'them'}, or use another channel.`,
  'not-in-channel': () => `Easel isn't in this channel. ${free} Invite it with /invite @Easel, then ask again.`,
  stopping: () => `Easel is restarting. ${free} Try again in a minute.`,
  gone: ({ what }) => `${what} ${free}`,
  content: ({ stage, categories }) =>
    `The image service declined ${stage === 'picture' ? 'the picture it had made' : 'this request'}${
      categories.length > 0 ? ` (${categories.join(', ')})` : ''
    }. ${free} Change the prompt and ask again.`,
};

/** The one sentence or two that a refusal says: what happened, whose turn it is, and that it cost nothing. */
export function refusalText<Kind extends Refusal['refused']>(refusal: Extract<Refusal, { refused: Kind }>): string {
  return (wording[refusal.refused] as (refusal: Refusal) => string)(refusal);
}

export const isRefusal = (value: unknown): value is Refusal =>
  typeof value === 'object' && value !== null && 'refused' in value;
