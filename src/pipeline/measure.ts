import { type FaultCode, remedy } from '../domain/fault.ts';
import { modelsOffered } from '../domain/image-provider.ts';
import type { Job, NewJob, Outcome } from '../domain/job.ts';
import type { Call } from '../domain/job-queue.ts';
import { type JobEnd, jobEnds, type Label, labelOf, platformOperations } from '../domain/metrics.ts';
import type { Parts } from './parts.ts';

/** What happens to jobs and calls, as numbers for the operator. Told after the transaction that made it so. */

const faultCodes = Object.keys(remedy) as FaultCode[];

/** A service and a model as labels: those that are set up, or `other`. */
function callLabels(
  { provider, model }: Pick<Call, 'provider' | 'model'>,
  { providers }: Pick<Parts, 'providers'>,
): { readonly provider: Label; readonly model: Label } {
  const names = providers.map(({ name }) => name);
  return { provider: labelOf(provider, names), model: labelOf(model, modelsOffered(providers)) };
}

/** One call of a service, as it was booked. */
export function measureCall(call: Call, { meter, ...parts }: Pick<Parts, 'meter' | 'providers'>): void {
  const labels = callLabels(call, parts);
  const code = faultCodes.find((known) => known === call.outcome);
  if (code) meter.count('easel_provider_faults_total', { ...labels, code });
  meter.observe('easel_provider_call_seconds', labels, (call.endedAt - call.startedAt) / 1000);
  meter.count('easel_provider_billed_usd_total', labels, call.billedMicroUsd / 1e6);
  meter.count('easel_credits_charged_total', {}, call.charged);
  meter.count('easel_credits_absorbed_total', {}, call.absorbed);
}

export function measurePreview(provider: string, { request }: Job, { meter, ...parts }: Parts): void {
  meter.count('easel_partial_pictures_total', callLabels({ provider, model: request.model }, parts));
}

/** The end of a job: without a picture by this outcome, or delivered. */
export function measureEnd({ place }: NewJob, outcome: Outcome | undefined, { meter }: Pick<Parts, 'meter'>): void {
  meter.count('easel_jobs_ended_total', { platform: place.platform, outcome: endOf(outcome) });
  if (outcome && 'fault' in outcome) meter.count('easel_job_faults_total', { code: outcome.fault });
}

function endOf(outcome: Outcome | undefined): JobEnd {
  if (!outcome) return 'delivered';
  if ('refusal' in outcome) return 'refused';
  return 'fault' in outcome ? 'failed' : 'cancelled';
}

/** How long a stage of a job took that began then; nothing where that is not known. */
export function measureStage(
  { place: { platform } }: Job,
  stage: 'waiting' | 'making' | 'posting',
  begunAt: number | undefined,
  { meter, clock }: Pick<Parts, 'meter' | 'clock'>,
): void {
  if (begunAt === undefined) return;
  meter.observe('easel_job_stage_seconds', { platform, stage }, (clock.now() - begunAt) / 1000);
}

/**
 * Lets every series begin at 0 whose first event matters: Prometheus sees no increase where a series begins with 1. There
 * are as many as the configuration has services, models and platforms.
 */
export function beginAtZero({ meter, providers, platforms }: Pick<Parts, 'meter' | 'providers' | 'platforms'>): void {
  for (const { name, offers } of providers) {
    for (const { id } of offers) {
      const labels = callLabels({ provider: name, model: id }, { providers });
      meter.count('easel_provider_billed_usd_total', labels, 0);
      meter.count('easel_partial_pictures_total', labels, 0);
      for (const code of faultCodes) meter.count('easel_provider_faults_total', { ...labels, code }, 0);
    }
  }
  for (const code of faultCodes) meter.count('easel_job_faults_total', { code }, 0);
  for (const platform of platforms.keys()) {
    for (const outcome of jobEnds) meter.count('easel_jobs_ended_total', { platform, outcome }, 0);
    for (const operation of platformOperations)
      meter.count('easel_platform_failures_total', { platform, operation }, 0);
    for (const task of ['generate', 'edit'] as const)
      for (const source of ['service', 'cache', 'in-flight'] as const)
        meter.count('easel_jobs_accepted_total', { platform, task, source }, 0);
    for (const name of [
      'easel_platform_posts_total',
      'easel_platform_edits_total',
      'easel_platform_rate_limited_total',
      'easel_platform_retries_total',
    ] as const)
      meter.count(name, { platform }, 0);
  }
}
