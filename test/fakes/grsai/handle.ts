import type { Generation, Order } from './rules.ts';

/** What a test holds of the fake. */

export interface FakeGrsaiOptions {
  readonly apiKey?: string;
  /** Where pictures are: on a host of their own, as they really are, or on that of the API. */
  readonly files?: 'elsewhere' | 'here';
}

/** What becomes of a call to begin a task. */
export type Fault =
  /** The call is refused. */
  | 'insufficient-credits'
  | 'rate-limit'
  | 'overloaded'
  | 'bad-gateway'
  | 'odd-code'
  | 'page'
  | 'redirect'
  /** The call is answered so, whatever it says. */
  | { readonly status: number; readonly headers: Readonly<Record<string, string>>; readonly body: string }
  /** The task begins, and is billed, but nobody hears of it. */
  | 'drop'
  /** The task begins and comes to nothing. */
  | 'input-moderation'
  | 'output-moderation'
  | 'violation'
  | 'violation-400'
  | 'error'
  | 'endless'
  | 'vanished'
  | 'cut-stream'
  /** It is made, and can't be had. */
  | 'dead-link'
  | 'flaky-link'
  | 'no-picture'
  | 'no-link';

/** What becomes of the next questions about tasks. */
export type LookFault = 'page' | 'rate-limit' | 'bad-gateway' | 'drop' | 'wrong-key';

/** A call to begin a task, oldest first. */
export interface Call {
  /** Of the task; empty where none was begun. */
  readonly id: string;
  readonly generation: Generation;
  /** As they came, without pictures. */
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly order: Order | undefined;
  readonly fault: Fault | undefined;
  /** How often it was asked for. */
  readonly looks: number;
  readonly state: 'running' | 'succeeded' | 'failed' | 'violation';
  /** SHA-256 of the picture that was made. */
  readonly picture: string | undefined;
  /** What the service may charge for: sources differ about what it declines. */
  readonly billed: boolean;
}

export interface Download {
  readonly path: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

export interface Callback {
  readonly id: string;
  readonly to: string;
  readonly status: number;
}

export interface FakeGrsai {
  /** The base URL, and the origin of the pictures. */
  readonly url: string;
  readonly filesUrl: string;
  readonly apiKey: string;
  calls(): readonly Call[];
  downloads(): readonly Download[];
  callbacks(): readonly Callback[];
  violations(): readonly { readonly rule: string; readonly says: string }[];
  /** The next calls, in order. */
  next(fault: Fault, times?: number): void;
  always(fault?: Fault): void;
  nextLook(fault: LookFault, times?: number): void;
  /** Tasks stay under way from now on, until `release`. */
  hold(): void;
  release(): void;
  /** How far all tasks under way are. */
  progress(percent: number): void;
  /** Callbacks to this origin go to that one, as a proxy in front would send them. */
  reach(origin: string, real: string): void;
  /** Callbacks get lost from now on. */
  loseCallbacks(): void;
  /** Says of every task that has ended once more. Resolves when all have been answered. */
  callBackAgain(): Promise<void>;
  /** The addresses of all pictures so far are good no longer. */
  expire(): void;
  /** Resolves as soon as it is true; looked at whenever something happens. */
  until(condition: () => boolean): Promise<void>;
  close(): Promise<void>;
}
