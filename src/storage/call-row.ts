import type { Insertable } from 'kysely';
import { sizeText } from '../domain/image.ts';
import type { Call } from '../domain/job-queue.ts';
import type { CallsTable } from './schema.ts';

/** The columns of one call of a provider. */
export function callRow(call: Call): Insertable<CallsTable> {
  const { startedAt, endedAt, size, requestId, organisation, usage, contentCredentials, ...same } = call;
  const { listMicroUsd, billedMicroUsd, ...plain } = same;
  return {
    ...plain,
    size: sizeText(size),
    started_at: startedAt,
    ended_at: endedAt,
    request_id: requestId ?? null,
    organisation: organisation ?? null,
    text_in_tokens: usage?.textInTokens ?? null,
    image_in_tokens: usage?.imageInTokens ?? null,
    image_out_tokens: usage?.imageOutTokens ?? null,
    list_micro_usd: Math.round(listMicroUsd),
    billed_micro_usd: Math.round(billedMicroUsd),
    content_credentials: contentCredentials === undefined ? null : Number(contentCredentials),
  };
}
