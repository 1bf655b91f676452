import { credits } from '../domain/credits.ts';
import type { Job, NewJob, Outcome } from '../domain/job.ts';
import type { Claim } from '../domain/job-queue.ts';
import { nativeId } from '../domain/person.ts';
import type { Shared } from './cards.ts';
import type { Parts } from './parts.ts';

/**
 * Gives a job what its leader left, in one transaction: the pictures, for nothing, or else its end. Undefined when the
 * claim is lost.
 */
export async function share(
  claim: Claim,
  { store, clock }: Parts,
): Promise<{ readonly made: Job } | { readonly outcome: Outcome } | undefined> {
  const { job } = claim;
  const leader = job.leader && (await store.queue.find(job.leader));
  if (!leader) throw new RangeError(`job ${job.id} follows nobody`);
  const pictures = await store.queue.pictures(leader.id);
  if (pictures.length === 0) return { outcome: leader.outcome ?? { fault: 'bug' } };
  const { provider = 'unknown', providerRequest } = leader;
  const finished = { pictures, charged: credits(0), provider, providerRequest };
  const version = await store.transaction(async ({ queue, ledger }) => {
    const made = await queue.made(claim, finished);
    if (made !== undefined) await ledger.settle(job.id, finished.charged);
    return made;
  });
  if (version !== undefined) return { made: { ...job, ...finished, version, state: 'made', madeAt: clock.now() } };
  const now = await store.queue.find(job.id);
  return now?.cancelAsked && now.attempt === job.attempt ? { outcome: { cancelled: true } } : undefined;
}

/** Whose pictures a job gets, and since when they are there. Undefined for what is made by itself. */
export async function sharedOf(job: NewJob, parts: Parts): Promise<Shared | undefined> {
  const leader = job.leader && (await parts.store.queue.find(job.leader));
  if (!leader) return undefined;
  const madeAt = leader.madeAt ?? leader.endedAt;
  return { whose: whose(leader, job, parts), madeAt };
}

/** Where somebody asked is theirs to tell: they are named where it was asked, and nowhere else. */
function whose({ person, place }: Job, asking: NewJob, { platforms }: Parts): string {
  const platform = platforms.get(place.platform);
  const isHere = platform?.shown(place).channel === platform?.shown(asking.place).channel;
  // Events of Slack carry no names, and an id means nothing to people; on the console the name is the id.
  const isNamed = place.platform === 'console' || person.name !== nativeId(person.id).split('/').at(-1);
  return isNamed && (isHere || person.id === asking.person.id) ? person.name : 'somebody else here';
}
