import { personId } from '../../src/domain/person.ts';
import type { SeenMessage } from '../fakes/discord/server.ts';
import type { Asked, Attached, Chat, Post, Who } from './chats.ts';
import type { Studio } from './studio.ts';

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
  /** Discord has no private answers to messages: Easel replies. */
  const repliedTo = (id: string): Promise<string> =>
    discord.until(() => {
      const reply = discord.messages().find((message) => message.author.bot && message.replyTo === id);
      return reply && unmarked(reply.content, nameOf);
    });
  const posted = (all: readonly SeenMessage[]): Post[] =>
    all
      .filter(({ author, ephemeralFor, loading }) => author.bot && !ephemeralFor && !loading)
      .map((message) => discordPost(message, nameOf, discord.threads()));
  const where = ({ user = 'ben', channel = 'art', deliveries = 1, attachments = {} }: Who) => ({
    ...{ user, channel, deliveries },
    attachments: Object.fromEntries(Object.entries(attachments).map(([name, file]) => [name, upload(file)])),
  });
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
    say(
      words,
      { user = 'ben', channel = 'art', to, under, mention = false, ping = true, files = [], deliveries = 1 } = {},
    ) {
      const spoken = discord.message(to?.channel ?? under?.channel ?? channel, user, words, {
        ...(to ? { replyTo: to.id, ping } : {}),
        mentions: mention ? ['easel'] : [],
        attachments: files.map(upload),
        deliveries,
      });
      return { requestId: spoken.id, id: spoken.id, channel: spoken.channelId, told: () => repliedTo(spoken.id) };
    },
    correct: (spoken, words) => discord.editMessage(spoken.id, words),
    losePictures: () =>
      discord.messages().forEach(({ id, author, attachments }) => {
        if (author.bot && attachments.length > 0) discord.deleteMessage(id);
      }),
    pick: (message, { user = 'ben', deliveries = 1 } = {}) =>
      asked(discord.messageCommand('Edit this picture', message.id, { user, deliveries }).id),
    async fill(form, filling, { deliveries = 1 } = {}) {
      await discord.answered(form.requestId);
      const given = Object.entries(filling).map(([name, value]) => [
        name,
        typeof value === 'string' ? value : value.map(upload),
      ]);
      return asked(discord.modal(form.requestId, Object.fromEntries(given), { deliveries }).id);
    },
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

const upload = ({ name, bytes }: Attached) => ({ filename: name, bytes });

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
