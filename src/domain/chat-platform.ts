import type { ButtonAction, Card, Result } from './card.ts';
import type { Command, RawValues } from './command.ts';
import type { JobId, Place } from './job.ts';
import type { Person, PersonId, PlatformName } from './person.ts';
import type { Refusal } from './refusal.ts';
import type { Text } from './text.ts';

/** What a person did. Words are not parsed yet: the commands say how. */
export type Ask =
  /** Options as the platform typed them (Discord). */
  | { readonly command: string; readonly values: RawValues }
  /** One line of text (Slack, console), people named as `<@PERSON_ID|name>`. */
  | { readonly command: string; readonly line: string }
  | { readonly button: ButtonAction; readonly job: JobId };

export interface ChatRequest {
  /** The platform's own id, the same when the event is delivered again. */
  readonly id: string;
  readonly person: Person;
  /** What the event itself says; undefined: ask `isAdmin`. */
  readonly admin: boolean | undefined;
  readonly place: Place;
  /** Permissions that Easel lacks there for showing a picture, as people call them; empty when all is well. */
  readonly missing: readonly string[];
  readonly ask: Ask;
}

/**
 * How to answer one request. In `tell`, naming a person never pings; in everything posted for a job, only the person who
 * asked for it can be pinged.
 * The first verb acknowledges the request; both may come late and several times.
 */
export interface Responder {
  /** Answers so that only the asker sees it. Failures are the platform's to log: there is nobody to tell. */
  tell(text: Text): Promise<void>;
  /**
   * Posts the root message of a job and returns the place with its ids.
   * @throws Fault `no-access` when Easel may not post there
   */
  announce(root: Text): Promise<Place>;
}

/** What became of a request, for platforms with an exit code. `known`: it was delivered before, and nothing was done. */
export type Received =
  | { readonly accepted: JobId }
  | { readonly refused: Refusal }
  | { readonly answered: true }
  | { readonly known: true };

/** Resolves when the request has been answered or its job announced. Never throws. */
export type Receive = (request: ChatRequest, respond: Responder) => Promise<Received>;

/** Saves a place that has grown, so that another process can go on from it. */
export type Remember = (place: Place) => Promise<void>;

/** What a job's place on the platform is made with. */
export interface Opening {
  readonly job: JobId;
  /** A few of the person's words, for the thread's name: data. */
  readonly title: string;
  readonly root: Text;
  readonly card: Card;
}

/** Where a job is shown. Every verb may be repeated, by another process too, and finds what is there already. */
export interface Thread {
  /** The most bytes one picture may have when `count` of them are posted together. */
  pictureBytesMax(count: number): number;
  /** Makes sure that root message, thread and card exist. @throws Fault `no-access` */
  open(opening: Opening): Promise<void>;
  /** Replaces the card. Losable: a failure is thrown, and the next update makes it good. */
  update(card: Card): Promise<void>;
  /**
   * Posts the pictures, exactly once for a job whatever was lost before.
   * @param lookFirst true when it may have been posted by an earlier try
   * @throws Fault `no-access` when it can never be posted here; any other Fault: try again later
   */
  post(result: Result, lookFirst: boolean): Promise<void>;
  /** Posts plain words, for news outside of a job's card. */
  say(text: Text): Promise<void>;
  /** Removes the posted pictures of the job. Repeating it is harmless. */
  remove(): Promise<void>;
}

export interface ChatPlatform {
  readonly name: PlatformName;
  /** Cards are not updated more often than this. */
  readonly editIntervalMsMin: number;
  /** Connects and hands every request to `receive`. Resolves when it is ready. */
  start(commands: readonly Command[], receive: Receive): Promise<void>;
  /** True while requests can come in. */
  connected(): boolean;
  /** Tells the platform which commands there are. Resolves to a sentence on what was done. */
  register(commands: readonly Command[]): Promise<string>;
  /** Rebuilds where a job is shown from plain JSON. */
  thread(place: Place, remember: Remember): Thread;
  /** The place where only this person reads. @throws Fault `no-access` */
  direct(person: PersonId): Promise<Place>;
  /** The place of a channel, named as in `ADMIN_CHANNEL` after the platform's name. */
  channel(id: string): Place;
  isAdmin(person: Person): Promise<boolean>;
  stop(): Promise<void>;
}
