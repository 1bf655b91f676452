import type { JobId } from '../../src/domain/job.ts';
import type { Attached } from '../journeys/chats.ts';

export type Platform = 'discord' | 'slack';

export interface Who {
  readonly user: string;
  readonly channel: string;
}

/** A finished message that can be answered and has buttons. */
export interface Result {
  readonly job: JobId;
  readonly id: string;
  readonly channel: string;
  readonly thread?: string;
}

/** What the people of a platform do. Whatever asks for a picture tells the id of the job that comes of it, if Easel hears. */
export interface People {
  /** What everybody there sees, oldest first. */
  results(): Result[];
  imagine(who: Who, words: string, options: { readonly count: number; readonly quality: string }): JobId;
  /** `/edit` with a picture of their own. @param region where it may change */
  edit(who: Who, words: string, picture: Attached, region: string | undefined): JobId;
  /** A message for Easel with a picture of their own. */
  mention(who: Who, words: string, picture: Attached): JobId;
  reply(who: Who, to: Result, words: string): JobId;
  press(who: Who, result: Result, label: 'Again' | 'Vary'): JobId;
  /**
   * Presses a button that asks something, and sends the form off. Undefined when it did not come.
   * @param over aborts when nothing more is going to come
   */
  fill(
    who: Who,
    result: Result,
    label: 'Edit' | 'Vary',
    filling: Readonly<Record<string, string | readonly Attached[]>>,
    over: AbortSignal,
  ): Promise<JobId | undefined>;
  /** Presses Cancel as soon as the card of that job is there. @param pressing called just before */
  cancel(who: Who, job: JobId, over: AbortSignal, pressing: () => void): Promise<void>;
}
