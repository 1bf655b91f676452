import type { RequestListener } from 'node:http';
import { App, type BlockAction, HTTPReceiver, type ButtonAction as PressedButton } from '@slack/bolt';
import type { Logger } from 'pino';
import type { ChatPlatform, ChatRequest, Receive } from '../../domain/chat-platform.ts';
import { Fault, faultText } from '../../domain/fault.ts';
import { nativeId } from '../../domain/person.ts';
import { slackAdmins } from './admins.ts';
import { slackFault } from './faults.ts';
import { userOf } from './naming.ts';
import { type SlackPlace, threadOf } from './place.ts';
import { slackThread } from './post.ts';
import { previewFiles } from './preview.ts';
import { buttonRequest, commandRequest } from './receive.ts';
import { endpoint } from './register.ts';
import { type SlackResponder, slackResponder, type Ways } from './respond.ts';
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
const freshMax = 20_000;

/** Slack as a chat platform: over Socket Mode with an app token, over HTTP with a signing secret. */
export function slackPlatform(options: SlackOptions): SlackPlatform {
  const { log, clock, appToken, signingSecret } = options;
  const apiUrl = (options.apiUrl || slackApiUrl).replace(/\/*$/, '/');
  const slack = slackApi({ ...options, apiUrl });
  const socket = appToken ? socketLine(slack, appToken) : undefined;
  const receiver = socket?.receiver ?? httpReceiver(signingSecret, log);
  const running = new Map<Promise<void>, SlackResponder>();
  const fresh = new Set<string>();
  const posts = { slack, previewFile: previewFiles(slack), isFresh };
  const bot = { team: '', id: '', user: '' };
  const isAdmin = slackAdmins(slack, () => bot.team);
  let receive: Receive | undefined;

  const app = new App({
    receiver,
    authorize: async () => ({ botId: bot.id, botUserId: bot.user, teamId: bot.team }),
    logger: webLogger(log),
    clientOptions: { slackApiUrl: apiUrl },
    convoStore: false,
  });
  app.command(/^\//, ({ command, ack }) =>
    heard(commandRequest(command, seconds()), {
      ack: (answer) => ack(answer as Parameters<typeof ack>[0]),
      answersInAck: true,
      responseUrl: command.response_url,
      announced,
    }),
  );
  app.action({ type: 'block_actions', action_id: /^easel:/ }, async ({ body, action, ack }) => {
    // Nothing can be said in the acknowledgement of a button, so there is nothing to wait for.
    await ack();
    const request = buttonRequest(body as BlockAction, action as PressedButton, seconds());
    const responseUrl = (body as BlockAction).response_url;
    if (request) await heard(request, { ack: async () => {}, answersInAck: false, responseUrl, announced });
  });
  app.event(/^(app_uninstalled|tokens_revoked)$/, async ({ event }) => {
    log.error({ event: event.type }, 'Easel was removed from the Slack workspace: install it again');
  });
  app.error(async (error) => log.error({ err: error }, 'a Slack request failed'));

  const seconds = () => Math.floor(clock.now() / 1000);

  function announced(place: SlackPlace): void {
    if (fresh.size >= freshMax) fresh.clear();
    fresh.add(keyOf(place));
  }

  function isFresh(place: SlackPlace): boolean {
    return fresh.delete(keyOf(place));
  }

  /** Hands a request on, and keeps track of it until it is answered. */
  function heard(request: ChatRequest, ways: Ways): Promise<void> {
    const respond = slackResponder(slack, request, ways);
    const answered = answer(request, respond).finally(() => running.delete(answered));
    running.set(answered, respond);
    return answered;
  }

  async function answer(request: ChatRequest, respond: SlackResponder): Promise<void> {
    try {
      await receive?.(request, respond);
      await respond.acknowledge();
    } catch (error) {
      log.error({ err: error, request: request.id }, 'a request was not answered');
      await respond.tell(faultText('bug'));
    } finally {
      respond.end();
    }
  }

  const platform: ChatPlatform = {
    name: 'slack',
    editIntervalMsMin,
    async start(_commands, receiveRequest) {
      try {
        const me = await slack.call('saying hello to Slack', (web) => web.auth.test(), 3);
        Object.assign(bot, { team: me.team_id ?? '', id: me.bot_id ?? '', user: me.user_id ?? '' });
        receive = receiveRequest;
        await socket?.open();
      } catch (error) {
        receive = undefined;
        throw new Fault(slackFault('connecting', error).code, whyNot(error), { cause: error });
      }
      log.info({ team: bot.team, mode: socket ? 'socket' : 'http' }, 'Slack is connected');
    },
    connected: () => receive !== undefined && (socket?.isOpen() ?? true),
    async register(commands) {
      const { configurationToken: token, publicUrl } = options;
      const appId = options.appId ?? /^xapp-\d+-(A[A-Z0-9]+)-/.exec(appToken ?? '')?.[1];
      if (!token || !appId) return howToRegister;
      return updateManifest(commands, { socketMode: socket !== undefined, publicUrl }, { token, appId, apiUrl });
    },
    thread: (place, remember) => slackThread(posts, place, remember),
    async direct(person) {
      const opened = await slack.call('opening a direct conversation', (web) =>
        web.conversations.open({ users: userOf(person) }),
      );
      const channel = opened.channel?.id;
      if (!channel) throw new Fault('no-access', 'Slack opened no direct conversation');
      const team = nativeId(person).split('/')[0] ?? '';
      return { platform: 'slack', team, channel, since: seconds(), asker: person } satisfies SlackPlace;
    },
    channel(id) {
      const [team = '', channel] = id.split('/');
      if (!channel) throw new RangeError(`${id} is no TEAM/CHANNEL`);
      return { platform: 'slack', team, channel, since: seconds() } satisfies SlackPlace;
    },
    isAdmin,
    async stop() {
      receive = undefined;
      // What is in hand is acknowledged while there still is a line, and answered without one.
      await Promise.allSettled([...running.values()].map((respond) => respond.acknowledge()));
      await socket?.close();
      await Promise.allSettled(running.keys());
    },
  };
  return receiver instanceof HTTPReceiver
    ? { ...platform, listener: listenerOf(receiver, () => receive !== undefined) }
    : platform;
}

const keyOf = (place: SlackPlace): string => `${place.channel} ${threadOf(place)} ${place.root}`;

const howToRegister =
  "Slack takes its commands from the app's manifest: print it with npm run --silent register, and paste it at " +
  'https://api.slack.com/apps under App Manifest. With a configuration token, Easel does that itself.';

function httpReceiver(signingSecret: string | undefined, log: Logger): HTTPReceiver {
  if (!signingSecret) throw new RangeError('Slack needs an app token (Socket Mode) or a signing secret (HTTP).');
  return new HTTPReceiver({ signingSecret, endpoints: endpoint, logger: webLogger(log) });
}

/** Bolt throws for every path but its own; while nobody listens, Slack hears so. */
function listenerOf(receiver: HTTPReceiver, isListening: () => boolean): RequestListener {
  return (request, response) => {
    if (!isListening()) return void response.writeHead(503).end();
    try {
      receiver.requestListener(request, response);
    } catch {
      response.writeHead(404).end();
    }
  };
}
