import { Routes } from 'discord.js';
import type { Card, Preview, Result } from '../../domain/card.ts';
import type { Remember, Thread } from '../../domain/chat-platform.ts';
import type { Bot } from './bot.ts';
import { asFault, code, codeOf } from './faults.ts';
import { findResult } from './find.ts';
import { cardEdit, cardMessage, once, onceAnyhow, resultMessage, words } from './message.ts';
import { open } from './open.ts';
import { type DiscordPlace, pictureBytesMax } from './place.ts';
import { createSpot, type Posted } from './spot.ts';
import { asRequest } from './upload.ts';

/**
 * Shows one job with the bot's token: its messages outlive the interaction, and replies to them can be read. What is
 * posted carries a nonce, so that a repeat within minutes changes nothing; later, whoever repeats looks first.
 */
export function createThread(given: DiscordPlace, remember: Remember, bot: Bot): Thread {
  const { rest } = bot;
  const spot = createSpot(given, remember, rest);
  /** The preview that this process put on the card, which an edit then keeps; null: not known. */
  let shown: Preview | undefined | null = null;

  async function edit(card: Card): Promise<void> {
    const { asker, card: message = '' } = spot.place();
    const request = asRequest(cardEdit(card, asker, shown !== card.preview));
    await rest.patch(Routes.channelMessage(spot.target(), message), request);
    shown = card.preview;
  }

  /** An old message takes few edits, so a new card stands in for it. */
  async function renewCard(card: Card): Promise<void> {
    const { body, files } = cardMessage(card, spot.place().asker);
    const posted = await spot.post(() => ({ ...body, ...onceAnyhow() }), files);
    shown = card.preview;
    await spot.grow({ card: posted.id, thread: posted.channel });
  }

  function postNow(result: Result): Promise<Posted> {
    const { body, files } = resultMessage(result, spot.place().asker);
    return spot.post((channel) => ({ ...body, ...once(result.job, 'result', channel) }), files);
  }

  return {
    pictureBytesMax: (count) => pictureBytesMax(given.tier, count),

    open: (opening) =>
      faulty('opening the place of a job', async () => {
        if (await open(spot, opening, bot)) shown = opening.card.preview;
      }),

    update: (card) =>
      faulty('updating a card', async () => {
        if (!spot.place().card) return;
        try {
          await edit(card);
        } catch (error) {
          if (codeOf(error) === code.tooManyOldEdits) return renewCard(card);
          // Somebody deleted the card or all of the thread, or the thread sleeps: nobody misses an update.
          if (!isGone(error) && codeOf(error) !== code.threadArchived) throw error;
        }
      }),

    post: (result, lookFirst) =>
      faulty('posting a result', async () => {
        if (spot.place().result) return;
        const found = lookFirst ? await findResult(bot, result.job, spot.place()) : undefined;
        const { id, channel } = found ?? (await postNow(result));
        await spot.grow({ result: id, resultIn: channel });
      }),

    say: (text) =>
      faulty('saying something', async () => {
        const body = { ...words(text, spot.place().asker), ...onceAnyhow() };
        await spot.post(() => body);
      }),

    remove: () =>
      faulty('removing pictures', async () => {
        const { result, resultIn } = spot.place();
        if (!result || !resultIn) return;
        try {
          await rest.delete(Routes.channelMessage(resultIn, result));
        } catch (error) {
          if (!isGone(error)) throw error;
        }
      }),
  };
}

/** @throws Fault for whatever Discord did not do */
async function faulty(doing: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    throw asFault(error, doing);
  }
}

const isGone = (error: unknown): boolean =>
  codeOf(error) === code.unknownMessage || codeOf(error) === code.unknownChannel;
