import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import type { JobId } from '../../src/domain/job.ts';
import { openDatabase } from '../../src/storage/database.ts';
import type { Child } from './child.ts';
import { gather } from './crowd.ts';
import type { Platform } from './people.ts';
import { openTown, type Town } from './town.ts';
import { judge } from './verdict.ts';
import type { Wish } from './wishes.ts';

const full = process.env.CHAOS === 'full';

/** One town per test, so that all can wait at the same time. */
interface Scene {
  readonly town: Town;
  /** Starts Easel; resolves when it takes requests. */
  begin(): Promise<Child>;
  /** Somebody asks for a picture; resolves when Easel has taken it in. */
  ask(platform: Platform, words: string, child: Child): Promise<JobId>;
  stateOf(job: JobId): Promise<string>;
  /** Resolves when as many messages as that say so: cards take some seconds between two edits. */
  untilTold(platform: Platform, words: string, times: number): Promise<void>;
  /** A picture is asked for, and trouble begins when its card is there and it is being made. */
  madeWhile(child: Child, platform: Platform, trouble: () => void): Promise<JobId>;
  /** All is over: Easel stops by itself, everything is where it belongs, and the doctor agrees. */
  expectPeace(child: Child, excused?: readonly JobId[]): Promise<void>;
}

function scene(town: Town, onFailure: (tell: () => void) => void): Scene {
  const { discord, slack, openai, at } = town;
  const { db } = at.database;

  async function ask(platform: Platform, words: string, child: Child): Promise<JobId> {
    const where = { user: 'amy', channel: platform === 'discord' ? 'general' : '#studio' };
    const how = { way: 'imagine', count: 2, quality: 'low', photo: false, cancels: false } as const;
    const wish: Wish = { ...where, platform, words, ...how };
    const job = await gather([wish], town).ask(wish, new AbortController().signal);
    if (!job) throw new RangeError('nobody asked');
    await child.untilLine((line) => line.msg === 'a job was accepted' && line.job === job);
    return job;
  }

  return {
    town,
    ask,
    async begin() {
      const child = town.start();
      onFailure(() => console.error(child.tail()));
      await child.ready;
      return child;
    },
    async stateOf(job) {
      return (await db.selectFrom('jobs').select('state').where('id', '=', job).executeTakeFirstOrThrow()).state;
    },
    async untilTold(platform, words, times) {
      const saying = () =>
        platform === 'discord'
          ? discord.messages().filter(({ content }) => content.includes(words))
          : slack.messages().filter(({ text }) => text.includes(words));
      await town[platform].until(() => saying().length === times);
    },
    async madeWhile(child, platform, trouble) {
      openai.hold();
      const job = await ask(platform, 'a red fox', child);
      await openai.untilHeld(1);
      trouble();
      openai.release();
      return job;
    },
    async expectPeace(child, excused = []) {
      await town.untilEnded(child);
      expect(await child.stop()).toBe(0);
      const { wrong } = await judge(town, new Set(excused));
      expect(wrong).toEqual([]);
      const { code, said } = await town.doctor();
      expect(said).toContain('"findings": []');
      expect(code).toBe(0);
    },
  };
}

function play(name: string, act: (scene: Scene) => Promise<void>, runs = true): void {
  test(name, { concurrent: true, skip: !runs, timeout: 90_000 }, async ({ onTestFailed }) => {
    const folder = await mkdtemp(path.join(tmpdir(), 'easel-'));
    const at = { url: undefined, file: path.join(folder, 'easel.db') };
    const database = await openDatabase(at.url, at.file);
    const place = { engine: 'sqlite', folder, at, database } as const;
    const town = await openTown({ at: place, env: { USER_CONCURRENCY: '1' } });
    try {
      await act(scene(town, onTestFailed));
    } finally {
      await town.close();
      await database.db.destroy();
      await rm(folder, { recursive: true });
    }
  });
}

for (const platform of ['discord', 'slack'] as const)
  play(
    `the image service is unplugged during a call: ${platform} hears of it, nothing is charged, and the next picture comes`,
    async ({ town, begin, ask, stateOf, untilTold, expectPeace }) => {
      const child = await begin();
      town.openai.hold();
      const cut = await ask(platform, 'a red fox', child);
      await town.openai.untilHeld(1);
      await town.unplug();
      const refused = await ask(platform, 'a blue fox', child);
      await town.untilEnded(child);
      expect([await stateOf(cut), await stateOf(refused)]).toEqual(['failed', 'failed']);
      await untilTold(platform, 'The image service could not be reached. Nothing was charged.', 2);

      await town.plug();
      const later = await ask(platform, 'a green fox', child);
      await town.untilEnded(child);
      expect(await stateOf(later)).toBe('delivered');
      await expectPeace(child, [cut, refused]);
    },
    full || platform === 'discord',
  );

play(
  'Discord answers 5xx while a picture is posted, having taken it: it is there once',
  async ({ town, begin, madeWhile, expectPeace }) => {
    const child = await begin();
    await madeWhile(child, 'discord', () => {
      town.discord.fail({ method: 'POST', path: '/messages$' }, { status: 502, afterWorking: true });
      town.discord.fail({ method: 'POST', path: '/messages$' }, { status: 503, times: 9 });
    });
    await expectPeace(child);
  },
);

