import path from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { credits } from '../../src/domain/credits.ts';
import type { JobId, NewJob } from '../../src/domain/job.ts';
import type { Claim } from '../../src/domain/job-queue.ts';
import type { Store } from '../../src/domain/store.ts';
import { fileBlobs } from '../../src/storage/blobs.ts';
import { diagnose } from '../../src/storage/doctor.ts';
import { sqlStore } from '../../src/storage/store.ts';
import { leaseMs } from '../../src/storage/turns.ts';
import { finished, newEdit, newJob, person, picture, pictureOf, place } from '../contracts/jobs.ts';
import { type ManualClock, manualClock } from '../fakes/clock.ts';
import { onEveryDatabase } from './databases.ts';

const people = ['ann', 'bob', 'cas'];
const hosts = ['one', 'two', 'three'];
const runningMax = 2;

/**
 * One thing that happens. A process that crashes forgets its claims; a claim that is worked on may be any that was ever
 * given, so that processes come back from the dead too.
 */
const event = fc.record({
  kind: fc.constantFrom(
    'ask',
    'ask',
    'claim',
    'claim',
    'claim',
    'step',
    'step',
    'step',
    'fail',
    'cancel',
    'putBack',
    'crash',
    'later',
    'renew',
  ),
  n: fc.nat(30),
});
type Event = typeof event extends fc.Arbitrary<infer E> ? E : never;

/** A small world of processes around one store. Counts how often each job was settled, as the fences report it. */
class World {
  readonly settled = new Map<JobId, number>();
  readonly jobs: JobId[] = [];
  readonly made: NewJob[] = [];
  readonly claims: Claim[] = [];
  readonly store: Store;
  readonly clock: ManualClock;
  readonly blob: string;

  constructor(store: Store, clock: ManualClock, blob: string) {
    this.store = store;
    this.clock = clock;
    this.blob = blob;
  }

  async live({ kind, n }: Event): Promise<void> {
    const host = hosts[n % hosts.length] ?? 'one';
    const claim = this.claims[n % Math.max(this.claims.length, 1)];
    const job = this.jobs[n % Math.max(this.jobs.length, 1)];
    if (kind === 'ask') return this.ask(people[n % people.length] ?? 'ann', n);
    if (kind === 'claim') return void (await this.claim(host, n % 4 > 0));
    if (kind === 'crash') return void (await this.store.queue.free((owner) => owner === host));
    if (kind === 'later') return this.clock.advance(n * 1_000);
    if (kind === 'renew') return void (await this.store.queue.renew(host, this.jobs));
    if (kind === 'cancel' && job) return this.cancel(job);
    if (kind === 'step' && claim) return this.step(claim);
    if (kind === 'fail' && claim) return this.fail(claim);
    if (kind === 'putBack' && claim) return this.store.queue.putBack(claim);
  }

  /** There is a picture before anything else happens. */
  async begin(): Promise<void> {
    await this.ask('ann', 32);
    const claim = await this.claim('one', true);
    for (let n = 0; claim && n < 3; n++) await this.step(claim);
  }

  /** Half of the time a change to a picture that was made. */
  async order(who: string, n: number): Promise<NewJob> {
    const parent = this.made[n % Math.max(this.made.length, 1)];
    if (n % 2 === 0 || !parent) return newJob(who, n);
    const edit = newEdit(who, n, pictureOf(parent));
    const inputs = edit.request.inputs.map((input) => ({ ...input, blob: this.blob, original: this.blob }));
    return { ...edit, request: { ...edit.request, inputs } };
  }

  /** Sometimes the process dies before the job is announced. */
  async ask(who: string, n: number): Promise<void> {
    const job = await this.order(who, n);
    const answer = await this.store.transaction(async ({ queue, ledger }) => {
      const added = await queue.add(job, hosts[n % hosts.length] ?? 'one');
      const held = await ledger.hold(job.id, job.person.id, job.held);
      return 'refused' in held ? held : added;
    });
    if (answer === 'added') this.jobs.push(job.id);
    if (n % 5 > 0) await this.store.queue.announced(job.id, place);
  }

