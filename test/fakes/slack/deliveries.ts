/** Sends payloads to the app, waits three seconds for each answer, repeats events, and keeps what became of them. */
import type { Json } from './shape.ts';
import type { FakeClock } from './workspace.ts';

const ackDeadlineMs = 3000;
/** Waits before the three repeats of an event. Source: docs.slack.dev, "The Events API", read 2026-11. */
const eventRetriesMs = [0, 60_000, 300_000];

export type PayloadType = 'slash_commands' | 'interactive' | 'events_api';

export interface Envelope {
  readonly type: PayloadType;
  readonly payload: Json;
  /** 0 for the first delivery. */
  readonly attempt: number;
  readonly reason?: string;
}

/** How a transport tells what came back; anything may come more than once or too late. */
export interface Reply {
  acknowledged(body: unknown): void;
  /** The app couldn't be reached or said no. `final`: do not repeat. */
  failed(reason: string, final?: boolean): void;
}

export interface Transport {
  /** False when nobody is there to take it. */
  send(envelope: Envelope, reply: Reply): boolean;
  /** Resolves when the app has had the time to answer what was sent to it. */
  caughtUp?(): Promise<void>;
}

export interface Outcome {
  readonly requestId: string;
  readonly type: PayloadType;
  /** What the person sees: `operation_timeout` and `dispatch_failed` are Slack's own words. For events: `undelivered`. */
  state: 'pending' | 'acknowledged' | 'operation_timeout' | 'dispatch_failed' | 'undelivered';
  readonly askedAt: number;
  /** How long the first answer in time took. */
  ackMs?: number;
  attempts: number;
  /** The body of the answer, when it had one. */
  answer?: unknown;
  /** Why the app couldn't be reached. */
  reason?: string;
}

export interface Violation {
  readonly kind: 'late-ack' | 'second-ack' | 'bad-ack' | 'unknown-envelope' | 'foreign-socket';
  readonly requestId?: string;
  readonly detail: string;
}

export interface PayloadRequest {
  readonly requestId: string;
  readonly type: PayloadType;
  readonly payload: Json;
  /** Acts on the answer and tells what is wrong with it. */
  readonly answered?: (body: unknown) => string | undefined;
}

export type Deliveries = ReturnType<typeof createDeliveries>;

export function createDeliveries(clock: FakeClock, changed: () => void) {
  const outcomes = new Map<string, Outcome>();
  const violations: Violation[] = [];
  const cancels = new Set<() => void>();
  const homeless = new Set<() => void>();
  let transport: Transport = { send: () => false };

  function later(ms: number, run: () => void): () => void {
    const cancel = clock.after(ms, () => {
      cancels.delete(cancel);
      run();
    });
    cancels.add(cancel);
    return () => {
      cancels.delete(cancel);
      cancel();
    };
  }

  /** `copies` is how often Slack delivers the same thing at once. */
  function deliver(request: PayloadRequest, copies = 1): void {
    const { requestId, type } = request;
    outcomes.set(requestId, { requestId, type, state: 'pending', askedAt: clock.now(), attempts: 0 });
    for (let copy = 0; copy < copies; copy++) attempt(request, type === 'events_api' ? copy : 0, 'timeout');
  }

  function attempt(request: PayloadRequest, number: number, reason: string): void {
    const outcome = outcomes.get(request.requestId) as Outcome;
    const sentAt = clock.now();
    let state: 'waiting' | 'acknowledged' | 'over' = 'waiting';
    outcome.attempts += 1;
    const late = () => {
      if (state !== 'waiting') return;
      state = 'over';
      missed(request, number, 'timeout', 'operation_timeout');
    };
    const cancel = later(ackDeadlineMs, () => {
      // Where time jumps, an event and its acknowledgement may still be on their way.
      if (request.type === 'events_api' && transport.caughtUp) transport.caughtUp().then(late, late);
      else late();
    });
    const reply: Reply = {
      acknowledged(body) {
        if (state === 'acknowledged') violated('second-ack', `${request.type} was acknowledged twice`);
        else if (state === 'over') violated('late-ack', `${request.type} after ${clock.now() - sentAt} ms`);
        else {
          state = 'acknowledged';
          cancel();
          if (outcome.state !== 'acknowledged') outcome.ackMs = clock.now() - sentAt;
          outcome.state = 'acknowledged';
          if (body !== undefined) outcome.answer = body;
          const complaint = request.answered?.(body);
          if (complaint) violated('bad-ack', complaint);
        }
        changed();
      },
      failed(why, final = false) {
        if (state !== 'waiting') return;
        state = 'over';
        cancel();
        missed(request, final ? eventRetriesMs.length : number, why, 'dispatch_failed');
      },
    };
    const violated = (kind: Violation['kind'], detail: string) =>
      violations.push({ kind, requestId: request.requestId, detail });
    const envelope = { type: request.type, payload: request.payload, attempt: number };
    if (transport.send(number > 0 ? { ...envelope, reason } : envelope, reply)) return;
    cancel();
    if (request.type === 'events_api') homeless.add(() => attempt(request, number + 1, 'connection_failed'));
    else missed(request, number, 'the app is not connected', 'dispatch_failed');
  }

  function missed(request: PayloadRequest, number: number, reason: string, seen: Outcome['state']): void {
    const outcome = outcomes.get(request.requestId) as Outcome;
    if (outcome.state !== 'acknowledged') {
      outcome.reason = reason;
      const wait = eventRetriesMs[number];
      if (request.type !== 'events_api') outcome.state = seen;
      else if (wait === undefined) outcome.state = 'undelivered';
      else later(wait, () => attempt(request, number + 1, reason));
    }
    changed();
  }

  return {
    outcomes,
    violations,
    deliver,
    use(next: Transport) {
      transport = next;
    },
    /** Somebody is there again: events that found nobody are repeated. */
    connected() {
      for (const resend of [...homeless]) {
        homeless.delete(resend);
        resend();
      }
    },
    stop() {
      for (const cancel of cancels) cancel();
      cancels.clear();
      homeless.clear();
    },
  };
}