play(
  'Slack answers 5xx at every step of posting, having taken it: it is there once',
  async ({ town, begin, madeWhile, expectPeace }) => {
    const child = await begin();
    await madeWhile(child, 'slack', () => {
      for (const method of ['upload', 'files.completeUploadExternal', 'chat.postMessage']) {
        town.slack.fail({ method }, { status: 503, afterWorking: true });
        town.slack.fail({ method }, { status: 503, times: 4 });
      }
    });
    await expectPeace(child);
  },
);

for (const platform of ['discord', 'slack'] as const)
  play(
    `Easel is killed while ${platform} takes nothing: the picture comes once when both are back`,
    async ({ town, begin, stateOf, madeWhile, expectPeace }) => {
      const first = await begin();
      const job = await madeWhile(first, platform, () => {
        town.discord.fail({ method: 'POST', path: '/messages$' }, { status: 502, afterWorking: true });
        town.discord.fail({ method: 'POST', path: '/messages$' }, { status: 503, times: 1_000 });
        town.slack.fail({ method: 'chat.postMessage' }, { status: 503, afterWorking: true });
        for (const method of ['chat.postMessage', 'conversations.replies'])
          town.slack.fail({ method }, { status: 503, times: 1_000 });
      });
      await first.untilLine((line) => line.msg === 'a result could not be posted');
      await first.kill();
      await town.untilGone();
      expect(await stateOf(job)).toBe('made');
      town.discord.clearFaults();
      town.slack.clearFaults();
      const second = await begin();
      await town.untilEnded(second);
      await expectPeace(second);
    },
    full || platform === 'slack',
  );

play(
  'SIGTERM in the middle: the running call may end, who waits is told of the pause, and the next start goes on',
  async ({ town, begin, ask, stateOf, untilTold, expectPeace }) => {
    const first = await begin();
    town.openai.hold();
    const running = [await ask('discord', 'a red fox', first), await ask('slack', 'a blue fox', first)];
    await town.openai.untilHeld(2);
    const waiting = [await ask('discord', 'a green fox', first), await ask('slack', 'a grey fox', first)];
    const stopping = first.untilLine(({ msg }) => msg.startsWith('stopping'));
    const stopped = first.stop();
    await stopping;
    town.openai.release();
    expect(await stopped).toBe(0);
    expect(await Promise.all(running.map(stateOf))).toEqual(['delivered', 'delivered']);
    expect(await Promise.all(waiting.map(stateOf))).toEqual(['queued', 'queued']);
    for (const platform of ['discord', 'slack'] as const) await untilTold(platform, 'Paused', 1);

    const second = await begin();
    await expectPeace(second);
    for (const platform of ['discord', 'slack'] as const) await untilTold(platform, 'Paused', 0);
  },
);

// Takes the 25 s that a running call is given.
play(
  'SIGTERM and a call that does not end: it is paused, made again, and the house pays the first',
  async ({ town, begin, ask, untilTold, expectPeace }) => {
    const first = await begin();
    town.openai.hold();
    await ask('discord', 'a red fox', first);
    await town.openai.untilHeld(1);
    expect(await first.stop()).toBe(0);
    await untilTold('discord', 'Paused', 1);
    town.openai.release();
    const second = await begin();
    await expectPeace(second);
    expect(town.calls()).toHaveLength(2);
  },
  full,
);

play(
  'the disk takes no pictures: nothing is charged, the house has the bill, and the next picture comes',
  async ({ town, begin, ask, stateOf, expectPeace }) => {
    const child = await begin();
    const blobs = path.join(town.at.folder, 'blobs');
    await writeFile(blobs, 'not a folder');
    const lost = [await ask('discord', 'a red fox', child), await ask('slack', 'a blue fox', child)];
    await town.untilEnded(child);
    expect(await Promise.all(lost.map(stateOf))).toEqual(['failed', 'failed']);
    await rm(blobs);
    const later = await ask('discord', 'a green fox', child);
    await town.untilEnded(child);
    expect(await stateOf(later)).toBe('delivered');
    await expectPeace(child, lost);
  },
);

play(
  'a turn comes while the waiting card of that job is being posted late: there is one root message and one card',
  async ({ town, begin, ask, expectPeace }) => {
    const { slack, openai } = town;
    const child = await begin();
    openai.hold();
    await ask('discord', 'a red fox', child);
    await ask('slack', 'a red fox', child);
    await openai.untilHeld(2);
    slack.fail({ method: 'chat.postMessage' }, { status: 503, times: 1_000 });
    const unseen = await ask('slack', 'a blue fox', child);
    await child.untilLine(({ msg, job }) => msg === 'a job could not be shown yet' && job === unseen);
    slack.clearFaults();
    // Easel looks whether the root message is there, then posts it: that takes so long that the turn comes meanwhile.
    const looks = slack.requests('conversations.history').length;
    slack.delay('chat.postMessage', 1_500, 10);
    await slack.until(() => slack.requests('conversations.history').length > looks);
    openai.release();
    await expectPeace(child);
  },
);