  async claim(host: string, making: boolean): Promise<Claim | undefined> {
    const claim = await this.store.queue.claim(host, ['console'], making, runningMax);
    if (claim) this.claims.push(claim);
    for (const who of people)
      expect((await this.store.queue.load(person(who).id)).running).toBeLessThanOrEqual(runningMax);
    return claim;
  }

  /** The next step of the claim's job, or nothing when the claim was lost. */
  async step(claim: Claim): Promise<void> {
    const made = await this.store.transaction(async ({ queue, ledger }) => {
      const pictures = [{ ...picture, blob: this.blob }];
      if (!(await queue.made(claim, { ...finished, pictures }))) return false;
      await ledger.settle(claim.job.id, finished.charged);
      return true;
    });
    if (made) {
      this.made.push(claim.job);
      return this.count(claim.job.id);
    }
    const job = await this.store.queue.find(claim.job.id);
    // Its person has asked to cancel, so it can't be made or posted any more.
    if (job?.cancelAsked && !job.posting) return this.fail(claim);
    if (job?.posting) await this.deliver(claim);
    else await this.store.queue.posting(claim);
  }

  async deliver(claim: Claim): Promise<void> {
    await this.store.transaction(async ({ queue, gallery }) => {
      if (!(await queue.delivered(claim))) return;
      const { id, family } = claim.job;
      await gallery.posted(id, { thread: family, channel: 'here', messages: [id], own: true }, this.clock.now());
    });
  }

  /** Ends the claim's job: what is held for it comes back, or what it was charged already. */
  async fail(claim: Claim): Promise<void> {
    const unsettled = await this.store.transaction(async ({ queue, ledger }) => {
      if (!(await queue.end(claim, { fault: 'timeout' }))) return false;
      const { charged } = await ledger.release(claim.job.id);
      if (charged > 0) await ledger.refund(claim.job.id, 'nowhere to post it');
      return charged === 0;
    });
    if (unsettled) this.count(claim.job.id);
  }

  async cancel(job: JobId): Promise<void> {
    const ended = await this.store.transaction(async ({ queue, ledger }) => {
      const answer = await queue.cancel(job);
      if (answer === 'ended') await ledger.release(job);
      return answer;
    });
    if (ended === 'ended') this.count(job);
  }

  count(job: JobId): void {
    this.settled.set(job, (this.settled.get(job) ?? 0) + 1);
  }

  /** Every process is gone; a new one does what is left. */
  async finish(): Promise<void> {
    await this.clock.advance(leaseMs);
    for (let claim = await this.claim('new', true); claim; claim = await this.claim('new', true))
      for (let n = 0; n < 3; n++) await this.step(claim);
  }
}

onEveryDatabase((current) => {
  const play = async (history: (world: World) => Promise<void>) => {
    const { database, folder, empty } = current();
    await empty();
    const clock = manualClock();
    const blobs = fileBlobs(path.join(folder, 'blobs'));
    const blob = await blobs.put(new TextEncoder().encode('a picture'));
    const store = sqlStore(database, clock, credits(1_000));
    const world = new World(store, clock, blob);
    await world.begin();
    await history(world);
    await world.finish();

    expect(Object.fromEntries(world.settled)).toEqual(Object.fromEntries(world.jobs.map((job) => [job, 1])));
    for (const job of world.jobs)
      expect(['delivered', 'failed', 'cancelled']).toContain((await store.queue.find(job))?.state);
    const { credits: sums, findings } = await diagnose(database.db, blobs);
    expect([sums.held, findings]).toEqual([0, []]);
  };

  test('whatever happens, and whoever dies, every job is settled exactly once', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(event, { maxLength: 60 }), (events) =>
        play(async (world) => {
          for (const each of events) await world.live(each);
        }),
      ),
      { numRuns: current().engine === 'sqlite' ? 60 : 10 },
    );
  });

  test('the same when it all happens at the same time', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(event, { maxLength: 10 }), { maxLength: 8 }), (rounds) =>
        play(async (world) => {
          for (const events of rounds) await Promise.all(events.map((each) => world.live(each)));
        }),
      ),
      { numRuns: current().engine === 'sqlite' ? 25 : 10 },
    );
  });
});
