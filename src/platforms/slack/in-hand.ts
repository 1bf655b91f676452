import type { ChatRequest, Receive, Received } from '../../domain/chat-platform.ts';
import { faultText } from '../../domain/fault.ts';
import { refusalText } from '../../domain/refusal.ts';
import { type IsMember, membersOnly, type NamedTeams } from './members.ts';
import { userOf } from './naming.ts';
import { type SlackResponder, slackResponder, type Ways } from './respond.ts';
import type { SlackApi } from './slack-api.ts';

/** How a request can be answered, apart from what is the same for all. */
export interface HowToAnswer extends Omit<Ways, keyof Announcing> {
  /** Of whoever asks. */
  readonly teams: NamedTeams;
}

type Announcing = Pick<Ways, 'announced' | 'named'>;

/** The requests that are being answered. */
export interface InHand {
  /** Hands requests on from now. */
  open(receive: Receive): void;
  isOpen(): boolean;
  /** Takes no more, and acknowledges what is in hand while there still is a line. */
  close(): Promise<void>;
  /** Resolves when everything in hand is answered. */
  settled(): Promise<void>;
  /**
   * Hands a request on, and keeps track of it until it is answered. Strangers hear that they are none of the members.
   * Resolves to undefined where nothing became of it, as while closed. Never rejects.
   */
  hear(request: ChatRequest, how: HowToAnswer): Promise<Received | undefined>;
}

export function requestsInHand(slack: SlackApi, isMember: IsMember, announcing: Announcing): InHand {
  const running = new Map<Promise<unknown>, SlackResponder>();
  let receive: Receive | undefined;

  async function answer(
    request: ChatRequest,
    teams: NamedTeams,
    respond: SlackResponder,
  ): Promise<Received | undefined> {
    const receiveOpen = receive;
    try {
      const isWelcome = await isMember(userOf(request.person.id), teams);
      const received = isWelcome ? await receiveOpen?.(request, respond) : await turnAway(respond);
      await respond.acknowledge();
      return received;
    } catch (error) {
      slack.log.error({ err: error, request: request.id }, 'a request was not answered');
      await respond.tell(faultText('bug'));
      return undefined;
    } finally {
      respond.end();
    }
  }

  return {
    open(receiveRequest) {
      receive = receiveRequest;
    },
    isOpen: () => receive !== undefined,
    async close() {
      receive = undefined;
      await Promise.allSettled([...running.values()].map((respond) => respond.acknowledge()));
    },
    async settled() {
      await Promise.allSettled(running.keys());
    },
    hear(request, { teams, ...ways }) {
      const respond = slackResponder(slack, request, { ...ways, ...announcing });
      const answered = answer(request, teams, respond).finally(() => running.delete(answered));
      running.set(answered, respond);
      return answered;
    },
  };
}

async function turnAway(respond: SlackResponder): Promise<Received> {
  await respond.tell(refusalText(membersOnly));
  return { refused: membersOnly };
}
