import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, type TestContext, test } from 'vitest';
import { readImage } from '../../src/domain/image.ts';

const main = path.join(import.meta.dirname, '..', '..', 'src', 'main.ts');

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Easel as a newcomer starts it: in an empty folder, with nothing configured. */
async function newcomer({ onTestFinished }: TestContext) {
  const folder = await mkdtemp(path.join(tmpdir(), 'easel-console-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const run = (words: readonly string[], typed: readonly string[] = [], env: Record<string, string> = {}) =>
    new Promise<Ended>((resolve, reject) => {
      const child = spawn(process.execPath, [main, ...words], {
        cwd: folder,
        env: { PATH: process.env.PATH, PORT: '0', ...env },
      });
      const said = { stdout: '', stderr: '' };
      child.stdout.on('data', (part: Buffer) => {
        said.stdout += part;
      });
      child.stderr.on('data', (part: Buffer) => {
        said.stderr += part;
      });
      child.on('error', reject);
      child.on('close', (code) => resolve({ code, ...said }));
      child.stdin.end(typed.map((line) => `${line}\n`).join(''));
    });
  return { folder, run };
}

// Mostly waiting for a sketch to be drawn, so side by side.
describe.concurrent('Easel at the console, with nothing configured', () => {
  test('says what is on, takes piped lines, makes pictures and ends', async (context) => {
    const { folder, run } = await newcomer(context);
    const { code, stdout, stderr } = await run(
      [],
      ['/imagine a red fox quality:low', '/credits', 'hello', '/imagin a hen', '/imagine'],
    );
    expect(stderr).toBe('');
    expect(code).toBe(0);
    expect(stdout).toContain('discord  off     set DISCORD_TOKEN to turn it on');
    expect(stdout).toContain('slack    off     set SLACK_BOT_TOKEN and SLACK_APP_TOKEN');
    expect(stdout).toContain('pictures sketch  placeholders only; set OPENAI_API_KEY for real pictures');
    expect(stdout).toMatch(/port\s+on\s+http:\/\/127\.0\.0\.1:\d+\/healthz/);
    expect(stdout).toMatch(/^#1 {2}@\S+ asked for a picture: a red fox$/m);
    expect(stdout).toContain('Begin with a slash: /imagine a red fox, or /help.');
    expect(stdout).toContain('There is no command /imagin. Nothing was charged. Did you mean /imagine?');
    expect(stdout).toContain('Say what to draw: prompt is missing. Nothing was charged.');
    expect(stdout).toContain('Placeholder: no image service is set up.');
    expect(stdout).not.toContain('\u001b');
    const [, file = ''] = /^(data\/console\/\S+\.png)$/m.exec(stdout) ?? [];
    expect(readImage(await readFile(path.join(folder, file)))).toMatchObject({ width: 1024, height: 1024 });
  });

  test('say does one request and tells by its exit code whether it came to something', async (context) => {
    const { run } = await newcomer(context);
    const made = await run(['say', '/imagine a red fox quality:low count:2']);
    expect(made).toMatchObject({ code: 0, stderr: '' });
    expect(made.stdout.match(/^data\/console\/\S+\.png$/gm)).toHaveLength(2);
    const help = await run(['say', '/help']);
    expect(help).toMatchObject({ code: 0, stdout: expect.stringContaining('/imagine Make pictures') });
    const refused = await run(['say', '/imagine a red fox count:9']);
    expect(refused).toMatchObject({ code: 1, stdout: expect.stringContaining('Try count:4.') });
    const none = await run(['say', 'a red fox']);
    expect(none).toMatchObject({ code: 1, stdout: expect.stringContaining('Begin with a slash') });
  });
});

describe.concurrent('the other programs', () => {
  test('a wrong configuration lists every problem at once and no secret', async (context) => {
    const { run } = await newcomer(context);
    const env = {
      PORT: 'many',
      LOG_LEVEL: 'loud',
      ADMINS: 'ann',
      SLACK_APP_TOKEN: 'xapp-secret',
      STARTING_CREDITS: '-1',
      OPENAI_BASE_URL: 'api.openai.com',
      OPENAI_API_KEY: 'sk-secret',
      BLOB_URL: 's3://bucket',
    };
    const { code, stdout, stderr } = await run([], [], env);
    expect(code).toBe(1);
    expect(stdout).toBe('');
    for (const name of Object.keys(env).filter((known) => !/_API_KEY|APP_TOKEN/.test(known)))
      expect(stderr).toContain(name);
    expect(stderr).toContain('SLACK_BOT_TOKEN is missing');
    expect(stderr).not.toMatch(/secret|\n\s+at /);
  });

  test('doctor is content with new and with used books, and exits with 1 where it names what is wrong', async (context) => {
    const { folder, run } = await newcomer(context);
    expect(await run(['doctor'])).toMatchObject({
      code: 0,
      stderr: '',
      stdout: expect.stringContaining('All adds up.'),
    });
    await run(['say', '/imagine a red fox quality:low']);
    const used = await run(['doctor', '--json']);
    expect(used.code).toBe(0);
    expect(JSON.parse(used.stdout)).toMatchObject({
      findings: [],
      counted: { jobs: 1, pictures: 1 },
      credits: { held: 0 },
    });

    await rm(path.join(folder, 'data', 'blobs'), { recursive: true });
    expect(await run(['doctor'])).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('1 thing does not add up:'),
    });
    const broken = await run(['doctor', '--json']);
    expect(broken.code).toBe(1);
    expect(JSON.parse(broken.stdout)).toMatchObject({ findings: [{ check: 'blob' }] });
  });

  test('register with nothing configured prints the Slack manifest and only that', async (context) => {
    const { run } = await newcomer(context);
    const { code, stdout, stderr } = await run(['register']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ features: { slash_commands: expect.anything() } });
    expect(stderr).toContain('Discord: nothing to do, DISCORD_TOKEN is not set.');
  });

  test('a program that does not exist is named, with those that do', async (context) => {
    const { run } = await newcomer(context);
    expect(await run(['dance'])).toMatchObject({
      code: 1,
      stderr:
        'There is no program dance. There is start, say, register, models, migrate, audit, backup, restore, forget, doctor.\n',
    });
  });
});
