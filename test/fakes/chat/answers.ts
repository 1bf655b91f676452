import pictures from '../../recorded/chat/pictures.json' with { type: 'json' };
import refusals from '../../recorded/chat/refusals.json' with { type: 'json' };
import useless from '../../recorded/chat/useless.json' with { type: 'json' };
import type { ErrorAnswer } from '../openai/faults.ts';
import type { Places } from './pictures.ts';

/** What comes back, by name: recorded messages, and what can be done to any answer. */

export interface Recorded {
  readonly message: Readonly<Record<string, unknown>>;
  readonly finish?: string;
}

const messages = { ...pictures, ...refusals, ...useless };
export type MessageName = keyof typeof messages;
export const pictureNames = Object.keys(pictures) as readonly (keyof typeof pictures)[];
export const refusalNames = Object.keys(refusals) as readonly (keyof typeof refusals)[];
export const uselessNames = Object.keys(useless) as readonly (keyof typeof useless)[];
export const stageOf = (name: keyof typeof refusals): string => refusals[name].stage;

/** Bodies that are no message at all. All are status 200. */
export const oddBodies = {
  page: '<!doctype html><title>Welcome</title><p>Welcome to nginx!</p>',
  error: '{"error":{"message":"upstream error: do request failed","type":"new_api_error","code":"do_request_failed"}}',
  'flat-error': '{"code":"channel_error","message":"no channel"}',
  'no-choices': '{"id":"chatcmpl-1","object":"chat.completion","choices":[]}',
  'odd-choices': '{"choices":[null,7,{"message":"hello"},{"message":{"content":7,"images":7}}]}',
  nothing: '',
  null: 'null',
} as const;
export type OddBody = keyof typeof oddBodies;

export type Answer =
  | { readonly message: MessageName }
  | { readonly body: OddBody }
  /** The usual message, until the connection breaks. */
  | { readonly cut: 'before-the-end' | 'after-the-end' }
  /** The events of a stream as they are, then its end. */
  | { readonly events: readonly string[] }
  | { readonly error: ErrorAnswer };

/** The message with everything filled in. @param own an address that the person wrote */
export function recorded(name: MessageName, places: Places, prompt: string): Recorded {
  const own = /https?:\/\/\S+/.exec(prompt)?.[0] ?? '';
  const given: Places = { ...places, own };
  const json = JSON.stringify(messages[name]).replaceAll(/\{\{(\w+)\}\}/g, (_, place: string) => {
    const value = place === 'quoted' ? JSON.stringify(prompt) : given[place];
    if (value === undefined) throw new RangeError(`There is no ${place} to fill in.`);
    return JSON.stringify(value).slice(1, -1);
  });
  return JSON.parse(json) as Recorded;
}

/** As a stream brings a message: words in small pieces, so that words and numbers are torn, pictures in larger ones. */
export function deltasOf({ message }: Recorded): object[] {
  const { content, refusal, ...others } = message;
  const pieces = (text: unknown, name: string) =>
    typeof text === 'string'
      ? (text.match(text.length > 5000 ? /.{1,4093}/gsu : /.{1,3}/gsu) ?? []).map((piece) => ({ [name]: piece }))
      : [];
  const parts = Array.isArray(content) ? content.map((part) => ({ content: [part] })) : [];
  return [
    { role: 'assistant', content: '' },
    ...pieces(content, 'content'),
    ...parts,
    ...pieces(refusal, 'refusal'),
    others,
  ];
}
