import { expect, test } from 'vitest';
import { sumOf } from '../web/metrics-text.ts';
import { both, type Chat, results, studio, unlimited } from './chats.ts';
import { oneOfEverything, scraped } from './watched.ts';

const model = 'gpt-image-2.5-flare';

test.each(both)('what happens on %s is counted once', async (_, chatOf) => {
  const place = await studio({ ...unlimited, env: { USER_PER_MINUTE: '99' } });
  const chat = chatOf(place);
  const platform = chat.name;
  await oneOfEverything(place, chat);
  const samples = await scraped(place);
  const sum = (name: string, labels: Record<string, string> = {}) => sumOf(samples, name, labels);

  const accepted = (task: string, source: string) => sum('easel_jobs_accepted_total', { platform, task, source });
  expect([accepted('generate', 'service'), accepted('edit', 'service'), accepted('generate', 'cache')]).toEqual([
    3, 1, 1,
  ]);
  const ended = (outcome: string) => sum('easel_jobs_ended_total', { platform, outcome });
  expect([ended('delivered'), ended('refused'), ended('failed'), ended('cancelled')]).toEqual([3, 1, 1, 0]);
  expect(sum('easel_job_faults_total', { code: 'unreachable' })).toBe(1);
  expect(sum('easel_requests_refused_total', { platform })).toBe(1);
  expect(sum('easel_jobs')).toBe(0);

  const stage = (name: string) => sum('easel_job_stage_seconds_count', { platform, stage: name });
  expect([stage('waiting'), stage('making'), stage('posting')]).toEqual([4, 2, 3]);
  expect(sum('easel_acknowledgement_seconds_count', { platform })).toBe(6);

  const booked = await place.booked();
  expect(sum('easel_provider_call_seconds_count', { provider: 'openai', model })).toBe(booked.length);
  const faults = booked.filter(({ outcome }) => outcome === 'unreachable').length;
  expect(sum('easel_provider_faults_total', { provider: 'openai', model, code: 'unreachable' })).toBe(faults);
  expect(sum('easel_partial_pictures_total', { provider: 'openai', model })).toBe(2);
  const { credits } = await place.recount();
  expect(sum('easel_credits_charged_total')).toBe(credits.charged);
  expect(sum('easel_credits_absorbed_total')).toBe(credits.house);
  expect(sum('easel_provider_billed_usd_total')).toBeGreaterThan(0);
  expect(sum('easel_provider_billed_usd_total')).toBeLessThanOrEqual((credits.charged ?? 0) * 0.001);

  expect(sum('easel_platform_posts_total', { platform })).toBe(8);
  expect(sum('easel_platform_edits_total', { platform })).toBeGreaterThanOrEqual(5);
  expect(sum('easel_platform_failures_total')).toBe(0);
  expect(sum('easel_database_statement_seconds_count')).toBeGreaterThan(0);
  expect(sum('easel_database_errors_total')).toBe(0);
  expect(chat.violations()).toEqual([]);
});

test.each(both)('no person, place, job or word of anybody on %s is on the page', async (_, chatOf) => {
  const place = await studio({ ...unlimited, env: { USER_PER_MINUTE: '99' } });
  const chat = chatOf(place);
  await oneOfEverything(place, chat);
  const page = JSON.stringify((await scraped(place)).map(({ labels }) => labels));
  const jobs = (await place.booked()).map(({ job }) => job);
  const people = [chat.asker, chat.other].flatMap((name) => [name, chat.person(name)]);
  for (const secret of [...jobs, ...people, 'fox', ...chat.posts().flatMap(({ id, channel }) => [id, channel])])
    expect(page).not.toContain(`"${secret}"`);
});

test.each(both)('a 429 of %s and the call that is made again for it are counted', async (_, chatOf) => {
  const place = await studio(unlimited);
  const chat = chatOf(place);
  place.discord.fail(
    { method: 'POST', path: '^/channels/\\d+/threads|/messages/\\d+/threads' },
    { status: 429, retryAfter: 0.05 },
  );
  place.slack.fail({ method: 'chat.postMessage' }, { retryAfter: 1 });
  chat.command('imagine', { prompt: 'a red fox' });
  await place.clock.flyUntil(results(chat, 1));
  const samples = await scraped(place);
  const labels = { platform: chat.name };
  expect(sumOf(samples, 'easel_platform_rate_limited_total', labels)).toBe(1);
  expect(sumOf(samples, 'easel_platform_retries_total', labels)).toBe(1);
});

test('who gets the picture that is being made for another is told apart', async () => {
  const place = await studio(unlimited);
  for (const [, chatOf] of both) {
    const chat: Chat = chatOf(place);
    place.openai.hold();
    chat.command('imagine', { prompt: 'a red fox' });
    await place.openai.untilHeld(1);
    chat.command('imagine', { prompt: 'a red fox' }, { user: chat.other });
    await chat.until(() => chat.posts().some(({ text }) => text.includes('the same is being made')));
    const waiting = await scraped(place);
    expect(sumOf(waiting, 'easel_jobs', { state: 'running' })).toBe(1);
    expect(sumOf(waiting, 'easel_jobs', { state: 'queued' })).toBe(1);
    expect(sumOf(waiting, 'easel_queue_depth')).toBe(0);
    place.openai.release();
    await place.clock.flyUntil(results(chat, 2));
    const labels = { platform: chat.name, source: 'in-flight' };
    expect(sumOf(await scraped(place), 'easel_jobs_accepted_total', labels)).toBe(1);
  }
});

test('with a METRICS_TOKEN the page is for whoever knows it', async () => {
  const place = await studio({ env: { METRICS_TOKEN: 'a-long-secret' } });
  const ask = (authorization?: string) =>
    fetch(`http://127.0.0.1:${place.web().port}/metrics`, authorization ? { headers: { authorization } } : {});
  const stranger = await ask();
  expect([stranger.status, stranger.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
  expect(await stranger.text()).not.toContain('easel_');
  expect((await ask('Bearer another')).status).toBe(401);
  const known = await ask('Bearer a-long-secret');
  expect([known.status, known.headers.get('content-type')]).toEqual([200, 'text/plain; version=0.0.4; charset=utf-8']);
});
