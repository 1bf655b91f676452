import { type JobId, jobId } from '../../src/domain/job.ts';
import type { Chance } from './chance.ts';
import { patienceMs, type Town } from './town.ts';

export type Platform = 'discord' | 'slack';

/** What one person wants, and how they go about it. */
export interface Wish {
  readonly platform: Platform;
  readonly user: string;
  readonly channel: string;
  readonly words: string;
  readonly count: number;
  readonly quality: string;
  /** Presses Again under something that is there, instead of typing. */
  readonly again: boolean;
  /** Presses Cancel as soon as there is a card. */
  readonly cancels: boolean;
}

export function makeWishes(count: number, town: Town, chance: Chance): Wish[] {
  return Array.from({ length: count }, (_, n): Wish => {
    const platform = n % 2 === 0 ? 'discord' : 'slack';
    const user = chance.pick(town.people[platform]);
    const channels = { discord: ['general', 'art', 'dm'], slack: ['#studio', '#lobby', `@${user}`] };
    return {
      ...{ platform, user },
      channel: chance.pick(channels[platform]),
      words: `a red fox, number ${n}`,
      count: 1 + chance.whole(3),
      quality: chance.pick(['low', 'medium']),
      again: chance.whole(6) === 0,
      cancels: chance.whole(12) === 0,
    };
  });
}

/** People who say again what went unheard, as people do. */
export interface Crowd {
  /** Wishes that no job exists for. */
  unheard(): readonly Wish[];
  /** Has somebody act, and tells under which id there will be a job if it is heard. */
  ask(wish: Wish): JobId;
  /** Finds out which wishes became jobs. */
  look(): Promise<void>;
  /** Presses Cancel on every card of those who want to, until the signal. */
  cancelling(over: AbortSignal): void;
  /** Jobs whose Cancel was pressed. */
  cancelled(): ReadonlySet<string>;
}

export function gather(wishes: readonly Wish[], town: Town): Crowd {
  const { discord, slack, at } = town;
  let unheard = [...wishes];
  const asked = new Map<JobId, Wish>();
  const pressed = new Set<string>();

  function ask(wish: Wish): JobId {
    const id = (wish.again ? pressAgain(wish) : undefined) ?? type(wish);
    asked.set(id, wish);
    return id;
  }

  /** Really new each time, so that the image service's own calls name the job. */
  function type({ platform, user, channel, words, count, quality }: Wish): JobId {
    if (platform === 'discord') {
      const options = { prompt: words, count, quality, fresh: true };
      return jobId('discord', discord.command('imagine', options, { user, channel }).id);
    }
    const line = `${words} count:${count} quality:${quality} fresh:true`;
    return jobId('slack', slack.command('/imagine', line, { user, channel }).requestId);
  }

  function pressAgain({ platform, user }: Wish): JobId | undefined {
    if (platform === 'discord') {
      const there = discord.messages().find((message) => message.guildId && customIdFor(message.components, 'again'));
      if (!there) return undefined;
      return jobId('discord', discord.button(there.id, 'Again', { user }).id);
    }
    const there = slack.messages('#studio').find((message) => jobOnButton(message.blocks, 'again'));
    return there && jobId('slack', slack.button(there.ts, 'easel:again', user).requestId);
  }

  /** Once, and only while Easel lives: what it was doing then is told by the books. */
  async function cancel(job: JobId, { platform, user }: Wish, over: AbortSignal): Promise<void> {
    if (platform === 'discord') {
      const card = () =>
        discord.messages().find(({ components }) => customIdFor(components, 'cancel') === `cancel:${job}`);
      await discord.until(() => over.aborted || card(), patienceMs);
      const there = card();
      if (!there || over.aborted) return;
      pressed.add(job);
      discord.button(there.id, `cancel:${job}`, { user });
      return;
    }
    const card = () => slack.messages().find(({ blocks }) => jobOnButton(blocks, 'cancel') === job);
    await slack.until(() => over.aborted || card(), patienceMs);
    const there = card();
    if (!there || over.aborted) return;
    pressed.add(job);
    slack.button(there.ts, 'easel:cancel', user);
  }

  return {
    unheard: () => unheard,
    ask,
    async look() {
      const jobs = await at.database.db.selectFrom('jobs').select('id').execute();
      const heard = new Set(jobs.flatMap(({ id }) => asked.get(id as JobId) ?? []));
      unheard = wishes.filter((wish) => !heard.has(wish));
    },
    cancelling(over) {
      for (const [job, wish] of asked)
        if (wish.cancels && !pressed.has(job)) cancel(job, wish, over).catch(() => undefined);
    },
    cancelled: () => pressed,
  };
}

/** The custom id of a Discord message's button with this action. */
export function customIdFor(components: readonly Record<string, unknown>[], action: string): string | undefined {
  const rows = components as { components?: { custom_id?: string }[] }[];
  const all = rows.flatMap((row) => row.components ?? []);
  return all.find(({ custom_id }) => custom_id?.startsWith(`${action}:`))?.custom_id;
}

/** The job that a Slack message's button with this action is for. */
export function jobOnButton(blocks: readonly unknown[], action: string): string | undefined {
  const all = (blocks as { elements?: { action_id?: string; value?: string }[] }[]).flatMap(
    ({ elements }) => elements ?? [],
  );
  return all.find(({ action_id }) => action_id === `easel:${action}`)?.value;
}
