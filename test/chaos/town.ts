import path from 'node:path';
import { openJobs } from '../../src/storage/doctor.ts';
import { type DiscordHandle, fakeDiscord } from '../fakes/discord/server.ts';
import type { Call } from '../fakes/openai/calls.ts';
import type { FakeOpenAI } from '../fakes/openai/handle.ts';
import { fakeOpenAI } from '../fakes/openai/server.ts';
import { type FakeSlack, fakeSlack } from '../fakes/slack/server.ts';
import type { TestDatabase } from '../storage/databases.ts';
import { askDoctor, type Child, startChild } from './child.ts';
import { type Links, openLinks } from './links.ts';

type Place = Omit<TestDatabase, 'empty'>;

/** Both platforms, the image service and a database, which all outlive Easel. */
export interface Town {
  readonly discord: DiscordHandle;
  readonly slack: FakeSlack;
  /** The image service; another one after it was unplugged. */
  readonly openai: FakeOpenAI;
  /** Pictures somewhere else, that people link to. */
  readonly links: Links;
  readonly at: Place;
  /** The people of each platform, by name. */
  readonly people: { readonly discord: readonly string[]; readonly slack: readonly string[] };
  /** The file with the logs of all lives. */
  readonly log: string;
  /** Begins another life of Easel. */
  start(): Child;
  /** Resolves when both platforms have noticed that Easel is gone. */
  untilGone(): Promise<void>;
  /** Resolves when no job is on its way. Easel writes down every end, so its log says when to look. */
  untilEnded(child: Child): Promise<void>;
  /** How many jobs are on their way. */
  open(): Promise<number>;
  doctor(): ReturnType<typeof askDoctor>;
  /** From now on nothing listens where the image service was, until it is plugged in again. */
  unplug(): Promise<void>;
  plug(): Promise<void>;
  /** Every call of the image service so far. */
  calls(): readonly Call[];
  close(): Promise<void>;
}

const latency = [50, 400] as const;
const slowMethods = [
  ...(['chat.postMessage', 'files.getUploadURLExternal', 'upload', 'files.completeUploadExternal'] as const),
  ...(['views.open', 'download'] as const),
];
const names = ['amy', 'bo', 'cat', 'dan', 'eva', 'finn', 'gus', 'hal', 'ivy', 'jo'];
/** So long that only the test's own deadline ends the wait. */
export const patienceMs = 900_000;

export interface TownOptions {
  readonly at: Place;
  readonly env?: Readonly<Record<string, string>>;
  /** What every call of the platforms takes, so that there is time to die in between. */
  readonly callMs?: number;
}

export async function openTown({ at, env: more = {}, callMs = 0 }: TownOptions): Promise<Town> {
  // Forty jobs at once would only wait for the limits; those have tests of their own.
  const discord = await fakeDiscord({
    rateLimits: false,
    users: [{ name: 'olga', owner: true }, ...names.map((name) => ({ name }))],
  });
  const slack = await fakeSlack({
    rateLimits: false,
    users: names.map((name, at) => ({ id: `U0PERSON${String(at).padStart(3, '0')}`, name })),
  });
  let openai = await fakeOpenAI({ latency });
  const links = await openLinks(callMs);
  const earlier: Call[] = [];
  let child: Child | undefined;
  if (callMs > 0) {
    discord.delay({ method: 'POST' }, callMs);
    discord.delay({ method: 'GET', path: '^/_cdn/' }, callMs);
    for (const method of slowMethods) slack.delay(method, callMs, Number.POSITIVE_INFINITY);
  }
  const env: Record<string, string> = {
    ...pathOf(process.env),
    DISCORD_TOKEN: discord.token,
    DISCORD_API_URL: discord.api,
    SLACK_BOT_TOKEN: slack.botToken,
    SLACK_APP_TOKEN: slack.appToken,
    SLACK_API_URL: slack.apiUrl,
    OPENAI_API_KEY: openai.apiKey,
    OPENAI_BASE_URL: openai.baseUrl,
    LINK_ORIGINS: links.origin,
    DATA_DIR: at.folder,
    PORT: '0',
    LOG_LEVEL: 'debug',
    STARTING_CREDITS: '100000',
    USER_CONCURRENCY: '3',
    USER_QUEUE: '40',
    USER_PER_MINUTE: '100',
    ...(at.at.url === undefined ? {} : { DATABASE_URL: at.at.url }),
    ...more,
  };
  const log = path.join(at.folder, 'lives.log');
  return {
    discord,
    slack,
    get openai() {
      return openai;
    },
    links,
    at,
    people: { discord: names, slack: names },
    log,
    start() {
      child = startChild(env, at.folder, log);
      return child;
    },
    async untilGone() {
      await discord.until(() => discord.gatewaySessions() === 0);
      await slack.until(() => slack.connections() === 0);
    },
    async untilEnded(child) {
      for (;;) {
        const something = child.untilLine(() => true);
        if ((await openJobs(at.database.db)) === 0) return;
        await something;
      }
    },
    open: () => openJobs(at.database.db),
    doctor: () => askDoctor(env, at.folder),
    async unplug() {
      earlier.push(...openai.calls());
      await openai.close();
    },
    async plug() {
      openai = await fakeOpenAI({ latency, port: Number(new URL(openai.url).port) });
    },
    calls: () => [...earlier, ...openai.calls()],
    async close() {
      await child?.kill();
      await Promise.all([discord.close(), slack.close(), openai.close(), links.close()]);
    },
  };
}

/** A process needs to find its parts, and nothing else of the environment the tests run in. */
const pathOf = ({ PATH, HOME }: NodeJS.ProcessEnv): Record<string, string> => ({
  ...(PATH ? { PATH } : {}),
  ...(HOME ? { HOME } : {}),
});
