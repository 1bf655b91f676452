import type { ImageFormat } from './image.ts';
import type { JobId } from './job.ts';
import type { Text } from './text.ts';

/** What can be pressed under a card or a result. The platform makes ids from action and job, never from user text. */
export const buttonActions = ['again', 'edit', 'vary', 'undo', 'details', 'delete', 'cancel'] as const;
export type ButtonAction = (typeof buttonActions)[number];

export interface Button {
  readonly action: ButtonAction;
  readonly job: JobId;
  readonly label: string;
  readonly disabled: boolean;
}

/** A small picture for a card; re-encoded, so never the original. */
export interface Preview {
  readonly bytes: Uint8Array;
  readonly format: ImageFormat;
  readonly alt: string;
}

/** `done`: the pictures are posted; `ended`: there will be none. */
export type Stage = 'waiting' | 'running' | 'posting' | 'paused' | 'done' | 'ended';

/** The one message per job that changes: stage, bar, newest preview. */
export interface Card {
  readonly stage: Stage;
  readonly text: Text;
  /** From 0 to 1, only where it is known or learnt, never invented. */
  readonly bar: number | undefined;
  readonly preview: Preview | undefined;
  readonly buttons: readonly Button[];
}

export interface ResultPicture {
  readonly bytes: Uint8Array;
  readonly format: ImageFormat;
  /** Made by Easel, without user text: `easel-1.png`. */
  readonly fileName: string;
  /** Alt text. At most 1,000 characters, which both platforms take. */
  readonly alt: string;
}

/** The finished pictures with their footer, posted exactly once per job. */
export interface Result {
  readonly job: JobId;
  readonly text: Text;
  readonly pictures: readonly ResultPicture[];
  readonly buttons: readonly Button[];
}
