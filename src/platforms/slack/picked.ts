import type { MessageShortcut } from '@slack/bolt';
import type { ChatRequest } from '../../domain/chat-platform.ts';
import type { Bot } from './bot.ts';
import { pictureRefs, type SlackFile } from './file-ref.ts';
import { fileKey, messageKey, type SlackPlace, type ToldMessage, threadAround } from './place.ts';
import { askedBy, personOf, requestId, teamOf } from './receive.ts';

/**
 * "Edit this picture" on a message. Its files are taken from the payload: Easel need not be in that channel. Pure.
 * Source: docs.slack.dev, "Message shortcut payloads", read 2026-11.
 */
export function pickedRequest(body: MessageShortcut, bot: Bot, seconds: number): ChatRequest {
  const { user, trigger_id } = body;
  const { team } = bot;
  const channel = body.channel.id;
  const message = body.message as ToldMessage & { readonly files?: readonly SlackFile[] };
  const person = personOf(teamOf(body) ?? team, user.id, user.name);
  const place: SlackPlace = {
    ...{ platform: 'slack', team, channel, since: seconds, ...askedBy(person) },
    ...threadAround(message, bot),
  };
  // Pictures of Easel are known by their files, also where those are deleted or hidden by now.
  const keys = message.files?.flatMap(({ id }) => (id ? [fileKey(team, id)] : [])) ?? [];
  const picked = {
    messages: [messageKey(team, channel, message.ts), ...keys],
    files: pictureRefs(message.files, team),
  };
  return { id: requestId(trigger_id), person, admin: undefined, place, missing: [], ask: { picked } };
}
