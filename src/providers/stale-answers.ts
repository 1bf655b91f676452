import { hash } from 'node:crypto';
import { Fault } from '../domain/fault.ts';
import type { ImageOrder, Made } from '../domain/image-provider.ts';
import type { Parameters } from './openai-parameters.ts';

/** Pictures whose origin is remembered, so that none comes back as something new. */
const remembered = 2_000;

/** nginx keeps a body in memory, and so in its `$request_body`, up to this size. */
const cachedBodyBytesMax = 8_192;

/**
 * Notices pictures that a cache on the way gave again, although this request is another one.
 * A proxy that keeps answers by the body of the request is got round by changing the body: `fresh` does that. Two things
 * can't be got round from here: a cache that looks at less than the body, and nginx with
 * `proxy_cache_key "$request_body"`, for which all bodies over 8 KiB are the same empty text, so that it answers every
 * edit with the picture of the first. Nobody should get those as theirs, so they end as a fault that only an admin can
 * mend, once the picture is known from before or the proxy says itself that it was kept.
 * Source: nginx.org ngx_http_core_module, `$request_body` and `client_body_buffer_size`, read 2026-11.
 */
export function staleAnswers() {
  const origins = new Map<string, string>();

  /** @throws Fault when this can't be a picture of this request */
  return (order: ImageOrder, parameters: Parameters, answer: Made & { readonly keptByProxy: boolean }): void => {
    const origin = originOf(order, parameters);
    const keys = answer.made.map((bytes) => hash('sha1', bytes));
    const others = keys.map((key) => origins.get(key)).filter((other) => other !== undefined);
    const isOther = isLarge(order) && others.some((other) => other !== origin);
    const isRepeated = order.fresh && others.length > 0;
    // No two forms are the same to the byte, so no cache can have kept this one's answer.
    const isKept = answer.keptByProxy && (order.fresh || order.task === 'edit');
    for (const key of keys) origins.set(key, origins.get(key) ?? origin);
    for (const key of origins.keys()) if (origins.size > remembered) origins.delete(key);
    if (!isOther && !isRepeated && !isKept) return;
    const what = 'a cache before the service answered with a picture that was made for another request';
    throw new Fault('rejected', what, { maybeBilled: true, requestId: answer.requestId });
  };
}

/** What a picture depends on; who asks is not part of that. */
function originOf({ task, inputs, mask }: ImageOrder, { user, safety_identifier, ...parameters }: Parameters): string {
  const text = JSON.stringify([task, parameters, inputs.map(({ blob }) => blob), mask?.blob]);
  return hash('sha1', text);
}

function isLarge({ inputPictures, prompt }: ImageOrder): boolean {
  const pictures = inputPictures.reduce((sum, { bytes }) => sum + bytes.length, 0);
  return pictures + Buffer.byteLength(prompt) > cachedBodyBytesMax - 1_024;
}

/** Whether a proxy says that it gave an answer it had kept. */
export function isKeptByProxy(headers: Headers): boolean {
  const names = ['x-cache-status', 'x-cache', 'x-proxy-cache', 'cf-cache-status'];
  return names.some((name) => /\bhit\b/i.test(headers.get(name) ?? ''));
}
