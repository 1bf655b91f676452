import { type Answered, type LocalServer, localServer, passOn } from './local-server.ts';
import { bytesOf } from './openai/read-body.ts';

export interface CachingProxy extends LocalServer {
  /** How each request was answered, oldest first. */
  readonly answers: readonly ('HIT' | 'MISS')[];
}

/**
 * nginx in front of an image service, with `proxy_cache_methods POST`, `proxy_cache_key "$request_body"` and
 * `proxy_cache_valid 200`: answers the same body with the same answer. What the client's headers say of caching does not
 * matter to it, nor do path, query and key. A body larger than `client_body_buffer_size` goes to a file, and the variable
 * is empty then: all of those have one key.
 * Sources: nginx.org ngx_http_core_module ($request_body, client_body_buffer_size: 8k on x86-64), ngx_http_proxy_module.
 * Read 2026-11.
 * @param told whether it adds `X-Cache-Status $upstream_cache_status`
 */
export async function cachingProxy(
  origin: string | (() => string),
  { bufferBytes = 8_192, told = false }: { readonly bufferBytes?: number; readonly told?: boolean } = {},
): Promise<CachingProxy> {
  const kept = new Map<string, Answered>();
  const answers: ('HIT' | 'MISS')[] = [];
  const server = await localServer(async (request, response) => {
    const body = await bytesOf(request);
    const key = body.length > bufferBytes ? '' : body.toString('latin1');
    const found = request.method === 'POST' ? kept.get(key) : undefined;
    const answer = found ?? (await passOn(request, body, typeof origin === 'string' ? origin : origin()));
    if (request.method === 'POST' && answer.status === 200) kept.set(key, answer);
    const how = found ? 'HIT' : 'MISS';
    answers.push(how);
    response.writeHead(answer.status, { ...answer.headers, ...(told ? { 'x-cache-status': how } : {}) });
    response.end(answer.body);
  });
  return { ...server, answers };
}
