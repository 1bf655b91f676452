import type { PictureRef } from './image-source.ts';
import type { Job, JobId } from './job.ts';

/** Where the pictures of a job can be seen, in keys of its platform: equal exactly when the place is the same. */
export interface Shown {
  /** The conversation that goes on about them: a thread, or the channel where there is none. */
  readonly thread: string;
  readonly channel: string;
  /** What can be pointed at to mean them: their messages and files. */
  readonly messages: readonly string[];
  /** True where the conversation begins with Easel's own words: what is said there is likely about the pictures. */
  readonly own: boolean;
}

/** What a thread is about. `position`: one of the job's pictures, where one was chosen. */
export interface About {
  readonly job: JobId;
  readonly position: number | undefined;
}

/** Which picture is meant: where pictures were posted, what came of them, and which one a conversation is about. */
export interface Gallery {
  /**
   * Notes where a job's pictures are posted, or are about to be. They are what its thread is about from then on. Repeating
   * it adds messages that were not known before, and where it went elsewhere in the end, the other thread.
   */
  posted(job: JobId, shown: Shown, at: number): Promise<void>;
  /** Its pictures were deleted: they are not found by channel or thread any more, and versions made of them stay. */
  removed(job: JobId): Promise<void>;
  /** The job whose pictures this message or file shows. */
  shownBy(message: string): Promise<JobId | undefined>;
  /** What the thread is about: what was posted there last, unless it was turned back. */
  current(thread: string): Promise<About | undefined>;
  /** Makes an earlier picture what the thread is about. False when it was removed; then nothing was changed. */
  turnBack(thread: string, to: PictureRef): Promise<boolean>;
  /** What was posted in the thread and not removed, oldest first. */
  inThread(thread: string): Promise<readonly Job[]>;
  /** What was posted last in the channel and its threads, and not removed. */
  newestIn(channel: string): Promise<JobId | undefined>;
  /** The versions of a family that were posted and not removed, oldest first. */
  family(of: JobId): Promise<readonly Job[]>;
  /** Jobs whose pictures were posted before it was written down where; oldest first. */
  unplaced(most: number): Promise<readonly Job[]>;
  /** Jobs that began with this picture, or with any picture of the job, and did not end without one; oldest first. */
  children(of: JobId | PictureRef): Promise<readonly Job[]>;
}
