import { type Kysely, sql } from 'kysely';
import { Migrator } from 'kysely/migration';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { credits } from '../../src/domain/credits.ts';
import type { JobId } from '../../src/domain/job.ts';
import { fileBlobs } from '../../src/storage/blobs.ts';
import { connect, type Database, openDatabase } from '../../src/storage/database.ts';
import { diagnose } from '../../src/storage/doctor.ts';
import { migrations } from '../../src/storage/migrations/all.ts';
import { sqlStore } from '../../src/storage/store.ts';
import { finished, newEdit, newJob, pictureOf } from '../contracts/jobs.ts';
import { manualClock } from '../fakes/clock.ts';
import { onNewDatabases } from './databases.ts';

/** As Easel 0.1 wrote it, before there were edits. */
const oldRequest =
  '{"task":"generate","words":"a red fox","prompt":"a red fox","model":"gpt-image-2.5-flare","size":{"width":1024,"height":1024},"quality":"medium","count":1,"background":"auto","format":"png","partialImages":0,"fresh":false,"endUser":"hash"}';
const place = '{"platform":"console","line":1}';

const oldId = (state: string) => `console-old-${state}` as JobId;

/** A row with the columns of the first migration only. */
async function insertOld(db: Kysely<never>, state: string, endedAt: number | null): Promise<void> {
  const charged = state === 'made' || state === 'delivered' ? 100 : null;
  await sql`insert into jobs (id, person, person_name, workspace, platform, place, request, quote, held, notes, state,
      attempt, turn, lease_owner, lease_until, charged, posting, cancel, told, created_at, ended_at)
    values (${oldId(state)}, 'console:ann', 'ann', 'console:here', 'console', ${place}, ${oldRequest}, 100, 120, '[]',
      ${state}, 1, 1, null, 0, ${charged}, 0, 0, 0, 5, ${endedAt})`.execute(db);
  if (charged)
    await sql`insert into pictures (job, position, blob, format, width, height, bytes)
      values (${oldId(state)}, 0, ${'ab'.repeat(32)}, 'png', 1024, 1024, 12)`.execute(db);
}

/** A call as it was written down before there was an audit. */
const insertOldCall = (db: Kysely<never>, endedAt: number): Promise<unknown> =>
  sql`insert into calls (job, attempt, provider, model, quality, size, count, started_at, ended_at, outcome, request_id)
    values (${oldId('delivered')}, 1, 'openai', 'gpt-image-2', 'low', '1024x1024', 2, 1, ${endedAt}, 'made', 'req_1')`.execute(
    db,
  );

