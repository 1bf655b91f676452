import {
  type APIDMChannel,
  type APIMessage,
  type RESTPostAPIChannelMessageJSONBody as PostJson,
  type REST,
  Routes,
} from 'discord.js';
import type { JobId } from '../../domain/job.ts';
import type { Text } from '../../domain/text.ts';
import { code, codeOf } from './faults.ts';
import { once, words } from './message.ts';
import type { DiscordPlace } from './place.ts';

/**
 * Posts in answer to a message. Where there is none to answer, where it is deleted, and where Easel may not look back in
 * the channel, it is posted on its own. Source: docs.discord.com, "Message", message references, read 2026-11.
 */
export async function postReply(
  rest: REST,
  { channel, replyTo }: Pick<DiscordPlace, 'channel' | 'replyTo'>,
  body: PostJson,
): Promise<APIMessage> {
  const post = (reply: PostJson) => rest.post(Routes.channelMessages(channel), { body: reply }) as Promise<APIMessage>;
  if (replyTo === undefined) return post(body);
  try {
    return await post({ ...body, message_reference: { message_id: replyTo, fail_if_not_exists: false } });
  } catch (error) {
    if (codeOf(error) !== code.historyHidden) throw error;
    return post(body);
  }
}

/** Posts the root message of a job with the bot's token: in answer to the words that asked for it, if it was words. */
export async function postRoot(rest: REST, job: JobId, root: Text, place: DiscordPlace): Promise<string> {
  const { id } = await postReply(rest, place, { ...words(root, place.asker), ...once(job, 'root', place.channel) });
  return id;
}

/** The channel where only this person and Easel are. */
export async function directChannel(rest: REST, user: string): Promise<string> {
  const { id } = (await rest.post(Routes.userChannels(), { body: { recipient_id: user } })) as APIDMChannel;
  return id;
}
