import type { InputPicture } from './image.ts';
import type { JobId, Json } from './job.ts';
import type { PlatformName } from './person.ts';

/** One of the pictures of a job; the first is at position 0. */
export interface PictureRef {
  readonly job: JobId;
  readonly position: number;
}

/** A file that stands in a chat: plain JSON that only its platform reads. */
export interface FileRef {
  readonly platform: PlatformName;
  /** What people call it. Data: it is escaped wherever it is shown. */
  readonly name: string;
  /** As far as the platform says so; the bytes themselves decide. */
  readonly bytes: number | undefined;
  /** As in `Shown.messages`, where it may be one of Easel's own. */
  readonly key?: string;
  readonly [key: string]: Json | undefined;
}

/** A picture as people give one. */
export type GivenImage =
  | { readonly file: FileRef }
  /** As it was typed: an address, or whatever the platform finds files by. */
  | { readonly link: string };

/** Where a picture for an edit comes from. */
export type ImageSource =
  | GivenImage
  /** The one that is meant where it is asked: what the thread is about, else the newest of the channel. */
  | { readonly newest: true }
  | { readonly picture: PictureRef }
  /** As an earlier request had it. */
  | { readonly input: InputPicture };
