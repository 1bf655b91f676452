import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import type { WishKey } from '../../src/domain/answers.ts';
import type { BlobStore } from '../../src/domain/blob-store.ts';
import { credits } from '../../src/domain/credits.ts';
import type { InputPicture } from '../../src/domain/image.ts';
import type { JobId, NewJob, Outcome } from '../../src/domain/job.ts';
import type { Claim } from '../../src/domain/job-queue.ts';
import { wordsGone } from '../../src/domain/keeping.ts';
import { type PersonId, personId } from '../../src/domain/person.ts';
import type { Store } from '../../src/domain/store.ts';
import { forget, forgetInTime } from '../../src/pipeline/forget.ts';
import { tidy } from '../../src/pipeline/tidy.ts';
import { pseudonymOf } from '../../src/secret-key.ts';
import { fileBlobs } from '../../src/storage/blobs.ts';
import { diagnose } from '../../src/storage/doctor.ts';
import { keyvOn } from '../../src/storage/keyv-store.ts';
import { keyvPreferences } from '../../src/storage/preferences.ts';
import { sqlStore } from '../../src/storage/store.ts';
import { newEdit, newJob, nothingBooked, person, picture, pictureOf, place, request } from '../contracts/jobs.ts';
import { type ManualClock, manualClock } from '../fakes/clock.ts';
import { onEveryDatabase } from './databases.ts';

const dayMs = 24 * 60 * 60_000;
const hourMs = 60 * 60_000;
const start = Date.UTC(2026, 10, 20);
const pseudonym = pseudonymOf('a secret of at least 32 characters');
const [ann, bob] = [person('ann').id, person('bob').id];
const nothing = { keepPromptsDays: undefined, keepPicturesDays: undefined, keepAuditDays: undefined };
const never = new AbortController().signal;

