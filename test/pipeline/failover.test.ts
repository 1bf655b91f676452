import { expect, test } from 'vitest';
import { Fault } from '../../src/domain/fault.ts';
import type { ImageProvider, Made } from '../../src/domain/image-provider.ts';
import type { JobId, Json } from '../../src/domain/job.ts';
import { nobody } from '../../src/domain/job-queue.ts';
import { diagnose } from '../../src/storage/doctor.ts';
import { leaseMs } from '../../src/storage/turns.ts';
import { scriptedProvider } from '../fakes/provider.ts';
import { blackPng } from './pictures/picture-bytes.ts';
import { asked, type Town, town } from './town.ts';

const price = 17;

const made: Made = { made: [blackPng(1024, 1024)], usage: undefined, requestId: 'req_1' };

const service = (name: string, more: Partial<ImageProvider> = {}) => scriptedProvider({ name, ...more });
type Service = ReturnType<typeof service>;

/** What is written down: who was called, how it ended, what the person and the house paid. */
async function booked({ storage }: Town): Promise<unknown[]> {
  const calls = await storage.database.db.selectFrom('calls').selectAll().orderBy('seq').execute();
  return calls.map(({ provider, outcome, charged, absorbed }) => [provider, outcome, charged, absorbed]);
}

/** A process works on the job until nothing is left to do, with these services. */
async function worked(place: Town, services: readonly Service[], during: () => Promise<void>): Promise<void> {
  const { worker } = place.another(
    'last',
    services.map(({ provider }) => provider),
  );
  worker.start();
  await during();
  await place.flown(worker.idle());
  await place.flown(place.parts.errands.settled());
  expect((await diagnose(place.storage.database.db, place.storage.blobs)).findings).toEqual([]);
  await place.flown(worker.stop(0));
}

/** A process began to work on a job, stored who it calls, and was killed. */
async function killed(place: Town, calling: { provider: string; ticket?: Json } | undefined): Promise<JobId> {
  const { queue } = place.parts.store;
  const job = await asked(place);
  const claim = await queue.claim('killed', ['console'], true, 1);
  if (claim && calling) await queue.calling(claim, calling.provider, calling.ticket);
  await place.clock.advance(leaseMs);
  return job;
}

test('killed during a call, it is booked to the service that was called', async () => {
  const place = await town();
  const [first, relay] = [service('first'), service('relay')];
  await killed(place, { provider: 'relay' });
  await worked(place, [first, relay], async () => (await first.untilCalled(1)).resolve(made));
  expect(await booked(place)).toEqual([
    ['relay', 'cut off', 0, price],
    ['first', 'made', price, 0],
  ]);
});

test('stopped between two calls, while both services want to be left alone, nothing is booked twice', async () => {
  const place = await town();
  const [first, relay] = [service('first'), service('relay')];
  const job = await asked(place);
  const { worker } = place.another('killed', [first.provider, relay.provider]);
  worker.start();
  const busy = new Fault('throttled', 'slow down', { retryAfterMs: 100_000 });
  (await first.untilCalled(1)).reject(busy);
  (await relay.untilCalled(1)).reject(busy);
  // Who dies now leaves word that nobody was being called.
  const provider = async () => (await place.parts.store.queue.find(job))?.provider;
  while ((await provider()) !== nobody) await place.clock.advance(1);
  await place.flown(worker.stop(0));
  await worked(place, [first, relay], async () => {
    await place.flown(Promise.race([first.untilCalled(2), relay.untilCalled(2)]).then(() => undefined));
    for (const { calls } of [first, relay]) calls[1]?.resolve(made);
  });
  expect((await booked(place)).map((call) => (call as unknown[])[1])).toEqual(['throttled', 'throttled', 'made']);
});

