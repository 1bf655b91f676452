import type { ImageRequest } from '../domain/image.ts';
import { wordsGone } from '../domain/keeping.ts';
import { requestOf } from './job-row.ts';
import type { Db } from './turns.ts';

/** A request without what people said; all else of it stays, so that it can still be shown and counted. */
export function withoutWords(stored: string): ImageRequest {
  const request = requestOf(stored);
  const { origin } = request;
  return {
    ...request,
    words: wordsGone,
    prompt: wordsGone,
    ...(origin && { origin: { ...origin, words: wordsGone } }),
  };
}

/** What is set on a job whose words go: also what was made of them. */
export const withoutTraces = { notes: '[]', wish: null, ticket: null } as const;

export async function purgeWordsOf(trx: Db, before: number, most: number, now: number): Promise<number> {
  const rows = await trx
    .selectFrom('jobs')
    .select(['id', 'request'])
    .where('words_gone_at', 'is', null)
    .where('ended_at', '<', before)
    .orderBy('ended_at')
    .limit(most)
    .execute();
  for (const { id, request } of rows) {
    const left = { request: JSON.stringify(withoutWords(request)), ...withoutTraces, words_gone_at: now };
    await trx.updateTable('jobs').set(left).where('id', '=', id).execute();
    await trx.deleteFrom('answers').where('job', '=', id).execute();
  }
  return rows.length;
}
