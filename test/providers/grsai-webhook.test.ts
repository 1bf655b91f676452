import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { openHooks } from '../../src/web/hooks.ts';
import { desk } from './grsai-desk.ts';

const publicUrl = 'https://easel.example';

/** A provider that is called back through a proxy in front of Easel's port. */
async function calledBack() {
  const hooks = openHooks(publicUrl, (name) => `secret-of-${name}`);
  const server = createServer(hooks.listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const place = await desk({ reply: 'webhook', openHook: (onCall) => hooks.open('grsai', onCall) });
  const port = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  place.fake.reach(publicUrl, port);
  return { ...place, hook: `${port}/hooks/secret-of-grsai` };
}

test('the older API is told where to call, and the ticket is there at once', async () => {
  const { fake, ticket } = await calledBack();
  fake.hold();
  await ticket();
  expect(fake.calls()).toMatchObject([
    { generation: 'draw', parameters: { webHook: `${publicUrl}/hooks/secret-of-grsai` }, state: 'running' },
  ]);
});

test('a callback wakes whoever waits: the result is asked for at once, and may be said again', async () => {
  const { fake, ticket, check, clock } = await calledBack();
  fake.hold();
  const kept = await ticket();
  const checking = check(kept);
  await clock.untilSleeping();
  fake.release();
  await fake.until(() => fake.callbacks().length === 1);
  expect(fake.callbacks()).toMatchObject([{ id: fake.calls()[0]?.id, status: 200 }]);
  expect(await checking).toMatchObject({ made: [expect.anything()] });
  await fake.callBackAgain();
  expect(fake.callbacks().map(({ status }) => status)).toEqual([200, 200]);
  expect(fake.calls()).toHaveLength(1);
});

test('what a callback says is not believed: the service itself is asked', async () => {
  const { fake, ticket, check, clock, hook } = await calledBack();
  fake.hold();
  const kept = await ticket();
  const [{ id = '' } = {}] = fake.calls();
  const lie = { id, status: 'succeeded', progress: 100, results: [{ url: `${fake.filesUrl}/file/lie.png` }] };
  for (const body of [JSON.stringify(lie), '{', '', JSON.stringify({ id: { toString: 1 } }), 'x'.repeat(60_000)]) {
    const checking = check(kept);
    await clock.untilSleeping();
    expect((await fetch(hook, { method: 'POST', body })).status).toBe(200);
    await clock.advance(10_000);
    expect(await checking).toHaveProperty('percent');
  }
  expect(fake.downloads()).toEqual([]);
});

test('without any callback asking finishes the job', async () => {
  const { fake, ticket, check, clock } = await calledBack();
  fake.loseCallbacks();
  fake.hold();
  const kept = await ticket();
  fake.release();
  for (let state = {}; !('made' in state); ) {
    const checking = check(kept);
    await clock.untilSleeping();
    await clock.advance(10_000);
    state = await checking;
  }
  expect(fake.downloads()).toHaveLength(1);
  expect(fake.callbacks()).toEqual([]);
});
