import type { Answers } from './answers.ts';
import type { Audit } from './audit.ts';
import type { Gallery } from './gallery.ts';
import type { JobQueue } from './job-queue.ts';
import type { Ledger } from './ledger.ts';

/** Money, jobs, where their pictures are and what they answer, over one database: what must happen together is said in one transaction. */
export interface Books {
  readonly ledger: Ledger;
  readonly queue: JobQueue;
  readonly gallery: Gallery;
  readonly answers: Answers;
}

export interface Store extends Books {
  readonly audit: Audit;
  /** Runs `work` in one transaction. When it throws or returns a `Refusal`, nothing of it has happened. */
  transaction<T>(work: (books: Books) => Promise<T>): Promise<T>;
  /** Resolves when the database answers. */
  ping(): Promise<void>;
  close(): Promise<void>;
}
