import type { Offer } from '../domain/catalogue.ts';
import type { Clock } from '../domain/clock.ts';
import { Fault } from '../domain/fault.ts';
import type { ImageOrder, ImageProvider, Terms } from '../domain/image-provider.ts';
import { isRefusal, type Refusal } from '../domain/refusal.ts';
import type { GuardedFetch } from '../http/guarded-fetch.ts';
import { grsaiApi } from './grsai-api.ts';
import { endOf } from './grsai-end.ts';
import { grsaiLook } from './grsai-look.ts';
import { openNews } from './grsai-news.ts';
import { bodyFor, type Generation, needsDraw, type Reply } from './grsai-request.ts';
import type { NamedTask } from './grsai-task.ts';
import { readTicket, ticketOf } from './grsai-ticket.ts';

export interface GrsaiOptions extends Terms {
  readonly apiKey: string;
  readonly baseUrl: string;
  /** Must bear calls of many minutes, and follow no redirects: `longCalls()`. */
  readonly fetch: typeof fetch;
  /** For the pictures, which are on other hosts. */
  readonly download: GuardedFetch;
  readonly clock: Clock;
  /** Unset: the newer one, and the older one for what only that is known to take. */
  readonly generation?: Generation | undefined;
  readonly reply: 'poll' | 'stream' | 'webhook';
  /** Opens a way in for callbacks, and says its address. Without one, `webhook` is `poll`. */
  readonly openHook?: ((onCall: (callback: string) => void) => string) | undefined;
  /** How long a task may take. One of gpt-image-2.5 has been seen to take more than five minutes. */
  readonly patienceMs?: number | undefined;
}

/** Undefined for anything else. */
export const generationNamed = (name: string | undefined): Generation | undefined =>
  name === 'draw' || name === 'api' ? name : undefined;

const patienceMsUsual = 10 * 60_000;
/** How long to wait for news before asking without any: a callback may be lost. */
const newsMsMax = 10_000;
/** As many as a job can have. */
const tasksMax = 10;

/**
 * GrsAI: a task for each picture, whose id is known before the picture is made. So a job that was cut off goes back to
 * its tasks instead of buying new ones.
 * Source: clients of GrsAI in public repositories, read 2026-11.
 */
export function grsaiProvider(options: GrsaiOptions): ImageProvider {
  const { apiKey, baseUrl, fetch, download, clock, generation, reply, openHook, patienceMs, nameOf, ...terms } =
    options;
  const api = grsaiApi({ baseUrl, apiKey, fetch });
  const news = openNews(clock);
  const callBack = reply === 'webhook' ? openHook?.(news.ring) : undefined;
  const look = grsaiLook({ api, news, clock });
  const offers = generation === 'api' ? terms.offers.map(withoutDraw) : terms.offers;

  function wayOf(order: ImageOrder): { readonly generation: Generation; readonly reply: Reply } {
    if (callBack !== undefined) return { generation: 'draw', reply: { callBack } };
    const way = generation ?? (needsDraw(order) ? 'draw' : 'api');
    return { generation: way, reply: reply === 'stream' ? 'stream' : 'at once' };
  }

  /** Resolves as soon as the task has an id. */
  async function begin(
    way: ReturnType<typeof wayOf>,
    body: string,
    isEdit: boolean,
    signal: AbortSignal,
  ): Promise<NamedTask | Refusal> {
    const answer = api.begin(way.generation, body, isEdit, signal);
    const { value: first } = await answer.next();
    if (!first) throw new RangeError('an answer without a word is a fault');
    if (way.reply === 'stream' && 'task' in first && first.task.state === 'running')
      news.follow(first.id, answer, signal);
    else await answer.return();
    return first;
  }

  return {
    ...terms,
    offers,
    placeholder: false,
    imagesPerCallMax: Math.min(tasksMax, ...offers.map(({ countMax }) => countMax)),
    partialImagesMax: 0,

    async start(order, _, signal, onProgress) {
      signal.throwIfAborted();
      const way = wayOf(order);
      const isEdit = order.task === 'edit';
      const qualities = offers.find(({ id }) => id === order.model)?.qualities.length ?? 0;
      const said = { model: nameOf(order.model), quality: qualities > 1 ? order.quality : 'auto' };
      // Every picture is asked for in the same words, which are large where pictures go along.
      const body = bodyFor(way.generation, order, said, way.reply);
      const begunAt = clock.now();
      const calls = Array.from({ length: order.count }, () => begin(way, body, isEdit, signal));
      const settled = await Promise.allSettled(calls);
      signal.throwIfAborted();
      const answers = settled.filter((call) => call.status === 'fulfilled').map(({ value }) => value);
      const tasks = answers.filter((answer) => 'task' in answer).map(({ id }) => id);
      const failures = settled.filter((call) => call.status === 'rejected').map(({ reason }) => reason as unknown);
      if (tasks.length === 0) {
        const refusal = answers.find(isRefusal);
        if (refusal) return refusal;
        throw failures[0];
      }
      for (const lost of failures) if (lost instanceof Fault) onProgress({ lost, count: 1 });
      onProgress({ answered: { requestId: tasks.join(', ') } });
      onProgress({ percent: 0 });
      signal.throwIfAborted();
      const until = begunAt + (patienceMs ?? patienceMsUsual);
      const ticket = ticketOf({ generation: way.generation, tasks, isEdit, begunAt, until });
      return { ticket, ...severalIn(tasks.length) };
    },

    async check(given, signal) {
      signal.throwIfAborted();
      const ticket = readTicket(given);
      const isHeard = callBack !== undefined || ticket.tasks.some((id) => news.heard(id));
      // Listens before it looks, so that nothing falls in between.
      const over = new AbortController();
      const heard = isHeard && news.next(ticket.tasks, newsMsMax, AbortSignal.any([signal, over.signal]));
      if (heard) heard.catch(() => undefined);
      try {
        let seen = await look(ticket, signal);
        if (heard && seen.isPending) {
          await heard;
          seen = await look(ticket, signal);
        }
        if (seen.isPending) return { percent: seen.percent, ...severalIn(seen.running) };
        news.forget(ticket.tasks);
        return await endOf(ticket, seen.tasks, download, signal);
      } finally {
        over.abort();
      }
    },
  };
}

const severalIn = (tasks: number) => (tasks > 1 ? { tasks } : {});

/** What the newer API is not known to take. */
const withoutDraw = (offer: Offer): Offer => ({ ...offer, mask: false, backgrounds: ['auto'] });
