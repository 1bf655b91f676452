import { type APIMessage, MessageFlags, type REST, Routes } from 'discord.js';
import type { JobId } from '../../domain/job.ts';
import type { Bot } from './bot.ts';
import { code, codeOf, isClosed } from './faults.ts';
import { actionsFor, nonceOf } from './message.ts';
import type { DiscordPlace } from './place.ts';
import type { Posted } from './spot.ts';

/**
 * Finds what an earlier try posted, after a crash or a lost answer: by its nonce where Discord still tells it, or by the
 * job in its buttons.
 */

/** Discord lists at most so many at once. Source: docs.discord.com, "Message", get channel messages, read 2026-11. */
const listedMost = '100';

export async function findRoot(bot: Bot, job: JobId, place: DiscordPlace): Promise<string | undefined> {
  const answer = place.token && place.app ? await findAnswer(bot.rest, place.app, place.token) : undefined;
  if (answer) return answer;
  const nonce = nonceOf(job, 'root', place.channel);
  // The request's own id is in the job's, and in what Discord says of an answer's origin.
  const isAnswer = ({ interaction_metadata: origin }: APIMessage) => origin && job === `discord-${origin.id}`;
  // Words are answered with the root message first.
  const isReply = ({ message_reference: reply }: APIMessage) => place.replyTo && reply?.message_id === place.replyTo;
  const own = await ownMessages(bot, place.channel);
  return own.findLast((message) => message.nonce === nonce || isAnswer(message) || isReply(message))?.id;
}

/** The public answer to the interaction, if it was given and its token still counts. */
async function findAnswer(rest: REST, app: string, token: string): Promise<string | undefined> {
  try {
    const message = (await rest.get(Routes.webhookMessage(app, token, '@original'), { auth: false })) as APIMessage;
    const isPrivate = ((message.flags ?? 0) & (MessageFlags.Ephemeral | MessageFlags.Loading)) !== 0;
    return isPrivate ? undefined : message.id;
  } catch (error) {
    if (gone.has(codeOf(error) ?? '')) return undefined;
    throw error;
  }
}

const gone = new Set<number | string>([code.unknownMessage, code.unknownWebhook, code.tokenTooOld]);

export async function findCard(bot: Bot, job: JobId, channel: string): Promise<string | undefined> {
  const nonce = nonceOf(job, 'card', channel);
  const own = await ownMessages(bot, channel);
  return own.find((message) => message.nonce === nonce || actionsFor(job, message).includes('cancel'))?.id;
}

/** Looks in the thread, and beside it, where the result goes when the thread is closed. */
export async function findResult(bot: Bot, job: JobId, place: DiscordPlace): Promise<Posted | undefined> {
  for (const channel of new Set([place.thread ?? place.channel, place.channel])) {
    const nonce = nonceOf(job, 'result', channel);
    const isResult = (message: APIMessage) =>
      message.nonce === nonce || (message.attachments.length > 0 && actionsFor(job, message).includes('again'));
    const found = (await ownMessages(bot, channel)).find(isResult);
    if (found) return { id: found.id, channel };
  }
  return undefined;
}

/** What Easel said there last, newest first. Other bots answer people too. */
async function ownMessages({ rest, self }: Bot, channel: string): Promise<readonly APIMessage[]> {
  const easel = await self();
  try {
    const query = new URLSearchParams({ limit: listedMost });
    const newest = (await rest.get(Routes.channelMessages(channel), { query })) as APIMessage[];
    return newest.filter(({ author }) => author.id === easel);
  } catch (error) {
    // Where nothing can be read, posting says why.
    if (isClosed(error)) return [];
    throw error;
  }
}
