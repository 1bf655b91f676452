import type { Credits } from './credits.ts';
import type { JobId } from './job.ts';
import type { PersonId } from './person.ts';
import type { Refusal } from './refusal.ts';

/** What a person can spend, and what is set aside for their jobs. */
export interface Balance {
  readonly available: Credits;
  readonly held: Credits;
}

export type EntryKind = 'start' | 'grant' | 'revoke' | 'hold' | 'charge' | 'release' | 'refund' | 'house';

/** One line of a person's account, newest first in `history`. */
export interface Entry {
  readonly kind: EntryKind;
  readonly amount: Credits;
  readonly at: number;
  readonly job: JobId | undefined;
  readonly by: PersonId | undefined;
  readonly reason: string | undefined;
}

/** How a hold ended. The first of settle and release wins; a repeat returns what the first one did. */
export interface Standing {
  readonly charged: Credits;
  readonly returned: Credits;
}

/**
 * Credits, as append-only double entry. Every entry has a unique key made by the caller, so repeating is harmless.
 * A person gets the starting credits on first use, once.
 */
export interface Ledger {
  /** @param key unique for this grant: the platform's request id. */
  grant(to: PersonId, amount: Credits, by: PersonId, reason: string, key: string): Promise<Balance>;
  /** Takes credits away, at most what is available; `taken` says how much that was. */
  revoke(
    from: PersonId,
    amount: Credits,
    by: PersonId,
    reason: string,
    key: string,
  ): Promise<Balance & { readonly taken: Credits }>;
  /** Sets credits aside for a job, or refuses as `too-poor` and changes nothing. */
  hold(job: JobId, person: PersonId, amount: Credits): Promise<Balance | Extract<Refusal, { refused: 'too-poor' }>>;
  /**
   * Charges `cost` and gives the rest of the hold back.
   * @throws RangeError when `cost` exceeds the hold, or there never was one: a bug, not a user's problem.
   */
  settle(job: JobId, cost: Credits): Promise<Standing>;
  /** Gives the whole hold back. @throws RangeError when there never was one. */
  release(job: JobId): Promise<Standing>;
  /** Gives back what a job was charged, because its pictures could not be brought to the person. A repeat does nothing. */
  refund(job: JobId, reason: string): Promise<void>;
  /** Books what a provider billed, or may have billed, and nobody is charged for. */
  absorb(job: JobId, amount: Credits, reason: string, key: string): Promise<void>;
  balance(person: PersonId): Promise<Balance>;
  /** What moved any credits, newest first. */
  history(person: PersonId, most: number): Promise<readonly Entry[]>;
}
