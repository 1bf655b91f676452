import { setTimeout as delay } from 'node:timers/promises';
import type { Fault } from './faults.ts';
import type { Endpoint } from './request-rules.ts';
import type { Usage } from './usage.ts';

/** One call of an image endpoint, as the service saw it. Times are ms since 1970; hashes are hex. */
export interface Call {
  readonly id: string;
  readonly requestId: string;
  readonly endpoint: Endpoint;
  readonly startedAt: number;
  /** Null while the call is open. */
  endedAt: number | null;
  /** When the client hung up before it had the whole answer. */
  abortedAt: number | null;
  /** As they came, without the files. */
  parameters: Record<string, unknown>;
  model: string | null;
  prompt: string | null;
  n: number;
  /** What was really used: `auto` is resolved. */
  size: string | null;
  quality: string | null;
  format: string | null;
  stream: boolean;
  partialImages: number;
  safetyIdentifier: string | null;
  images: readonly string[];
  mask: string | null;
  markup: string | null;
  fault: Fault | null;
  /** Of the answer; null as long as, or because, none was begun. */
  status: number | null;
  code: string | null;
  /** Of every finished picture that was made, delivered or not. */
  pictures: readonly string[];
  partials: readonly string[];
  /** True for everything that made pictures, also if the answer never arrived. */
  billed: boolean;
  usage: Usage | null;
}

/** Something that Easel should never send. */
export interface Violation {
  readonly call: string;
  readonly rule: string;
  readonly says: string;
}

export function newCall(id: string, requestId: string, endpoint: Endpoint): Call {
  return {
    id,
    requestId,
    endpoint,
    startedAt: Date.now(),
    endedAt: null,
    abortedAt: null,
    parameters: {},
    model: null,
    prompt: null,
    n: 0,
    size: null,
    quality: null,
    format: null,
    stream: false,
    partialImages: 0,
    safetyIdentifier: null,
    images: [],
    mask: null,
    markup: null,
    fault: null,
    status: null,
    code: null,
    pictures: [],
    partials: [],
    billed: false,
    usage: null,
  };
}

/** Conditions that are looked at again whenever something happens, so that no test sleeps. */
export function createWatch() {
  const waiting = new Set<() => void>();
  let closed = false;
  return {
    changed(): void {
      for (const look of waiting) look();
    },
    until(condition: () => boolean): Promise<void> {
      return new Promise((resolve, reject) => {
        const look = () => {
          try {
            if (condition()) resolve();
            else if (closed) reject(new Error('The fake was closed before the condition came true.'));
            else return;
          } catch (error) {
            reject(error);
          }
          waiting.delete(look);
        };
        waiting.add(look);
        look();
      });
    },
    close(): void {
      closed = true;
      for (const look of waiting) look();
    },
  };
}

/** Holds calls back until they are let go, oldest first. Letting go of more than there are counts for later ones. */
export function createGate() {
  const held: (() => void)[] = [];
  let shut = false;
  let permits = 0;
  return {
    hold(): void {
      shut = true;
      permits = 0;
    },
    /** Without a number the gate stays open. */
    release(count?: number): void {
      if (count === undefined) shut = false;
      permits = count === undefined ? 0 : permits + count;
      while (held.length > 0 && (!shut || permits > 0)) {
        if (shut) permits -= 1;
        held.shift()?.();
      }
    },
    held: () => held.length,
    /** Resolves when the call may go on, or its client has gone. */
    pass(signal: AbortSignal): Promise<void> {
      if (!shut || signal.aborted) return Promise.resolve();
      if (permits > 0) {
        permits -= 1;
        return Promise.resolve();
      }
      return new Promise((resolve) => {
        const go = () => {
          signal.removeEventListener('abort', leave);
          resolve();
        };
        const leave = () => {
          held.splice(held.indexOf(go), 1);
          resolve();
        };
        signal.addEventListener('abort', leave, { once: true });
        held.push(go);
      });
    },
  };
}

/** Ends early, and in peace, when the client goes. */
export async function wait(milliseconds: number, signal: AbortSignal): Promise<void> {
  if (milliseconds > 0) await delay(milliseconds, undefined, { signal }).catch(() => undefined);
}
