import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { parseEnv } from 'node:util';
import { describe, expect, test } from 'vitest';
import { buildProviders, termsOf } from '../src/build-providers.ts';
import { readConfig } from '../src/config.ts';
import { providerKinds } from '../src/domain/catalogue.ts';
import { localPace } from '../src/providers/pace.ts';
import { catalogue } from './contracts/image-provider.ts';
import { manualClock } from './fakes/clock.ts';

const readme = await readFile(path.join(import.meta.dirname, '..', 'README.md'), 'utf8');
const [, table = ''] = /<!-- a test starts[^\n]+\n(.+?)<!-- end of services/s.exec(readme) ?? [];
const rows = table
  .split('\n')
  .slice(2)
  .filter((line) => line.startsWith('|'))
  .map((line) => line.split(' | ').map((cell) => cell.replace(/^\| /, '').trim()))
  .map(([service = '', env = '']) => ({ service, env: envIn(env) }));

function envIn(cell: string) {
  const lines = [...cell.matchAll(/`([^`]+)`/g)].map(([, line = '']) => line);
  return parseEnv(lines.join('\n'));
}

describe('the table of image services in the README', () => {
  test('has every kind there is', () => {
    const kinds = rows.flatMap(({ env }) => readConfig(env).providers.map(({ kind }) => kind));
    expect([...new Set(kinds)].sort()).toEqual([...providerKinds].sort());
    expect(rows.length).toBeGreaterThan(14);
  });

  describe.each(rows)('$service', ({ env }) => {
    test('has a .env that Easel takes, of which every line counts', () => {
      const { providers } = readConfig(env);
      expect(providers.length).toBeGreaterThan(0);
      for (const provider of providers) expect(termsOf(provider, catalogue).offers.length).toBeGreaterThan(0);
      const prefixes = providers.map(({ name }) => `PROVIDER_${name.toUpperCase()}_`);
      const known = [...prefixes, 'PROVIDERS', 'OPENAI_', 'PARTIAL_IMAGES', 'PUBLIC_URL'];
      for (const name of Object.keys(env)) expect(known.some((prefix) => name.startsWith(prefix))).toBe(true);
    });

    test('starts', async () => {
      const config = readConfig(env);
      const clock = manualClock();
      const built = await buildProviders(config, catalogue, clock, localPace(clock));
      expect(built.map(({ name }) => name)).toEqual(config.providers.map(({ name }) => name));
    });
  });
});
