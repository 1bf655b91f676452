import type { ChatRequest, Receive } from '../../domain/chat-platform.ts';
import { faultText } from '../../domain/fault.ts';
import { type SlackResponder, slackResponder, type Ways } from './respond.ts';
import type { SlackApi } from './slack-api.ts';

/** How a request can be answered, apart from what is the same for all. */
export type HowToAnswer = Omit<Ways, 'announced'>;

/** The requests that are being answered. */
export interface InHand {
  /** Hands requests on from now. */
  open(receive: Receive): void;
  isOpen(): boolean;
  /** Takes no more, and acknowledges what is in hand while there still is a line. */
  close(): Promise<void>;
  /** Resolves when everything in hand is answered. */
  settled(): Promise<void>;
  /** Hands a request on, and keeps track of it until it is answered. Dropped while closed. Never rejects. */
  hear(request: ChatRequest, how: HowToAnswer): Promise<void>;
}

export function requestsInHand(slack: SlackApi, announced: Ways['announced']): InHand {
  const running = new Map<Promise<void>, SlackResponder>();
  let receive: Receive | undefined;

  async function answer(request: ChatRequest, respond: SlackResponder): Promise<void> {
    try {
      await receive?.(request, respond);
      await respond.acknowledge();
    } catch (error) {
      slack.log.error({ err: error, request: request.id }, 'a request was not answered');
      await respond.tell(faultText('bug'));
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
    hear(request, how) {
      const respond = slackResponder(slack, request, { ...how, announced });
      const answered = answer(request, respond).finally(() => running.delete(answered));
      running.set(answered, respond);
      return answered;
    },
  };
}
