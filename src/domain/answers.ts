import type { JobId } from './job.ts';

/** What is asked for, in short: equal exactly when one picture answers both, for people who may share it. */
export type WishKey = string & { readonly of: 'wish' };

/**
 * Which job made what, so that asking for the same again is answered with its pictures. Losable: what is forgotten is
 * made anew. It refers to originals that are kept anyway, and holds none itself.
 */
export interface Answers {
  /** The job that made this last, where that is remembered and was not before `since`. */
  find(wish: WishKey, since: number): Promise<JobId | undefined>;
  /** In place of what was remembered for the wish before. @param bytes of its originals together */
  remember(wish: WishKey, job: JobId, bytes: number, at: number): Promise<void>;
  /** Its pictures are not to be given to anybody else any more. */
  forget(job: JobId): Promise<void>;
  /** Forgets what was made before `since`, then the oldest, until the rest refers to at most `bytesMax`. */
  evict(since: number, bytesMax: number): Promise<void>;
}
