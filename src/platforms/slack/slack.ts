import type { RequestListener } from 'node:http';
import { App, HTTPReceiver } from '@slack/bolt';
import type { ChatPlatform } from '../../domain/chat-platform.ts';
import { Fault } from '../../domain/fault.ts';
import { nativeId } from '../../domain/person.ts';
import { slackAdmins } from './admins.ts';
import type { Bot } from './bot.ts';
import { directChannel } from './direct.ts';
import { download } from './download.ts';
import { slackFault } from './faults.ts';
import { fileAt } from './file-address.ts';
import { freshRoots } from './fresh-roots.ts';
import { httpReceiver, listenerOf } from './http-line.ts';
import { requestsInHand } from './in-hand.ts';
import { listen } from './listen.ts';
import { slackMembers } from './members.ts';
import { askerNamed } from './naming.ts';
import { slackPeople } from './people.ts';
import { type SlackPlace, shown } from './place.ts';
import { slackThread } from './post.ts';
import { previewFiles } from './preview.ts';
import { type SlackApiOptions, slackApi, webLogger } from './slack-api.ts';
import { socketLine } from './socket.ts';
import { updateManifest } from './update-manifest.ts';
import { whyNot } from './why-not.ts';

export interface SlackOptions extends Omit<SlackApiOptions, 'apiUrl'> {
  /** For Socket Mode. Either this or the signing secret. */
  readonly appToken?: string | undefined;
  /** For HTTP mode. */
  readonly signingSecret?: string | undefined;
  /** Base of the Web API. Default Slack's. */
  readonly apiUrl?: string | undefined;
  /** Where Slack can reach Easel, for the manifest in HTTP mode. */
  readonly publicUrl?: string | undefined;
  /** A Slack configuration token, so that `register` can change the app. */
  readonly configurationToken?: string | undefined;
  /** Default: what the app token says. */
  readonly appId?: string | undefined;
}

export type SlackPlatform = ChatPlatform & {
  /** In HTTP mode: answers what Slack sends to `/slack/events` on Easel's own server. */
  readonly listener?: RequestListener;
};

/** Slack asks for three seconds between the updates of a message. Source: docs.slack.dev, "Rate limits", read 2026-11. */
const editIntervalMsMin = 3_000;
const slackApiUrl = 'https://slack.com/api/';

/** Slack as a chat platform: over Socket Mode with an app token, over HTTP with a signing secret. */
export function slackPlatform(options: SlackOptions): SlackPlatform {
  const { log, clock, appToken, signingSecret } = options;
  const apiUrl = (options.apiUrl || slackApiUrl).replace(/\/*$/, '/');
  const slack = slackApi({ ...options, apiUrl });
  const socket = appToken ? socketLine(slack, appToken) : undefined;
  const receiver = socket?.receiver ?? httpReceiver(signingSecret, log);
  const fresh = freshRoots();
  const bot: Bot = { team: '', id: '', user: '' };
  const people = slackPeople(slack);
  const named = askerNamed(people);
  const isMember = slackMembers(people, () => bot.team);
  const inHand = requestsInHand(slack, isMember, { announced: fresh.add, named });
  const posts = { slack, previewFile: previewFiles(slack), named, isFresh: fresh.take };
  const seconds = () => Math.floor(clock.now() / 1000);

  const app = new App({
    receiver,
    authorize: async () => ({ botId: bot.id, botUserId: bot.user, teamId: bot.team }),
    logger: webLogger(log),
    clientOptions: { slackApiUrl: apiUrl },
    convoStore: false,
  });
  listen(app, slack, bot, people, inHand);

  const platform: ChatPlatform = {
    name: 'slack',
    editIntervalMsMin,
    async start(_commands, receive) {
      try {
        const me = await slack.call('saying hello to Slack', (web) => web.auth.test(), 3);
        Object.assign(bot, { team: me.team_id ?? '', id: me.bot_id ?? '', user: me.user_id ?? '' });
        inHand.open(receive);
        await socket?.open();
      } catch (error) {
        await inHand.close();
        throw new Fault(slackFault('connecting', error).code, whyNot(error), { cause: error });
      }
      log.info({ team: bot.team, mode: socket ? 'socket' : 'http' }, 'Slack is connected');
    },
    connected: () => inHand.isOpen() && (socket?.isOpen() ?? true),
    async register(commands) {
      const { configurationToken: token, publicUrl } = options;
      const appId = options.appId ?? /^xapp-\d+-(A[A-Z0-9]+)-/.exec(appToken ?? '')?.[1];
      if (!token || !appId) return howToRegister;
      return updateManifest(commands, { socketMode: socket !== undefined, publicUrl }, { token, appId, apiUrl });
    },
    shown,
    download: (file, bytesMax) => download(slack, file, bytesMax),
    fileAt: (words, request) => fileAt(slack, words, request),
    thread: (place, remember) => slackThread(posts, place, remember),
    async direct(person) {
      const channel = await directChannel(slack, person);
      const team = nativeId(person).split('/')[0] ?? '';
      return { platform: 'slack', team, channel, since: seconds(), asker: person } satisfies SlackPlace;
    },
    channel(id) {
      const [team = '', channel] = id.split('/');
      if (!channel) throw new RangeError(`${id} is no TEAM/CHANNEL`);
      return { platform: 'slack', team, channel, since: seconds() } satisfies SlackPlace;
    },
    isAdmin: slackAdmins(slack, () => bot.team),
    async stop() {
      await inHand.close();
      await socket?.close();
      await inHand.settled();
    },
  };
  return receiver instanceof HTTPReceiver ? { ...platform, listener: listenerOf(receiver, inHand.isOpen) } : platform;
}

const howToRegister =
  "Slack takes its commands from the app's manifest: print it with npm run --silent register, and paste it at " +
  'https://api.slack.com/apps under App Manifest. With a configuration token, Easel does that itself.';
