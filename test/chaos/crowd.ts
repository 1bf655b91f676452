import type { JobId } from '../../src/domain/job.ts';
import type { Attached } from '../journeys/chats.ts';
import { photo, sha256 } from '../journeys/photo.ts';
import { discordPeople } from './discord-people.ts';
import type { People, Platform, Result } from './people.ts';
import { slackPeople } from './slack-people.ts';
import type { Town } from './town.ts';
import { isForReplies, type Wanted, type Wish } from './wishes.ts';

/** People who say again what went unheard, as people do. */
export interface Crowd {
  /** Wishes that no job exists for. */
  unheard(): readonly Wish[];
  /**
   * Has somebody act, and tells under which id there will be a job if it is heard. Undefined when it came to nothing.
   * @param over aborts when nothing more is going to come
   */
  ask(wish: Wish, over: AbortSignal): Promise<JobId | undefined>;
  /** What the service must be sent for this job. */
  wantedFor(job: string): Wanted | undefined;
  /** Finds out which wishes became jobs. */
  look(): Promise<void>;
  /** Presses Cancel on the cards of earlier lives, of those who want to, until the signal. */
  cancelling(over: AbortSignal): void;
  /** Jobs whose Cancel was pressed. */
  cancelled(): ReadonlySet<string>;
}

/** What came of a wish, so far. */
interface Asked {
  readonly wish: Wish;
  readonly count: number;
  readonly wanted: Wanted;
}

/** One try to say what a wish is about. */
interface Try {
  readonly wish: Wish;
  readonly people: People;
  /** Other ones each time: the same, said again while the first are being followed, would be one request. */
  readonly words: string;
  readonly given: Attached;
  readonly over: AbortSignal;
}

const nothingAlong: Wanted = { files: [], region: false, prepared: false };
const phone = [2_400, 1_600, 6] as const;

export function gather(wishes: readonly Wish[], town: Town): Crowd {
  const peoples: Readonly<Record<Platform, People>> = { discord: discordPeople(town), slack: slackPeople(town) };
  let unheard = [...wishes];
  const asked = new Map<JobId, Asked>();
  const pressed = new Set<string>();
  let tries = 0;

  async function ask(wish: Wish, over: AbortSignal): Promise<JobId | undefined> {
    const number = ++tries;
    const given = await photo(`given-${number}.jpg`, ...(wish.photo ? phone : []));
    if (over.aborted) return undefined;
    const one = {
      wish,
      given,
      over,
      people: peoples[wish.platform],
      words: `make it blue: ${wish.words}, try ${number}`,
    };
    if (wish.way === 'imagine') return imagine(one);
    if (wish.way === 'edit' || wish.way === 'mention') return changeOwn(one);
    const fitting = one.people.results().filter(fits(wish));
    const result = fitting[wish.count % fitting.length];
    const before = result && asked.get(result.job);
    if (!result || !before) return imagine(one);
    if (wish.way !== 'again') return change(one, result, before);
    return note(one, one.people.press(wish, result, 'Again'), before.wanted, before.count);
  }

  /** Notes at once what was asked, since Easel may be dead before anything else happens. */
  function note({ wish, over }: Try, job: JobId, wanted: Wanted, count = 1): JobId {
    asked.set(job, { wish, count, wanted });
    if (wish.cancels) cancel(wish, job, over);
    return job;
  }

  const imagine = (one: Try): JobId =>
    note(one, one.people.imagine(one.wish, one.wish.words, one.wish), nothingAlong, one.wish.count);

  function changeOwn(one: Try): JobId {
    const { wish, people, words, given } = one;
    const along = { files: [sha256(given.bytes)], prepared: wish.photo };
    if (wish.way === 'mention') return note(one, people.mention(wish, words, given), { ...along, region: false });
    const region = wish.count > 1 ? 'left' : undefined;
    return note(one, people.edit(wish, words, given, region), { ...along, region: region !== undefined });
  }

  async function change(one: Try, result: Result, before: Asked): Promise<JobId | undefined> {
    const { wish, people, words, given, over } = one;
    const position = wish.count % before.count;
    const number = before.count > 1 ? { picture: String(position + 1) } : undefined;
    const wanted = { ...nothingAlong, parent: { job: result.job, position } };
    if (wish.way === 'reply') {
      const which = wish.platform === 'slack' ? 'v1: ' : number ? `${number.picture}: ` : '';
      return note(one, people.reply(wish, result, `${which}${words} quality:low`), wanted);
    }
    if (wish.way === 'vary' && !number) return note(one, people.press(wish, result, 'Vary'), wanted);
    const isVary = wish.way === 'vary';
    const filling = isVary ? { ...number } : { ...number, prompt: words, quality: 'low', images: [given] };
    const job = await people.fill(wish, result, isVary ? 'Vary' : 'Edit', filling, over);
    if (!job || isVary) return job && note(one, job, wanted);
    return note(one, job, { ...wanted, files: [sha256(given.bytes)], prepared: wish.photo });
  }

  /** What a wish can be about. Again begins another family, which must not stand where replies name versions. */
  const fits =
    ({ platform, way }: Wish) =>
    ({ job }: Result): boolean => {
      const before = asked.get(job);
      if (!before) return false;
      if (way === 'again') return !isForReplies(before.wish);
      return way !== 'reply' || platform === 'discord' || isForReplies(before.wish);
    };

  /** Once, and only while Easel lives: what it was doing then is told by the books. */
  function cancel(wish: Wish, job: JobId, over: AbortSignal): void {
    peoples[wish.platform].cancel(wish, job, over, () => pressed.add(job)).catch(() => undefined);
  }

  return {
    unheard: () => unheard,
    ask,
    wantedFor: (job) => asked.get(job as JobId)?.wanted,
    async look() {
      const jobs = await town.at.database.db.selectFrom('jobs').select('id').execute();
      const heard = new Set(jobs.flatMap(({ id }) => asked.get(id as JobId)?.wish ?? []));
      unheard = wishes.filter((wish) => !heard.has(wish));
    },
    cancelling(over) {
      for (const [job, { wish }] of asked) if (wish.cancels && !pressed.has(job)) cancel(wish, job, over);
    },
    cancelled: () => pressed,
  };
}
