import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { parseEnv } from 'node:util';
import { describe, expect, test } from 'vitest';
import { readEnvExample } from '../docs/env-example.ts';
import { readConfig } from '../src/config.ts';
import type { Environment } from '../src/read-environment.ts';

const variables = await readEnvExample();
const text = await readFile(path.join(import.meta.dirname, '..', '.env.example'), 'utf8');
const ofRelay = (name: string) => name.replace('<NAME>', 'RELAY');
const supported = variables.filter(({ supported: known }) => known);

describe('.env.example', () => {
  test('is accepted as it is, and changes nothing', () => {
    expect(readConfig(parseEnv(text))).toEqual(readConfig({}));
  });

  test('shows the true defaults: written out they change nothing', () => {
    const general = supported.filter(({ name, value }) => value !== '' && !name.includes('<NAME>'));
    expect(readConfig(Object.fromEntries(general.map(({ name, value }) => [name, value])))).toEqual(readConfig({}));
    const needed = { PROVIDERS: 'relay', PROVIDER_RELAY_API_KEY: 'key' };
    const provider = supported.filter(({ name, value }) => value !== '' && name.includes('<NAME>'));
    const told = Object.fromEntries(provider.map(({ name, value }) => [ofRelay(name), value]));
    expect(readConfig({ ...needed, ...told })).toEqual(readConfig(needed));
  });

  test('has every variable that Easel reads, and no other except those it says are not supported', () => {
    const read = namesRead({ PROVIDERS: 'relay', PROVIDER_RELAY_API_KEY: 'key' });
    for (const one of ['DISCORD_TOKEN', 'SLACK_BOT_TOKEN', 'OPENAI_API_KEY'])
      for (const name of namesRead({ [one]: 'x', SLACK_APP_TOKEN: 'x', SLACK_BOT_TOKEN: 'x' })) read.add(name);
    for (const limit of ['IMAGES_PER_MINUTE', 'DEADLINE_SECONDS']) read.add(`PROVIDER_RELAY_${limit}`);
    const described = supported.map(({ name }) => ofRelay(name));
    expect(described.toSorted()).toEqual([...read].toSorted());
    expect(variables.filter(({ supported: known }) => !known).map(({ name }) => name)).toEqual([]);
  });

  test('describes every variable once', () => {
    const names = variables.map(({ name }) => name);
    expect(names).toEqual([...new Set(names)]);
  });
});

/** The names of the variables that reading the configuration looks at. */
function namesRead(env: Environment): Set<string> {
  const names = new Set<string>();
  const watched = new Proxy(env, {
    get(target, name) {
      if (typeof name === 'string') names.add(name);
      return Reflect.get(target, name);
    },
  });
  readConfig(watched);
  return names;
}
