import type { JobId } from './job.ts';
import type { PersonId } from './person.ts';

/** What stands in place of a person's words once they are not kept any more. */
export const wordsGone = 'words no longer kept';

/** Jobs that were just let go of, and the blobs that they referred to; others may still refer to those. */
export interface LetGo {
  readonly jobs: number;
  readonly blobs: readonly string[];
}

/** A person who is to be forgotten, and since when: what they ask for later stays. */
export interface Forgetting {
  readonly person: PersonId;
  readonly until: number;
}

/**
 * How long things are kept. Every verb takes a bounded piece in one transaction and may be repeated; entries of the
 * ledger are never removed.
 */
export interface Keeping {
  /** Notes durably that a person is to be forgotten. It stays until `forgetPerson`. */
  ask(forgetting: Forgetting): Promise<void>;
  asked(): Promise<readonly Forgetting[]>;
  /** Their jobs that have not ended. */
  open(forgetting: Forgetting): Promise<readonly JobId[]>;
  /** Takes words, pictures and names out of some of their ended jobs, which are `as` from then on. */
  forgetJobs(forgetting: Forgetting, as: PersonId, most: number): Promise<LetGo>;
  /** Gives their account and its entries to `as`, forgets their settings, and that they asked. */
  forgetPerson(person: PersonId, as: PersonId): Promise<void>;

  /** Takes the words out of jobs that ended before `before`. Returns how many. */
  purgeWords(before: number, most: number): Promise<number>;
  /** Lets go of the pictures of jobs that ended before `before`. */
  purgePictures(before: number, most: number): Promise<LetGo>;
  /** Removes what is written down of the calls for jobs whose last call ended before `before`. Returns how many. */
  purgeCalls(before: number, most: number): Promise<number>;

  /** Blobs that jobs were let go of with, and that may have to go too, in order. @param after the last one seen, or empty */
  leaving(after: string, most: number): Promise<readonly string[]>;
  /** These are gone, or somebody else needs them. */
  left(blobs: readonly string[]): Promise<void>;

  /** Notes what edits since `since` begin with, where an older Easel beside this one took them in. */
  noteInputs(since: number): Promise<void>;
  /**
   * Which of these blobs a job still needs: pictures, and what edits begin with that are open, delivered, or ended
   * without a picture since `since`.
   */
  needed(blobs: readonly string[], since: number): Promise<ReadonlySet<string>>;
}
