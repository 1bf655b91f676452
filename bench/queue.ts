import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { atLeast, atMost, type Figure, note } from './figure.ts';
import type { QueueReport } from './queue-process.ts';

const run = promisify(execFile);
const server = 'postgres://postgres@127.0.0.1:5432';

/** 10,000 waiting jobs: what they cost while nothing can start, and how fast they start when it can. */
export async function queue(): Promise<Figure[]> {
  return [...(await onSqlite()), ...(await onPostgres())];
}

async function onSqlite(): Promise<Figure[]> {
  const folder = await mkdtemp(path.join(tmpdir(), 'easel-bench-'));
  try {
    return await measure('SQLite', { file: path.join(folder, 'easel.db') });
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function onPostgres(): Promise<Figure[]> {
  const name = `easel_bench_${randomUUID().replaceAll('-', '')}`;
  try {
    await tell(`create database ${name}`);
  } catch {
    return [note('10,000 waiting jobs, PostgreSQL', 'left out: no server at 127.0.0.1:5432')];
  }
  try {
    return await measure('PostgreSQL', { url: `${server}/${name}` });
  } finally {
    await tell(`drop database ${name} with (force)`);
  }
}

async function measure(engine: string, at: { readonly url?: string; readonly file?: string }): Promise<Figure[]> {
  const script = path.join(import.meta.dirname, 'queue-process.ts');
  const { stdout } = await run(process.execPath, [...process.execArgv, script, JSON.stringify(at)]);
  const { emptyIdle, fullIdle, ...report } = JSON.parse(stdout) as QueueReport;
  return [
    atMost(`CPU for 10,000 waiting jobs, ${engine}, % of a core`, 1, Math.max(0, fullIdle - emptyIdle) * 100, ' %', 2),
    note('worker at rest, empty / full', `${(emptyIdle * 100).toFixed(2)} / ${(fullIdle * 100).toFixed(2)} %`),
    atLeast(`starts out of 10,000 waiting jobs, ${engine}`, 300, report.claimsPerSecond, ' per s'),
    note('whole journeys, provider and platform instant', `${report.deliveredPerSecond.toFixed(0)} per s`),
  ];
}

async function tell(statement: string): Promise<void> {
  const client = new Client({ connectionString: `${server}/postgres`, connectionTimeoutMillis: 2_000 });
  try {
    await client.connect();
    await client.query(statement);
  } finally {
    await client.end();
  }
}
