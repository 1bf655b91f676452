import type { LogEvent } from 'kysely';
import type { Meter } from '../domain/metrics.ts';

const kinds: Readonly<Record<string, 'select' | 'insert' | 'update' | 'delete'>> = {
  SelectQueryNode: 'select',
  InsertQueryNode: 'insert',
  UpdateQueryNode: 'update',
  DeleteQueryNode: 'delete',
};

/** Times every statement for the meter, as Kysely's log. */
export function timedStatements(meter: Meter): (event: LogEvent) => void {
  return ({ level, query, queryDurationMillis }) => {
    const statement = kinds[query.query.kind] ?? 'other';
    meter.observe('easel_database_statement_seconds', { statement }, queryDurationMillis / 1000);
    if (level === 'error') meter.count('easel_database_errors_total', {});
  };
}
