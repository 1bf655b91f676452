import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, type TestContext, test } from 'vitest';
import { credits } from '../../src/domain/credits.ts';
import type { Call } from '../../src/domain/job-queue.ts';
import { openDatabase } from '../../src/storage/database.ts';
import { sqlStore } from '../../src/storage/store.ts';
import { newJob, nothingBooked } from '../contracts/jobs.ts';
import { manualClock } from '../fakes/clock.ts';
import { readCsv } from '../programs/read-csv.ts';

const main = path.join(import.meta.dirname, '..', '..', 'src', 'main.ts');
const noon = Date.UTC(2026, 10, 20, 12);

/** The books of an Easel that was used, and `npm run audit` over them. */
async function books({ onTestFinished }: TestContext) {
  const folder = await mkdtemp(path.join(tmpdir(), 'easel-audit-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const database = await openDatabase(undefined, path.join(folder, 'easel.db'));
  const store = sqlStore(database, manualClock(noon), credits(500));
  const job = { ...newJob('ann', 1), person: { ...newJob('ann', 1).person, name: '=cmd|"/c calc"!A1, Ann' } };
  await store.queue.add(job, 'host');
  const record = (endedAt: number, more: Partial<Call> = {}) =>
    store.queue.record({
      ...{ job: job.id, attempt: 1, provider: 'openai', model: 'gpt-image-2', quality: 'low', count: 1 },
      ...{ size: { width: 1024, height: 1024 }, startedAt: endedAt - 2_500, endedAt, outcome: 'made' },
      ...{ ...nothingBooked, ...more },
    });
  const audit = (...words: readonly string[]) =>
    new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve, reject) => {
      const env = { PATH: process.env.PATH, DATA_DIR: folder };
      const child = spawn(process.execPath, [main, 'audit', ...words], { cwd: folder, env });
      const said = { stdout: '', stderr: '' };
      child.stdout.setEncoding('utf8').on('data', (part: string) => {
        said.stdout += part;
      });
      child.stderr.setEncoding('utf8').on('data', (part: string) => {
        said.stderr += part;
      });
      child.on('error', reject);
      child.on('close', (code) => resolve({ code, ...said }));
    });
  return { database, store, job, record, audit };
}

const whole: Partial<Call> = {
  ...{ requestId: 'req_1, req_2', organisation: 'org-1', count: 3, delivered: 2, contentCredentials: true },
  ...{ usage: { textInTokens: 5, imageInTokens: 6, imageOutTokens: 7 }, listMicroUsd: 60_000, billedMicroUsd: 30_000 },
  ...{ charged: credits(30), absorbed: credits(4) },
};

test('--csv has a record for each call, with everything the books say of it', async (context) => {
  const { job, record, audit, store } = await books(context);
  await record(noon, whole);
  await record(noon + 1, { outcome: 'timeout', requestId: '-1+1' });
  await store.close();
  const { code, stdout, stderr } = await audit('--csv');
  expect([code, stderr]).toEqual([0, '']);
  const [head = [], made = [], failed = []] = readCsv(stdout);
  expect(head.join(' ')).toBe(
    'job attempt person person_name workspace provider model quality size count delivered request_id organisation ' +
      'started duration_ms text_in_tokens image_in_tokens image_out_tokens list_usd billed_usd charged_credits ' +
      'refunded_credits absorbed_credits outcome content_credentials',
  );
  expect(made).toEqual([
    ...[job.id, '1', 'console:ann', '\'=cmd|"/c calc"!A1, Ann', 'console:here', 'openai', 'gpt-image-2', 'low'],
    ...['1024x1024', '3', '2', 'req_1, req_2', 'org-1', '2026-11-20T11:59:57.500Z', '2500', '5', '6', '7'],
    ...['0.06', '0.03', '30', '0', '4', 'made', 'yes'],
  ]);
  const told = Object.fromEntries(head.map((name, at) => [name, failed[at]]));
  expect(told).toMatchObject({ outcome: 'timeout', request_id: "'-1+1", organisation: '', text_in_tokens: '' });
  expect(told).toMatchObject({ list_usd: '0', charged_credits: '0', content_credentials: '' });
});

