import { onTestFinished } from 'vitest';
import type { PersonId } from '../../src/domain/person.ts';
import { discordChat } from './discord-chat.ts';
import { slackChat } from './slack-chat.ts';
import { openStudio, type Studio, type StudioOptions } from './studio.ts';

export { discordChat, slackChat };

/** What a test looks for in a chat, in the words of the people there: so one journey is told on every platform. */

export interface Post {
  readonly id: string;
  readonly channel: string;
  /** As it reads, without markup; people as `@name`. */
  readonly text: string;
  /** Labels, disabled ones in brackets. */
  readonly buttons: readonly string[];
  readonly pictures: readonly { readonly sha256: string; readonly alt: string | undefined; readonly name: string }[];
  /** The message whose thread it stands in. */
  readonly thread: string | undefined;
  readonly previews: number;
  /** When each edit arrived, in ms. */
  readonly editedAt: readonly number[];
}

export type Options = Readonly<Record<string, string | number | boolean>>;

export interface Asked {
  /** What makes the job's id. */
  readonly requestId: string;
  /** What only the asker was told. */
  told(): Promise<string>;
}

export interface Who {
  /** Files for options that ask for pictures; Slack's commands take none. */
  readonly attachments?: Readonly<Record<string, Attached>>;
  readonly user?: string;
  readonly channel?: string;
  readonly deliveries?: number;
}

/** A file as a person attaches it. */
export interface Attached {
  readonly name: string;
  readonly bytes: Uint8Array;
}

export interface Saying extends Who {
  /** A post of Easel: it is replied to where there are replies, else answered in its thread. */
  readonly to?: Pick<Post, 'id' | 'channel' | 'thread'>;
  /** Says it in the thread of that post, without replying to any message. */
  readonly under?: Pick<Post, 'id' | 'channel' | 'thread'>;
  /** Names Easel. */
  readonly mention?: boolean;
  /** Whether a reply on Discord pings; it does unless somebody switches it off. */
  readonly ping?: boolean;
  readonly files?: readonly Attached[];
}

/** What somebody said: `id` and `channel` name the message. */
export interface Spoken extends Asked {
  readonly id: string;
  readonly channel: string;
}

export type Filling = Readonly<Record<string, string | readonly Attached[]>>;

export interface Chat {
  readonly name: 'discord' | 'slack';
  /** The usual asker, somebody else, and an admin. */
  readonly asker: string;
  readonly other: string;
  readonly admin: string;
  /** How many messages a job makes, in order. */
  readonly journey: readonly Kind[];
  person(name: string): PersonId;
  /** A value that names somebody, for options that ask for a person. */
  naming(name: string): string;
  /** Types a slash command: `imagine`, `credits grant`. */
  command(command: string, options?: Options, who?: Who): Asked;
  press(post: Post, label: string, who?: Who): Asked;
  /** Writes a message. */
  say(words: string, how?: Saying): Spoken;
  /** Corrects a message that was written before. */
  correct(spoken: Spoken, words: string): void;
  /** The platform's own copies of all pictures are gone, without Easel. */
  losePictures(): void;
  /** Uses "Edit this picture" on a message. */
  pick(message: Pick<Post, 'id' | 'channel'>, who?: Who): Asked;
  /** Fills in and sends the form that this was answered with. */
  fill(form: Asked, filling: Filling, who?: Who): Promise<Asked>;
  /** What everybody there sees of the bot, oldest first. */
  posts(): Post[];
  /** What the bot told this person in private messages. */
  direct(name: string): Post[];
  /** Resolves as soon as the condition gives something; it is about this chat. */
  until<T>(condition: () => T): Promise<NonNullable<T>>;
  /** Names of those who were pinged. */
  pinged(): string[];
  links(): string[];
  violations(): string[];
  rateLimited(): number;
  transcript(): string;
  deleteChannel(): void;
}

export type Kind = 'root' | 'card' | 'pictures' | 'result';

export function kindOf({ text, buttons, pictures }: Post): Kind {
  if (buttons.includes('Details')) return 'result';
  if (pictures.length > 0) return 'pictures';
  return /^@\S+ asked (for|to change) /.test(text) ? 'root' : 'card';
}

export const kinds = (posts: readonly Post[]): Kind[] => posts.map(kindOf);
export const ofKind = (chat: Chat, kind: Kind): Post[] => chat.posts().filter((post) => kindOf(post) === kind);

/** The finished messages, with buttons, once there are so many. */
export const results = (chat: Chat, count = 1): Promise<Post[]> =>
  chat.until(() => {
    const found = ofKind(chat, 'result');
    return found.length >= count ? found : undefined;
  });

/** The first card that reads like this, while time flies. The jobs have been announced. */
export async function cardSaying({ clock }: Studio, chat: Chat, words: string | RegExp): Promise<Post> {
  await chat.until(() => ofKind(chat, 'card').length > 0);
  const fits = ({ text }: Post) => (typeof words === 'string' ? text.startsWith(words) : words.test(text));
  return clock.flyUntil(chat.until(() => ofKind(chat, 'card').find(fits)));
}

/** Hashes of every picture that people see, in order. */
export const shownPictures = (chat: Chat): string[] =>
  chat.posts().flatMap(({ pictures }) => pictures.map(({ sha256 }) => sha256));

/** For tests of many messages: else Slack takes one a second. */
export const unlimited = { slack: { rateLimits: false } };

/** A studio that closes when its test ends. */
export async function studio(options: StudioOptions = {}): Promise<Studio> {
  const opened = await openStudio(options);
  onTestFinished(() => opened.close());
  return opened;
}

export const both = [
  ['Discord', discordChat],
  ['Slack', slackChat],
] as const;
