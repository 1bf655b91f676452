import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { labelOf, type Meter, type OpenJobs } from '../../src/domain/metrics.ts';
import { openDatabase } from '../../src/storage/database.ts';
import { readOpenJobs } from '../../src/storage/open-jobs.ts';
import { openMetrics, type Readings } from '../../src/web/metrics.ts';
import { type ManualClock, manualClock } from '../fakes/clock.ts';
import { readMetrics, sumOf } from './metrics-text.ts';

const nothing: OpenJobs = { queued: 0, running: 0, made: 0, following: 0, oldestAt: undefined };

function readings(openJobs: Readings['openJobs'], clock: ManualClock = manualClock()): Readings {
  return { openJobs, clock, platforms: () => [{ name: 'discord', connected: false }] };
}

test('what is counted and timed stands on the page, with units and labels', async () => {
  const metrics = openMetrics();
  const labels = { provider: labelOf('relay', ['relay']), model: labelOf('a-model', ['a-model']) };
  metrics.meter.count('easel_provider_billed_usd_total', labels, 0.25);
  metrics.meter.count('easel_provider_billed_usd_total', labels, 0.5);
  metrics.meter.observe('easel_provider_call_seconds', labels, 12);
  const samples = readMetrics(await metrics.page(readings(async () => nothing)));
  const named = { provider: 'relay', model: 'a-model' };
  expect(sumOf(samples, 'easel_provider_billed_usd_total', named)).toBe(0.75);
  expect(sumOf(samples, 'easel_provider_call_seconds_bucket', { ...named, le: '10' })).toBe(0);
  expect(sumOf(samples, 'easel_provider_call_seconds_bucket', { ...named, le: '20' })).toBe(1);
  expect(sumOf(samples, 'easel_platform_connected', { platform: 'discord' })).toBe(0);
  expect(sumOf(samples, 'nodejs_eventloop_lag_p99_seconds')).toBeDefined();
  expect(sumOf(samples, 'process_resident_memory_bytes')).toBeGreaterThan(1e6);
});

test('what is not set up is called other', () => {
  expect(labelOf('somebody', ['relay'])).toBe('other');
  expect(labelOf('relay', ['relay'])).toBe('relay');
});

test('numbers that are none change nothing and break nothing', async () => {
  const metrics = openMetrics();
  for (const wrong of [-1, Number.NaN]) {
    metrics.meter.count('easel_credits_charged_total', {}, wrong);
    metrics.meter.observe('easel_job_stage_seconds', { platform: 'slack', stage: 'making' }, wrong);
  }
  const samples = readMetrics(await metrics.page(readings(async () => nothing)));
  expect(sumOf(samples, 'easel_credits_charged_total')).toBe(0);
  expect(sumOf(samples, 'easel_job_stage_seconds_sum')).toBe(0);
});

test('what the database says is there, and the age is that of the oldest that waits', async () => {
  const clock = manualClock();
  const open = { queued: 5, running: 2, made: 1, following: 2, oldestAt: clock.now() - 90_000 };
  const samples = readMetrics(await openMetrics().page(readings(async () => open, clock)));
  expect(sumOf(samples, 'easel_jobs', { state: 'queued' })).toBe(5);
  expect(sumOf(samples, 'easel_queue_depth')).toBe(3);
  expect(sumOf(samples, 'easel_queue_oldest_age_seconds')).toBe(90);
  expect(sumOf(samples, 'easel_database_up')).toBe(1);
});

test('without the database the rest is there, and nothing that is not known', async () => {
  const metrics = openMetrics();
  await metrics.page(readings(async () => ({ ...nothing, queued: 5 })));
  const away = () => Promise.reject(new Error('the database is away'));
  const samples = readMetrics(await metrics.page(readings(away)));
  expect(sumOf(samples, 'easel_database_up')).toBe(0);
  for (const name of ['easel_jobs', 'easel_queue_depth', 'easel_queue_oldest_age_seconds'])
    expect(sumOf(samples, name)).toBeUndefined();
  expect(sumOf(samples, 'easel_credits_charged_total')).toBe(0);
});

test('a database that hangs is asked once, whoever reads meanwhile, and not waited for', async () => {
  const clock = manualClock();
  const metrics = openMetrics();
  const hanging = Promise.withResolvers<OpenJobs>();
  let asked = 0;
  const silent = readings(() => {
    asked++;
    return hanging.promise;
  }, clock);
  const pages = [metrics.page(silent), metrics.page(silent)];
  await clock.untilSleeping(2);
  await clock.advance(2_000);
  for (const page of await Promise.all(pages)) expect(sumOf(readMetrics(page), 'easel_database_up')).toBe(0);
  expect(asked).toBe(1);
  hanging.resolve(nothing);
  expect(sumOf(readMetrics(await metrics.page(silent)), 'easel_database_up')).toBe(1);
});

test('the page costs the database one statement, however often it was read', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'easel-'));
  const statements: string[] = [];
  const meter: Meter = { count: () => undefined, observe: (_, labels) => statements.push(JSON.stringify(labels)) };
  const { db } = await openDatabase(undefined, path.join(folder, 'easel.db'), meter);
  onTestFinished(async () => {
    await db.destroy();
    rmSync(folder, { recursive: true });
  });
  const metrics = openMetrics();
  for (const scrape of [1, 2, 3]) {
    statements.length = 0;
    await metrics.page(readings(() => readOpenJobs(db)));
    expect(statements, `scrape ${scrape}`).toHaveLength(1);
  }
});
