import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFailed, onTestFinished, test } from 'vitest';
import { onEveryDatabase, type TestDatabase } from '../storage/databases.ts';
import { type Chance, chanceFrom } from './chance.ts';
import type { Child } from './child.ts';
import { type Crowd, gather } from './crowd.ts';
import { comes, gravest, type Moment, moments } from './moments.ts';
import { openTown, patienceMs, type Town } from './town.ts';
import { judge } from './verdict.ts';
import { firstWishes, makeWishes, type Wish } from './wishes.ts';

const full = process.env.CHAOS === 'full';
const seed = Number(process.env.CHAOS_SEED ?? (full ? Date.now() % 1_000_000 : 7));
/** What every call of a platform takes, so that Easel can die during one. */
const callMs = 15;
/** How long after a moment the end comes: what follows has not begun, or has, or is done. */
const laterMs = [0, 0, 1, 3, 10, 30, 100];
/** The last edit of a card may come so late after the pictures. */
const lastEditMs = 3_500;
const startMs = 1_200;
const liveMs = 1_000;

const never = new AbortController().signal;

/** When a life ends. */
type Death =
  | { readonly after: Moment; readonly ms: number }
  | { readonly sinceStartMs: number }
  | { readonly sinceReadyMs: number };

/** How many jobs and kills. */
const measure = ({ engine }: TestDatabase): [number, number] =>
  full ? [70, 45] : engine === 'sqlite' ? [16, 5] : [10, 3];

onEveryDatabase((current) => {
  test(
    'killed at any moment, again and again: each job is delivered once, charged once, made of what was given, and the doctor is content',
    () => survive(current(), ...measure(current())),
    full ? patienceMs : 120_000,
  );
});

async function survive(at: TestDatabase, jobs: number, kills: number): Promise<void> {
  const story = [`CHAOS_SEED=${seed}, ${at.engine}`];
  onTestFailed(() => console.error(story.join('\n')));
  const chance = chanceFrom(seed);
  const town = await openTown({ at, callMs });
  // Also when time runs out: no process may stay behind.
  onTestFinished(() => town.close());
  // Half of the wishes come at once, the others spread over the lives.
  const crowd = gather([...firstWishes, ...makeWishes(jobs, town, chance)], town);
  await begin(crowd, town);
  for (const [life, death] of deaths(kills, chance).entries()) {
    const left = crowd.unheard().length;
    const rush = left === jobs ? Math.ceil(jobs / 2) : Math.ceil(left / (kills - life));
    story.push(await live(death, rush, crowd, town, chance));
  }
  await outlive(crowd, town);

  const { wrong, figures } = await judge(town, crowd.cancelled(), crowd.wantedFor);
  story.push(JSON.stringify(figures));
  if (full) console.info(story.join('\n'));
  expect(wrong).toEqual([]);
  expect(figures.edits).toBeGreaterThan(0);
  const { code, said } = await town.doctor();
  expect(said).toContain('"findings": []');
  expect(code).toBe(0);
}

/** Every arrow of the journey is hit when there are lives enough, and the rest is chance. */
function deaths(kills: number, chance: Chance): Death[] {
  const after = (moment: Moment): Death => ({ after: moment, ms: chance.pick(laterMs) });
  if (kills <= gravest.length) return chance.shuffled(gravest).slice(0, kills).map(after);
  const anywhere = Array.from({ length: kills }, (_, n): Death => {
    if (n % 3 === 0) return { sinceStartMs: chance.whole(startMs) };
    return n % 3 === 1 ? { sinceReadyMs: chance.whole(liveMs) } : after(chance.pick(moments));
  });
  return chance.shuffled([...moments.map(after), ...anywhere].slice(0, kills));
}

/** The first life, at the end of which there are pictures to change. */
async function begin(crowd: Crowd, town: Town): Promise<void> {
  const child = town.start();
  await child.ready;
  const asking = crowd.unheard().slice(0, firstWishes.length);
  await Promise.race([Promise.all(asking.map((wish) => accepted(crowd.ask(wish, never), child))), child.fell]);
  await Promise.race([town.untilEnded(child), child.fell]);
  await child.kill();
  await town.untilGone();
  await crowd.look();
}

/** One life: people ask, Easel works, and is killed. Returns its story. */
async function live(death: Death, asks: number, crowd: Crowd, town: Town, chance: Chance): Promise<string> {
  const child = town.start();
  const over = new AbortController();
  const end = async (): Promise<string> => {
    if ('sinceStartMs' in death) {
      await anyMoment(death.sinceStartMs);
      return `${death.sinceStartMs} ms after its start`;
    }
    await child.ready;
    const wishes = chosen(death, asks, crowd);
    const now = 'after' in death ? death.after.count(town) : 0;
    crowd.cancelling(over.signal);
    const jobs = wishes.map((wish) => accepted(crowd.ask(wish, over.signal), child));
    // What comes to nothing because the end comes first is asked again in a later life.
    for (const job of jobs) job.catch(() => undefined);
    if ('sinceReadyMs' in death) {
      await anyMoment(death.sinceReadyMs);
      return `${death.sinceReadyMs} ms after ready`;
    }
    const { after, ms } = death;
    const on = wishes.filter(after.comesOf).length;
    // Each wish brings the moment once, unless it is cancelled: then nothing more may come.
    const times = on > 0 ? 1 + chance.whole(on) : 1;
    const idle = async () => {
      await Promise.all(jobs);
      await town.untilEnded(child);
      await anyMoment(lastEditMs);
    };
    await Promise.race([comes(after, now + times, town, over.signal), idle()]);
    const came = after.count(town) - now;
    await anyMoment(ms);
    return came > 0 ? `${ms} ms after “${after.name}” came ${came}×` : `${ms} ms after all was done`;
  };
  const story = await Promise.race([end(), child.fell]);
  await child.kill();
  over.abort();
  await town.untilGone();
  await crowd.look();
  return `killed ${story}; ${crowd.unheard().length} wishes unheard, ${await town.open()} jobs open`;
}

/** The last life: everybody is heard, everything ends, and Easel stops by itself. */
async function outlive(crowd: Crowd, town: Town): Promise<void> {
  const child = town.start();
  onTestFailed(() => console.error(child.tail()));
  await child.ready;
  await Promise.race([Promise.all(crowd.unheard().map((wish) => accepted(crowd.ask(wish, never), child))), child.fell]);
  await Promise.race([town.untilEnded(child), child.fell]);
  expect(await child.stop()).toBe(0);
}

/** The only place where time decides: any moment may be the last. */
const anyMoment = (ms: number): Promise<void> => sleep(ms);

/** Resolves when Easel has taken it in, or it came to nothing. */
async function accepted(asking: Promise<string | undefined>, child: Child): Promise<void> {
  const job = await asking;
  if (job) await child.untilLine((line) => line.msg === 'a job was accepted' && line.job === job);
}

/** Who asks in a life: first those who bring the moment that it ends after, so that it comes. */
function chosen(death: Death, asks: number, crowd: Crowd): Wish[] {
  const brings = (wish: Wish) => Number('after' in death && death.after.comesOf(wish));
  return crowd
    .unheard()
    .toSorted((a, b) => brings(b) - brings(a))
    .slice(0, asks);
}
