import type { Fault } from './fault.ts';
import type { ImageRequest, Picture } from './image.ts';
import type { JobId, Json } from './job.ts';
import type { Usage } from './price.ts';
import type { Refusal } from './refusal.ts';

/** The pictures of a call, as they came: whoever keeps them looks whether they are pictures. */
export interface Made {
  readonly made: readonly Uint8Array[];
  /** What the service says it used; undefined when it says nothing. */
  readonly usage: Usage | undefined;
  /** The service's own id for the call. */
  readonly requestId: string | undefined;
}

/** Plain JSON to ask the same service with later, also from another process. */
export interface Ticket {
  readonly ticket: Json;
}

/** Still being made. `percent` is the service's own count from 0 to 100, never a guess. */
export interface Pending {
  readonly percent: number | undefined;
}

/** What a call tells while it runs. */
export type Progress =
  /** The call goes out now: from here on it may be billed. */
  | { readonly sent: true }
  | { readonly percent: number }
  /** A whole picture, not finished yet. */
  | { readonly partial: Uint8Array }
  /** A try failed and another follows after `waitMs`. */
  | { readonly retrying: Fault; readonly waitMs: number; readonly count?: number }
  /** A part of the pictures will not come; the rest is still being made. `count`: how many that call was for. */
  | { readonly lost: Fault; readonly count?: number };

/** A request with the bytes of the pictures that go along, in the order of `inputs`. */
export interface ImageOrder extends ImageRequest {
  readonly inputPictures: readonly Picture[];
  readonly maskPicture: Picture | undefined;
}

/**
 * One image service.
 * Everything it can is data, so that admission refuses before anything is held. Both verbs throw `Fault` when the
 * service fails, return a `Refusal` when it declines, and stop as soon as the signal aborts, throwing its reason.
 */
export interface ImageProvider {
  /** As configured: shown in Details and in logs, the label of its metrics. */
  readonly name: string;
  /** True for pictures that are placeholders: every card says so. */
  readonly placeholder: boolean;
  /** Ids of the catalogue's models that it offers, in order of preference. */
  readonly models: readonly string[];
  readonly tasks: readonly ImageRequest['task'][];
  /** More pictures than this are asked for in several calls. */
  readonly imagesPerCallMax: number;
  /** Previews it can send for one request while that is made. */
  readonly partialImagesMax: number;
  /** How many calls may run at a time, over all jobs. */
  readonly concurrency: number;
  readonly priceMultiplier: number;

  /**
   * Begins one call. A service that answers in one long call has no ticket.
   * @param key the job it is for; the same for a repeat
   */
  start(
    order: ImageOrder,
    key: JobId,
    signal: AbortSignal,
    onProgress: (progress: Progress) => void,
  ): Promise<Made | Ticket | Refusal>;

  /** Asks how a ticket stands. Services without tickets throw RangeError: nobody can have got one from them. */
  check(ticket: Json, signal: AbortSignal): Promise<Pending | Made | Refusal>;
}
