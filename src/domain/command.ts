import type { Audit } from './audit.ts';
import type { Catalogue } from './catalogue.ts';
import type { ImageWish } from './image.ts';
import type { Lane } from './image-provider.ts';
import type { FileRef, GivenImage } from './image-source.ts';
import type { JobQueue } from './job-queue.ts';
import type { Ledger } from './ledger.ts';
import type { Person, PersonId } from './person.ts';
import type { Preferences } from './preferences.ts';
import type { Refusal } from './refusal.ts';
import type { Text } from './text.ts';

/** One option of a command. Its shape is all that registration, parsing and help are derived from. */
export type Option = { readonly summary: string; readonly required?: true } & (
  | { readonly kind: 'text'; readonly maxLength: number }
  /** One word: one of `suggestions`, or another that the command checks itself. `models`: what is offered here. */
  | { readonly kind: 'word'; readonly suggestions: readonly string[] | 'models'; readonly maxLength: number }
  | { readonly kind: 'integer'; readonly min: number; readonly max: number }
  | { readonly kind: 'choice'; readonly values: readonly string[] }
  | { readonly kind: 'flag' }
  | { readonly kind: 'person' }
  /** A picture: a file where the platform takes files with a command, else an address or a path. */
  | { readonly kind: 'image' }
);

/** In the order they are shown. Required ones come first and can be given without their name, in this order. */
export type Options = Readonly<Record<string, Option>>;

type ValueOf<O extends Option> = O extends { kind: 'integer' }
  ? number
  : O extends { kind: 'flag' }
    ? boolean
    : O extends { kind: 'person' }
      ? PersonId
      : O extends { kind: 'choice'; values: readonly (infer V)[] }
        ? V
        : O extends { kind: 'image' }
          ? GivenImage
          : string;

/** What a command gets: checked values, undefined for what was left out. */
export type Values<O extends Options> = {
  readonly [Name in keyof O]: O[Name] extends { required: true } ? ValueOf<O[Name]> : ValueOf<O[Name]> | undefined;
};

/** Values as a platform typed them, before they are checked. Several files only come from forms. */
export type RawValues = Readonly<Record<string, RawValue | undefined>>;
export type RawValue = string | number | boolean | FileRef | readonly FileRef[];

/** How one image service does, for its operator. */
export interface ServiceState {
  readonly name: string;
  readonly models: readonly string[];
  readonly lanes: readonly Lane[];
  /** When it is asked again, in ms since 1970; undefined while it is put aside. The past: now. */
  readonly readyAt: number | undefined;
  /** Of the last hour: the share of calls that failed, from 0 to 1, and the time that nine in ten calls kept to. */
  readonly errorRate: number;
  readonly p90Ms: number | undefined;
}

export interface Services {
  list(): Promise<readonly ServiceState[]>;
  /** Asks a service again that was put aside. False when it was not. */
  resume(name: string): Promise<boolean>;
}

/** What an answering command may look at and do, for the person who asked. */
export interface Desk {
  /** The platform's request id: the key that makes a repeated grant harmless. */
  readonly requestId: string;
  readonly asker: Person;
  readonly admin: boolean;
  readonly ledger: Ledger;
  readonly queue: JobQueue;
  readonly audit: Audit;
  readonly preferences: Preferences;
  readonly catalogue: Catalogue;
  /** Ids of the models that the providers set up here offer, the default one first. */
  readonly models: readonly string[];
  readonly commands: readonly Command[];
  /** The image services, in order of preference, and how they do. */
  readonly services: Services;
  /** How pictures of the asker are served now. */
  lane(): Promise<Lane>;
  /** Cancels a job of the asker, gives its credits back, and says how that went. */
  cancel(job: string): Promise<Text>;
  readonly now: number;
}

/** Plans a job. Pure: it neither posts nor awaits anything. */
export interface ImageCommand {
  readonly kind: 'image';
  readonly name: string;
  readonly summary: string;
  readonly options: Options;
  plan(values: Values<Options>): ImageWish | Refusal;
}

/** Answers at once, so that only the asker sees it. */
export interface AnswerCommand {
  readonly kind: 'answer';
  readonly name: string;
  readonly summary: string;
  readonly options: Options;
  /** Words for "Only an admin can …" when it is for admins only. */
  readonly adminOnly: string | undefined;
  answer(values: Values<Options>, desk: Desk): Promise<Text | Refusal>;
}

/** Several answers under one name: `/credits`, `/credits history`. */
export interface GroupCommand {
  readonly kind: 'group';
  readonly name: string;
  readonly summary: string;
  readonly verbs: readonly AnswerCommand[];
  /** The verb that counts when none is named (Slack, console; Discord always names one). */
  readonly defaultVerb: string;
}

export type Command = ImageCommand | AnswerCommand | GroupCommand;

/** A command before it has its name, which is its file's. */
export type Declared<C extends Command> = Omit<C, 'name'>;

type Plan<O extends Options> = (values: Values<O>) => ImageWish | Refusal;
type Answer<O extends Options> = (values: Values<O>, desk: Desk) => Promise<Text | Refusal>;

export function imageCommand<const O extends Options>(command: {
  readonly summary: string;
  readonly options: O;
  readonly plan: Plan<O>;
}): Declared<ImageCommand> {
  // The values are checked against `options` before they get here, which the compiler cannot see.
  return { kind: 'image', ...command, plan: command.plan as Plan<Options> };
}

export function answerCommand<const O extends Options>(command: {
  readonly summary: string;
  readonly options: O;
  readonly adminOnly?: string;
  readonly answer: Answer<O>;
}): Declared<AnswerCommand> {
  return { kind: 'answer', adminOnly: undefined, ...command, answer: command.answer as Answer<Options> };
}

export function groupCommand(command: {
  readonly summary: string;
  readonly verbs: Readonly<Record<string, Declared<AnswerCommand>>>;
  readonly defaultVerb: string;
}): Declared<GroupCommand> {
  const verbs = Object.entries(command.verbs).map(([name, verb]) => ({ ...verb, name }));
  return { kind: 'group', summary: command.summary, verbs, defaultVerb: command.defaultVerb };
}
