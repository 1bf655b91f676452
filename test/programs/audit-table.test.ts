import { expect, test } from 'vitest';
import type { AuditedCall } from '../../src/domain/audit.ts';
import { credits } from '../../src/domain/credits.ts';
import { openSums, tableHead, tableRow } from '../../src/programs/audit-table.ts';
import { newJob, person } from '../contracts/jobs.ts';

const call: AuditedCall = {
  ...{ seq: 1, job: newJob('ann', 1).id, attempt: 1, person: person('ann'), provider: 'relay', model: 'gpt-image-2' },
  ...{ quality: 'low', size: '1024x1024', count: 3, delivered: 2, requestId: 'req_1', organisation: 'org-1' },
  ...{ startedAt: Date.UTC(2026, 10, 20, 12), endedAt: Date.UTC(2026, 10, 20, 12, 0, 7), outcome: 'made' },
  ...{ textInTokens: 1, imageInTokens: 0, imageOutTokens: 9, listMicroUsd: 60_000, billedMicroUsd: 30_000 },
  ...{ charged: credits(30), absorbed: credits(4), refunded: credits(0), contentCredentials: true },
};

test('each call is a line under its columns', () => {
  expect([tableHead(), tableRow(call)]).toEqual([
    'started (UTC)     service     model                   quality  size       came   took    list US$  paid US$  charged  house  outcome        person                      request',
    '2026-11-20 12:00  relay       gpt-image-2             low      1024x1024  2/3    7 s     0.0600    0.0300    30       4      made           console:ann                 req_1',
  ]);
});

test('what was given back is the house’s', () => {
  expect(tableRow({ ...call, refunded: credits(30) })).toContain('0.0300    0        34     made');
});

test('what an older Easel wrote down has gaps', () => {
  const nothing = { delivered: undefined, listMicroUsd: undefined, billedMicroUsd: undefined };
  const old = { ...call, ...nothing, charged: undefined, absorbed: undefined, person: undefined, requestId: undefined };
  expect(tableRow(old)).toMatch(/1024x1024 {2}\?\/3 {4}7 s {30,}made$/);
});

test('what a service says of itself steers no terminal', () => {
  expect(tableRow({ ...call, requestId: '\u001b[2Jreq\u202e_1\n' })).toMatch(/ \[2Jreq_1$/);
});

test('sums are by service, and together where there are several', () => {
  const sums = openSums();
  expect(sums.lines()).toEqual([]);
  sums.add(call);
  const relay =
    'relay: 1 call, 2 pictures · list US$0.0600, paid US$0.0300, saved US$0.0300 (50 %) · 30 credits charged, 4 paid by the house';
  expect(sums.lines()).toEqual([relay]);
  sums.add({ ...call, provider: 'openai', billedMicroUsd: 60_000 });
  sums.add({ ...call, provider: 'openai', listMicroUsd: undefined, billedMicroUsd: undefined, charged: undefined });
  expect(sums.lines()).toEqual([
    relay,
    'openai: 2 calls, 4 pictures · list US$0.0600, paid US$0.0600, saved US$0.00 (0 %) · 30 credits charged, 8 paid by the house',
    'together: 3 calls, 6 pictures · list US$0.1200, paid US$0.0900, saved US$0.0300 (25 %) · 60 credits charged, 12 paid by the house',
    '1 call of an older Easel says nothing about money and is in no sum.',
  ]);
});
