import type { APIError } from 'openai';
import type { ImageOrder } from '../domain/image-provider.ts';

/**
 * What a service refuses to be told, and whether it can be left unsaid. A relay that does not know a parameter refuses
 * the whole call, at no cost; what the picture does not depend on is left out then, from that call on, for that model
 * and task as long as this process lives. What a person asked for is never left out: size, quality, how many, a
 * transparent background, a format other than the usual one.
 * Sources: developers.openai.com "Error codes"; github.com/yym68686/uni-api/issues/165 (unknown_parameter passed on);
 * github.com/BerriAI/litellm (UnsupportedParamsError); docs.pydantic.dev (extra_forbidden). Read 2026-11.
 */
export function optionalParameters() {
  const refused = new Map<string, Set<string>>();

  const refusedFor = ({ task, model }: ImageOrder): Set<string> => {
    const place = `${task} ${model}`;
    const names = refused.get(place) ?? new Set();
    refused.set(place, names);
    return names;
  };

  return {
    /** Names to leave out of this order. */
    leftOut(order: ImageOrder): ReadonlySet<string> {
      const known = refusedFor(order);
      return new Set(optionalIn(order).filter((name) => known.has(name)));
    },

    /**
     * True when the call failed for something that can be left out, and from now on is.
     * @param without what the call had left out
     */
    learn(order: ImageOrder, without: ReadonlySet<string>, error: APIError<number | undefined>): boolean {
      const sent = optionalIn(order).filter((name) => !without.has(name));
      const names = refusedNames(error, sent);
      const known = refusedFor(order);
      for (const name of names) known.add(name);
      return names.length > 0;
    },
  };
}

/** What can be left out of an order without changing what comes of it; partial pictures are only previews. */
function optionalIn(order: ImageOrder): string[] {
  return [
    'safety_identifier',
    'user',
    ...(order.partialImages > 0 && order.count === 1 ? ['stream', 'partial_images'] : []),
    ...(order.count === 1 ? ['n'] : []),
    ...(order.background === 'auto' ? ['background'] : []),
    ...(order.format === 'png' ? ['output_format'] : []),
  ];
}

/** Gateways change statuses; these are none that speak of keys, money, load or time. Under 200 there is none. */
const statuses: ReadonlySet<number | undefined> = new Set([undefined, 400, 422, 500, 501]);

const complaint =
  /unknown|unrecogni[sz]ed|unsupported|unexpected|invalid (?:parameter|argument|field)|extra[_ ](?:inputs|forbidden)|additional propert|not (?:supported|permitted|allowed|recogni[sz]ed|a valid)|(?:does not|doesn['’]t|do not) (?:support|accept|take|allow)|不支持|未知/i;
const aboutParameters = /parameter|argument|field|propert|inputs|参数/i;

/** Which of `sent` an error complains of; all of them when it complains of something it does not name. */
function refusedNames(error: APIError<number | undefined>, sent: readonly string[]): string[] {
  if (!statuses.has(error.status)) return [];
  const words = `${error.message} ${error.code ?? ''}`.replaceAll('unknown_parameter', 'unknown parameter');
  if (!complaint.test(words)) return [];
  if (error.param && sent.includes(error.param)) return [error.param];
  const named = sent.filter((name) => isNamed(name, words));
  if (named.length > 0 || !aboutParameters.test(words)) return named;
  return namesSomething(error) ? [] : [...sent];
}

/** Names that are no everyday words count wherever they stand, others as a quoted or listed name only. */
function isNamed(name: string, words: string): boolean {
  if (name.includes('_')) return new RegExp(`(?<![\\w-])${name}(?![\\w-])`).test(words);
  if (name === 'stream' && /\bstream(?:ing)?\b[^.]{0,20}\bnot (?:supported|allowed|permitted)/i.test(words))
    return true;
  const listed = /(?:supplied|parameters?|arguments?|fields?|propert(?:y|ies)): *([\w, ]+)/i.exec(words)?.[1] ?? '';
  return new RegExp(`["'\`“]${name}["'\`”]`).test(words) || listed.split(/[, ]+/).includes(name);
}

const namesSomething = ({ param, message }: APIError<number | undefined>): boolean =>
  Boolean(param && param !== 'None') || /["'`“][\w.[\]]+["'`”]|supplied: *\w/.test(message);
