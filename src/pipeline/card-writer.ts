import type { Logger } from 'pino';
import type { Card } from '../domain/card.ts';
import type { Thread } from '../domain/chat-platform.ts';
import type { Clock } from '../domain/clock.ts';

const failuresMost = 6;

export interface CardWriter {
  /** Shows this state as soon as the pace allows, unless a newer one comes first. */
  show(card: Card): void;
  /** Shows the last state and resolves when it was shown or given up. Nothing is shown after it. */
  finish(card: Card): Promise<void>;
}

/**
 * Keeps one card up to date without hurrying the platform: at most one edit per `intervalMs`, one in flight, always the
 * newest state. A failed edit is tried again at the same pace; cards are losable, so it is given up in the end.
 * @param openedAt when the card was posted
 */
export function cardWriter(
  thread: Pick<Thread, 'update'>,
  intervalMs: number,
  clock: Clock,
  log: Logger,
  openedAt: number,
): CardWriter {
  let wanted: Card | undefined;
  let shown = '';
  let editedAt = openedAt;
  let failures = 0;
  let writing: Promise<void> | undefined;
  let closed = false;

  async function write(): Promise<void> {
    while (wanted && failures < failuresMost) {
      const wait = editedAt + intervalMs - clock.now();
      if (wait > 0 && fingerprint(wanted) !== shown) await clock.sleep(wait);
      const card: Card = wanted;
      wanted = undefined;
      if (fingerprint(card) === shown) continue;
      try {
        await thread.update(card);
        shown = fingerprint(card);
        failures = 0;
      } catch (error) {
        failures++;
        wanted ??= card;
        log.debug({ err: error, failures }, 'a card could not be updated');
      }
      // The platform counts from when an edit arrived, which is not later than its answer.
      editedAt = clock.now();
    }
    // In the same breath as the last look at `wanted`, so that nothing is wanted in between and then forgotten.
    writing = undefined;
  }

  function want(card: Card): void {
    wanted = card;
    failures = 0;
    if (!writing && fingerprint(card) !== shown) writing = write();
  }

  return {
    show(card) {
      if (!closed) want(card);
    },
    async finish(card) {
      if (closed) return;
      closed = true;
      want(card);
      await writing;
    },
  };
}

/** Two cards that read alike need no edit between them. */
const fingerprint = ({ preview, ...rest }: Card): string => `${JSON.stringify(rest)} ${preview?.bytes.length ?? 0}`;
