import { expect, test } from 'vitest';
import { diagnose } from '../../src/storage/doctor.ts';
import { leaseMs } from '../../src/storage/turns.ts';
import { blackPng } from './pictures/picture-bytes.ts';
import { asked, town } from './town.ts';

const cutOffMost = 10;

test('a job that is cut off again and again is tried ten times, then ends as interrupted, and everything is given back', async () => {
  const place = await town();
  const { parts, clock, storage, shown, calls } = place;
  const { queue, ledger } = parts.store;
  const job = await asked(place);
  const { person, held, quote } = (await queue.find(job)) ?? {};
  if (!person || held === undefined || quote === undefined) throw new RangeError('the job is not there');
  expect(await ledger.balance(person.id)).toEqual({ available: 500 - held, held });

  for (let start = 1; start <= cutOffMost; start++) {
    const claim = await queue.claim(`process ${start}`, ['console'], true, 1);
    expect(claim).toMatchObject({ job: { id: job, attempt: start }, resumed: start > 1 });
    // It dies here: nobody keeps the lease.
    await clock.advance(leaseMs);
  }

  const { worker } = place.another('last');
  worker.start();
  await place.flown(worker.idle());
  await place.flown(parts.errands.settled());
  expect(calls).toEqual([]);
  expect(await queue.find(job)).toMatchObject({
    state: 'failed',
    outcome: { fault: 'interrupted' },
    charged: undefined,
  });
  expect(await ledger.balance(person.id)).toEqual({ available: 500, held: 0 });
  expect(shown.lines().at(-1)).toContain(
    'Making this picture was interrupted too many times. Nothing was charged. Try again.',
  );
  // The last start may have been billed: that is the house's.
  expect(await diagnose(storage.database.db, storage.blobs)).toMatchObject({
    findings: [],
    credits: { available: 500, held: 0, charged: 0, house: quote },
  });
  await place.flown(worker.stop(0));
});

test('a job that was cut off less often is made in the end', async () => {
  const place = await town();
  const { parts, clock, calls } = place;
  const { queue } = parts.store;
  const job = await asked(place);
  for (let start = 1; start < cutOffMost; start++) {
    await queue.claim(`process ${start}`, ['console'], true, 1);
    await clock.advance(leaseMs);
  }
  const { worker } = place.another('last');
  worker.start();
  const call = await place.untilCalled(1);
  call.resolve({ refused: 'content', stage: 'prompt', categories: [] });
  await place.flown(worker.idle());
  await place.flown(parts.errands.settled());
  expect(calls).toHaveLength(1);
  expect(await queue.find(job)).toMatchObject({ state: 'refused', attempt: cutOffMost });
  await place.flown(worker.stop(0));
});

test('a job that only waits is not cut off, however long it waits', async () => {
  const place = await town();
  const { parts, clock } = place;
  const { queue } = parts.store;
  const job = await asked(place);
  await clock.advance(30 * leaseMs);
  expect(await queue.find(job)).toMatchObject({ state: 'queued', attempt: 0 });
});

test('a job that is cancelled when it is made and not posted yet costs nothing, and is not posted', async () => {
  const place = await town();
  const { parts, clock, storage, shown } = place;
  const { queue, ledger } = parts.store;
  const job = await asked(place);
  const claim = await queue.claim('first', ['console'], true, 1);
  if (!claim) throw new RangeError('the job is not there');
  const charged = claim.job.quote;
  const blob = await parts.blobs.put(blackPng(64, 64));
  const pictures = [{ blob, format: 'png', width: 64, height: 64, bytes: 9 }] as const;
  await parts.store.transaction(async (books) => {
    await books.queue.made(claim, { pictures, charged, provider: 'scripted', providerRequest: undefined });
    await books.ledger.settle(job, charged);
  });
  // It dies here, before the picture is posted.
  await clock.advance(leaseMs);
  expect(await queue.cancel(job)).toBe('asked');

  const { worker } = place.another('last');
  worker.start();
  await place.flown(worker.idle());
  await place.flown(parts.errands.settled());
  expect(await queue.find(job)).toMatchObject({ state: 'cancelled', outcome: { cancelled: true }, charged: undefined });
  expect(await ledger.balance(claim.job.person.id)).toEqual({ available: 500, held: 0 });
  expect(shown.lines().at(-1)).toContain('Cancelled. Nothing was charged.');
  expect(await diagnose(storage.database.db, storage.blobs)).toMatchObject({ findings: [], credits: { charged: 0 } });
  await place.flown(worker.stop(0));
});
