import type { AuditedCall } from '../domain/audit.ts';

/** A value of an export; undefined: not known, or there is none. */
export type Field = string | number | boolean | undefined;

const usd = (microUsd: number | undefined): number | undefined => (microUsd === undefined ? undefined : microUsd / 1e6);

/** What an export tells of a call, column by column. Times are UTC, prices US$. */
const columns: Readonly<Record<string, (call: AuditedCall) => Field>> = {
  job: ({ job }) => job,
  attempt: ({ attempt }) => attempt,
  person: ({ person }) => person?.id,
  person_name: ({ person }) => person?.name,
  workspace: ({ person }) => person?.workspace,
  provider: ({ provider }) => provider,
  model: ({ model }) => model,
  quality: ({ quality }) => quality,
  size: ({ size }) => size,
  count: ({ count }) => count,
  delivered: ({ delivered }) => delivered,
  request_id: ({ requestId }) => requestId,
  organisation: ({ organisation }) => organisation,
  started: ({ startedAt }) => new Date(startedAt).toISOString(),
  duration_ms: ({ startedAt, endedAt }) => endedAt - startedAt,
  text_in_tokens: ({ textInTokens }) => textInTokens,
  image_in_tokens: ({ imageInTokens }) => imageInTokens,
  image_out_tokens: ({ imageOutTokens }) => imageOutTokens,
  list_usd: ({ listMicroUsd }) => usd(listMicroUsd),
  billed_usd: ({ billedMicroUsd }) => usd(billedMicroUsd),
  charged_credits: ({ charged }) => charged,
  refunded_credits: ({ charged, refunded }) => (charged === undefined ? undefined : refunded),
  absorbed_credits: ({ absorbed }) => absorbed,
  outcome: ({ outcome }) => outcome,
  content_credentials: ({ contentCredentials }) => contentCredentials,
};

export const columnNames: readonly string[] = Object.keys(columns);
const readers = Object.values(columns);

/** In the order of `columnNames`. */
export const fieldsOf = (call: AuditedCall): readonly Field[] => readers.map((read) => read(call));

/** The same by name, for JSON: null where there is nothing. */
export const namedFieldsOf = (call: AuditedCall): Readonly<Record<string, Field | null>> =>
  Object.fromEntries(Object.entries(columns).map(([name, read]) => [name, read(call) ?? null]));
