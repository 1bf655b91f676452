import type { WishKey } from './answers.ts';
import type { Credits } from './credits.ts';
import type { FaultCode } from './fault.ts';
import type { ImageFormat, ImageRequest } from './image.ts';
import type { Lane } from './image-provider.ts';
import type { Person, PlatformName } from './person.ts';
import type { Refusal } from './refusal.ts';

/** Made from the platform's own request id, so that a redelivered event is the same job. At most 64 of `[A-Za-z0-9_-]`. */
export type JobId = string & { readonly of: 'job' };

/** @throws RangeError when a platform's id does not fit into button ids and file names. */
export function jobId(platform: PlatformName, requestId: string): JobId {
  const id = `${platform}-${requestId.replaceAll('.', '-')}`;
  if (!/^[A-Za-z0-9_-]{3,64}$/.test(id)) throw new RangeError(`${id} is no job id`);
  return id as JobId;
}

/** `queued → running → made → delivered`, or an end without a picture. Each arrow is one transaction. */
export type JobState = 'queued' | 'running' | 'made' | 'delivered' | 'failed' | 'refused' | 'cancelled';

export const openStates = ['queued', 'running', 'made'] as const satisfies readonly JobState[];

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/**
 * Where a job is shown: plain JSON that only its platform reads, growing as root message, thread, card and result come
 * to be, so that another process can go on from it.
 */
export interface Place {
  readonly platform: PlatformName;
  readonly [key: string]: Json;
}

/** Why a job ended without a picture. */
export type Outcome =
  | { readonly refusal: Refusal }
  | { readonly fault: FaultCode; readonly retryAfterMs?: number }
  | { readonly cancelled: true };

/**
 * Whether others who wait for the same picture would end in the same way. Not where only this person stopped it, or only
 * their place is closed.
 */
export function endsAll(outcome: Outcome): boolean {
  if ('refusal' in outcome) return !['cannot-post', 'not-in-channel'].includes(outcome.refusal.refused);
  return 'fault' in outcome && outcome.fault !== 'no-access';
}

export interface NewJob {
  readonly id: JobId;
  readonly person: Person;
  readonly place: Place;
  readonly request: ImageRequest;
  /** What the person was told it costs. */
  readonly quote: Credits;
  /** What is set aside for it: the quote and a fifth. The charge is never more. */
  readonly held: Credits;
  /** What admission changed or wants said, shown in the card: "gpt-image-1 is gone, made with …". */
  readonly notes: readonly string[];
  /** The job that the first version was made by: this one, unless it changes a picture of ours. */
  readonly family: JobId;
  /** How its person is served; decided when it was admitted. */
  readonly lane: Lane;
  readonly createdAt: number;
  /** What makes it the same as others; undefined where nothing is shared. */
  readonly wish?: WishKey | undefined;
  /** The job whose pictures it gets too, once they are made, without paying; undefined: it is made itself. */
  readonly leader?: JobId | undefined;
}

export interface Job extends NewJob {
  readonly state: JobState;
  /** How often making it was started. */
  readonly attempt: number;
  readonly startedAt: number | undefined;
  readonly madeAt: number | undefined;
  readonly endedAt: number | undefined;
  /** What a provider with long-running tasks gave us to ask again with. */
  readonly ticket: Json | undefined;
  readonly provider: string | undefined;
  readonly providerRequest: string | undefined;
  readonly charged: Credits | undefined;
  /** Which version of its family it is, from 1; undefined until it is made. */
  readonly version: number | undefined;
  readonly outcome: Outcome | undefined;
  /** True once posting has been tried: whoever posts next looks first whether it is there already. */
  readonly posting: boolean;
  readonly cancelAsked: boolean;
}

/** One finished picture of a job; the bytes are in the blob store under `blob`. */
export interface KeptPicture {
  readonly blob: string;
  readonly format: ImageFormat;
  readonly width: number;
  readonly height: number;
  readonly bytes: number;
}
