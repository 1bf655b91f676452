import type { FaultCode } from './fault.ts';
import type { ImageRequest } from './image.ts';
import type { PlatformName } from './person.ts';
import type { Refusal } from './refusal.ts';

/**
 * What Easel counts and times while it works. Names, units and labels follow Prometheus' conventions, and every label has
 * few values: never a person, a place or a job. Source: prometheus.io, "Metric and label naming", read 2026-11.
 */

/** What each label may be. */
interface LabelValues {
  readonly platform: PlatformName;
  readonly task: ImageRequest['task'];
  /** Who answers a request: a service, the pictures of an earlier job, or those of one that is being made. */
  readonly source: 'service' | 'cache' | 'in-flight';
  readonly outcome: JobEnd;
  readonly reason: Refusal['refused'];
  readonly stage: 'waiting' | 'making' | 'posting';
  readonly code: FaultCode;
  readonly provider: Label;
  readonly model: Label;
  readonly operation: PlatformOperation;
  readonly statement: 'select' | 'insert' | 'update' | 'delete' | 'other';
}

export const jobEnds = ['delivered', 'refused', 'failed', 'cancelled'] as const;
export type JobEnd = (typeof jobEnds)[number];

export const platformOperations = ['open', 'edit', 'post'] as const;
type PlatformOperation = (typeof platformOperations)[number];

/** A value that comes from the configuration, or `other`. Build one with `labelOf`. */
export type Label = string & { readonly of: 'label' };

export const labelOf = (value: string, known: readonly string[]): Label =>
  (known.includes(value) ? value : 'other') as Label;

interface Described {
  readonly help: string;
  readonly labels: readonly (keyof LabelValues)[];
}

export const counters = {
  easel_jobs_accepted_total: {
    help: 'Requests that became jobs, by what answers them.',
    labels: ['platform', 'task', 'source'],
  },
  easel_jobs_ended_total: { help: 'Jobs that ended, and how.', labels: ['platform', 'outcome'] },
  easel_job_faults_total: { help: 'Jobs that failed, by the fault that ended them.', labels: ['code'] },
  easel_requests_refused_total: {
    help: 'Requests that were refused before they became jobs.',
    labels: ['platform', 'reason'],
  },
  easel_provider_faults_total: {
    help: 'Calls of image services that failed, by fault.',
    labels: ['provider', 'model', 'code'],
  },
  easel_provider_billed_usd_total: {
    help: 'US dollars that image services bill, or may bill for calls that came to nothing.',
    labels: ['provider', 'model'],
  },
  easel_partial_pictures_total: {
    help: 'Previews that image services sent while a picture was made.',
    labels: ['provider', 'model'],
  },
  easel_credits_charged_total: { help: 'Credits that people paid.', labels: [] },
  easel_credits_refunded_total: { help: 'Credits given back after they had been charged.', labels: [] },
  easel_credits_absorbed_total: { help: 'Credits of calls that nobody was charged for: the house paid.', labels: [] },
  easel_platform_posts_total: {
    help: 'Root messages, results and notices that a platform took.',
    labels: ['platform'],
  },
  easel_platform_edits_total: { help: 'Card updates that a platform took.', labels: ['platform'] },
  easel_platform_failures_total: {
    help: 'Things that a platform did not do: opening the place of a job, editing its card, posting.',
    labels: ['platform', 'operation'],
  },
  easel_platform_rate_limited_total: { help: 'Answers of a platform that said 429.', labels: ['platform'] },
  easel_platform_retries_total: { help: 'Calls of a platform that were made again.', labels: ['platform'] },
  easel_database_errors_total: { help: 'Statements that the database refused or did not answer.', labels: [] },
} as const satisfies Record<string, Described>;

const quickly = [0.05, 0.1, 0.25, 0.5, 1, 1.5, 2, 3, 5, 10];
const patiently = [0.1, 0.5, 1, 2.5, 5, 10, 20, 40, 60, 120, 300, 600, 1_200];
const atOnce = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5];

export const histograms = {
  easel_acknowledgement_seconds: {
    help: 'From a request coming in to the first answer that the person sees.',
    labels: ['platform'],
    buckets: quickly,
  },
  easel_job_stage_seconds: {
    help: 'How long delivered stages of jobs took: waiting for a turn, being made, being posted.',
    labels: ['platform', 'stage'],
    buckets: patiently,
  },
  easel_provider_call_seconds: {
    help: 'How long calls of image services took, however they ended.',
    labels: ['provider', 'model'],
    buckets: patiently,
  },
  easel_database_statement_seconds: {
    help: 'How long statements of the database took, without the wait for a connection.',
    labels: ['statement'],
    buckets: atOnce,
  },
} as const satisfies Record<string, Described & { readonly buckets: readonly number[] }>;

type Counters = typeof counters;
type Histograms = typeof histograms;
type LabelsOf<Metric extends Described> = Pick<LabelValues, Metric['labels'][number]>;

/** Takes what happens. Never throws, and does nothing but remember. */
export interface Meter {
  /** @param by default 1; 0 makes the series visible, so that its first event counts as one */
  count<Name extends keyof Counters>(name: Name, labels: LabelsOf<Counters[Name]>, by?: number): void;
  observe<Name extends keyof Histograms>(name: Name, labels: LabelsOf<Histograms[Name]>, seconds: number): void;
}

/** For programs that nobody watches. */
export const noMeter: Meter = { count: () => undefined, observe: () => undefined };

/** Jobs that have not ended, counted up to a limit. */
export interface OpenJobs {
  readonly queued: number;
  readonly running: number;
  readonly made: number;
  /** Those of the queued ones that get the pictures of another. */
  readonly following: number;
  /** When the oldest queued one was asked for; undefined where none waits. */
  readonly oldestAt: number | undefined;
}
