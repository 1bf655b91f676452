import { beforeEach, describe, expect, test } from 'vitest';
import type { Shown } from '../../src/domain/gallery.ts';
import type { JobId, NewJob } from '../../src/domain/job.ts';
import type { Claim } from '../../src/domain/job-queue.ts';
import type { Store } from '../../src/domain/store.ts';
import { finished, newEdit, newJob, picture, pictureOf, place } from './jobs.ts';

/** What every gallery promises. @param open gives the store of an empty one */
export function galleryContract(name: string, open: () => Promise<Store>): void {
  describe(`${name} as a gallery`, () => {
    let store: Store;
    beforeEach(async () => {
      store = await open();
    });

    const start = async (job: NewJob): Promise<Claim> => {
      await store.queue.add(job, 'host');
      await store.queue.announced(job.id, place);
      const claim = await store.queue.claim('host', ['console'], true, 99);
      if (!claim) throw new RangeError('there was nothing to claim');
      return claim;
    };
    const make = async (job: NewJob): Promise<Claim> => {
      const claim = await start(job);
      await store.queue.made(claim, { ...finished, pictures: [picture, picture] });
      return claim;
    };
    /** Where the pictures of a job are: with one message and one file of their own. */
    const at = (thread: string, { id }: NewJob, channel = 'c1'): Shown => ({
      thread,
      channel,
      messages: [`message of ${id}`, `file of ${id}`],
      own: true,
    });
    const show = async (job: NewJob, thread: string, ms: number, channel?: string): Promise<JobId> => {
      await make(job);
      await store.gallery.posted(job.id, at(thread, job, channel), ms);
      return job.id;
    };
    const current = async (thread: string) => (await store.gallery.current(thread))?.job;
    const inThread = async (thread: string) => (await store.gallery.inThread(thread)).map(({ id }) => id);
    const ann = (n: number) => newJob('ann', n);

    describe('where pictures are', () => {
      test('is nowhere for what was never posted', async () => {
        const { gallery } = store;
        await make(ann(1));
        expect(await gallery.shownBy('m')).toBeUndefined();
        expect(await gallery.current('t')).toBeUndefined();
        expect(await gallery.inThread('t')).toEqual([]);
        expect(await gallery.newestIn('c1')).toBeUndefined();
        await gallery.removed(ann(1).id);
        expect(await gallery.current('t')).toBeUndefined();
      });

      test('is found by every message and file that shows them', async () => {
        await show(ann(1), 't', 1);
        await show(ann(2), 't', 2);
        expect(await store.gallery.shownBy(`message of ${ann(1).id}`)).toBe(ann(1).id);
        expect(await store.gallery.shownBy(`file of ${ann(2).id}`)).toBe(ann(2).id);
        expect(await store.gallery.shownBy(ann(1).id)).toBeUndefined();
      });

      test('is where they went in the end, when they could not be posted where that was meant', async () => {
        await show(ann(1), 't', 1);
        await store.gallery.posted(ann(1).id, at('direct', ann(1), 'c2'), 2);
        expect([await inThread('t'), await inThread('direct')]).toEqual([[], [ann(1).id]]);
        expect(await current('direct')).toBe(ann(1).id);
        expect([await store.gallery.newestIn('c1'), await store.gallery.newestIn('c2')]).toEqual([
          undefined,
          ann(1).id,
        ]);
      });

      test('is noted for pictures without a message too', async () => {
        await make(ann(1));
        await store.gallery.posted(ann(1).id, { thread: 't', channel: 'c1', messages: [], own: true }, 1);
        expect(await inThread('t')).toEqual([ann(1).id]);
      });

      test('in a thread: what was posted there, oldest first, whole', async () => {
        await show(ann(3), 't', 30);
        await show(ann(1), 't', 50);
        await show(ann(2), 't', 40);
        await show(ann(4), 'other', 45);
        expect(await inThread('t')).toEqual([ann(3).id, ann(2).id, ann(1).id]);
        expect((await store.gallery.inThread('other'))[0]).toEqual(await store.queue.find(ann(4).id));
      });

      test('in a channel: what was posted last there and in its threads', async () => {
        await show(ann(1), 't', 10);
        await show(ann(2), 'u', 30);
        await show(ann(3), 't', 20);
        await show(ann(4), 'v', 40, 'c2');
        expect(await store.gallery.newestIn('c1')).toBe(ann(2).id);
        expect(await store.gallery.newestIn('c2')).toBe(ann(4).id);
      });

      test('is forgotten with a transaction that is undone', async () => {
        await make(ann(1));
        const work = store.transaction(async ({ gallery }) => {
          await gallery.posted(ann(1).id, at('t', ann(1)), 1);
          expect((await gallery.current('t'))?.job).toBe(ann(1).id);
          return { refused: 'stopping' } as const;
        });
        expect(await work).toEqual({ refused: 'stopping' });
        expect([await current('t'), await inThread('t')]).toEqual([undefined, []]);
        expect(await store.gallery.shownBy(`message of ${ann(1).id}`)).toBeUndefined();
      });
    });

    describe('what a thread is about', () => {
      test('is what was posted there last', async () => {
        await show(ann(1), 't', 1);
        await show(ann(2), 't', 2);
        await show(ann(3), 'other', 3);
        expect([await current('t'), await current('other')]).toEqual([ann(2).id, ann(3).id]);
      });

      test('is what it was turned back to, until something new is posted', async () => {
        await show(ann(1), 't', 1);
        await show(ann(2), 't', 2);
        await store.gallery.turnBack('t', { job: ann(1).id, position: 0 });
        expect(await current('t')).toBe(ann(1).id);
        expect(await store.gallery.newestIn('c1')).toBe(ann(2).id);
        await show(ann(3), 't', 3);
        expect(await current('t')).toBe(ann(3).id);
      });

      test('keeps which of several pictures it was turned back to', async () => {
        await show(ann(1), 't', 1);
        await show(ann(2), 't', 2);
        expect(await store.gallery.current('t')).toEqual({ job: ann(2).id, position: undefined });
        expect(await store.gallery.turnBack('t', { job: ann(1).id, position: 3 })).toBe(true);
        expect(await store.gallery.current('t')).toEqual({ job: ann(1).id, position: 3 });
      });

      test('can’t be turned back to what was removed', async () => {
        await show(ann(1), 't', 1);
        await show(ann(2), 't', 2);
        await store.gallery.removed(ann(1).id);
        expect(await store.gallery.turnBack('t', { job: ann(1).id, position: 0 })).toBe(false);
        expect(await current('t')).toBe(ann(2).id);
      });

      test('is what was there before, when the newest was going to be posted there and went elsewhere', async () => {
        await show(ann(1), 't', 1);
        await show(ann(2), 't', 2);
        await store.gallery.posted(ann(2).id, at('direct', ann(2)), 3);
        expect([await current('t'), await current('direct')]).toEqual([ann(1).id, ann(2).id]);
      });

      test('can be what was posted elsewhere', async () => {
        await show(ann(1), 't', 1);
        await store.gallery.turnBack('u', { job: ann(1).id, position: 0 });
        expect([await current('t'), await current('u')]).toEqual([ann(1).id, ann(1).id]);
      });

      test('does not change when the same is noted again', async () => {
        await show(ann(1), 't', 1);
        await show(ann(2), 't', 2);
        await store.gallery.posted(ann(1).id, at('t', ann(1)), 3);
        expect(await current('t')).toBe(ann(2).id);
        expect(await inThread('t')).toEqual([ann(1).id, ann(2).id]);

        await store.gallery.turnBack('t', { job: ann(1).id, position: 0 });
        await store.gallery.posted(ann(2).id, at('t', ann(2)), 4);
        expect(await current('t')).toBe(ann(1).id);
      });

      test('is one of those that were posted at the same time', async () => {
        const jobs = [1, 2, 3, 4, 5, 6].map(ann);
        for (const job of jobs) await make(job);
        await Promise.all(jobs.map((job, n) => store.gallery.posted(job.id, at('t', job), n)));
        expect(await inThread('t')).toEqual(jobs.map(({ id }) => id));
        expect(jobs.map(({ id }) => id)).toContain(await current('t'));
      });
    });

    describe('removing', () => {
      test('takes pictures out of their thread and channel', async () => {
        await show(ann(1), 't', 1);
        await show(ann(2), 'u', 2);
        await store.gallery.removed(ann(2).id);
        await store.gallery.removed(ann(2).id);
        expect([await inThread('u'), await current('u')]).toEqual([[], undefined]);
        expect(await store.gallery.newestIn('c1')).toBe(ann(1).id);
        expect(await inThread('t')).toEqual([ann(1).id]);
      });

      test('makes the thread about its newest remaining pictures', async () => {
        for (const n of [1, 2, 3]) await show(ann(n), 't', n);
        await store.gallery.removed(ann(2).id);
        expect(await current('t')).toBe(ann(3).id);
        await store.gallery.removed(ann(3).id);
        expect(await current('t')).toBe(ann(1).id);
        await store.gallery.removed(ann(1).id);
        expect(await current('t')).toBeUndefined();
        await show(ann(4), 't', 4);
        expect(await current('t')).toBe(ann(4).id);
      });

      test('leaves the thread where it was turned back to', async () => {
        for (const n of [1, 2, 3]) await show(ann(n), 't', n);
        await store.gallery.turnBack('t', { job: ann(1).id, position: 0 });
        await store.gallery.removed(ann(3).id);
        expect(await current('t')).toBe(ann(1).id);
        await store.gallery.removed(ann(1).id);
        expect(await current('t')).toBe(ann(2).id);
      });

      test('is not undone by noting again where they were posted', async () => {
        await show(ann(1), 't', 1);
        await store.gallery.removed(ann(1).id);
        await store.gallery.posted(ann(1).id, at('t', ann(1)), 2);
        expect([await inThread('t'), await current('t')]).toEqual([[], undefined]);
      });

      test('of all at the same time leaves the thread about nothing', async () => {
        for (let round = 0; round < 10; round++) {
          const jobs = [1, 2, 3].map((n) => newJob(`ann${round}`, n));
          for (const [n, job] of jobs.entries()) await show(job, 't', n);
          await Promise.all(jobs.toReversed().map(({ id }) => store.gallery.removed(id)));
          expect([await current('t'), await inThread('t')]).toEqual([undefined, []]);
        }
      });

      test('and posting at the same time leaves the thread about what was posted', async () => {
        for (let round = 0; round < 10; round++) {
          const [old, fresh] = [newJob(`ann${round}`, 1), newJob(`ann${round}`, 2)];
          await show(old, `t${round}`, 1);
          await make(fresh);
          await Promise.all([store.gallery.removed(old.id), store.gallery.posted(fresh.id, at(`t${round}`, fresh), 2)]);
          expect(await current(`t${round}`)).toBe(fresh.id);
        }
      });

      test('goes for jobs that ended without a picture after all', async () => {
        const claim = await make(ann(1));
        await store.gallery.posted(ann(1).id, at('t', ann(1)), 1);
        await store.queue.end(claim, { fault: 'no-access' });
        expect([await inThread('t'), await store.gallery.newestIn('c1')]).toEqual([[], undefined]);
      });
    });

    describe('children', () => {
      const children = async (of: Parameters<Store['gallery']['children']>[0]) =>
        (await store.gallery.children(of)).map(({ id }) => id);

      test('are the jobs that begin with a picture of it, oldest first', async () => {
        const { job: parent } = await make(ann(1));
        const second = newEdit('ann', 3, pictureOf(parent, 1));
        const first = newEdit('bob', 2, pictureOf(parent, 0));
        for (const job of [second, first]) await store.queue.add(job, 'host');
        expect(await children(parent.id)).toEqual([first.id, second.id]);
        expect(await children({ job: parent.id, position: 0 })).toEqual([first.id]);
        expect(await children({ job: parent.id, position: 1 })).toEqual([second.id]);
        expect(await children({ job: parent.id, position: 2 })).toEqual([]);
        expect(await children(first.id)).toEqual([]);
        expect((await store.gallery.children(parent.id))[0]).toEqual(await store.queue.find(first.id));
      });

      test('are those that only look at it too, and each is one however often', async () => {
        const { job: a } = await make(ann(1));
        const { job: b } = await make(newJob('bob', 2));
        const [ofA, ofB] = [pictureOf(a), pictureOf(b)];
        const edit = newEdit('cas', 3, ofA, ofB, ofB, pictureOf(b, 1));
        const [mask] = newEdit('cas', 4, ofA).request.inputs;
        const masked: NewJob = { ...newJob('cas', 4), request: { ...edit.request, inputs: [], mask } };
        expect(await store.queue.add(edit, 'host')).toBe('added');
        expect(await store.queue.add(edit, 'host')).toBe('known');
        await store.queue.add(masked, 'host');
        expect(await children(a.id)).toEqual([edit.id, masked.id]);
        expect(await children(b.id)).toEqual([edit.id]);
      });

      test('of the children are not its own', async () => {
        const { job: parent } = await make(ann(1));
        const { job: child } = await make(newEdit('ann', 2, pictureOf(parent)));
        const { job: grandchild } = await make(newEdit('ann', 3, pictureOf(child)));
        expect([await children(parent.id), await children(child.id)]).toEqual([[child.id], [grandchild.id]]);
      });

      test.each([{ fault: 'timeout' }, { refusal: { refused: 'stopping' } }, { cancelled: true }] as const)(
        'are not those that ended without a picture: %j',
        async (outcome) => {
          const { job: parent } = await make(ann(1));
          await store.queue.end(await start(newEdit('ann', 2, pictureOf(parent))), outcome);
          const { job: made } = await make(newEdit('ann', 3, pictureOf(parent)));
          expect(await children(parent.id)).toEqual([made.id]);
        },
      );

      test('stay when its pictures or theirs are removed', async () => {
        await show(ann(1), 't', 1);
        const edit = newEdit('ann', 2, pictureOf(ann(1)));
        await show(edit, 't', 2);
        await store.gallery.removed(ann(1).id);
        await store.gallery.removed(edit.id);
        expect(await children(ann(1).id)).toEqual([edit.id]);
      });

      test('are forgotten with a job that is not accepted after all', async () => {
        const { job: parent } = await make(ann(1));
        await store.transaction(async ({ queue }) => {
          await queue.add(newEdit('ann', 2, pictureOf(parent)), 'host');
          return { refused: 'stopping' } as const;
        });
        await store.queue.add(newJob('ann', 2), 'host');
        expect(await children(parent.id)).toEqual([]);
      });
    });
  });
}
