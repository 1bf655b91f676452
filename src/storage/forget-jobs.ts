import type { ImageRequest } from '../domain/image.ts';
import type { Json } from '../domain/job.ts';
import { wordsGone } from '../domain/keeping.ts';
import { nativeId, type PersonId } from '../domain/person.ts';
import { requestOf } from './job-row.ts';
import { withoutTraces, withoutWords } from './purge-words.ts';
import type { Db } from './turns.ts';

interface Row {
  readonly id: string;
  readonly person: string;
  readonly person_name: string;
  readonly request: string;
  readonly place: string;
}

/** What an ended job still says of its person when they are forgotten: what it cost, when, and where it was posted. */
export async function forgetJob(trx: Db, row: Row, as: PersonId, now: number): Promise<void> {
  const { mask: _mask, region: _region, ...request } = withoutWords(row.request);
  const left: ImageRequest = { ...request, inputs: [], endUser: '' };
  await trx
    .updateTable('jobs')
    .set({
      ...{ person: as, person_name: nativeId(as), request: JSON.stringify(left), place: placeWithout(row) },
      ...{ ...withoutTraces, words_gone_at: now, pictures_gone_at: now },
    })
    .where('id', '=', row.id)
    .execute();
  await forgetOrigin(trx, row);
}

/** Where it was posted, without who may be pinged there. */
function placeWithout({ place, person, person_name }: Row): string {
  const id = nativeId(person as PersonId);
  const theirs = [person, id, id.split('/').at(-1), person_name];
  const kept = Object.entries(JSON.parse(place) as Record<string, Json>).filter(
    ([, value]) => typeof value !== 'string' || !theirs.includes(value),
  );
  return JSON.stringify(Object.fromEntries(kept));
}

/** Versions that others made of it quote its words. */
async function forgetOrigin(trx: Db, { id, person }: Row): Promise<void> {
  const rows = await trx
    .selectFrom('jobs')
    .select(['id', 'request'])
    .where('family', '=', id)
    .where('person', '!=', person)
    .execute();
  for (const other of rows) {
    const request = requestOf(other.request);
    if (!request.origin) continue;
    const changed = JSON.stringify({ ...request, origin: { ...request.origin, words: wordsGone } });
    await trx.updateTable('jobs').set({ request: changed }).where('id', '=', other.id).execute();
  }
}

/** Takes away what these jobs have of pictures. Returns the blobs, each once. */
export async function letGoOfPictures(trx: Db, jobs: readonly { readonly id: string }[]): Promise<string[]> {
  const ids = jobs.map(({ id }) => id);
  if (ids.length === 0) return [];
  const pictures = await trx.deleteFrom('pictures').where('job', 'in', ids).returning('blob').execute();
  const inputs = await trx.deleteFrom('input_blobs').where('job', 'in', ids).returning('blob').execute();
  await trx.deleteFrom('answers').where('job', 'in', ids).execute();
  const blobs = [...new Set([...pictures, ...inputs].map(({ blob }) => blob))];
  if (blobs.length > 0) {
    const rows = blobs.map((blob) => ({ blob }));
    await trx
      .insertInto('leaving')
      .values(rows)
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  }
  return blobs;
}
