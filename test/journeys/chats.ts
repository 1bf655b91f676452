import { onTestFinished } from 'vitest';
import { type PersonId, personId } from '../../src/domain/person.ts';
import type { SeenMessage } from '../fakes/discord/server.ts';
import type { ShownMessage } from '../fakes/slack/server.ts';
import { openStudio, type Studio, type StudioOptions } from './studio.ts';

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
  readonly user?: string;
  readonly channel?: string;
  readonly deliveries?: number;
}

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
  return /^@\S+ asked for /.test(text) ? 'root' : 'card';
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

export function discordChat({ discord }: Pick<Studio, 'discord'>): Chat {
  const { users } = discord.about();
  const nameOf = (id: string) => Object.entries(users).find(([, known]) => known === id)?.[0] ?? id;
  const idOf = (name: string): string => users[name] ?? name;
  const answers = (id: string) =>
    discord
      .messages()
      .filter(({ ephemeralFor, interactionId, loading }) => ephemeralFor && interactionId === id && !loading);
  const asked = (id: string): Asked => ({
    requestId: id,
    told: () =>
      discord.until(() =>
        answers(id)
          .map(({ content }) => unmarked(content, nameOf))
          .join('\n'),
      ),
  });
  const posted = (all: readonly SeenMessage[]): Post[] =>
    all
      .filter(({ author, ephemeralFor, loading }) => author.bot && !ephemeralFor && !loading)
      .map((message) => discordPost(message, nameOf, discord.threads()));
  const where = ({ user, channel = 'art', deliveries = 1 }: Who) => ({ user: user ?? 'ben', channel, deliveries });
  const isDirect = (channel: string) => discord.messages(channel).every(({ guildId }) => guildId === undefined);

  return {
    name: 'discord',
    asker: 'ben',
    other: 'cleo',
    admin: 'ana',
    journey: ['root', 'card', 'result'],
    person: (name) => personId('discord', idOf(name)),
    naming: idOf,
    command: (command, options = {}, who = {}) => asked(discord.command(command, options, where(who)).id),
    press: (post, label, { user = 'ben', deliveries = 1 } = {}) =>
      asked(discord.button(post.id, label, { user, deliveries }).id),
    posts: () => posted(discord.messages().filter(({ channelId }) => !isDirect(channelId))),
    direct: (name) => posted(discord.messages(`dm:${name}`)),
    until: discord.until,
    pinged: () => discord.pings().map(({ kind, id }) => (kind === 'user' ? nameOf(id) : kind)),
    links: () => discord.links().map(({ url }) => url),
    violations: () => discord.violations().map(({ what }) => what),
    rateLimited: () => discord.rateLimited().length,
    transcript: () => discord.transcript(),
    deleteChannel: () => discord.deleteChannel('art'),
  };
}

function discordPost(
  message: SeenMessage,
  nameOf: (id: string) => string,
  threads: readonly { readonly id: string }[],
): Post {
  const rows = message.components as readonly { components?: readonly { label?: string; disabled?: boolean }[] }[];
  const isPreview = ({ filename }: { filename: string }) => filename.startsWith('preview');
  return {
    id: message.id,
    channel: message.channelId,
    text: unmarked(message.content, nameOf),
    buttons: rows.flatMap(({ components = [] }) =>
      components.map(({ label = '', disabled }) => (disabled ? `(${label})` : label)),
    ),
    pictures: message.attachments
      .filter((file) => !isPreview(file))
      .map(({ sha256, description, filename }) => ({ sha256, alt: description, name: filename })),
    thread: threads.some(({ id }) => id === message.channelId) ? message.channelId : undefined,
    previews: message.attachments.filter(isPreview).length,
    editedAt: message.editedMs,
  };
}