test('--json says the same by name', async (context) => {
  const { record, audit, store } = await books(context);
  await record(noon, whole);
  await record(noon + 1);
  await store.close();
  const { code, stdout, stderr } = await audit('--json');
  expect([code, stderr]).toEqual([0, '']);
  expect(JSON.parse(stdout)).toMatchObject([
    {
      ...{ person_name: '=cmd|"/c calc"!A1, Ann', request_id: 'req_1, req_2', list_usd: 0.06, billed_usd: 0.03 },
      ...{ charged_credits: 30, absorbed_credits: 4, content_credentials: true, started: '2026-11-20T11:59:57.500Z' },
    },
    { request_id: null, content_credentials: null },
  ]);
});

test('more calls than a page come once each, in order, and days limit them', async (context) => {
  const { database, record, audit, store } = await books(context);
  await database.db.transaction().execute(async (trx) => {
    for (let from = 0; from < 1_201; from += 100) {
      const rows = Array.from({ length: Math.min(100, 1_201 - from) }, (_, n) => ({
        ...{ job: 'console-ann-1', attempt: 1, provider: 'openai', model: 'gpt-image-2', quality: 'low' },
        ...{ size: '1024x1024', count: 1, started_at: noon, ended_at: noon + Math.floor((from + n) / 7) },
        ...{ outcome: 'made', request_id: `r${from + n}` },
      }));
      await trx.insertInto('calls').values(rows).execute();
    }
  });
  await record(Date.UTC(2026, 10, 19) - 1, { requestId: 'before' });
  await record(Date.UTC(2026, 10, 19), { requestId: 'first' });
  await record(Date.UTC(2026, 10, 20) - 1, { requestId: 'last' });
  await store.close();
  const idsOf = async (...words: string[]) => {
    const [head = [], ...records] = readCsv((await audit('--csv', ...words)).stdout);
    return records.map((record) => record[head.indexOf('request_id')]);
  };
  const many = Array.from({ length: 1_201 }, (_, n) => `r${n}`);
  expect(await idsOf('--until', '2026-11-20')).toEqual(['before', 'first', 'last', ...many]);
  expect(await idsOf('--since', '2026-11-19', '--until', '2026-11-19')).toEqual(['first', 'last']);
  const { length } = JSON.parse((await audit('--json', '--until', '2026-11-20')).stdout);
  expect(length).toBe(1_204);
});

test('without a form it is a table with sums', async (context) => {
  const { record, audit, store } = await books(context);
  await record(noon, whole);
  await record(noon + 1, { ...whole, provider: 'relay', charged: credits(20) });
  await store.close();
  const { code, stdout, stderr } = await audit();
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout.split('\n')).toEqual([
    expect.stringMatching(/^started \(UTC\) +service +model /),
    expect.stringMatching(
      /^2026-11-20 11:59 {2}openai +gpt-image-2 +low +1024x1024 +2\/3 +3 s +0\.0600 +0\.0300 +30 +4 /,
    ),
    expect.stringMatching(/^2026-11-20 11:59 {2}relay .* made +console:ann +req_1, req_2$/),
    '',
    expect.stringMatching(
      /^openai: 1 call, 2 pictures · list US\$0\.0600, paid US\$0\.0300, saved US\$0\.0300 \(50 %\)/,
    ),
    expect.stringMatching(/^relay: 1 call, 2 pictures/),
    expect.stringMatching(/^together: 2 calls, 4 pictures .* 50 credits charged, 8 paid by the house$/),
    '',
  ]);
});

test('where there is nothing it says so, beside data that is empty', async (context) => {
  const { audit, store } = await books(context);
  await store.close();
  const said = { code: 0, stderr: 'No image service was called in this time.\n' };
  expect(await audit()).toEqual({ ...said, stdout: '' });
  expect(JSON.parse((await audit('--json')).stdout)).toEqual([]);
  const csv = await audit('--csv', '--since', '2026-11-01');
  expect(csv).toMatchObject(said);
  expect(readCsv(csv.stdout)).toHaveLength(1);
});

test('what it does not understand is a sentence, and nothing is exported', async (context) => {
  const { audit, store } = await books(context);
  await store.close();
  expect(await audit('--since', 'yesterday', '--csv')).toEqual({
    ...{ code: 1, stdout: '', stderr: '--since takes a day such as 2026-11-01; “yesterday” is none.\n' },
  });
});
