import type { Credits } from './credits.ts';
import type { Quality, Size } from './image.ts';
import type { Job, JobId, Json, KeptPicture, NewJob, Outcome, Place } from './job.ts';
import type { PersonId, PlatformName } from './person.ts';
import type { Usage } from './price.ts';

/** The right to work on a job, until its lease runs out. Every verb that takes one is fenced by it. */
export interface Claim {
  readonly job: Job;
  readonly owner: string;
  /** True when an earlier start was cut off: with a ticket go on asking, without one its call may have been billed. */
  readonly resumed: boolean;
}

/** How things stand with a person's jobs. */
export interface Load {
  readonly queued: number;
  readonly running: number;
  /** When each of the jobs of the last minute was asked for, oldest first. */
  readonly askedLastMinute: readonly number[];
}

/** What is written down about one call of a provider, in the transaction that books it. */
export interface Call {
  readonly job: JobId;
  readonly attempt: number;
  readonly provider: string;
  readonly model: string;
  readonly quality: Quality;
  readonly size: Size;
  readonly count: number;
  readonly startedAt: number;
  readonly endedAt: number;
  /** `made`, `refused`, `cancelled`, `cut off`, `not kept` or a fault's code. */
  readonly outcome: string;
  readonly requestId: string | undefined;
  /** Which organisation the service booked it to, where it says so. */
  readonly organisation: string | undefined;
  /** What the service says it used. */
  readonly usage: Usage | undefined;
  /** How many usable pictures came of it. */
  readonly delivered: number;
  /** What the service takes for it, or may take, in millionths of a US dollar: by the list, and with its multiplier. */
  readonly listMicroUsd: number;
  readonly billedMicroUsd: number;
  /** What the person paid of it, and what the house did. */
  readonly charged: Credits;
  readonly absorbed: Credits;
  /** Whether its pictures say where they come from (C2PA); undefined where there are none. */
  readonly contentCredentials: boolean | undefined;
}

/** A call of the recent past, as far as it says how a service is doing. */
export interface PastCall {
  readonly provider: string;
  readonly model: string;
  readonly outcome: string;
  readonly tookMs: number;
}

/** In place of a service's name: none is being called. */
export const nobody = '';

export interface Finished {
  readonly pictures: readonly KeptPicture[];
  readonly charged: Credits;
  readonly provider: string;
  readonly providerRequest: string | undefined;
}

/**
 * Durable jobs, served round-robin over people. Claims are leases: whoever dies loses them, and another goes on.
 * A fenced verb returns false when the claim is lost; then nothing was changed and the caller must stop.
 */
export interface JobQueue {
  /** `known` when a job with this id is there already; then nothing is changed. */
  add(job: NewJob, owner: string): Promise<'added' | 'known'>;
  /**
   * Lets a job that was just added wait for the pictures of an open one that makes the same, which moves up where its
   * turn comes later. Undefined when there is none. In the transaction that added it.
   */
  follow(job: JobId): Promise<JobId | undefined>;
  load(person: PersonId): Promise<Load>;
  /** 1 for the next to be started; undefined when it does not wait for its turn. Jobs asked for later by others may come first. */
  placeInQueue(job: JobId): Promise<number | undefined>;
  /** The announcement is over: others may claim the job from now on. False when it was cancelled meanwhile. */
  announced(job: JobId, place: Place): Promise<boolean>;

  /**
   * The next job to work on: first what is made and only waits to be posted, then what was cut off, then what waited for
   * the pictures of another that is over, then, while `making` is true, the next in turn whose person has fewer than
   * `runningMax` being made. Undefined: nothing to do.
   */
  claim(
    owner: string,
    platforms: readonly PlatformName[],
    making: boolean,
    runningMax: number,
  ): Promise<Claim | undefined>;
  /** Keeps the leases of `owner` on these jobs; returns those that still hold, and whether a person wants to cancel. */
  renew(
    owner: string,
    jobs: readonly JobId[],
  ): Promise<readonly { readonly job: JobId; readonly attempt: number; readonly cancel: boolean }[]>;
  /** Gives back the lease of a job without changing its state, so that the next start resumes it at once. */
  putBack(claim: Claim): Promise<void>;
  /** Frees the leases of processes that `isDead` knows to be gone. Returns how many. */
  free(isDead: (owner: string) => boolean): Promise<number>;

  /**
   * Stores which service is being called, and the ticket it gave; without one, an earlier ticket is forgotten. `nobody`:
   * all calls have ended and are booked, so that none is lost if the process dies now. Fenced.
   */
  calling(claim: Claim, provider: string, ticket: Json | undefined): Promise<boolean>;
  /**
   * `running → made`: which version of its family it is. Undefined when the claim is lost, or when the person has asked
   * to cancel meanwhile.
   */
  made(claim: Claim, finished: Finished): Promise<number | undefined>;
  /** Notes that posting begins. Fenced, and false too when the person has asked to cancel meanwhile. */
  posting(claim: Claim): Promise<boolean>;
  /** `made → delivered`. Fenced. */
  delivered(claim: Claim): Promise<boolean>;
  /** Any open state → `failed`, `refused` or `cancelled`, charged nothing. Fenced. */
  end(claim: Claim, outcome: Outcome): Promise<boolean>;
  /**
   * Cancels on a person's wish: a queued job ends at once (`ended`), one that is running, or made and not being posted
   * yet, is asked to stop (`asked`), anything later or unknown is `late`.
   */
  cancel(job: JobId): Promise<'ended' | 'asked' | 'late'>;
  /** Ends a queued job that could not even be announced. False when it was claimed meanwhile. */
  withdraw(job: JobId, outcome: Outcome): Promise<boolean>;

  /** The person has seen how the job ended, or can't be shown it. */
  told(job: JobId): Promise<void>;
  /** Jobs that ended since `since` without that being shown: their process died in between. Oldest first. */
  untold(platforms: readonly PlatformName[], since: number, most: number): Promise<readonly Job[]>;

  /** Saves where a job is shown, from whoever holds it. */
  remember(job: JobId, place: Place): Promise<void>;
  find(job: JobId): Promise<Job | undefined>;
  pictures(job: JobId): Promise<readonly KeptPicture[]>;
  /** A person's jobs, newest first. */
  recent(person: PersonId, most: number): Promise<readonly Job[]>;
  /** Waiting jobs in the order they will be started, without those that get the pictures of others. */
  waiting(platforms: readonly PlatformName[], most: number): Promise<readonly Job[]>;

  record(call: Call): Promise<void>;
  /** Calls that ended since `since`, newest first. */
  pastCalls(since: number, most: number): Promise<readonly PastCall[]>;
  /** Milliseconds that the newest successful calls like this took, newest first, at most 20. */
  pastDurations(model: string, quality: Quality, size: Size, count: number): Promise<readonly number[]>;
}
