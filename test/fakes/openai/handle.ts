import type { Call, Violation } from './calls.ts';
import type { Fault } from './faults.ts';
import type { Front } from './front.ts';

/** What a test holds of the fake: how it is set up, steered and asked. */

export interface FakeOpenAIOptions {
  /** 0 takes any free port. */
  readonly port?: number;
  readonly host?: string;
  readonly apiKey?: string;
  /** `YYYY-MM-DD`, decides which models are gone. */
  readonly today?: string;
  readonly latency?: Latency;
  /** Pictures are padded to about this size. 0: as small as they come. */
  readonly pictureBytes?: number;
  /** What becomes of work whose client hung up: finished and billed (as gateways do), or stopped and free. */
  readonly afterAbort?: 'finish' | 'stop';
  /** The house that serves this API in OpenAI's place. */
  readonly front?: Front;
}

/** Milliseconds, or the least and the most of them. */
export type Latency = number | readonly [min: number, max: number];

/** A picture that was fetched by its URL. */
export interface Download {
  readonly path: string;
  readonly status: number;
  /** Whether the client sent a credential along. */
  readonly authorized: boolean;
}

export interface FakeOpenAI {
  /** The origin; `baseUrl` is the same with `/v1`. */
  readonly url: string;
  readonly baseUrl: string;
  readonly apiKey: string;
  /** Every call of an image endpoint, oldest first. Copies. */
  calls(): Call[];
  violations(): Violation[];
  downloads(): Download[];
  /** Calls that are open now, and the most that ever were. */
  open(): { now: number; most: number };
  /** The next `times` accepted image calls fail this way, before any `always`. Faults queue up. */
  next(fault: Fault, times?: number): void;
  always(fault?: Fault | null): void;
  /** Of the other calls this share, from 0 to 1, fails in one of these ways, by lot; the same seed, the same lots. */
  sometimes(share: number, faults: readonly Fault[], seed: number): void;
  latency(latency: Latency): void;
  /** From now on calls stay open (a stream: after its partials) until `release`. */
  hold(): void;
  /** Lets the `count` oldest go, or the next to come; without a count everyone, from now on. */
  release(count?: number): void;
  held(): number;
  today(date: string): void;
  /** From now on the list of models says that this one is shut down on that day, which may be still to come. */
  announce(model: string, date: string): void;
  /** Resolves once `condition` is true; looked at whenever a call starts, makes something, or ends. In this process only. */
  until(condition: () => boolean): Promise<void>;
  untilStarted(count: number): Promise<void>;
  untilEnded(count: number): Promise<void>;
  untilHeld(count: number): Promise<void>;
  /** As new: no calls, faults, latency or gate. Open calls go on. */
  reset(): void;
  close(): Promise<void>;
}
