import type { Offer } from './catalogue.ts';
import type { Fault } from './fault.ts';
import type { ImageRequest, Picture } from './image.ts';
import type { JobId, Json } from './job.ts';
import type { Usage } from './price.ts';
import type { Refusal } from './refusal.ts';

/** The pictures of a call, as they came: whoever keeps them looks whether they are pictures. */
export interface Made extends Named {
  readonly made: readonly Uint8Array[];
  /** What the service says it used; undefined when it says nothing. */
  readonly usage: Usage | undefined;
}

/** Plain JSON to ask the same service with later, also from another process. */
export interface Ticket {
  readonly ticket: Json;
  /** How many pictures the service is working on for it at the same time; unset: one. Each counts as a call. */
  readonly tasks?: number;
}

/** Still being made. `percent` is the service's own count from 0 to 100, never a guess. */
export interface Pending {
  readonly percent: number | undefined;
  /** How many of the ticket's pictures are still being worked on; unset: one. */
  readonly tasks?: number;
}

/** What a call tells while it runs. */
export type Progress =
  /** The call goes out now: from here on it may be billed. */
  | { readonly sent: true }
  | { readonly percent: number }
  /** A whole picture, not finished yet. */
  | { readonly partial: Uint8Array }
  /** The service has answered, whatever it says: how it calls this call. Of several calls each says so. */
  | { readonly answered: Named }
  /** A part of the pictures will not come; the rest is still being made. `count`: how many that call was for. */
  | { readonly lost: Fault; readonly count?: number }
  /** The same where the service declined that part. */
  | { readonly declined: Refusal; readonly count: number };

/** What a call is known by at the service. */
export interface Named {
  /** The service's own id for the call. */
  readonly requestId: string | undefined;
  /** Which organisation the service booked the call to, where it says so. */
  readonly organisation?: string | undefined;
}

/** A request with the bytes of the pictures that go along, in the order of `inputs`. */
export interface ImageOrder extends ImageRequest {
  readonly inputPictures: readonly Picture[];
  readonly maskPicture: Picture | undefined;
}

/** How a job is served: by the preferred service, by the best of price and pace, or by the cheapest. */
export const lanes = ['priority', 'normal', 'batch'] as const;
export type Lane = (typeof lanes)[number];

/** What an operator and the catalogue say of a service, whatever it speaks. */
export interface Terms extends Pick<ImageProvider, 'name' | 'offers' | 'concurrency' | 'priceMultiplier' | 'lanes'> {
  /** What the service calls a model of the catalogue: a deployment, a relay's own id. */
  readonly nameOf: (model: string) => string;
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
  /** The models that it offers, each with what it can do there and costs, in order of preference. */
  readonly offers: readonly Offer[];
  /** More pictures than this are asked for in several calls. */
  readonly imagesPerCallMax: number;
  /** Previews it can send for one request while that is made. */
  readonly partialImagesMax: number;
  /** How many calls may run at a time, over all jobs. */
  readonly concurrency: number;
  /** What it takes of the list price: 0.5 for half. */
  readonly priceMultiplier: number;
  /** Which jobs it serves. */
  readonly lanes: readonly Lane[];

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

/** Ids of all models that somebody offers, in order of preference. */
export const modelsOffered = (providers: readonly Pick<ImageProvider, 'offers'>[]): readonly string[] => [
  ...new Set(providers.flatMap(({ offers }) => offers.map(({ id }) => id))),
];
