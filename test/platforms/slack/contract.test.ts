import { chatPlatformContract, type Seen, type Stage } from '../../contracts/chat-platform.ts';
import type { ShownMessage } from '../../fakes/slack/server.ts';
import { ada, scene } from './setup.ts';

chatPlatformContract('Slack', async (): Promise<Stage> => {
  const { slack, bot, close } = await scene();
  const asker = slack.user('ada').id;
  return {
    bot,
    close,
    ask: async (words) => slack.command('/imagine', words, ada),
    seen: () => read(slack.messages()),
    harm: () => [
      ...slack.pings().flatMap(({ kind, id }) => (id === asker ? [] : [`pings ${kind} ${id}`])),
      ...slack.links().map(({ url, text }) => `links ${text} to ${url}`),
      ...slack.autolinks().map(({ url }) => `links ${url}`),
      ...slack.violations().map(({ kind, detail }) => `${kind}: ${detail}`),
      ...slack.requests().flatMap(({ ok, method, error }) => (ok ? [] : [`${method}: ${error}`])),
    ],
  };
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
