import { expect, test } from 'vitest';
import { metricsDoor } from '../../src/web/metrics-door.ts';

test('without a token everybody who reaches the port may read', () => {
  expect(metricsDoor(undefined)(undefined)).toBe(true);
});

test('with a token only who says it may, as a Bearer', () => {
  const mayRead = metricsDoor('a-long-secret');
  expect(mayRead('Bearer a-long-secret')).toBe(true);
  expect(mayRead('bearer a-long-secret')).toBe(true);
  const wrong = [undefined, '', 'Bearer', 'Bearer ', 'a-long-secret', 'Basic a-long-secret', 'Bearer a-long-secre'];
  for (const said of [...wrong, 'Bearer a-long-secret2', 'Bearer a-long-secret x']) expect(mayRead(said)).toBe(false);
});