test('a ticket is asked about at the service that gave it, whoever comes first now', async () => {
  const place = await town();
  const first = service('first');
  const relay = service('relay', { check: async () => made });
  await killed(place, { provider: 'relay', ticket: { task: 7 } });
  await worked(place, [first, relay], async () => undefined);
  expect(first.calls).toEqual([]);
  expect(await booked(place)).toEqual([['relay', 'made', price, 0]]);
});

test('a ticket of a service that does not serve this lane any more is followed all the same, then others are asked', async () => {
  const place = await town();
  const first = service('first');
  const check = () => Promise.reject(new Fault('broken-answer', 'no picture', { maybeBilled: true }));
  const relay = service('relay', { check, lanes: ['batch'] });
  await killed(place, { provider: 'relay', ticket: { task: 7 } });
  await worked(place, [first, relay], async () => (await first.untilCalled(1)).resolve(made));
  expect(await booked(place)).toEqual([
    ['relay', 'broken-answer', 0, price],
    ['first', 'made', price, 0],
  ]);
});

test('a ticket whose service is not set up any more: its picture may be billed, another one makes it', async () => {
  const place = await town();
  const first = service('first');
  await killed(place, { provider: 'gone', ticket: { task: 7 } });
  await worked(place, [first], async () => (await first.untilCalled(1)).resolve(made));
  expect(await booked(place)).toEqual([
    ['gone', 'cut off', 0, price],
    ['first', 'made', price, 0],
  ]);
});

test('and where there is no other that could, the job ends, and the house still has the bill', async () => {
  const place = await town();
  const job = await killed(place, { provider: 'gone', ticket: { task: 7 } });
  await worked(place, [service('other', { offers: [] })], async () => undefined);
  expect(await place.parts.store.queue.find(job)).toMatchObject({ state: 'refused' });
  expect(await booked(place)).toEqual([['gone', 'cut off', 0, price]]);
});

test('a task that can not be asked about any more may be billed: the house pays it, another service makes the picture', async () => {
  const place = await town();
  const first = service('first', { check: () => Promise.reject(new Fault('unreachable', 'away')) });
  const relay = service('relay');
  await asked(place);
  await worked(place, [first, relay], async () => {
    (await first.untilCalled(1)).resolve({ ticket: { task: 7 } });
    (await relay.untilCalled(1)).resolve(made);
  });
  expect(await booked(place)).toEqual([
    ['first', 'unreachable', 0, price],
    ['relay', 'made', price, 0],
  ]);
});

test('what an adapter trips over is made elsewhere; what had gone out may be billed, and admins hear of it', async () => {
  const place = await town();
  const [first, relay] = [service('first'), service('relay')];
  await asked(place);
  await worked(place, [first, relay], async () => {
    const call = await first.untilCalled(1);
    call.onProgress({ sent: true });
    call.reject(new TypeError('undefined is not a function'));
    (await relay.untilCalled(1)).resolve(made);
  });
  expect(await booked(place)).toEqual([
    ['first', 'bug', 0, price],
    ['relay', 'made', price, 0],
  ]);
  expect(place.shown.lines().join('\n')).toContain(
    'Something went wrong inside Easel while it asked the image service first.',
  );
});

test('after a rest one job tries, and the others wait to see what comes of it', async () => {
  const place = await town();
  const relay = service('relay', { concurrency: 9 });
  const { health, rules } = place.parts;
  expect(rules.userConcurrency).toBe(2);
  for (let n = 0; n < 5; n++) health.ended('relay', new Fault('unreachable', 'away'));
  await asked(place, 'a red fox');
  await asked(place, 'a blue fox');
  await worked(place, [relay], async () => {
    await place.flown(relay.untilCalled(1).then(() => undefined));
    await place.clock.advance(10_000);
    expect(relay.calls).toHaveLength(1);
    relay.calls[0]?.resolve(made);
    await place.flown(relay.untilCalled(2).then(() => undefined));
    relay.calls[1]?.resolve(made);
  });
  expect(await booked(place)).toEqual([
    ['relay', 'made', price, 0],
    ['relay', 'made', price, 0],
  ]);
});
