import { Routes, ThreadAutoArchiveDuration } from 'discord.js';
import type { Opening } from '../../domain/chat-platform.ts';
import type { Bot } from './bot.ts';
import { code, codeOf, isDenied } from './faults.ts';
import { findCard, findRoot } from './find.ts';
import { cardMessage, once } from './message.ts';
import { plainLine } from './render.ts';
import { postRoot } from './reply.ts';
import type { Spot } from './spot.ts';

const threadNameMost = 100;

/**
 * Makes sure that root message, thread and card exist, in this order, saving each id as soon as it is known. A place that
 * is opened for the first time is not searched: only where a step turns out to be done already, the next one may be too.
 * @returns true when the card is new
 */
export async function open(spot: Spot, opening: Opening, bot: Bot): Promise<boolean> {
  if (spot.place().card) return false;
  const rootWasThere = await putRoot(spot, opening, bot);
  const threadWasThere = await putThread(spot, opening, bot);
  return putCard(spot, opening, bot, rootWasThere || threadWasThere);
}

/** @returns true when somebody had posted it and could not save its id */
async function putRoot(spot: Spot, { job, root }: Opening, bot: Bot): Promise<boolean> {
  const place = spot.place();
  if (place.root) return false;
  const found = await findRoot(bot, job, place);
  await spot.grow({ root: found ?? (await postRoot(bot.rest, job, root, place)) });
  return found !== undefined;
}

/** @returns true when somebody had settled where card and pictures go */
async function putThread(spot: Spot, opening: Opening, bot: Bot): Promise<boolean> {
  const { thread, threads, channel } = spot.place();
  if (thread) return true;
  const started = threads ? await startThread(spot, opening, bot) : 'denied';
  await spot.grow({ thread: started === 'denied' ? channel : (spot.place().root ?? channel) });
  return started === 'there';
}

/** A thread that starts from a message has the message's id. */
async function startThread(spot: Spot, { title }: Opening, bot: Bot): Promise<'new' | 'there' | 'denied'> {
  const { channel, root = '' } = spot.place();
  const name = plainLine(title, threadNameMost) || 'A picture';
  try {
    await bot.rest.post(Routes.threads(channel, root), {
      body: { name, auto_archive_duration: ThreadAutoArchiveDuration.OneDay },
    });
    return 'new';
  } catch (error) {
    if (codeOf(error) === code.threadExists) return 'there';
    if (isDenied(error)) return 'denied';
    throw error;
  }
}

async function putCard(spot: Spot, { job, card }: Opening, bot: Bot, look: boolean): Promise<boolean> {
  const found = look ? await findCard(bot, job, spot.target()) : undefined;
  if (found) {
    await spot.grow({ card: found });
    return false;
  }
  const { body, files } = cardMessage(card, spot.place().asker);
  const posted = await spot.post((channel) => ({ ...body, ...once(job, 'card', channel) }), files);
  await spot.grow({ card: posted.id, thread: posted.channel });
  return true;
}
