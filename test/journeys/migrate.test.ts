import { execFile } from 'node:child_process';
import path from 'node:path';
import { sql } from 'kysely';
import { describe, expect, onTestFinished, test } from 'vitest';
import { noMeter } from '../../src/domain/metrics.ts';
import { openDatabase } from '../../src/storage/database.ts';
import { fakeS3 } from '../fakes/s3/server.ts';
import { onNewPostgres } from '../storage/databases.ts';
import { type Chat, discordChat, results, slackChat, studio } from './chats.ts';
import type { Studio } from './studio.ts';

const main = path.join(import.meta.dirname, '..', '..', 'src', 'main.ts');
const oneWay = ['--from', 'sqlite', '--to', 'postgres'];

interface Said {
  readonly code: number;
  readonly text: string;
}

/** `npm run migrate` in a process of its own, with what this studio is set up with. */
function migrate(env: Readonly<Record<string, string>>, words: readonly string[] = oneWay): Promise<Said> {
  const { PATH = '' } = process.env;
  const options = { env: { ...env, PATH }, cwd: env.DATA_DIR };
  return new Promise((resolve) => {
    execFile(process.execPath, [main, 'migrate', ...words], options, (error, out, wrong) =>
      resolve({ code: Number(error?.code ?? 0), text: out + wrong }),
    );
  });
}

/** A team that has made a picture on each platform, changed one, been granted credits and set what it likes. */
async function team(place: Studio): Promise<readonly [Chat, Chat]> {
  const chats = [discordChat(place), slackChat(place)] as const;
  for (const chat of chats) {
    await chat.command('settings set', { quality: 'low' }).told();
    chat.command('imagine', { prompt: 'a red fox' });
    const [first] = await results(chat);
    if (first) chat.say('make it blue', { to: first });
    await results(chat, 2);
    const grant = { user: chat.naming(chat.other), amount: 100, reason: 'a gift' };
    await chat.command('credits grant', grant, { user: chat.admin }).told();
  }
  await place.easel().idle();
  return chats;
}

describe('moving a team over', () => {
  onNewPostgres((at) => {
    const target = () => at().url ?? '';
    const set = async (statement: string) => {
      const { db } = await openDatabase(at().url, '', noMeter, 'a test');
      await sql.raw(statement).execute(db);
      await db.destroy();
    };

    test('brings everything to PostgreSQL and S3, and the team goes on as if nothing had been', async () => {
      const s3 = await fakeS3();
      onTestFinished(() => s3.close());
      const place = await studio();
      const chats = await team(place);
      const before = await place.recount();
      await place.restart(undefined, async () => {
        Object.assign(place.env, { ...s3.env, DATABASE_URL: target() });
        const { code, text } = await migrate(place.env);
        expect(text).toContain('Pictures: 4 copied to easel-pictures, 0 there already.');
        expect(text).toContain(`Moved to ${target()}, and read back the same`);
        expect(text).toMatch(/ {2}jobs: 4 rows, [0-9a-f]{12}\n/);
        expect(text).toContain('All adds up, on both sides: ');
        expect(text).toContain('secret-key');
        expect(code).toBe(0);
        expect(text).not.toContain(s3.env.AWS_SECRET_ACCESS_KEY);
      });
      expect(await place.recount()).toEqual(before);
      for (const chat of chats) {
        expect(await chat.command('credits balance', {}, { user: chat.other }).told()).toBe('You have 600 credits.');
        const [first] = await results(chat);
        if (first) chat.say('make it green', { to: first });
        const [, , third] = await results(chat, 3);
        expect(third?.text).toMatch(/v3 of “a red fox”, from v[12]/);
        chat.command('imagine', { prompt: 'a new fox' });
        await results(chat, 4);
        // The new process has yet to learn how many messages a channel takes at a time: the SDK waits and repeats.
        expect(chat.violations().filter((what) => !what.endsWith('/messages (user)'))).toEqual([]);
      }
      await place.easel().idle();
      expect(place.openai.calls().at(-1)?.quality).toBe('low');
      expect(await place.recount()).toMatchObject({ findings: [], counted: { jobs: 8 }, credits: { held: 0 } });
      expect(s3.violations).toEqual([]);
    });

    test('may be repeated, with what has come since, until somebody works on the new side', async () => {
      const place = await studio();
      const [chat] = await team(place);
      const env = { ...place.env, DATABASE_URL: target() };
      await place.restart(undefined, async () => {
        expect((await migrate(env)).text).toContain('Moved to');
        const again = await migrate(env);
        expect(again).toMatchObject({ code: 0, text: expect.stringContaining('the same, by rows and hash') });
        expect(again.text).toContain('already');
      });
      chat.command('imagine', { prompt: 'a green fox' });
      await results(chat, 3);
      await place.restart(undefined, async () => {
        expect(await migrate(env)).toMatchObject({ code: 0, text: expect.stringContaining('jobs: 5 rows') });
        await set(
          "insert into entries (key, kind, source, target, amount, at) values ('x', 'grant', 'issuer', 'a', 0, 1)",
        );
        const refused = await migrate(env);
        expect(refused.code).toBe(1);
        expect(refused.text).toContain('The PostgreSQL database has entries that are not in the SQLite database');
      });
      expect((await place.recount()).findings).toEqual([]);
    });

    test('brings along what is queued: it is made and posted on the new side', async () => {
      const place = await studio();
      const chat = discordChat(place);
      place.openai.hold();
      chat.command('imagine', { prompt: 'a red fox' });
      await place.openai.untilHeld(1);
      await place.restart(undefined, async () => {
        place.env.DATABASE_URL = target();
        const { code, text } = await migrate(place.env);
        expect({ code, text }).toEqual({ code: 0, text: expect.stringContaining('Pictures stay in') });
        expect(text).toContain('21 held');
      });
      place.openai.release();
      await results(chat);
      await place.easel().idle();
      expect(await place.recount()).toMatchObject({ findings: [], credits: { held: 0, charged: 17 } });
    });

    test('is refused while Easel is at work, on either side', async () => {
      const place = await studio();
      const env = { ...place.env, DATABASE_URL: target() };
      const here = await migrate(env);
      expect(here).toEqual({ code: 1, text: expect.stringMatching(/easel\.db is in use\. Stop Easel first/) });
      await place.restart(undefined, async () => {
        const working = await openDatabase(target(), '');
        const there = await migrate(env);
        expect(there).toEqual({
          code: 1,
          text: expect.stringContaining('Easel is running on the PostgreSQL database'),
        });
        await working.db.destroy();
        await set("insert into accounts (person, available, held) values ('discord:1', 5, 0)");
        expect((await migrate(env)).text).toContain('has accounts that are not in the SQLite database');
      });
    });
  });

  test('needs to know from where and to where', async () => {
    const place = await studio();
    const { DATABASE_URL: _, ...env } = place.env;
    expect((await migrate(env, ['--from', 'postgres'])).text).toContain(
      'npm run migrate -- --from sqlite --to postgres',
    );
    expect((await migrate(env)).text).toContain('DATABASE_URL is missing');
    const elsewhere = { ...env, DATA_DIR: import.meta.dirname, DATABASE_URL: 'postgres://nobody@127.0.0.1:9/x' };
    expect((await migrate(elsewhere)).text).toMatch(/There is no .*easel\.db/);
  });
});
