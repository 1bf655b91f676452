import type { ChatRequest } from '../domain/chat-platform.ts';
import { type Credits, credits } from '../domain/credits.ts';
import { type ImageWish, qualities, sizeText } from '../domain/image.ts';
import type { Lane } from '../domain/image-provider.ts';
import type { JobId, NewJob } from '../domain/job.ts';
import type { Load } from '../domain/job-queue.ts';
import type { Person } from '../domain/person.ts';
import { holdFor, isPriced, quote } from '../domain/price.ts';
import { isRefusal, type Refusal } from '../domain/refusal.ts';
import type { Books } from '../domain/store.ts';
import type { Shared } from './cards.ts';
import { type Fitted, fitWish, previewsOf } from './fit-wish.ts';
import type { Gathered } from './gather.ts';
import { laneFor } from './lane.ts';
import type { Parts, Rules } from './parts.ts';
import { recall } from './remembered.ts';
import { rank } from './route.ts';
import { sharedOf } from './share.ts';
import { tariff } from './tariff.ts';
import { usualMs } from './usual.ts';
import { wishKey } from './wish-key.ts';

export interface Admitted {
  readonly job: NewJob;
  /** Undefined where it waits for the pictures of another. */
  readonly placeInQueue: number | undefined;
  readonly shared: Shared | undefined;
}

/**
 * Decides whether a wish becomes a job. In one transaction the job is stored and its credits are held, or nothing is.
 * `known`: a redelivered request, whose job is on its way already.
 */
export async function admit(
  id: JobId,
  asked: Pick<ChatRequest, 'person' | 'place' | 'admin'>,
  wish: ImageWish,
  gathered: Gathered,
  parts: Parts,
): Promise<Admitted | 'known' | Refusal> {
  const { preferences, store, rules, clock, meter } = parts;
  const { person, place } = asked;
  const own = await preferences.ofPerson(person.id);
  const team = await preferences.ofWorkspace(person.workspace);
  const fitted = fitWish(wish, gathered, own, team, parts.hashPerson(person.id), parts);
  if (isRefusal(fitted)) return fitted;

  // For the price that is said: how things stood a moment ago is near enough, and nobody's acknowledgement waits for it.
  void parts.standings.refresh();
  void parts.health.refresh(parts.providers.map(({ name }) => name));
  const lane = await laneFor(asked, team, parts);
  const offered = offerTo(lane, fitted, parts);
  if (isRefusal(offered)) return offered;
  const { request, notes, quoted, ways } = offered;
  const key = rules.cacheMs > 0 ? wishKey(person, request, ways[0].provider.placeholder) : undefined;
  const answer = key && !request.fresh ? await recall(key, parts) : undefined;
  const price = answer ? { quote: credits(0), held: credits(0) } : { quote: quoted, held: holdFor(quoted) };
  const job: NewJob = {
    id,
    person,
    place,
    request,
    ...price,
    notes,
    family: gathered.parent?.family ?? id,
    lane,
    createdAt: clock.now(),
    wish: key,
    leader: answer,
  };

  const verdict = await store.transaction(async (books): Promise<Queued | 'known' | Refusal> => {
    const { ledger, queue } = books;
    if ((await queue.add(job, parts.owner)) === 'known') return 'known';
    const queued = await standingOf(job, books);
    const hold = await ledger.hold(id, person.id, job.held);
    if ('refused' in hold) return { ...hold, needs: quoted, cheaper: cheaper(offered, hold.has, rules) };
    return overLimit(await queue.load(person.id), rules, clock.now()) ?? queued;
  });
  if (verdict === 'known') return verdict;
  if (!isRefusal(verdict)) {
    const { task } = request;
    const source = answer ? 'cache' : verdict.leader ? 'in-flight' : 'service';
    meter.count('easel_jobs_accepted_total', { platform: place.platform, task, source });
    const admitted = { ...job, leader: verdict.leader };
    return { ...verdict, job: admitted, shared: await sharedOf(admitted, parts) };
  }
  return verdict.refused === 'too-many' ? { ...verdict, retryAfterMs: await usualMs(request, parts) } : verdict;
}

