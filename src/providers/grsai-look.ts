import type { Clock } from '../domain/clock.ts';
import { Fault } from '../domain/fault.ts';
import type { GrsaiApi } from './grsai-api.ts';
import type { News } from './grsai-news.ts';
import type { Task } from './grsai-task.ts';
import type { GrsaiTicket } from './grsai-ticket.ts';

/** How the tasks of a ticket stand, in their order. */
export interface Seen {
  readonly tasks: readonly Task[];
  /** There may be more to come, and there is time for it. */
  readonly isPending: boolean;
  /** How many tasks have not ended. */
  readonly running: number;
  /** Of all tasks together. */
  readonly percent: number | undefined;
}

/** A task that has just begun may not be known yet. */
const unknownMsMax = 60_000;
/** Less than a check may take. */
const pauseMsMax = 30_000;

const underWay: Task = { state: 'running', percent: undefined };

/**
 * Looks at every task of a ticket. What keeps the service from answering costs nothing but time, and the tasks go on
 * meanwhile: they are asked for again with the next check, until the time of the ticket is over.
 * @throws Fault `timeout` when no task has ended by then, or what no further question can mend
 */
export function grsaiLook({ api, news, clock }: { api: GrsaiApi; news: News; clock: Clock }) {
  async function one(ticket: GrsaiTicket, id: string, signal: AbortSignal): Promise<Task> {
    const heard = news.heard(id);
    if (heard) return heard;
    try {
      const task = await api.look(ticket.generation, id, signal);
      if (task) return task;
      const isYoung = clock.now() - ticket.begunAt < unknownMsMax;
      return isYoung ? underWay : { state: 'failed', words: 'the service does not know the task' };
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof Fault) || error.code === 'account' || error.code === 'rejected')
        throw begun(error, ticket);
      await clock.sleep(Math.min(error.retryAfterMs ?? 0, pauseMsMax), signal);
      return underWay;
    }
  }

  return async (ticket: GrsaiTicket, signal: AbortSignal): Promise<Seen> => {
    const tasks = await Promise.all(ticket.tasks.map((id) => one(ticket, id, signal)));
    const running = tasks.filter(({ state }) => state === 'running').length;
    const isLate = clock.now() >= ticket.until;
    if (isLate && running === tasks.length) {
      news.forget(ticket.tasks);
      throw new Fault('timeout', 'the tasks do not end', { maybeBilled: true, requestId: ticket.tasks.join(', ') });
    }
    return { tasks, running, isPending: running > 0 && !isLate, percent: percentOf(tasks) };
  };
}

/** What fails after a task has begun may be billed, whatever it is. */
function begun(error: unknown, { tasks }: GrsaiTicket): unknown {
  if (!(error instanceof Fault)) return error;
  const { code, message } = error;
  return new Fault(code, message, { cause: error, maybeBilled: true, requestId: tasks.join(', ') });
}

/** Undefined as long as no task counts. */
function percentOf(tasks: readonly Task[]): number | undefined {
  const counts = tasks.map((task) => (task.state === 'running' ? task.percent : 100));
  if (tasks.every((task) => task.state === 'running' && task.percent === undefined)) return undefined;
  return Math.floor(counts.reduce<number>((sum, count) => sum + (count ?? 0), 0) / counts.length);
}
