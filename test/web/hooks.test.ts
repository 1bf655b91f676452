import { createServer, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { hookSecret } from '../../src/secret-key.ts';
import { openHooks } from '../../src/web/hooks.ts';

async function opened() {
  const hooks = openHooks('https://easel.example/under/', hookSecret('a secret key'));
  const called: string[] = [];
  const address = hooks.open('grsai relay', (body) => void called.push(body));
  const server = createServer(hooks.listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const path = new URL(address).pathname.replace('/under', '');
  const call = async (to: string, given: RequestInit = {}) =>
    (await fetch(`${origin}${to}`, { method: 'POST', ...given })).status;
  return { address, called, call, path, origin };
}

test('the address is under the public one, can’t be guessed, and is the same for every process', async () => {
  const { address } = await opened();
  expect(address).toMatch(/^https:\/\/easel\.example\/under\/hooks\/[0-9a-f]{64}$/);
  expect((await opened()).address).toBe(address);
  expect(hookSecret('a secret key')('another')).not.toBe(hookSecret('a secret key')('grsai relay'));
  expect(hookSecret('another key')('grsai relay')).not.toBe(hookSecret('a secret key')('grsai relay'));
});

test('a call is heard every time; every other path is not found', async () => {
  const { called, call, path } = await opened();
  expect([await call(path, { body: 'one' }), await call(path, { body: 'one' })]).toEqual([200, 200]);
  const wrong = ['/hooks/', `${path}/`, `${path}?again=1`, path.slice(0, -1), `/hooks/${'0'.repeat(64)}`];
  for (const other of wrong) expect(await call(other, { body: 'one' })).toBe(404);
  expect(await call(path, { method: 'GET' })).toBe(404);
  expect(called).toEqual(['one', 'one']);
});

test('a body that does not end is not read on', async () => {
  const { called, call, path, origin } = await opened();
  expect(await call(path, { body: 'x'.repeat(64 * 1024) })).toBe(200);
  const status = await new Promise<number | undefined>((resolve, reject) => {
    const endless = httpRequest(`${origin}${path}`, { method: 'POST' }, (response) => {
      resolve(response.statusCode);
      endless.destroy();
    });
    endless.on('error', reject);
    endless.write('x'.repeat(64 * 1024 + 1));
  });
  expect(status).toBe(413);
  expect(called).toHaveLength(1);
});
