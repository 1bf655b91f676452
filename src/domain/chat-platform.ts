import type { ButtonAction, Card, Result } from './card.ts';
import type { Command, RawValues } from './command.ts';
import type { Form } from './form.ts';
import type { Shown } from './gallery.ts';
import type { FileRef } from './image-source.ts';
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
  | { readonly button: ButtonAction; readonly job: JobId }
  | { readonly said: Said }
  /** "Edit this picture" on a message: what it shows, and the files it holds. */
  | { readonly picked: { readonly messages: readonly string[]; readonly files: readonly FileRef[] } }
  /** The key of a form that was filled in. */
  | { readonly form: string; readonly values: RawValues };

/** Words that may be meant for Easel. What the place is about is in the request's place. */
export interface Said {
  /**
   * Without the name of Easel, people as `<@PERSON_ID|name>`. Asked for only when somebody wants to know them: names may
   * take a call to the platform, and most talk is none of Easel's business.
   */
  words(): Promise<string>;
  /** True when they name Easel or are said to it alone; else they may be talk among people. */
  readonly toEasel: boolean;
  /** True when they begin by naming somebody else. */
  readonly toOthers: boolean;
  /** Nobody else reads them. */
  readonly direct: boolean;
  /** What is replied to, as in `Shown.messages`; empty when it is no message or none in particular. */
  readonly messages: readonly string[];
  readonly files: readonly FileRef[];
  /** True where the platform keeps the words from Easel: there is an answer, and nobody knows what it says. */
  readonly withheld: boolean;
  /** True where what is replied to is somebody else's and Easel can't see what it holds. */
  readonly unseen: boolean;
}

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
  /** Shows a form as the first answer. False where that can't be; then nothing was shown. */
  open(form: Form): Promise<boolean>;
}

/**
 * What became of a request, for platforms with an exit code. `known`: it was delivered before, and nothing was done;
 * `ignored`: it was talk among people.
 */
export type Received =
  | { readonly accepted: JobId }
  | { readonly refused: Refusal }
  | { readonly answered: true }
  | { readonly known: true }
  | { readonly ignored: true };

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
  /** What the place of a request or of a job is called. Pure. */
  shown(place: Place): Shown;
  /**
   * The bytes of a file that people put there.
   * @returns a Refusal when it is gone, closed to Easel or larger than `bytesMax`
   * @throws Fault when the platform can't be reached
   */
  download(file: FileRef, bytesMax: number): Promise<Uint8Array | Refusal>;
  /** The platform's own file that words lead to, where the person may see it; undefined when they lead elsewhere. */
  fileAt(words: string, request: ChatRequest): Promise<FileRef | Refusal | undefined>;
  /** Rebuilds where a job is shown from plain JSON. */
  thread(place: Place, remember: Remember): Thread;
  /** The place where only this person reads. @throws Fault `no-access` */
  direct(person: PersonId): Promise<Place>;
  /** The place of a channel, named as in `ADMIN_CHANNEL` after the platform's name. */
  channel(id: string): Place;
  isAdmin(person: Person): Promise<boolean>;
  stop(): Promise<void>;
}
