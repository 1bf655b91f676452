import { personId } from '../../src/domain/person.ts';
import type { ShownMessage } from '../fakes/slack/server.ts';
import type { Asked, Chat, Post } from './chats.ts';
import type { Studio } from './studio.ts';

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
    say(words, { user = 'ada', channel = '#studio', to, under, mention = false, files = [], deliveries = 1 } = {}) {
      const about = to ?? under;
      const before = seenBy(user).length;
      const spoken = slack.message(mention ? `@easel ${words}` : words, {
        user,
        channel: about?.channel ?? channel,
        ...(about ? { threadTs: about.thread ?? about.id } : {}),
        files,
        deliveries,
      });
      const requestId = `${spoken.channel}-${spoken.ts}`;
      return { ...asked(requestId, user, before), id: spoken.ts, channel: spoken.channel };
    },
    correct: (spoken, words) => slack.correct(spoken.id, words, { channel: spoken.channel, user: 'ada' }),
    losePictures: () => slack.files().map(({ id }) => slack.deleteFile(id)),
    pick(message, { user = 'ada', deliveries = 1 } = {}) {
      const before = seenBy(user).length;
      const where = { user, channel: message.channel, ts: message.id, deliveries };
      return asked(slack.shortcut('easel:edit', where).requestId, user, before);
    },
    async fill(_form, filling, { user = 'ada', deliveries = 1 } = {}) {
      const before = seenBy(user).length;
      const view = await slack.until(() => slack.views().find((open) => open.user === slack.user(user).id));
      const given = Object.entries(filling).map(([name, value]) => [
        name,
        typeof value === 'string' ? value : value.map((file) => slack.upload(user, file)),
      ]);
      const { requestId } = slack.viewSubmit(view.id, Object.fromEntries(given), user, { deliveries });
      return asked(requestId, user, before);
    },
    press(post, label, { user = 'ada', deliveries = 1 } = {}) {
      const before = seenBy(user).length;
      const action = `easel:${label === 'Make a new one' ? 'again' : label.toLowerCase()}`;
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
