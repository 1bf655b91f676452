import { expect, test } from 'vitest';
import type { Job } from '../../src/domain/job.ts';
import { faultNames } from '../fakes/openai/faults.ts';
import type { FakeOpenAI } from '../fakes/openai/handle.ts';
import { type Chat, discordChat, ofKind, type Post, shownPictures, slackChat } from '../journeys/chats.ts';
import { photo } from '../journeys/photo.ts';
import type { Booked } from '../journeys/studio.ts';
import { type TwoServices, twoServices } from '../journeys/two-services.ts';
import { type Chance, chanceFrom } from './chance.ts';
import { askDoctor } from './child.ts';
import { judgeBills, priceOf } from './provider-bills.ts';

const full = process.env.CHAOS === 'full';
const seed = Number(process.env.CHAOS_SEED ?? (full ? Date.now() % 1_000_000 : 11));
const wishes = full ? 200 : 40;
const waveOf = 10;
const failingShare = 0.3;
/** Seconds on the clock that all lives by. */
const waitsMost = 3_600;
/** The cheaper one, which is asked most, is the one that fails. */
const multipliers = { first: 1, relay: 0.5 } as const;

interface Scene {
  readonly place: TwoServices;
  readonly chats: readonly Chat[];
  readonly chance: Chance;
}

test(
  'one of two services fails at random in every way there is: all is delivered or plainly refused, and bills and books agree',
  async () => {
    const scene = await open();
    const { place, chats } = scene;
    await hurry(scene);
    place.relay.sometimes(failingShare, faultNames, seed);
    for (let asked = 0; asked < wishes; asked += waveOf) await wave(asked, scene);
    const isOver = ({ text }: Post) => text.startsWith('Done') || text.includes('Nothing was charged.');
    for (const chat of chats) await place.clock.flyUntil(chat.until(() => ofKind(chat, 'card').every(isOver)));

    const { wrong, story } = await judge(scene);
    const told = [`CHAOS_SEED=${seed}`, ...story].join('\n');
    if (full) console.info(told);
    expect(wrong, told).toEqual([]);
    for (const chat of chats) expect(chat.violations()).toEqual([]);
    expect([...place.first.violations(), ...place.relay.violations()]).toEqual([]);
  },
  full ? 900_000 : 120_000,
);

async function open(): Promise<Scene> {
  const place = await twoServices(
    { first: { CONCURRENCY: '5' }, relay: { CONCURRENCY: '5', PRICE_MULTIPLIER: String(multipliers.relay) } },
    {
      ...{ discord: { rateLimits: false }, slack: { rateLimits: false }, chance: Math.random },
      env: { STARTING_CREDITS: '100000', USER_CONCURRENCY: '5', USER_QUEUE: '40', USER_PER_MINUTE: '100' },
    },
  );
  return { place, chats: [discordChat(place), slackChat(place)], chance: chanceFrom(seed) };
}

/** Half of the people are served by the cheapest, which is the one that fails, however it does. */
async function hurry({ place, chats: [chat] }: Scene): Promise<void> {
  const lane = chat?.command('settings lane', { lane: 'batch', role: 'everyone' }, { user: chat.admin });
  expect(await place.clock.flyUntil(lane?.told() ?? Promise.reject(new RangeError('nobody is there')))).toContain(
    'cheapest',
  );
}

/** Some people ask at once; then all comes to an end, and an admin takes back what was left out. */
async function wave(asked: number, scene: Scene): Promise<void> {
  const { place, chats } = scene;
  const { clock } = place;
  for (let n = asked; n < asked + waveOf; n++) await ask(n, scene);
  // Time flies only when all have been heard: what people attach is not downloaded any faster for it.
  const heard = (asked + waveOf) / chats.length;
  await Promise.all(chats.map((chat) => chat.until(() => ofKind(chat, 'root').length >= heard)));
  await clock.flyUntil(allEnded(asked + waveOf, scene));
  const [chat] = chats;
  if (!chat || place.easel().parts.health.readyAt('relay') !== undefined) return;
  await clock.flyUntil(chat.command('services resume', { name: 'relay' }, { user: chat.admin }).told());
}

async function ask(n: number, { chats, chance }: Scene): Promise<void> {
  const chat = chats[n % chats.length];
  if (!chat) throw new RangeError('nobody is there');
  // In turn: nobody is fast enough to be held back for it.
  const user = peopleOf(chat)[Math.floor(n / chats.length) % 3] ?? chat.asker;
  const how = { quality: chance.pick(['low', 'medium']), count: 1 + chance.whole(4) };
  // Slack's commands take no files.
  if (chat.name === 'slack' || chance.whole(3) > 0) {
    chat.command('imagine', { prompt: `fox ${n}`, ...how }, { user });
    return;
  }
  const image = await photo(`given-${n}.png`);
  chat.command('edit', { prompt: `make it blue, ${n}`, ...how }, { user, attachments: { image } });
}

const peopleOf = (chat: Chat): readonly string[] => [
  ...[chat.asker, chat.other],
  chat.name === 'discord' ? 'olga' : 'grace',
];