onNewDatabases((at) => {
  let database: Database;

  /** A database of the first migration with a job in every state, brought up to date. */
  beforeEach(async () => {
    const { url, file } = at();
    const { db, engine } = await connect(url, file);
    const { '0001-start': start } = migrations(engine);
    if (!start) throw new RangeError('there is no first migration');
    const migrator = new Migrator({ db, provider: { getMigrations: async () => ({ '0001-start': start }) } });
    const { error } = await migrator.migrateToLatest();
    if (error) throw error;
    const old = db as unknown as Kysely<never>;
    for (const state of ['queued', 'running', 'made']) await insertOld(old, state, null);
    for (const state of ['delivered', 'failed', 'cancelled']) await insertOld(old, state, 7);
    await insertOldCall(old, 7);
    await db.destroy();
    database = await openDatabase(url, file);
  });
  afterEach(() => database.db.destroy());

  const open = () => sqlStore(database, manualClock(), credits(500));
  const placesAndLineage = async () => {
    const { findings } = await diagnose(database.db, fileBlobs('/nowhere'));
    return findings.filter(({ check }) => ['lineage', 'version', 'place'].includes(check));
  };

  test('jobs of before are read as the first version of themselves, made of nothing', async () => {
    const { queue } = open();
    for (const state of ['queued', 'running', 'failed', 'cancelled'])
      expect(await queue.find(oldId(state))).toMatchObject({
        ...{ state, family: oldId(state), version: undefined, lane: 'normal' },
      });
    for (const state of ['made', 'delivered'])
      expect(await queue.find(oldId(state))).toMatchObject({
        ...{ state, family: oldId(state), version: 1, charged: 100 },
        request: { task: 'generate', inputs: [], words: 'a red fox' },
      });
  });

  test('what was delivered before is no damage, though nobody noted where', async () => {
    const { gallery } = open();
    expect(await placesAndLineage()).toEqual([]);
    expect(await gallery.newestIn('c')).toBeUndefined();
    expect((await gallery.unplaced(9)).map(({ id }) => id)).toEqual([oldId('delivered')]);
    await gallery.posted(oldId('delivered'), { thread: 't', channel: 'c', messages: ['m'], own: true }, 7);
    expect([(await gallery.current('t'))?.job, await gallery.newestIn('c'), await gallery.shownBy('m')]).toEqual(
      Array.from({ length: 3 }, () => oldId('delivered')),
    );
  });

  test('pictures of before that were removed stay removed', async () => {
    const { gallery } = open();
    await gallery.removed(oldId('delivered'));
    await gallery.posted(oldId('delivered'), { thread: 't', channel: 'c', messages: ['m'], own: true }, 7);
    expect([await gallery.current('t'), await gallery.inThread('t')]).toEqual([undefined, []]);
  });

  test('what is waiting goes on, and pictures of before can be changed', async () => {
    const { queue, gallery } = open();
    const old = await queue.find(oldId('delivered'));
    if (!old) throw new RangeError('the old job is gone');
    const edit = newEdit('bob', 9, pictureOf(old));
    await queue.add(edit, 'host');
    await queue.announced(edit.id, edit.place);
    const versions = new Map<string, number | undefined>();
    for (let claim = await queue.claim('host', ['console'], true, 9); claim; ) {
      if (claim.job.state === 'running') versions.set(claim.job.id, await queue.made(claim, finished));
      await queue.delivered(claim);
      await gallery.posted(claim.job.id, { thread: 't', channel: 'c', messages: [], own: true }, 8);
      claim = await queue.claim('host', ['console'], true, 9);
    }
    expect(Object.fromEntries(versions)).toEqual({ [oldId('running')]: 1, [oldId('queued')]: 1, [edit.id]: 2 });
    expect((await gallery.children(old.id)).map(({ id }) => id)).toEqual([edit.id]);
    expect(await placesAndLineage()).toEqual([]);
  });

  test('what an older Easel still does beside this one reads right too', async () => {
    await sql`delete from jobs where id in (${oldId('delivered')}, ${oldId('queued')})`.execute(database.db);
    const old = database.db as unknown as Kysely<never>;
    await sql`delete from pictures where job = ${oldId('delivered')}`.execute(database.db);
    await sql`delete from shown`.execute(database.db);
    await insertOld(old, 'delivered', 9);
    await insertOld(old, 'queued', null);
    const { queue } = open();
    expect(await queue.find(oldId('delivered'))).toMatchObject({ family: oldId('delivered'), version: 1 });
    expect(await queue.find(oldId('queued'))).toMatchObject({ family: oldId('queued'), version: undefined });
    expect(await placesAndLineage()).toEqual([]);
  });

  test('calls of before, and of an older Easel beside this one, say what they say and nothing about money', async () => {
    await insertOldCall(database.db as unknown as Kysely<never>, 8);
    const { audit, queue } = open();
    const calls = await audit.ofJob(oldId('delivered'), 9);
    expect(calls.map(({ endedAt }) => endedAt)).toEqual([7, 8]);
    for (const call of calls) {
      expect(call).toMatchObject({ provider: 'openai', outcome: 'made', requestId: 'req_1', count: 2, refunded: 0 });
      expect(call).toMatchObject({ charged: undefined, delivered: undefined, contentCredentials: undefined });
    }
    expect((await audit.page(0, 9, undefined, 9)).length).toBe(2);
    const nothing = { pictures: 0, listMicroUsd: 0, billedMicroUsd: 0, charged: 0, absorbed: 0 };
    expect(await audit.report(0, 9)).toEqual({
      ...{ providers: [{ provider: 'openai', calls: 2, unpriced: 2, ...nothing }], people: [], models: [] },
    });
    expect(await queue.pastCalls(7, 9)).toEqual([
      { provider: 'openai', model: 'gpt-image-2', outcome: 'made', tookMs: 7 },
    ]);
  });

  test('a database that is up to date is left as it is', async () => {
    const { url, file } = at();
    await open().queue.add(newJob('bob', 1), 'host');
    const again = await openDatabase(url, file);
    expect(await sqlStore(again, manualClock(), credits(500)).queue.find(newJob('bob', 1).id)).toBeDefined();
    await again.db.destroy();
  });
});
