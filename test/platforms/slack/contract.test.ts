import { awkwardName, chatPlatformContract, type Seen, type Stage } from '../../contracts/chat-platform.ts';
import type { ShownMessage } from '../../fakes/slack/server.ts';
import { ada, attached, scene } from './setup.ts';

const people = [
  { id: 'U0ADA000001', name: 'ada', realName: 'Ada Lovelace' },
  { id: 'U0BOB000002', name: 'bob', realName: 'Bob Ross' },
  { id: 'U0CLEO00003', name: 'cleo', realName: 'Cleo Awkward', displayName: awkwardName },
];

const stage = async (): Promise<Stage> => {
  const { slack, bot, close } = await scene({ users: people });
  const asker = slack.user('ada').id;
  return {
    bot,
    close,
    awkward: '@cleo',
    ask: async (words) => slack.command('/imagine', words, ada),
    async reply(words, files = []) {
      const posted = slack.messages().findLast((one) => one.fromApp && one.files.length > 0);
      const { threadTs = '' } = posted ?? {};
      slack.message(`@easel ${words}`, { ...ada, threadTs, files: attached(files) });
    },
    async pick(files) {
      const { ts } = slack.message('Look', { user: 'bob', channel: ada.channel, files: attached(files) });
      slack.shortcut('easel:edit', { ...ada, ts });
    },
    async fill(values, files = {}) {
      const uploads = Object.entries(files).map(([name, some]) => [name, attached(some)]);
      slack.viewSubmit('easel:form', { ...values, ...Object.fromEntries(uploads) }, 'ada');
    },
    seen: () => read(slack.messages()),
    harm: () => [
      ...slack.pings().flatMap(({ kind, id }) => (id === asker ? [] : [`pings ${kind} ${id}`])),
      ...slack.links().map(({ url, text }) => `links ${text} to ${url}`),
      ...slack.autolinks().map(({ url }) => `links ${url}`),
      ...slack.violations().map(({ kind, detail }) => `${kind}: ${detail}`),
      ...slack.requests().flatMap(({ ok, method, error }) => (ok ? [] : [`${method}: ${error}`])),
    ],
  };
};

chatPlatformContract('Slack', stage, {
  cannot: {
    'knows its own pictures by the messages that are answered': 'answers are to a thread, never to one message',
  },
});

/** Files can't be in a message with buttons, so a result is two messages that belong together. */
function read(messages: readonly ShownMessage[]): Seen[] {
  const seen: Seen[] = [];
  let waiting: Seen['pictures'] = [];
  for (const { channel, threadTs, visibleTo, text, files } of messages) {
    const pictures = files.map(({ sha256 = '', altText = '' }) => ({ sha256, alt: altText }));
    if (pictures.length > 0) {
      waiting = pictures;
      continue;
    }
    const where = channel.startsWith('D') ? 'direct' : threadTs ? 'thread' : 'channel';
    seen.push({ where, onlyAsker: visibleTo !== undefined, text, pictures: waiting });
    waiting = [];
  }
  return seen;
}