/** Discord's Markdown as it reads: people as names, without marks and unseen characters. */
const unmarked = (content: string, nameOf: (id: string) => string): string =>
  content
    .replaceAll(/<@(\d+)>/g, (_, id: string) => `@${nameOf(id)}`)
    .replaceAll(/^-# /gm, '')
    .replaceAll('**', '')
    .replaceAll('\u200b', '')
    .replaceAll(/\\(.)/g, '$1')
    .replaceAll('`', '');

export function slackChat({ slack }: Pick<Studio, 'slack'>): Chat {
  const { teamId, botUserId } = slack.identity();
  const names = ['ada', 'bob', 'grace'];
  const nameOf = (id: string) => names.find((name) => slack.user(name).id === id) ?? id;
  const seenBy = (user: string) => slack.messages().filter(({ visibleTo }) => visibleTo === slack.user(user).id);
  const asked = (requestId: string, user: string, before: number): Asked => ({
    requestId,
    told: () =>
      slack.until(() =>
        seenBy(user)
          .slice(before)
          .map(({ blocks }) => readBlocks(blocks, nameOf))
          .join('\n'),
      ),
  });
  const posted = (all: readonly ShownMessage[]): Post[] =>
    all.filter(({ user, visibleTo }) => user === botUserId && !visibleTo).map((message) => slackPost(message, nameOf));
  const isDirect = (channel: string) => slack.channel(channel).kind === 'im';

  return {
    name: 'slack',
    asker: 'ada',
    other: 'bob',
    admin: 'grace',
    journey: ['root', 'card', 'pictures', 'result'],
    person: (name) => personId('slack', `${teamId}/${slack.user(name).id}`),
    naming: (name) => `@${name}`,
    command(command, options = {}, { user = 'ada', channel = '#studio', deliveries = 1 } = {}) {
      const [name = '', ...verbs] = command.split(' ');
      const { prompt, ...named } = options;
      const line = [...verbs, prompt, ...Object.entries(named).map(typedOption)].filter((part) => part !== undefined);
      const before = seenBy(user).length;
      const { requestId } = slack.command(`/${name}`, line.join(' '), { user, channel, deliveries });
      return asked(requestId, user, before);
    },
    press(post, label, { user = 'ada', deliveries = 1 } = {}) {
      const before = seenBy(user).length;
      const action = `easel:${label.toLowerCase()}`;
      const { requestId } = slack.button(post.id, action, user, { channel: post.channel, deliveries });
      return asked(requestId, user, before);
    },
    posts: () => posted(slack.messages().filter(({ channel }) => !isDirect(channel))),
    direct: (name) => posted(slack.messages(`@${name}`)),
    until: slack.until,
    pinged: () => slack.pings().map(({ kind, id }) => (kind === 'user' ? nameOf(id) : kind)),
    links: () => [...slack.links(), ...slack.autolinks()].map((link) => JSON.stringify(link)),
    violations: () => slack.violations().map(({ detail }) => detail),
    rateLimited: () => slack.rateLimited().length,
    transcript: () => slack.transcript('#studio'),
    deleteChannel: () => slack.setArchived('#studio', true),
  };
}

const typedOption = ([name, value]: [string, string | number | boolean]): string =>
  typeof value === 'string' && /\s/.test(value) ? `${name}:"${value}"` : `${name}:${value}`;

function slackPost(message: ShownMessage, nameOf: (id: string) => string): Post {
  const blocks = message.blocks as readonly Json[];
  const buttons = blocks
    .filter(({ type }) => type === 'actions')
    .flatMap(({ elements }) => elements as readonly Json[]);
  return {
    id: message.ts,
    channel: message.channel,
    text: readBlocks(blocks, nameOf),
    buttons: buttons.map(({ text }) => String((text as Json).text)),
    pictures: message.files.map(({ sha256 = '', altText, name }) => ({ sha256, alt: altText, name })),
    thread: message.threadTs,
    previews: blocks.filter(({ type }) => type === 'image').length,
    editedAt: message.updatedAt,
  };
}

type Json = Readonly<Record<string, unknown>>;

/** Blocks as they read, a line each, without buttons. */
function readBlocks(blocks: readonly unknown[], nameOf: (id: string) => string): string {
  const read = (value: unknown): string => {
    const { type, text, elements, user_id: user } = value as Json;
    if (type === 'user') return `@${nameOf(String(user))}`;
    if (typeof text === 'string') return text;
    return Array.isArray(elements) ? elements.map(read).join('') : '';
  };
  return blocks
    .filter((block) => (block as Json).type !== 'actions' && (block as Json).type !== 'image')
    .map(read)
    .join('\n');
}
