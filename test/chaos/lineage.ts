import type { Selectable } from 'kysely';
import type { ImageRequest } from '../../src/domain/image.ts';
import type { JobsTable } from '../../src/storage/schema.ts';
import type { Call } from '../fakes/openai/calls.ts';
import type { Town } from './town.ts';
import type { Wanted } from './wishes.ts';

type JobRow = Selectable<JobsTable>;

interface Kept {
  readonly job: string;
  readonly position: number;
  readonly blob: string;
}

/**
 * Whether every edit was made of what was asked for: the picture that was posted, and what people gave, byte for byte
 * unless it had to be made fit; and whether the books say so too.
 * @param kept hashes of all pictures that were made; of those that were delivered it is known that they are shown
 */
export async function madeOf(
  town: Town,
  jobs: readonly JobRow[],
  kept: readonly Kept[],
  wantedFor: (job: string) => Wanted | undefined,
): Promise<string[]> {
  const lines = await town.at.database.db.selectFrom('lineage').selectAll().execute();
  const byId = new Map(jobs.map((job) => [job.id, job]));
  const wrong: string[] = sharedVersions(jobs);
  for (const job of jobs) {
    const wanted = wantedFor(job.id);
    if (!wanted) continue;
    const complain = (what: string) => wrong.push(`${job.id} (${job.state}): ${what}`);
    const { parent } = wanted;
    const posted = kept.filter((picture) => picture.job === parent?.job && picture.position === parent.position);
    const originals = [...posted.map(({ blob }) => blob), ...wanted.files];
    const { inputs } = JSON.parse(job.request) as ImageRequest;
    if (
      !same(
        originals,
        inputs.map(({ original }) => original),
      )
    )
      complain(`was to be made of ${originals}, and is of ${inputs.map(({ original }) => original)}`);
    const passing = inputs.filter(({ blob, original }) => blob === original).length;
    const fitting = wanted.prepared ? posted.length : inputs.length;
    if (passing !== fitting) complain(`${passing} of its pictures are as they were given, not ${fitting}`);

    const sent = inputs.map(({ blob }) => blob);
    const endpoint = originals.length > 0 ? 'edits' : 'generations';
    for (const call of callsFor(job, town)) {
      if (call.endpoint !== endpoint) complain(`was asked for as ${call.endpoint}`);
      if (!same(call.images, sent)) complain(`the service got ${call.images}`);
      if ((call.mask !== null) !== wanted.region) complain(`the service got the mask ${call.mask}`);
    }

    const noted = lines.filter(({ child }) => child === job.id).map((line) => [line.parent, line.parent_position]);
    if (!same(noted.flat(), parent ? [parent.job, parent.position] : [])) complain(`is noted as made of ${noted}`);
    const before = byId.get(parent?.job ?? '');
    if (job.family !== (before?.family ?? job.id)) complain(`is of the family ${job.family}`);
    if (job.state === 'delivered' && before && (job.version ?? 0) <= (before.version ?? 0))
      complain(`is v${job.version}, made of v${before.version}`);
  }
  return wrong;
}

/** Those that are really new name their job; all others have words that nobody else said. */
export function callsFor({ id, request }: JobRow, town: Town): Call[] {
  const { prompt, fresh } = JSON.parse(request) as ImageRequest;
  return town
    .calls()
    .filter(({ parameters, ...call }) =>
      fresh ? parameters.user === id : parameters.user === undefined && call.prompt === prompt,
    );
}

const same = (a: readonly unknown[], b: readonly unknown[]): boolean => JSON.stringify(a) === JSON.stringify(b);

function sharedVersions(jobs: readonly JobRow[]): string[] {
  const made = jobs.filter(({ version }) => version !== null);
  const names = made.map(({ family, version }) => `v${version} of ${family}`);
  return names.filter((name, at) => names.indexOf(name) < at).map((name) => `there are two ${name}`);
}
