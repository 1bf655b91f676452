import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';

const read = (file: string) => readFile(path.join(import.meta.dirname, '..', file), 'utf8');
const dockerfile = await read('Dockerfile');
const compose = await read('docs/operate/compose.yaml');
const ignored = (await read('.dockerignore')).trim().split('\n');
/** Instructions on one line each, without comments. */
const instructions = dockerfile
  .replaceAll(/^#.*\n/gm, '')
  .replaceAll(/\\\n\s*/g, '')
  .split('\n')
  .filter((line) => line !== '');
const lastStage = instructions.slice(instructions.findLastIndex((line) => line.startsWith('FROM ')));
const at = (line: string) => lastStage.findIndex((instruction) => instruction.startsWith(line));

describe('the image', () => {
  test('has Node 24 in both of its stages', () => {
    const stages = instructions.filter((line) => line.startsWith('FROM '));
    expect(stages).toHaveLength(2);
    for (const stage of stages) expect(stage).toMatch(/^FROM node:24-\w+-slim( AS \w+)?$/);
  });

  test('leaves out what is for development, never what is optional: sharp’s binary is', () => {
    const [install = ''] = instructions.filter((line) => line.includes('npm ci'));
    expect(install).toContain('--omit=dev');
    expect(install).not.toContain('--omit=optional');
  });

  test('runs as an ordinary user that owns the volume', () => {
    expect(at('USER node')).toBeGreaterThan(at('RUN install --directory --owner=node'));
    expect(at('CMD')).toBeGreaterThan(at('USER node'));
    expect(lastStage).toContain('VOLUME /data');
    expect(lastStage.join('\n')).toContain('DATA_DIR=/data');
  });

  test('starts Node itself, so that SIGTERM arrives', () => {
    expect(lastStage).toContain('CMD ["node", "src/main.ts"]');
  });

  test('can be reached from outside, and looks at its own health', () => {
    const [environment = ''] = lastStage.filter((line) => line.startsWith('ENV '));
    expect(environment).toContain('HOST=0.0.0.0');
    expect(environment).toMatch(/NODE_COMPILE_CACHE=\/data\//);
    expect(environment).toContain('MALLOC_ARENA_MAX=2');
    expect(lastStage.find((line) => line.startsWith('HEALTHCHECK'))).toContain('/healthz');
  });

  test('copies only what is let in, and nothing secret is', () => {
    const copied = instructions
      .filter((line) => line.startsWith('COPY ') && !line.includes('--from'))
      .flatMap((line) => line.split(' ').slice(1, -1));
    expect([...new Set(copied)].toSorted()).toEqual(
      ignored
        .filter((line) => line.startsWith('!'))
        .map((line) => line.slice(1))
        .toSorted(),
    );
    expect(ignored[0]).toBe('*');
  });
});

describe('the compose file', () => {
  const value = (key: string) => new RegExp(`^ {4}${key}: (.+)$`, 'm').exec(compose)?.[1];

  test('gives Easel longer to stop than it takes', async () => {
    const [, graceMs = ''] = /graceMs = ([\d_]+)/.exec(await read('src/easel.ts')) ?? [];
    const seconds = Number(value('stop_grace_period')?.replace(/s$/, ''));
    expect(seconds * 1000).toBeGreaterThanOrEqual(Number(graceMs.replaceAll('_', '')) + 10_000);
  });

  test('keeps the host name, so that the next container knows the jobs of the last one', () => {
    expect(value('hostname')).toBe('easel');
  });

  test('keeps the data, takes its variables from .env and comes back after a crash', () => {
    expect(compose).toMatch(/volumes:\n {6}- data:\/data\n/);
    expect(path.join('docs/operate', value('env_file') ?? '')).toBe('.env');
    expect(path.join('docs/operate', value('build') ?? '')).toBe('.');
    expect(value('restart')).toBe('unless-stopped');
    for (const line of ['HOST: 0.0.0.0', 'DATA_DIR: /data']) expect(compose).toContain(`\n      ${line}\n`);
  });

  test('looks at the same health as the image', () => {
    expect(compose).toContain('http://127.0.0.1:3000/healthz');
  });
});
