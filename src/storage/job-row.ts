import type { Selectable } from 'kysely';
import type { WishKey } from '../domain/answers.ts';
import { credits } from '../domain/credits.ts';
import type { ImageRequest } from '../domain/image.ts';
import type { Lane } from '../domain/image-provider.ts';
import type { Job, JobId, JobState, Json, NewJob, Outcome, Place } from '../domain/job.ts';
import type { PersonId, WorkspaceId } from '../domain/person.ts';
import type { JobsTable } from './schema.ts';

/** Reads a row of `jobs` back into the domain's noun. */
export function jobOf(row: Selectable<JobsTable>): Job {
  return {
    id: row.id as JobId,
    person: { id: row.person as PersonId, workspace: row.workspace as WorkspaceId, name: row.person_name },
    place: JSON.parse(row.place) as Place,
    request: requestOf(row.request),
    quote: credits(row.quote),
    held: credits(row.held),
    notes: JSON.parse(row.notes) as string[],
    family: (row.family || row.id) as JobId,
    lane: row.lane as Lane,
    createdAt: row.created_at,
    wish: (row.wish ?? undefined) as WishKey | undefined,
    leader: (row.leader ?? undefined) as JobId | undefined,
    state: row.state as JobState,
    attempt: row.attempt,
    startedAt: row.started_at ?? undefined,
    madeAt: row.made_at ?? undefined,
    endedAt: row.ended_at ?? undefined,
    ticket: row.ticket === null ? undefined : (JSON.parse(row.ticket) as Json),
    provider: row.provider ?? undefined,
    providerRequest: row.provider_request ?? undefined,
    charged: row.charged === null ? undefined : credits(row.charged),
    version: row.version ?? (row.state === 'made' || row.state === 'delivered' ? 1 : undefined),
    outcome: row.outcome === null ? undefined : (JSON.parse(row.outcome) as Outcome),
    posting: row.posting === 1,
    cancelAsked: row.cancel === 1,
  };
}

/** The request as it was stored: before there were edits, without inputs. */
export function requestOf(stored: string): ImageRequest {
  return { inputs: [], ...(JSON.parse(stored) as Omit<ImageRequest, 'inputs'>) };
}

/** The columns of a job that was just accepted, all but its turn and its lease. */
export function newRow(job: NewJob) {
  return {
    id: job.id,
    person: job.person.id,
    person_name: job.person.name,
    workspace: job.person.workspace,
    platform: job.place.platform,
    place: JSON.stringify(job.place),
    request: JSON.stringify(job.request),
    quote: job.quote,
    held: job.held,
    notes: JSON.stringify(job.notes),
    state: 'queued',
    attempt: 0,
    posting: 0,
    cancel: 0,
    told: 0,
    family: job.family,
    lane: job.lane,
    created_at: job.createdAt,
    wish: job.wish ?? null,
    leader: job.leader ?? null,
  };
}

/** The state and outcome that a job ends with. */
export function ending(outcome: Outcome): { state: JobState; outcome: string } {
  const state = 'refusal' in outcome ? 'refused' : 'fault' in outcome ? 'failed' : 'cancelled';
  return { state, outcome: JSON.stringify(outcome) };
}