onEveryDatabase((current) => {
  let clock: ManualClock;
  let store: Store;
  let blobs: BlobStore;
  beforeEach(async () => {
    await current().empty();
    clock = manualClock(start);
    store = sqlStore(current().database, clock, credits(1_000), pseudonym);
    blobs = fileBlobs(path.join(current().folder, randomUUID()), () => clock.now());
  });

  async function begin(job: NewJob): Promise<Claim> {
    await store.queue.add(job, 'host');
    await store.ledger.hold(job.id, job.person.id, job.held);
    await store.queue.announced(job.id, job.place);
    const claim = await store.queue.claim('host', ['console'], true, 9);
    if (!claim) throw new RangeError('there was nothing to claim');
    return claim;
  }

  /** Makes and posts the picture, whose bytes are these words. Returns its blob. */
  async function deliver(job: NewJob, bytes: string): Promise<string> {
    const claim = await begin(job);
    const blob = await blobs.put(Buffer.from(bytes));
    const finished = { pictures: [{ ...picture, blob }], charged: credits(100) };
    await store.queue.made(claim, { ...finished, provider: 'sketch', providerRequest: 'r' });
    await store.ledger.settle(job.id, credits(100));
    await store.answers.remember(`wish of ${job.id}` as WishKey, job.id, 1, clock.now());
    await called(job.id, 100);
    await store.queue.delivered(claim);
    await store.gallery.posted(job.id, { thread: 't', channel: 'c', messages: [`m ${job.id}`], own: true }, 1);
    return blob;
  }

  async function called(job: JobId, charged: number): Promise<void> {
    const { model, quality, size, count } = request;
    await store.queue.record({
      ...{ job, attempt: 1, provider: 'sketch', model, quality, size, count, outcome: 'made' },
      ...{ startedAt: clock.now(), endedAt: clock.now(), ...nothingBooked, charged: credits(charged), delivered: 1 },
    });
  }

  async function fail(job: NewJob, outcome: Outcome = { fault: 'timeout' }): Promise<void> {
    await store.queue.end(await begin(job), outcome);
    await store.ledger.release(job.id);
  }

  const given = async (bytes: string): Promise<InputPicture> => {
    const blob = await blobs.put(Buffer.from(bytes));
    return { ...picture, blob, original: blob };
  };
  const at = (job: NewJob, more: Partial<NewJob['request']> = {}): NewJob => ({
    ...job,
    createdAt: clock.now(),
    request: { ...job.request, ...more },
  });
  const said = (words: string) => ({ words, prompt: words });
  const recount = () => diagnose(current().database.db, blobs);
  const findings = async () => (await recount()).findings;
  const days = (n: number) => clock.advance(n * dayMs);
  /** The whole database as text, to search it for what should be gone. */
  async function everything(): Promise<string> {
    const { db } = current().database;
    const tables = [
      'accounts',
      'entries',
      'jobs',
      'pictures',
      'calls',
      'answers',
      'input_blobs',
      'forgetting',
      'cache',
    ];
    const rows = tables.map((table) =>
      db
        .selectFrom(table as 'jobs')
        .selectAll()
        .execute(),
    );
    return JSON.stringify(await Promise.all(rows));
  }
  /** Lets the clock run until the work is done. */
  async function run(work: Promise<void>): Promise<void> {
    let isDone = false;
    const noted = work.finally(() => {
      isDone = true;
    });
    while (!isDone) {
      await Promise.race([noted, clock.untilSleeping()]);
      if (!isDone) await clock.advance(1_000);
    }
    await noted;
  }
  const tidyUp = (rules: Partial<Parameters<typeof tidy>[0]> = {}) =>
    run(tidy({ ...nothing, ...rules }, { store, blobs, clock }, never));

  describe('forgetting a person', () => {
    const stop = (job: JobId) =>
      store.transaction(async ({ queue, ledger }) => {
        if ((await queue.cancel(job)) === 'ended') await ledger.release(job);
      });
    const forgetAnn = () => forget({ person: ann, until: clock.now() }, { store, blobs, clock, pseudonym, stop });

    test('takes words, pictures, name and settings, and keeps every sum', async () => {
      const job = at(
        { ...newJob('ann', 1), place: { ...place, asker: 'ann', askerName: 'console:ann' } },
        said('my cat'),
      );
      const blob = await deliver(job, 'my cat');
      const own = await given('a photo of me');
      await deliver(at({ ...newEdit('ann', 2, pictureOf(job)), notes: ['my note'] }, { inputs: [own] }), 'older me');
      await fail(at(newJob('ann', 3), said('my dog')));
      await store.ledger.grant(ann, credits(5), bob, 'for her birthday', 'g1');
      await store.ledger.grant(bob, credits(5), ann, 'thanks', 'g2');
      const preferences = keyvPreferences(keyvOn(current().database.db, clock, 'preferences'));
      await preferences.setPerson(ann, { count: 3 });
      await preferences.setWorkspace(person('ann').workspace, {
        countMax: 7,
        lanes: { people: { [ann]: 'batch', [bob]: 'priority' } },
      });
      await keyvOn(current().database.db, clock, 'hints').set(`reply ${ann}`, true);
      const { credits: before } = await recount();
      await clock.advance(2 * hourMs);

      expect(await forgetAnn()).toEqual({ open: 0, fresh: 0 });
      const all = await everything();
      for (const gone of ['console:ann', '"ann"', 'my cat', 'my dog', 'my note', 'birthday', own.blob, blob])
        expect(all).not.toContain(gone);
      expect([await blobs.has(blob), await blobs.has(own.blob)]).toEqual([false, false]);
      const { credits: after, findings: found } = await recount();
      expect([after, found]).toEqual([before, []]);
      expect(await preferences.ofWorkspace(person('ann').workspace)).toEqual({
        countMax: 7,
        lanes: { people: { [bob]: 'priority' } },
      });
      expect(await store.queue.find(job.id)).toMatchObject({
        person: { id: pseudonym(ann) },
        request: { words: wordsGone, prompt: wordsGone, inputs: [] },
        wordsGone: true,
        picturesGone: true,
        charged: 100,
      });
      expect(await store.gallery.shownBy(`m ${job.id}`)).toBe(job.id);
      await store.queue.remember(job.id, { ...place, asker: 'ann' });
      expect(await everything()).not.toContain('asker');
    });

    test('leaves what others made of it, without the words that they quote', async () => {
      const first = at(newJob('ann', 1), said('my cat'));
      const blob = await deliver(first, 'my cat');
      const input = { ...picture, blob, original: blob, parent: { job: first.id, position: 0 } };
      const theirs = at(newEdit('bob', 2, pictureOf(first)), {
        ...{ inputs: [input], ...said('make it blue') },
        origin: { words: 'my cat', version: 1 },
      });
      await deliver(theirs, 'a blue cat');
      await clock.advance(2 * hourMs);
      await forgetAnn();
      expect(await blobs.has(blob)).toBe(true);
      expect(await everything()).not.toContain('my cat');
      expect((await store.queue.find(theirs.id))?.request.words).toBe('make it blue');
      expect(await findings()).toEqual([]);
    });

    test('leaves the same picture to those who got it free', async () => {
      const first = at(newJob('ann', 1));
      const blob = await deliver(first, 'a red fox');
      const follower = at({ ...newJob('bob', 2), leader: first.id });
      const claim = await begin(follower);
      const shared = { pictures: [{ ...picture, blob }], charged: credits(0) };
      await store.queue.made(claim, { ...shared, provider: 'sketch', providerRequest: undefined });
      await store.ledger.settle(follower.id, credits(0));
      await store.queue.delivered(claim);
      await store.gallery.posted(follower.id, { thread: 'u', channel: 'c', messages: [], own: true }, 1);
      await clock.advance(2 * hourMs);
      await forgetAnn();
      expect(await blobs.has(blob)).toBe(true);
      expect(await findings()).toEqual([]);
    });

    test('cancels what waits and waits for what runs, and is whole after that', async () => {
      const running = await begin(at(newJob('ann', 1)));
      await store.queue.add(at(newJob('ann', 2)), 'host');
      await store.ledger.hold(newJob('ann', 2).id, ann, credits(120));
      expect(await forgetAnn()).toEqual({ open: 1, fresh: 0 });
      expect(await store.queue.find(newJob('ann', 2).id)).toMatchObject({
        state: 'cancelled',
        person: { id: pseudonym(ann) },
      });
      expect(await store.queue.find(running.job.id)).toMatchObject({ cancelAsked: true, person: { id: ann } });
      expect(await store.keeping.asked()).toEqual([{ person: ann, until: clock.now() }]);
      expect(await findings()).toEqual([]);

      const waiting = forgetInTime(
        { person: ann, until: clock.now() },
        { store, blobs, clock, pseudonym, stop },
        5_000,
        never,
      );
      await clock.untilSleeping();
      await store.queue.end(running, { cancelled: true });
      await store.ledger.release(running.job.id);
      await clock.advance(500);
      expect(await waiting).toMatchObject({ open: 0 });
      expect(await store.keeping.asked()).toEqual([]);
      expect(await everything()).not.toContain('console:ann"');
      expect(await findings()).toEqual([]);
    });

    test('waits no longer than it may', async () => {
      await begin(at(newJob('ann', 1)));
      const waiting = forgetInTime(
        { person: ann, until: clock.now() },
        { store, blobs, clock, pseudonym, stop },
        1_000,
        never,
      );
      for (let tick = 0; tick < 2; tick++) {
        await clock.untilSleeping();
        await clock.advance(500);
      }
      expect(await waiting).toMatchObject({ open: 1 });
    });

    test('may be cut off after any step and repeated, and repeated when it is done', async () => {
      for (const n of [1, 2, 3]) await deliver(at(newJob('ann', n)), `picture ${n}`);
      const { credits: before } = await recount();
      await clock.advance(2 * hourMs);
      const forgetting = { person: ann, until: clock.now() };
      await store.keeping.ask(forgetting);
      // Died after some jobs, before their blobs went.
      expect((await store.keeping.forgetJobs(forgetting, pseudonym(ann), 2)).jobs).toBe(2);
      expect(await findings()).toEqual([]);
      expect(await forgetAnn()).toEqual({ open: 0, fresh: 0 });
      expect(await forgetAnn()).toEqual({ open: 0, fresh: 0 });
      const { credits: after, findings: found } = await recount();
      expect([after, found]).toEqual([before, []]);
      await tidyUp();
      for await (const page of blobs.older(clock.now() + dayMs)) expect(page).toEqual([]);
    });

    test('whoever comes back begins with nothing, and can be forgotten again', async () => {
      await deliver(at(newJob('ann', 1)), 'one');
      await clock.advance(2 * hourMs);
      await forgetAnn();
      expect(await store.ledger.balance(ann)).toEqual({ available: 0, held: 0 });
      await store.ledger.grant(ann, credits(200), bob, 'welcome back', 'g');
      await deliver(at(newJob('ann', 2)), 'two');
      const { credits: before } = await recount();
      await forgetAnn();
      const { credits: after, findings: found } = await recount();
      expect([after, found]).toEqual([before, []]);
      expect(await everything()).not.toContain('console:ann"');
    });

    test('a picture of the last hour goes with the next round', async () => {
      const blob = await deliver(at(newJob('ann', 1)), 'one');
      expect(await forgetAnn()).toEqual({ open: 0, fresh: 1 });
      expect(await blobs.has(blob)).toBe(true);
      expect(await store.keeping.leaving('', 9)).toEqual([blob]);
      await days(1);
      await tidyUp();
      expect(await blobs.has(blob)).toBe(false);
      expect(await store.keeping.leaving('', 9)).toEqual([]);
    });

    test('takes nobody whose id begins alike', async () => {
      await deliver(at(newJob('annette', 1), said('her cat')), 'one');
      await deliver(at(newJob('ann', 1)), 'two');
      await forgetAnn();
      expect(await store.queue.find(newJob('annette', 1).id)).toMatchObject({ request: { words: 'her cat' } });
      expect(await store.ledger.balance(personId('console', 'annette'))).toEqual({ available: 900, held: 0 });
    });

    test('of somebody unknown does nothing', async () => {
      const before = await everything();
      expect(await forgetAnn()).toEqual({ open: 0, fresh: 0 });
      expect(await everything()).toBe(before);
    });
  });

  describe('keeping things for some days', () => {
    test('for ever, where nothing is set', async () => {
      const blob = await deliver(at(newJob('ann', 1), said('my cat')), 'one');
      const before = await everything();
      await days(4_000);
      await tidyUp();
      expect(await everything()).toBe(before);
      expect(await blobs.has(blob)).toBe(true);
    });

    test('words go when their days are over, and pictures stay', async () => {
      const blob = await deliver(at(newJob('ann', 1), said('my cat')), 'one');
      await days(10);
      await deliver(at(newJob('ann', 2), said('my dog')), 'two');
      await tidyUp({ keepPromptsDays: 9 });
      const all = await everything();
      expect([all.includes('my cat'), all.includes('my dog')]).toEqual([false, true]);
      expect(await blobs.has(blob)).toBe(true);
      expect(await store.queue.find(newJob('ann', 1).id)).toMatchObject({
        wordsGone: true,
        picturesGone: false,
        person: { id: ann, name: 'ann' },
      });
      expect(await findings()).toEqual([]);
    });

    test('pictures go when their days are over, unless somebody newer needs them', async () => {
      const first = at(newJob('ann', 1));
      const [one, alone] = [await deliver(first, 'one'), await deliver(at(newJob('ann', 2)), 'alone')];
      await days(10);
      const input = { ...picture, blob: one, original: one, parent: { job: first.id, position: 0 } };
      const edit = await begin(at(newEdit('bob', 3, pictureOf(first)), { inputs: [input] }));
      await days(1);
      await tidyUp({ keepPicturesDays: 5 });
      expect([await blobs.has(one), await blobs.has(alone)]).toEqual([true, false]);
      expect(await store.queue.pictures(first.id)).toEqual([]);
      expect(await store.queue.find(first.id)).toMatchObject({ picturesGone: true, wordsGone: false });
      expect(await store.answers.find(`wish of ${first.id}` as WishKey, 0)).toBeUndefined();
      expect(await findings()).toEqual([]);
      await store.queue.end(edit, { fault: 'timeout' });
      await store.ledger.release(edit.job.id);
      await days(2);
      await tidyUp({ keepPicturesDays: 5 });
      expect(await blobs.has(one)).toBe(false);
      expect(await findings()).toEqual([]);
    });

    test('calls go when all calls of their job are old and it is over, and the ledger stays', async () => {
      await deliver(at(newJob('ann', 1)), 'one');
      const open = await begin(at(newJob('ann', 2)));
      await called(open.job.id, 0);
      const half = at(newJob('ann', 3));
      await deliver(half, 'three');
      await days(10);
      await called(half.id, 0);
      const { credits: before } = await recount();
      await tidyUp({ keepAuditDays: 5 });
      const left = await current().database.db.selectFrom('calls').select('job').orderBy('seq').execute();
      expect(left.map(({ job }) => job)).toEqual([open.job.id, half.id, half.id]);
      const { credits: after, findings: found } = await recount();
      expect([after, found]).toEqual([before, []]);
    });

    test('many go in small pieces, and others have their turn in between', async () => {
      for (let n = 0; n < 120; n++) await fail(at(newJob(`p${n}`, n), said('my cat')));
      await days(2);
      const done = tidy({ ...nothing, keepPromptsDays: 1 }, { store, blobs, clock }, never);
      await clock.untilSleeping();
      const left = current().database.db.selectFrom('jobs').select('id').where('words_gone_at', 'is', null);
      expect((await left.execute()).length).toBe(20);
      await run(done);
      expect((await left.execute()).length).toBe(0);
    });
  });

  describe('blobs that nobody needs', () => {
    test('go after a while: of edits that were refused before they were jobs, and of makers that died', async () => {
      const { blob } = await given('never asked for');
      await tidyUp();
      expect(await blobs.has(blob)).toBe(true);
      await clock.advance(2 * hourMs);
      await tidyUp();
      expect(await blobs.has(blob)).toBe(false);
    });

    test('of an edit that failed, a day after it did', async () => {
      const input = await given('a photo');
      await clock.advance(2 * hourMs);
      await fail(at(newEdit('ann', 1, pictureOf(newJob('bob', 9))), { inputs: [input] }));
      await tidyUp();
      expect(await blobs.has(input.blob)).toBe(true);
      await days(2);
      await tidyUp();
      expect(await blobs.has(input.blob)).toBe(false);
    });

    test('never of what is in the works, mask and originals included, however old', async () => {
      const [input, mask] = [await given('a photo'), await given('a mask')];
      const original = await blobs.put(Buffer.from('a large photo'));
      await begin(at(newEdit('ann', 1, pictureOf(newJob('bob', 9))), { inputs: [{ ...input, original }], mask }));
      await days(30);
      await tidyUp();
      for (const blob of [input.blob, mask.blob, original]) expect(await blobs.has(blob)).toBe(true);
    });

    test('nor of an edit that an older Easel took in, which notes nothing', async () => {
      const input = await given('a photo');
      await begin(at(newEdit('ann', 1, pictureOf(newJob('bob', 9))), { inputs: [input] }));
      await current().database.db.deleteFrom('input_blobs').execute();
      await days(1);
      await tidyUp();
      expect(await blobs.has(input.blob)).toBe(true);
    });
  });

  test('the pseudonym is of the platform, the same each time, and another for everybody', () => {
    const discord = '12345678901234567' as string;
    const id = personId('discord', discord) as PersonId;
    expect(pseudonym(id)).toMatch(/^discord:forgotten-[0-9a-f]{20}$/);
    expect(pseudonym(id)).toBe(pseudonym(id));
    expect(pseudonym(ann)).not.toBe(pseudonym(bob));
    expect(pseudonymOf('another secret of 32 characters or more')(id)).not.toBe(pseudonym(id));
  });
});
