import type { Fault } from '../domain/fault.ts';
import type { Refusal } from '../domain/refusal.ts';
import { isUnknownTask, readRefused, tooLarge, unreadable, wayFault } from './grsai-errors.ts';
import { messagesIn } from './grsai-messages.ts';
import type { Generation } from './grsai-request.ts';
import { type NamedTask, readTask, type Task } from './grsai-task.ts';

export interface GrsaiApi {
  /**
   * Begins a task, and tells how it stands as long as the answer goes on; the first word has its id.
   * @throws Fault
   */
  begin(
    generation: Generation,
    body: string,
    isEdit: boolean,
    signal: AbortSignal,
  ): AsyncGenerator<NamedTask | Refusal, void>;
  /**
   * How a task stands; undefined when the service does not know it.
   * @throws Fault
   */
  look(generation: Generation, id: string, signal: AbortSignal): Promise<Task | undefined>;
}

/**
 * The endpoints of both generations. The key goes to the configured host only: redirects are answers like any other.
 * Source: clients of GrsAI in public repositories, read 2026-11.
 */
export function grsaiApi(given: { baseUrl: string; apiKey: string; fetch: typeof fetch }): GrsaiApi {
  const base = given.baseUrl.replace(/\/+$/, '').replace(/\/v1$/, '');

  async function call(path: string, signal: AbortSignal, body?: string): Promise<Response> {
    const headers = { authorization: `Bearer ${given.apiKey}`, accept: 'application/json, text/event-stream' };
    try {
      const asking = given.fetch;
      return await asking(`${base}${path}`, {
        ...(body === undefined ? { headers } : { method: 'POST', body }),
        headers: body === undefined ? headers : { ...headers, 'content-type': 'application/json' },
        signal,
      });
    } catch (error) {
      signal.throwIfAborted();
      throw wayFault(error);
    }
  }

  return {
    async *begin(generation, body, isEdit, signal) {
      const path = generation === 'draw' ? '/v1/draw/completions' : '/v1/api/generate';
      const response = await call(path, signal, body);
      if (isEdit && response.status === 413) {
        await response.body?.cancel();
        return void (yield tooLarge);
      }
      let said = false;
      for await (const message of readable(response, signal)) {
        const named = readTask(message);
        const refused = named ?? readRefused(response, message, isEdit);
        if (refused instanceof Error) throw refused;
        said = true;
        yield refused;
      }
      if (!said) throw unreadable(response);
    },

    async look(generation, id, signal) {
      const response =
        generation === 'draw'
          ? await call('/v1/draw/result', signal, JSON.stringify({ id }))
          : await call(`/v1/api/result?id=${encodeURIComponent(id)}`, signal);
      for await (const message of readable(response, signal)) {
        const named = readTask(message);
        if (named?.id === id) return named.task;
        if (isUnknownTask(response.status, message)) return undefined;
        throw lookFault(readRefused(response, message, false), response);
      }
      throw unreadable(response);
    },
  };
}

/** Nothing is declined by an answer about no task. */
const lookFault = (refused: Refusal | Fault, response: Response): Fault =>
  refused instanceof Error ? refused : unreadable(response);

async function* readable(response: Response, signal: AbortSignal): AsyncGenerator<unknown> {
  try {
    if (response.body) yield* messagesIn(response.body);
  } catch (error) {
    signal.throwIfAborted();
    throw error instanceof SyntaxError ? unreadable(response, error) : wayFault(error);
  }
}