interface Queued {
  readonly leader: JobId | undefined;
  readonly placeInQueue: number | undefined;
}

/** Whom a new job gets its pictures from, or when its turn is. */
async function standingOf({ id, wish, leader, request }: NewJob, { queue }: Books): Promise<Queued> {
  const followed = leader ?? (wish && !request.fresh ? await queue.follow(id) : undefined);
  if (followed) return { leader: followed, placeInQueue: undefined };
  return { leader: undefined, placeInQueue: (await queue.placeInQueue(id)) ?? 1 };
}

/** The price that is said: that of the service which is asked first, as things stand. */
function offerTo(lane: Lane, fitted: Fitted, parts: Parts): (Fitted & { readonly quoted: Credits }) | Refusal {
  const { model, size } = fitted.request;
  const priced = fitted.ways.filter((way) => isPriced(way.offer, fitted.request));
  const ready = priced.filter(({ provider }) => parts.health.readyAt(provider.name) !== undefined);
  const [first, ...others] = rank(ready.length > 0 ? ready : priced, lane, fitted.request, {
    ...parts,
    chance: () => 1,
  });
  if (!first) return { refused: 'unpriced', model, size: sizeText(size) };
  const request = { ...fitted.request, partialImages: previewsOf(fitted.request, first, parts.rules) };
  const offered: Fitted = { ...fitted, request, ways: [first, ...others] };
  return { ...offered, quoted: quoteFor(offered, parts.rules) ?? credits(0) };
}

/** What would be refused whatever it is, before anything is fetched for it. */
export async function refusedAnyway(person: Person, { store, rules, clock }: Parts): Promise<Refusal | undefined> {
  const { askedLastMinute, ...load } = await store.queue.load(person.id);
  const withThis = { ...load, queued: load.queued + 1, askedLastMinute: [...askedLastMinute, clock.now()] };
  const over = overLimit(withThis, rules, clock.now());
  if (over) return over;
  const { available } = await store.ledger.balance(person.id);
  return available > 0
    ? undefined
    : { refused: 'too-poor', needs: credits(1), holds: credits(2), has: available, cheaper: undefined };
}

const quoteFor = ({ request, ways: [way] }: Fitted, rules: Rules): Credits | undefined =>
  quote(way.offer, request, tariff(way, { rules }));

/** Counts include the job that asks to be let in. */
function overLimit(load: Load, rules: Rules, now: number): Refusal | undefined {
  const inWorks = load.queued + load.running;
  if (inWorks > rules.userConcurrency + rules.userQueue) {
    return { refused: 'too-many', waiting: inWorks - 1, retryAfterMs: undefined };
  }
  const [oldest] = load.askedLastMinute;
  if (oldest !== undefined && load.askedLastMinute.length > rules.userPerMinute) {
    return { refused: 'too-fast', perMinute: rules.userPerMinute, retryAfterMs: oldest + 60_000 - now };
  }
  return undefined;
}

/** The nearest thing that the balance allows: a lower quality, else one picture instead of several, else both. */
function cheaper(fitted: Fitted, has: Credits, rules: Rules): { option: string; cost: Credits } | undefined {
  const { request, ways } = fitted;
  const [way] = ways;
  const lower = qualities
    .slice(0, qualities.indexOf(request.quality))
    .filter((quality) => way.offer.qualities.includes(quality))
    .reverse();
  const one = request.count > 1 ? [{ option: 'count:1', quality: request.quality, count: 1 }] : [];
  const choices = [
    ...lower.map((quality) => ({ option: `quality:${quality}`, quality, count: request.count })),
    ...one,
    ...one.flatMap(() => lower.map((quality) => ({ option: `quality:${quality} count:1`, quality, count: 1 }))),
  ];
  for (const { option, quality, count } of choices) {
    const partialImages = previewsOf({ quality, count }, way, rules);
    const quoted = quoteFor({ ...fitted, request: { ...request, quality, count, partialImages } }, rules);
    if (quoted !== undefined && holdFor(quoted) <= has) return { option, cost: quoted };
  }
  return undefined;
}
