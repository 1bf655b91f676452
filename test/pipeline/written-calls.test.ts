import { expect, test } from 'vitest';
import { Fault } from '../../src/domain/fault.ts';
import type { Made } from '../../src/domain/image-provider.ts';
import type { Refusal } from '../../src/domain/refusal.ts';
import { withSeveralCalls } from '../../src/providers/with-several-calls.ts';
import { diagnose } from '../../src/storage/doctor.ts';
import { scriptedProvider } from '../fakes/provider.ts';
import { blackPng } from './pictures/picture-bytes.ts';
import { asked, type Town, town } from './town.ts';

/** What is written down of calls, whatever came of them. */

const price = 17;
const picture = blackPng(1024, 1024);
const made: Made = { made: [picture], usage: undefined, requestId: 'req_made', organisation: 'org-1' };
const refusal: Refusal = { refused: 'content', stage: 'prompt', categories: [] };
const answered = { answered: { requestId: 'req_1', organisation: 'org-1' } };

type Service = ReturnType<typeof scriptedProvider>;

/** Asks for pictures, has this service make them, and tells what is written down about that. */
async function written(place: Town, service: Service, words: string, during: (place: Town) => Promise<void>) {
  const job = await asked(place, words);
  const { worker } = place.another('last', [withSeveralCalls(service.provider)]);
  worker.start();
  await during(place);
  await place.flown(worker.idle());
  await place.flown(place.parts.errands.settled());
  expect((await diagnose(place.storage.database.db, place.storage.blobs)).findings).toEqual([]);
  await place.flown(worker.stop(0));
  const calls = await place.parts.store.audit.ofJob(job, 9);
  return calls.map(({ outcome, count, delivered, requestId, organisation, charged, absorbed }) => ({
    ...{ outcome, count, delivered, requestId, organisation, charged, absorbed },
  }));
}

test('a call that is declined is known by what the service called it', async () => {
  const service = scriptedProvider();
  const rows = await written(await town(), service, 'a red fox', async () => {
    const call = await service.untilCalled(1);
    call.onProgress({ sent: true });
    call.onProgress(answered);
    call.resolve(refusal);
  });
  expect(rows).toEqual([
    {
      ...{ outcome: 'refused', count: 1, delivered: 0, requestId: 'req_1', organisation: 'org-1' },
      ...{ charged: 0, absorbed: 0 },
    },
  ]);
});

test('a call that failed too, whether its fault names it or not', async () => {
  const service = scriptedProvider();
  const rows = await written(await town(), service, 'a red fox', async ({ flown }) => {
    const call = await service.untilCalled(1);
    call.onProgress({ sent: true });
    call.onProgress(answered);
    call.reject(new Fault('broken-answer', 'half a picture', { maybeBilled: true }));
    await flown(service.untilCalled(2).then(({ resolve }) => resolve(made)));
  });
  expect(rows).toMatchObject([
    { outcome: 'broken-answer', requestId: 'req_1', organisation: 'org-1', charged: 0, absorbed: price },
    { outcome: 'made', requestId: 'req_made', organisation: 'org-1', charged: price, absorbed: 0 },
  ]);
});

test('a call that is cancelled after the service has answered too', async () => {
  const service = scriptedProvider();
  const rows = await written(await town(), service, 'a red fox', async ({ desk, another, flown }) => {
    const call = await service.untilCalled(1);
    call.onProgress({ sent: true });
    call.onProgress(answered);
    call.signal.addEventListener('abort', () => call.reject(call.signal.reason));
    await desk.start([], another('second').receive);
    await desk.say('/cancel');
    await flown(new Promise((resolve) => call.signal.addEventListener('abort', () => resolve())));
  });
  expect(rows).toMatchObject([{ outcome: 'cancelled', requestId: 'req_1', charged: 0, absorbed: price }]);
});

test('of several calls at once each that brought nothing has a row, and the rest is one', async () => {
  const service = scriptedProvider({ imagesPerCallMax: 1 });
  const rows = await written(await town(), service, 'a red fox count:4', async ({ flown }) => {
    await service.untilCalled(4);
    const [first, second, third, fourth] = service.calls;
    for (const [n, call] of service.calls.entries())
      call.onProgress({ answered: { requestId: `req_${n}`, organisation: 'org-1' } });
    first?.resolve({ ...made, requestId: 'req_0' });
    second?.resolve(refusal);
    third?.reject(new Fault('broken-answer', 'no', { maybeBilled: true, requestId: 'req_2' }));
    fourth?.resolve({ ...made, requestId: 'req_3' });
    // What failed is asked for again, what was declined is not.
    await flown(service.untilCalled(5).then(({ resolve }) => resolve({ ...made, requestId: 'req_4' })));
  });
  expect(service.calls).toHaveLength(5);
  expect(rows).toEqual([
    {
      ...{ outcome: 'broken-answer', count: 1, delivered: 0, requestId: 'req_2', organisation: 'org-1' },
      ...{ charged: 0, absorbed: rows[0]?.absorbed },
    },
    {
      ...{ outcome: 'refused', count: 1, delivered: 0, requestId: undefined, organisation: 'org-1' },
      ...{ charged: 0, absorbed: 0 },
    },
    {
      ...{ outcome: 'made', count: 2, delivered: 2, requestId: 'req_0, req_3', organisation: 'org-1' },
      ...{ charged: rows[2]?.charged, absorbed: 0 },
    },
    {
      ...{ outcome: 'made', count: 1, delivered: 1, requestId: 'req_4', organisation: 'org-1' },
      ...{ charged: rows[3]?.charged, absorbed: 0 },
    },
  ]);
  expect(rows[0]?.absorbed).toBeGreaterThan(0);
  expect(rows[2]?.charged).toBe(2 * Number(rows[3]?.charged));
});
