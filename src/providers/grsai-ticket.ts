import type { Json } from '../domain/job.ts';
import type { Generation } from './grsai-request.ts';

/** What is needed to go on with tasks that have begun, one for each picture, also in another process. */
export interface GrsaiTicket {
  readonly generation: Generation;
  readonly tasks: readonly string[];
  readonly isEdit: boolean;
  /** Milliseconds since 1970. */
  readonly begunAt: number;
  /** Who has no picture then is given up. */
  readonly until: number;
}

export const ticketOf = ({ generation, tasks, isEdit, begunAt, until }: GrsaiTicket): Json => ({
  ...{ generation, tasks, isEdit, begunAt, until },
});

/** @throws RangeError for what `ticketOf` did not make */
export function readTicket(ticket: Json): GrsaiTicket {
  const { generation, tasks, isEdit, begunAt, until } = (ticket ?? {}) as Partial<Record<keyof GrsaiTicket, unknown>>;
  const ids = Array.isArray(tasks) ? tasks.filter((id) => typeof id === 'string') : [];
  if (
    (generation !== 'draw' && generation !== 'api') ||
    ids.length === 0 ||
    typeof begunAt !== 'number' ||
    typeof until !== 'number'
  )
    throw new RangeError('that is no ticket for tasks of GrsAI');
  return { generation, tasks: ids, isEdit: isEdit === true, begunAt, until };
}
