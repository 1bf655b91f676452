import { randomBytes } from 'node:crypto';
import type OpenAI from 'openai';
import type { ImageOrder } from '../domain/image-provider.ts';
import { formBody, inTurn } from '../http/form-body.ts';
import { editFields, type Parameters } from './openai-parameters.ts';

/**
 * Sends one order and resolves when the answer begins.
 * Both tasks have an endpoint of their own, and differ in nothing else. The SDK's own way to an edit copies every
 * picture twice.
 * @param anew makes the body one that no cache has seen
 */
export function sendOrder(
  client: OpenAI,
  order: ImageOrder,
  parameters: Parameters,
  { signal, anew }: { readonly signal: AbortSignal; readonly anew: boolean },
): Promise<Response> {
  const { path, body, headers } = order.task === 'edit' ? formOf(order, parameters) : jsonOf(parameters, anew);
  const call = client.post(path, {
    signal,
    stream: parameters.stream === true,
    body,
    headers: { ...headers, ...(anew ? { 'cache-control': 'no-cache' } : {}) },
    // From here AzureOpenAI knows the deployment, which it puts into the path.
    __metadata: { model: order.model },
  });
  return call.asResponse();
}

/** Every form has a boundary of its own, so that no two bodies are the same. */
function formOf(order: ImageOrder, parameters: Parameters) {
  const { headers, parts } = formBody(editFields(order, parameters));
  return { path: '/images/edits', headers, body: inTurn(parts) };
}

/** Blanks between the tokens of JSON mean nothing to whoever reads it, and all to a cache that compares bytes. */
function jsonOf(parameters: Parameters, anew: boolean) {
  const text = JSON.stringify(parameters);
  const body = Buffer.from(anew ? `{${blanks()}${text.slice(1)}` : text);
  return { path: '/images/generations', headers: { 'content-type': 'application/json' }, body };
}

/** 64 bits of chance, written as spaces and tabs. */
const blanks = (): string =>
  [...randomBytes(8)]
    .map((byte) => byte.toString(2).padStart(8, '0'))
    .join('')
    .replaceAll('0', ' ')
    .replaceAll('1', '\t');
