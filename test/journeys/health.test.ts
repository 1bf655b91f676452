import { expect, test } from 'vitest';
import { studio } from './chats.ts';

test('/healthz says that it lives, /readyz whether it can take requests', async () => {
  const place = await studio();
  const ask = async (path: string) => {
    const answer = await fetch(`http://127.0.0.1:${place.web().port}${path}`);
    return { status: answer.status, body: await answer.text() };
  };
  expect(await ask('/healthz')).toMatchObject({ status: 200 });
  expect(await ask('/readyz')).toMatchObject({ status: 200 });
  await place.slack.close();
  await expect.poll(async () => (await ask('/readyz')).status).toBe(503);
  expect((await ask('/readyz')).body).toContain('slack');
  expect(await ask('/healthz')).toMatchObject({ status: 200 });
  expect(await ask('/elsewhere')).toMatchObject({ status: 404 });
});