const jobsOf = async ({ place, chats }: Scene): Promise<Job[]> => {
  const people = chats.flatMap((chat) => peopleOf(chat).map((name) => chat.person(name)));
  const { queue } = place.easel().parts.store;
  return (await Promise.all(people.map((person) => queue.recent(person, wishes)))).flat();
};

async function allEnded(count: number, scene: Scene): Promise<void> {
  const isOpen = ({ state }: Job) => state === 'queued' || state === 'running' || state === 'made';
  for (let waits = 0; waits < waitsMost; waits++) {
    const jobs = await jobsOf(scene);
    if (jobs.length === count && !jobs.some(isOpen)) return;
    await scene.place.clock.sleep(1_000);
  }
  const jobs = await jobsOf(scene);
  const left = jobs.filter(isOpen).map(({ id, state }) => `${id} ${state}`);
  throw new Error(`after an hour there are ${jobs.length} jobs of ${count}; not at an end: ${left.join(', ')}`);
}

async function judge(scene: Scene): Promise<{ wrong: string[]; story: string[] }> {
  const { place } = scene;
  const jobs = await jobsOf(scene);
  const rows = await place.booked();
  const { findings, credits } = await place.recount();
  const ends = Object.groupBy(jobs, ({ state }) => state);
  const { said } = await askDoctor({ PATH: process.env.PATH ?? '', ...place.env }, place.dataDir);
  const of = (provider: string) => rows.filter((row) => row.provider === provider);
  const services: [string, FakeOpenAI, number][] = [
    ['first', place.first, multipliers.first],
    ['relay', place.relay, multipliers.relay],
  ];
  const wrong = [
    ...findings.map(({ subject, what }) => `${subject} ${what}`),
    ...(credits.held === 0 ? [] : [`${credits.held} credits are still held`]),
    ...services.flatMap(([name, fake, multiplier]) =>
      judgeBills(fake.calls(), of(name), multiplier).map((what) => `${name}: ${what}`),
    ),
    ...jobs.flatMap((job) => judgeJob(job, rows, scene)),
    ...judgeChats(jobs, scene),
  ];
  const counts = Object.entries(ends).map(([state, { length = 0 } = []]) => `${length} ${state}`);
  const outcomes = Object.entries(Object.groupBy(rows, ({ provider, outcome }) => `${provider} ${outcome}`));
  const calls = outcomes.map(([what, { length = 0 } = []]) => `${length} × ${what}`);
  return { wrong, story: [counts.join(', '), calls.join(', '), said] };
}

/** A job is delivered and charged what its calls' pictures cost, or it ended with a sentence and cost nothing. */
function judgeJob(job: Job, rows: readonly Booked[], { place }: Scene): string[] {
  const own = rows.filter((row) => row.job === job.id);
  if (job.state !== 'delivered') {
    const charged = own.reduce((sum, row) => sum + Number(row.charged), 0);
    const why = job.outcome && 'refusal' in job.outcome ? undefined : JSON.stringify(job.outcome);
    return [
      ...(charged === 0 && job.charged === undefined ? [] : [`job ${job.id} is ${job.state} for ${charged} credits`]),
      // One service is always well: only what was asked itself can be declined.
      ...(why === undefined ? [] : [`job ${job.id} is ${job.state}: ${why}`]),
    ];
  }
  let held: number = job.held;
  const wrong: string[] = [];
  for (const row of own) {
    const calls = place[row.provider === 'first' ? 'first' : 'relay'].calls();
    const made = calls.find(({ requestId }) => requestId === row.request_id)?.pictures.length ?? 1;
    const due = Math.min(priceOf(row, made), held);
    if (Number(row.charged) !== due) wrong.push(`job ${job.id} was charged ${row.charged} instead of ${due}`);
    held -= due;
  }
  if (job.charged !== job.held - held) wrong.push(`job ${job.id} cost ${job.charged} instead of ${job.held - held}`);
  return wrong;
}

/** Everybody sees each picture once, as the service made it, and hears of each job that came to nothing. */
function judgeChats(jobs: readonly Job[], { place, chats }: Scene): string[] {
  const made = new Set([...place.first.calls(), ...place.relay.calls()].flatMap(({ pictures }) => pictures));
  return chats.flatMap((chat) => {
    const own = jobs.filter((job) => job.place.platform === chat.name);
    const delivered = own.filter(({ state }) => state === 'delivered').length;
    const ended = ofKind(chat, 'card').filter(({ text }) => text.includes('Nothing was charged.')).length;
    const shown = shownPictures(chat);
    const results = ofKind(chat, 'result').length;
    return [
      ...(results === delivered ? [] : [`${chat.name} shows ${results} results of ${delivered}`]),
      ...(ended === own.length - delivered ? [] : [`${chat.name} tells ${ended} ends of ${own.length - delivered}`]),
      ...(new Set(shown).size === shown.length ? [] : [`${chat.name} shows a picture twice`]),
      ...(shown.every((hash) => made.has(hash)) ? [] : [`${chat.name} shows a picture that nobody made`]),
    ];
  });
}
